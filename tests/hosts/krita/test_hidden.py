"""What a control layer is read as, in a live Krita: groups, clones and masked layers that are switched off as they are
when they are seen, and of every depth as fine as of 8 bits."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from tests.hosts.krita.rig import Krita

SIDE = 1024
BEGIN = f"""
from bottega_krita import following
from bottega_krita.canvas import sheet
from bottega_krita.client import Bounds
import struct
d = fresh({SIDE}, {SIDE}, "hidden")

def read(node):
    found = []
    def steps():
        picture = yield from following.on_black(sheet(d), node, Bounds(0, 0, d.width(), d.height()))
        kind = [picture.width, picture.height, picture.channels, picture.depth, picture.color_space]
        found.append([*kind, picture.data])
    S.main.chore("hint", steps(), lambda error: found.append(repr(error)))
    return found
"""
LAYERS = """
def painted(name, x, y, width, height):
    layer = d.createNode(name, "paintlayer")
    layer.setPixelData(bytes([30, 200, 90, 255]) * (width * height), x, y, width, height)
    return layer

top = d.rootNode()
group = d.createGroupLayer("group")
top.addChildNode(group, None)
group.addChildNode(painted("lines", 100, 20, 700, 9), None)  # three bands of four are empty
source = painted("source", 40, 700, 500, 9)
top.addChildNode(source, None)
clone = d.createCloneLayer("clone", source)
top.addChildNode(clone, None)
masked = painted("masked", 0, 0, 1024, 1024)
top.addChildNode(masked, None)
mask = d.createTransparencyMask("mask")
part = Selection()
part.select(0, 600, 1024, 30, 255)
mask.setSelection(part)
masked.addChildNode(mask, None)
outer = d.createGroupLayer("outer")
top.addChildNode(outer, None)
inner = painted("inner", 300, 300, 50, 600)
outer.addChildNode(inner, None)
d.refreshProjection()
d.waitForDone()
"""


@pytest.fixture(scope="module")
def layered(opened: Krita) -> Generator[Krita, Any, None]:
    """An image of a group, a clone, a masked layer and a layer inside a group."""
    opened.run(BEGIN)
    opened.wait("K.activeDocument() == d")
    opened.run(LAYERS)
    yield opened
    opened.run("d.setModified(False)")


@pytest.mark.parametrize(("name", "switched"), [(n, n) for n in ("group", "clone", "masked")] + [("inner", "outer")])
def test_a_hidden_layer_is_read_as_it_is_seen(layered: Krita, name: str, switched: str) -> None:
    """Hidden itself or by its group; nothing of the image is changed for that."""
    layered.run(f"seen = read({name})")
    layered.wait("seen", 30)
    layered.run(f"{switched}.setVisible(False); d.refreshProjection(); d.waitForDone(); d.setModified(False)")
    layered.run(f"hidden = read({name})")
    layered.wait("hidden", 30)
    said = layered.run(f"""
        result = [hidden[0][:5] if isinstance(hidden[0], list) else hidden[0], hidden == seen, any(seen[0][5]),
                  {switched}.visible(), d.modified(), len(K.documents())]
        {switched}.setVisible(True)
    """)
    images = layered.run("result = len(K.documents())")
    assert said == [[SIDE, SIDE, 3, "u8", "srgb"], True, True, False, False, images]


def test_a_group_that_was_never_seen_is_read_too(layered: Krita) -> None:
    """Krita has composed nothing of it yet."""
    layered.run("""
        unseen = d.createGroupLayer("unseen")
        unseen.setVisible(False)
        top.addChildNode(unseen, None)
        unseen.addChildNode(painted("deep", 500, 500, 100, 10), None)
        d.waitForDone()
        found = read(unseen)
    """)
    layered.wait("found", 30)
    assert layered.run("result = sum(1 for value in found[0][5][0::3] if value)") == 1000


@pytest.mark.parametrize(
    ("depth", "profile"),
    [
        ("U8", "sRGB-elle-V2-g10.icc"),
        ("U16", "sRGB-elle-V2-g10.icc"),
        ("U16", "sRGB-elle-V2-srgbtrc.icc"),
        ("F16", "sRGB-elle-V2-g10.icc"),
        ("F32", "sRGB-elle-V2-g10.icc"),
    ],
)
def test_hints_are_as_fine_in_every_depth(opened: Krita, depth: str, profile: str) -> None:
    """Lines of one pixel and all greys, above the size of small pictures, within a level of what 8 bits of sRGB say (8
    bits of linear light have fewer dark levels)."""
    opened.run(BEGIN)
    opened.run("""
        d = K.createDocument(500, 360, "fine", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
        d.setBatchmode(True)
        layer = d.rootNode().childNodes()[0]
        rows = [[v for x in range(500) for v in ([x % 256] * 3 if y % 3 else [255 * (x % 2)] * 3) + [255 - y % 200]]
                for y in range(360)]
        layer.setPixelData(b"".join(map(bytes, rows)), 0, 0, 500, 360)
        d.refreshProjection()
        d.waitForDone()
        plain = read(layer)
    """)
    opened.wait("plain", 30)
    opened.run(
        f"d.setColorSpace('RGBA', '{depth}', '{profile}'); d.waitForDone(); d.refreshProjection(); d.waitForDone()"
    )
    opened.run("layer = d.rootNode().childNodes()[0]; fine = read(layer)")
    opened.wait("fine", 30)
    hexed = opened.run("result = [plain[0][5].hex(), fine[0][5].hex()]; d.close()")
    plain, fine = (np.frombuffer(bytes.fromhex(each), np.uint8).astype(int) for each in hexed)
    away = np.abs(plain - fine)
    if depth == "U8":
        away = away[plain > 100]
    assert plain.max() == 255 and away.max() <= 2 and np.mean(away > 1) < 0.02


def test_a_wide_layer_keeps_its_lines(opened: Krita) -> None:
    """Wider than a screen: nothing is made smaller on the way."""
    opened.run(BEGIN)
    opened.run("""
        d = K.createDocument(2500, 16, "wide", "RGBA", "U8", "", 72.0)
        d.setBatchmode(True)
        layer = d.rootNode().childNodes()[0]
        layer.setPixelData((bytes([255] * 4) + bytes([0, 0, 0, 255])) * (1250 * 16), 0, 0, 2500, 16)
        d.refreshProjection()
        d.waitForDone()
        lines = read(layer)
    """)
    opened.wait("lines", 30)
    assert opened.run("result = [lines[0][:2], set(lines[0][5][0::6]), set(lines[0][5][3::6])]; d.close()") == [
        [2500, 16],
        "{255}",
        "{0}",
    ]


def test_floating_point_candidates_are_shown_as_large_as_they_are(opened: Krita) -> None:
    """Up to the size of a screen."""
    said = opened.run("""
        from bottega_krita.client import Pixels
        from bottega_krita.pictures import image_of
        import struct
        shown = [image_of(Pixels(w, h, 4, "f32", "linear", struct.pack("<4f", 0.5, 1.0, 0.0, 1.0) * (w * h)))
                 for w, h in ((700, 500), (4200, 60))]
        result = [[each.width(), each.height(), each.pixelColor(3, 3).getRgb()] for each in shown]
    """)
    assert said == [[700, 500, [188, 255, 0, 255]], [2048, 29, [188, 255, 0, 255]]]
