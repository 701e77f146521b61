"""Runs in GIMP: every way of base type, alpha, profile, selection and offset for one precision, each through the
plug-in's own reading and laying, with a daemon's answer that gives back what it was sent."""

import itertools
import sys
from array import array

import tools
from gi.repository import Gegl, Gimp

WIDTH, HEIGHT = 40, 32
BASES = {"rgb": tools.RGB, "grey": tools.GRAY}
PROFILES = {"rgb": (None, "rgb_adobe"), "grey": (None, "d50_gray_lab_trc")}
TYPES = {
    ("rgb", True): Gimp.ImageType.RGBA_IMAGE, ("rgb", False): Gimp.ImageType.RGB_IMAGE,
    ("grey", True): Gimp.ImageType.GRAYA_IMAGE, ("grey", False): Gimp.ImageType.GRAY_IMAGE,
}  # fmt: skip
SELECTIONS = ("none", "hard", "soft", "layer alone")
PLACES = {"inside": (7, 5, 24, 20), "beyond": (-6, -4, 30, 24)}
FLOATS = "R'G'B'A float"
CODES = {"u8": ("B", 255.0), "u16": ("H", 65535.0), "f32": ("f", 1.0)}


def ways():
    """All of them, by name."""
    for base, alpha in itertools.product(BASES, (True, False)):
        for profile, selection, place in itertools.product(PROFILES[base], SELECTIONS, PLACES):
            yield base, alpha, profile, selection, place


def product(precision, catalog):
    """How far each way is from what it should be: the farthest numbers of the new layer, of what is seen, of its mask;
    and what else has changed, in words."""
    return {" ".join(map(str, way)): one(precision, catalog, *way) for way in ways()}


def one(precision, catalog, base, alpha, profile, selection, place):
    """One way."""
    image, below = scene(precision, base, alpha, profile, PLACES[place])
    choose(image, selection)
    before = state(image, below)
    shown = tools.seen(image, 0, 0, WIDTH, HEIGHT, FLOATS)
    laid, bounds = through(image, below, catalog, selection)
    made, within = laid.layer, precision.startswith("U")
    same = {"a pixel of the artist's": state(image, below) == before}
    same["the precision"] = image.get_precision().value_nick == precision.lower().replace("_", "-")
    same["the kind"] = made.type() == TYPES[base, True] and made.get_mode() == Gimp.LayerMode.NORMAL
    same["the place"] = tools.about(made)["place"] == [bounds.x, bounds.y, bounds.width, bounds.height]
    same["the order"] = [each.get_id() for each in image.get_layers()] == [made.get_id(), below.get_id()]
    wrong = [what for what, holds in same.items() if not holds]
    found = {
        "new": colours(made, below if selection == "layer alone" else None, shown, bounds, within),
        "seen": farthest(shown, tools.seen(image, 0, 0, WIDTH, HEIGHT, FLOATS), within),
        "mask": masked(image, made, below, selection, bounds),
        "wrong": wrong,
    }
    image.delete()
    return found


def scene(precision, base, alpha, profile, place):
    """An image with one layer of a ramp; of a float's precision with numbers beyond 0..1 in it; with alpha, part of it
    is transparent, and part of it half so."""
    image = Gimp.Image.new_with_precision(WIDTH, HEIGHT, BASES[base], getattr(Gimp.Precision, precision))
    if profile:
        image.set_color_profile(getattr(Gimp.ColorProfile, "new_" + profile)())
    x, y, width, height = place
    layer = Gimp.Layer.new(image, "own", width, height, TYPES[base, alpha], 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(x, y)
    values = array("f")
    for row, column in itertools.product(range(height), range(width)):
        opacity = 1.0 if not alpha or row > 3 else 0.0 if row < 2 else 0.5
        values.extend((column / width, row / height, 0.25, opacity))
    if precision.split("_")[0] in ("HALF", "FLOAT", "DOUBLE"):
        values[-4:-1] = array("f", (2.0, 1.5, 3.0))
    layer.get_buffer().set(Gegl.Rectangle.new(0, 0, width, height), FLOATS, values.tobytes())
    layer.get_buffer().flush()
    layer.update(0, 0, width, height)
    return image, layer


def choose(image, selection):
    """Select a part, with hard edges or soft ones."""
    if selection == "hard":
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 9, 8, 13, 11)
    elif selection == "soft":
        image.select_ellipse(Gimp.ChannelOps.REPLACE, 10, 9, 16, 12)
        Gimp.Selection.feather(image, 4.0)


