"""Every pixel path through the plug-in: what is read, what is sent, what comes to lie in the document."""

import dataclasses
import random
from functools import partial

import stage
from krita import Selection

SIZES = {"U8": 4, "U16": 8, "F16": 8, "F32": 16}
CASES = (
    {"name": "u8", "depth": "U8"},
    {"name": "u8-hard", "depth": "U8", "soft": 0},
    {"name": "u8-wide", "depth": "U8", "profile": "ClayRGB-elle-V2-g22.icc"},
    {"name": "u16", "depth": "U16", "profile": "sRGB-elle-V2-srgbtrc.icc"},
    {"name": "u16-linear", "depth": "U16"},
    {"name": "u16-wide", "depth": "U16", "profile": "ClayRGB-elle-V2-g22.icc"},
    {"name": "f16-linear", "depth": "F16"},
    {"name": "f16-wide", "depth": "F16", "profile": "Rec2020-elle-V4-g10.icc"},
    {"name": "f32-linear", "depth": "F32"},
    {"name": "f32-wide", "depth": "F32", "profile": "Rec2020-elle-V4-g10.icc"},
    {"name": "baked", "depth": "U16", "profile": "sRGB-elle-V2-srgbtrc.icc", "masked": False},
    {"name": "baked-f32", "depth": "F32", "masked": False},
    {"name": "refine", "depth": "U8", "params": {"strength": 0.5}},
    {"name": "whole", "depth": "U8", "rect": (0, 0, 160, 144), "soft": 0},
    {"name": "none", "depth": "U8", "rect": None},
    {"name": "none-f32", "depth": "F32", "rect": None},
    {"name": "refine-none", "depth": "U8", "rect": None, "params": {"strength": 0.4}},
    {"name": "corner", "depth": "U8", "rect": (128, 120, 32, 24)},
    {"name": "background", "depth": "U8", "params": {"mode": "background"}},
    {"name": "add", "depth": "U8", "params": {"mode": "add"}},
    {"name": "remove", "depth": "U8", "params": {"mode": "remove", "prompt": ""}},
    {"name": "beyond", "depth": "U8", "rect": None, "params": {"mode": "expand"}, "margins": (0, 0, 48, 16)},
    {"name": "count", "depth": "U8", "params": {"count": 2}},
)


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """All cases, one after the other."""
    studio = stage.begin()
    said = {case["name"]: act(studio, case, out) for case in CASES}
    said["empty"] = empty(studio)
    said["refused"] = {model: refused(studio, model) for model in ("GRAYA", "CMYKA")}
    said["slices"] = studio.slices.seen
    return said


