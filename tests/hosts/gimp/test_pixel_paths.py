"""Every kind of image that GIMP has: what is sent and what comes back are the image's own numbers.

At strength 0 the daemon gives back what it was sent, so a layer's numbers must be those of the layer below.
"""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.hosts.gimp.rig import Gimp

BACK = """
image = picture(precision=precision, base={"rgb": RGB, "grey": GRAY}[base], profile=profile)
below = image.get_layers()[0]
before = everything(below, name)
image.select_rectangle(ChannelOps.REPLACE, 37, 21, 50, 40)
said = call("inpaint", image, strength=0.0, steps=2, fill="keep")
assert said["status"] == "success", said
made = said["layer"]
x, y = made.get_offsets()[1:]
size = made.get_width(), made.get_height()
result = {
    "untouched": everything(below, name) == before,
    "precision": image.get_precision().value_nick,
    "new": text(everything(made, name)),
    "old": text(numbers(below, x, y, *size, name)),
    "mask": text(everything(made.get_mask(), "Y u8")),
    "mask_kind": made.get_mask().type().value_nick,
    "place": [x, y, *size],
}
image.delete()
"""
CASES = [
    ("U8_NON_LINEAR", "rgb", None, "R'G'B' u8", 0.0),
    ("U8_LINEAR", "rgb", None, "RGB u8", 0.0),
    ("U8_PERCEPTUAL", "grey", None, "Y' u8", 0.0),
    ("U8_NON_LINEAR", "rgb", "rgb_adobe", "R'G'B' float", 0.5 / 255),
    ("U16_NON_LINEAR", "rgb", "rgb_adobe", "R'G'B' float", 3e-4),
    ("U16_NON_LINEAR", "rgb", None, "R'G'B' u16", 1e-4),
    ("U16_LINEAR", "grey", None, "Y u16", 1e-4),
    ("U32_NON_LINEAR", "rgb", None, "R'G'B' float", 1e-5),
    ("HALF_LINEAR", "rgb", None, "RGB float", 1e-3),
    ("HALF_NON_LINEAR", "grey", None, "Y' float", 1e-3),
    ("FLOAT_LINEAR", "rgb", None, "RGB float", 1e-5),
    ("FLOAT_PERCEPTUAL", "rgb", "rgb_adobe", "R'G'B' float", 1e-4),
    ("DOUBLE_LINEAR", "rgb", None, "RGB float", 1e-5),
]
TYPES = {"u8": (np.uint8, 255.0), "u16": (np.uint16, 65535.0), "float": (np.float32, 1.0)}


@pytest.mark.parametrize(("precision", "base", "profile", "name", "close"), CASES, ids=str)
def test_what_is_not_repainted_comes_back_as_it_was(
    gimp: Gimp, precision: str, base: str, profile: str | None, name: str, close: float
) -> None:
    said = gimp.run(BACK, precision=precision, base=base, profile=profile, name=name)
    kind, one = TYPES[name.split()[1]]
    new, old = (np.frombuffer(base64.b64decode(said[key]), kind).astype(np.float64) / one for key in ("new", "old"))
    assert np.abs(new - old).max() <= close
    assert said["untouched"] and said["precision"] == precision.lower().replace("_", "-")
    assert said["mask_kind"] == "gray-image"
    x, y, width, height = said["place"]
    assert (x <= 37, y <= 21, x + width >= 87, y + height >= 61) == (True,) * 4
    mask = np.frombuffer(base64.b64decode(said["mask"]), np.uint8).reshape(height, width)
    assert mask[21 - y : 61 - y, 37 - x : 87 - x].min() == 255, "what is selected is shown"


PRECISIONS = [
    f"{name}_{curve}"
    for name in ("U8", "U16", "U32", "HALF", "FLOAT", "DOUBLE")
    for curve in ("LINEAR", "NON_LINEAR", "PERCEPTUAL")
]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_way_through_the_plugin(gimp: Gimp, precision: str) -> None:
    """Base type x alpha x profile x selection x offset, with an answer that is what was sent: the new layer holds its
    numbers at its place, its mask is the selection, what is seen stays what it was, and so does all that was there."""
    ways = gimp.run("import product\nresult = product.product(precision, product.catalog())", precision=precision)
    assert len(ways) == 64
    assert not {name: way["wrong"] for name, way in ways.items() if way["wrong"]}
    worst = {key: max((way[key], name) for name, way in ways.items()) for key in ("new", "seen", "mask")}
    finest = 2e-3 if "NON_LINEAR" in precision else 5e-4  # babl's own way from Adobe's curve to sRGB's, near black
    close = {"U8": 0.6 / 255, "HALF": 5e-3}.get(precision.split("_", maxsplit=1)[0], finest)
    assert worst["new"][0] <= close and worst["seen"][0] <= close, worst
    assert worst["mask"][0] <= 1 / 65535, worst


@pytest.mark.parametrize(
    ("precision", "close"), [("U8_NON_LINEAR", 1.01 / 255), ("U16_LINEAR", 1e-4), ("FLOAT_LINEAR", 1e-5)]
)
def test_results_are_scaled_as_gimp_scales_layers(gimp: Gimp, precision: str, close: float) -> None:
    """Larger, smaller and out of proportion, soft edges too: though it is done in the plug-in's own process."""
    said = gimp.run(
        """
        import random
        sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
        from bottega_gimp import client, pixels
        found = []
        for width, height in ((320, 240), (80, 60), (213, 97), (1, 200)):
            image = picture(160, 120, RGB, precision)
            own = image.get_layers()[0]
            noise = random.Random(5).randbytes(160 * 120 * 4)
            own.get_buffer().set(Gegl.Rectangle.new(0, 0, 160, 120), "R'G'B'A u8", noise)
            own.get_buffer().flush()
            kind = pixels.kind_of(image)
            whole = client.Extent(160, 120).bounds
            ours = pixels.scaled(pixels.read(own, whole, kind, 4), client.Extent(width, height))
            own.scale(width, height, False)
            theirs = pixels.read(own, ours.extent.bounds, kind, 4)
            found.append([kind.depth, text(ours.data), text(theirs.data)])
            image.delete()
        result = found
        """,
        precision=precision,
    )
    for depth, *both in said:
        kind, one = TYPES["float" if depth == "f32" else depth]
        ours, theirs = (np.frombuffer(base64.b64decode(each), kind).astype(np.float64) / one for each in both)
        assert ours.size == theirs.size and np.abs(ours - theirs).max() <= close