def state(image, below):
    """Everything of the artist's, in the image's own numbers."""
    own = tools.numbers(below, 0, 0, below.get_width(), below.get_height(), None)
    bounds = Gimp.Selection.bounds(image)
    selected = tools.numbers(image.get_selection(), 0, 0, WIDTH, HEIGHT, None)
    return own, [*bounds], selected, tools.about(below), image.get_width(), image.get_height()


def through(image, below, catalog, selection):
    """What the plug-in makes of an answer that is what was sent, shown as far as the mask says."""
    from bottega_gimp.asking import Call, ask
    from bottega_gimp.client import Picture
    from bottega_gimp.laying import lay
    from bottega_gimp.wishes import Wish

    values = {"context": "selection", "grow": 0, "feather": 0, "source": "visible"}
    kind = "refine" if selection in ("none", "layer alone") else "inpaint"
    if selection == "layer alone":
        values["source"] = "layer"
    wish = Wish(kind, {"prompt": "", **values})
    asked = ask(Call(wish, None, image, [below]), catalog)
    answer = Picture("", 0, 7, answered(asked.task), None)
    return lay(asked.place, wish, [answer]), asked.place.bounds


def answered(task):
    """The picture that was sent, with the mask as its alpha, in its own depth."""
    from dataclasses import replace

    picture = task.picture
    code, most = CODES.get(picture.depth, ("e", 1.0))
    (mask_code, mask_most), mask = CODES[task.mask.depth], task.mask.data
    shares = [value / mask_most for value in array(mask_code, mask)]
    if code == "e":
        import struct

        alpha = struct.pack(f"<{len(shares)}e", *shares)
        data = bytearray(picture.data)
        data[6::8], data[7::8] = alpha[0::2], alpha[1::2]
        return replace(picture, data=bytes(data))
    values = array(code, picture.data)
    values[3::4] = array(code, [share if code == "f" else round(share * most) for share in shares])
    return replace(picture, data=values.tobytes())


def floats(data, within):
    """As numbers; of whole ones those that sRGB has: those of a larger profile's are rounded beyond it."""
    values = array("f", data)
    return [min(max(value, 0.0), 1.0) for value in values] if within else values


def farthest(one, other, within):
    """Between what is seen where it is opaque: elsewhere a layer above may show more."""
    one, other = floats(one, within), floats(other, within)
    solid = [at for at in range(0, len(one), 4) if one[at + 3] > 0.99]
    return max(abs(one[at + c] - other[at + c]) for at in solid for c in range(4))


def colours(made, alone, shown, bounds, within):
    """How far the new layer's colours are from what was sent there."""
    if alone is not None:
        sent = tools.everything(alone, FLOATS)
        new = tools.everything(made, FLOATS)
        rows = [(at, at) for at in range(0, len(new) // 4, 4)]
    else:
        sent, new, rows = shown, tools.everything(made, FLOATS), []
        for y, x in itertools.product(range(bounds.height), range(bounds.width)):
            if 0 <= y + bounds.y < HEIGHT and 0 <= x + bounds.x < WIDTH:
                rows.append((4 * ((y + bounds.y) * WIDTH + x + bounds.x), 4 * (y * bounds.width + x)))
    sent, new = floats(sent, within), floats(new, within)
    pairs = ((sent[a + c], new[b + c]) for a, b in rows if sent[a + 3] > 0.01 for c in range(3))
    return max(abs(one - two) for one, two in pairs)


def masked(image, made, below, selection, bounds):
    """How far the new layer's mask is from the selection, or from how opaque what was sent is."""
    found = array("H", tools.everything(made.get_mask(), "Y u16"))
    if selection in ("hard", "soft"):
        wanted = tools.numbers(image.get_selection(), bounds.x, bounds.y, bounds.width, bounds.height, "Y u16")
    elif selection == "layer alone":
        wanted = tools.everything(below, "A u16")
    else:
        wanted = tools.seen_without(image, made, bounds, "A u16")
    return max(abs(one - two) for one, two in zip(found, array("H", wanted), strict=True)) / 65535


def catalog():
    """The daemon's, once the plug-in's modules are there."""
    sys.path[:0] = [] if str(tools.PLUGIN) in sys.path else [str(tools.PLUGIN)]
    from bottega_gimp.running import Desk

    desk = Desk()
    try:
        return desk.catalog()
    finally:
        desk.close()