def pattern(width, height, depth, seed):
    """Bytes of a document's own layout: noise in a range that every depth has, alpha 1."""
    import struct

    dice = random.Random(seed)
    values = [dice.random() * 0.8 + 0.1 for _ in range(256)]
    code, one = {"U8": ("B", 255), "U16": ("H", 65535), "F16": ("e", 1.0), "F32": ("f", 1.0)}[depth]
    stored = [round(v * one) if one > 1 else v for v in values]
    pixels = []
    for y in range(height):
        for x in range(width):
            k = (x // 8 * 7 + y // 8 * 13) % 250
            pixels += [stored[k], stored[k + 1], stored[k + 2], one]
    return struct.pack(f"<{len(pixels)}{code}", *pixels)


def act(studio, case, out):
    """One job, applied; bytes of before and after are left in files."""
    width, height, depth, name = 160, 144, case["depth"], case["name"]
    document = stage.document(width, height, depth, case.get("profile", ""))
    lower = document.rootNode().childNodes()[0]
    lower.setPixelData(pattern(width, height, depth, 1), 0, 0, width, height)
    upper = document.createNode("upper", "paintlayer")
    upper.setPixelData(pattern(48, 40, depth, 2), -16, 100, 48, 40)  # it leaves the canvas
    upper.setOpacity(128)
    upper.setBlendingMode("multiply")
    mask = document.createTransparencyMask("own mask")
    half = Selection()
    half.select(-16, 100, 30, 40, 200)
    mask.setSelection(half)
    upper.addChildNode(mask, None)
    document.rootNode().addChildNode(upper, None)
    document.refreshProjection()
    document.waitForDone()
    rect = case.get("rect", (40, 44, 56, 48))
    if rect:
        stage.select(document, *rect, soft=case.get("soft", 5))
    document.setActiveNode(lower)
    keep(out, f"{name}-before", document.pixelData(0, 0, width, height))
    own = user_state(document, upper, lower)
    studio.main.blocks.clear()
    work = ask(studio, case, document)
    result = [apply(studio, work, candidate, case, out, f"{name}-{k}") for k, candidate in enumerate(work.candidates)]
    document.waitForDone()
    keep(out, f"{name}-after", document.pixelData(*case.get("margins", (0, 0))[:2], width, height))
    task = work.request.task
    keep(out, f"{name}-picture", task.picture.data)
    keep(out, f"{name}-mask", task.mask.data)
    said = {
        "profile": document.colorProfile(),
        "task": {**{f.name: plain(getattr(task, f.name)) for f in dataclasses.fields(task)}},
        "plan": work.request.plan.as_dict(),
        "kept": own == user_state(document, upper, lower, *case.get("margins", (0, 0))[:2]),
        "order": [node.name() for node in document.rootNode().childNodes()],
        "canvas": [document.width(), document.height()],
        "results": result,
        "seconds": work.seconds,
        "work": {kind: worked for kind, (_, worked) in studio.main.blocks.items()},
    }
    if name == "u8-wide":
        at = work.candidates[0].bounds
        document.setColorSpace("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")
        document.waitForDone()
        layer = next(node for node in document.rootNode().childNodes() if node.name() == result[0]["name"])
        keep(out, f"{name}-seen", layer.pixelData(at.x, at.y, at.width, at.height))
    document.close()
    return said


def ask(studio, case, document):
    """Hand the job in and wait for its end."""
    from bottega_krita.geometry import Margins
    from bottega_krita.params import Params

    wishes = {"prompt": "red brick", "steps": 2, "seed": 7, **case.get("params", {})}
    how = live(document) if case.get("live") else {}
    work = studio.ask(Params(**wishes), document, margins=Margins(*case.get("margins", (0, 0, 0, 0))), **how)
    stage.pump(lambda: work.ended)
    if work.error:
        raise RuntimeError(f"{case['name']}: {work.error} {work.error.remedy}")
    return work


def live(document):
    """As live painting asks, with its own copy of the canvas."""
    from bottega_krita.canvas import sheet
    from bottega_krita.live import read
    from bottega_krita.mosaic import Mosaic

    seen = sheet(document)
    return {"replaces": "live", "reader": partial(read, Mosaic(seen.extent, seen.colours))}


def apply(studio, work, candidate, case, out, name):
    """Put a candidate into the document; its bytes are left in files."""
    before = candidate.applied
    found = []
    studio.applied.connect(lambda *said: found.append(said[2]))
    studio.apply(work, candidate, masked=case.get("masked", True))
    stage.pump(lambda: candidate.applied > before or work.error)
    if work.error:
        raise work.error
    layer, at = found[-1], candidate.bounds
    margins = work.request.margins
    x, y = at.x + margins.left, at.y + margins.top
    keep(out, f"{name}-candidate", candidate.picture.pixels.data)
    keep(out, f"{name}-layer", layer.pixelData(x, y, at.width, at.height))
    masks = layer.childNodes()
    if masks:
        keep(out, f"{name}-layermask", masks[0].selection().pixelData(x, y, at.width, at.height))
    image = candidate.image
    return {
        "name": layer.name(),
        "bounds": at.as_dict(),
        "seed": candidate.picture.seed,
        "masks": [mask.type() for mask in masks],
        "colours": [layer.colorModel(), layer.colorDepth(), layer.colorProfile()],
        "image": [image.width(), image.height()],
    }


def user_state(document, upper, lower, x=0, y=0):
    """Everything that is the user's own: pixels on and off the canvas, opacity, blend mode, masks."""
    return [
        bytes(upper.pixelData(x - 20, y + 96, 60, 50)),
        bytes(lower.pixelData(x, y, 160, 144)),
        [(n.name(), n.opacity(), n.blendingMode(), n.visible(), len(n.childNodes())) for n in (upper, lower)],
        bytes(upper.childNodes()[0].selection().pixelData(x - 20, y + 96, 60, 50)),
    ]


def empty(studio):
    """What is made of a selection without bounds, and of one that has bounds and holds nothing."""
    from bottega_krita.params import Params

    found = {}
    document = stage.document(64, 48)
    hollow = Selection()
    hollow.select(8, 8, 32, 24, 255)
    hollow.setPixelData(bytes(32 * 24), 8, 8, 32, 24)
    for name, selection in (("no bounds", Selection()), ("all 0", hollow)):
        document.setSelection(selection)
        document.waitForDone()
        there = document.selection()
        work = studio.ask(Params(prompt="stone", steps=1, seed=1, mode="fill"), document)
        stage.pump(lambda work=work: work.ended)
        bounds = work.candidates[0].bounds.as_dict() if work.candidates else None
        held = [there.x(), there.y(), there.width(), there.height()] if there else None
        found[name] = [held, work.state, str(work.error), work.request and work.request.mode.name, bounds]
    document.close()
    return found


def refused(studio, model):
    """What is said of an image that cannot be painted on."""
    from bottega_krita.params import Params

    document = stage.document(64, 64, "U8", "", model)
    work = studio.ask(Params(prompt="x"), document)
    document.close()
    return [work.state, str(work.error), work.error.remedy]


def plain(value):
    """For JSON."""
    kind = type(value).__name__
    if kind == "Pixels":
        return [value.width, value.height, value.channels, value.depth, value.color_space]
    if kind == "Margin":
        return [value.pixels, value.relative]
    return value


def keep(out, name, data):
    """Leave bytes in a file."""
    (out / f"{name}.bin").write_bytes(bytes(data))
