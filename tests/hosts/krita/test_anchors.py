"""What was painted before an image grew, shrank or was cropped is shown and laid where it belongs, in a live Krita."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.hosts.krita.rig import Krita

TOOLS = """
from bottega_krita.anchors import Anchor, anchor, shifted
from bottega_krita.client import Extent

def laid():
    return [n for n in d.rootNode().childNodes() if n.name() == "red brick (3)"]

def shape(node):
    at = node.bounds()
    place = [at.x(), at.y(), at.width(), at.height()]
    return place, bytes(node.projectionPixelData(*place)), bytes(node.childNodes()[0].projectionPixelData(*place))
"""


@pytest.fixture(scope="module")
def filled(opened: Krita) -> Krita:
    """A fill of a selection, applied once, with a layer that the artist has moved by hand since."""
    opened.run(TOOLS)
    opened.run("d = fresh(name='filled')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        for name in ("own", "moved"):
            layer = d.createNode(name, "paintlayer")
            d.rootNode().addChildNode(layer, None)
        s = Selection()
        s.select(60, 50, 48, 40, 255)
        s.feather(4)
        d.setSelection(s)
        d.waitForDone()
        dock.form.prompt.setPlainText("red brick")
        fill = dock.ask("fill")
        dock.form.prompt.setPlainText("green grass")
    """)
    opened.wait("fill.ended and len(memory.records(d)) == 1")
    opened.run("layer.move(7, 3); S.apply(fill, fill.candidates[0])")
    opened.wait("fill.candidates[0].applied == 1")
    opened.run("d.waitForDone(); K.action('deselect').trigger()")
    return opened


@pytest.fixture
def grown(filled: Krita) -> Generator[Krita]:
    """The image painted further to the left and the top by 40 and 24 pixels, and small again afterwards."""
    filled.run("dock.margins[0].setValue(40); dock.margins[1].setValue(24); wide = dock.ask('expand')")
    filled.wait("wide.ended")
    filled.run("dock.margins[0].setValue(0); dock.margins[1].setValue(0); S.apply(wide, wide.candidates[0])")
    filled.wait("wide.candidates and wide.candidates[0].applied and d.width() == 232 and not S.main._chores", 60)
    filled.run("d.waitForDone()")
    yield filled
    filled.run("""
        d.waitForDone()
        for each in laid()[1:]:
            each.remove()
    """)
    if filled.run("result = d.width()") != 192:
        filled.changed("d.resizeImage(40, 24, 192, 160)")


def again(krita: Krita, act: str, count: int) -> tuple[list[object], list[object]]:
    """The earlier layer, and the one that is laid now."""
    krita.run(act)
    krita.wait(f"len(laid()) == {count} and not S.main._chores", 60)
    first, *_, last = krita.run(
        "d.waitForDone(); result = [[p, c.hex(), m.hex()] for p, c, m in map(shape, sorted(laid(), key="
        "lambda n: n != early))]"
    )
    return first, last


def test_an_earlier_fill_is_laid_where_it_was(grown: Krita) -> None:
    """By the strip, and by the history: the layer that was applied before and those of now lie upon one another, with
    their masks."""
    grown.run("early = laid()[0]")
    first, second = again(grown, "S.apply(fill, fill.candidates[0])", 2)
    assert first[0] != [60, 50, 48, 40] and second == first
    grown.run("row = [r.params['mode'] for r in memory.records(d)].index('fill'); dock.history.list.setCurrentRow(row)")
    first, third = again(grown, "dock.history.apply()", 3)
    assert third == first


def test_its_preview_follows_the_canvas(grown: Krita) -> None:
    """Shown while the outpaint is undone and done again, and while the artist crops the image: always where the layer
    lies that was applied before."""
    grown.run("early = laid()[0]; dock.results._refill()")
    grown.run("""
        dock.results.strip.setCurrentRow(dock.results.strip.count() - 1)
        at, shown = fill.candidates[0].bounds, dock.results.current()[0]
    """)
    assert grown.run("result = shown is fill")
    steps = (
        ("pass", 232, (40, 24)),
        ("K.action('edit_undo').trigger()", 192, (0, 0)),
        ("K.action('edit_redo').trigger()", 232, (40, 24)),
        ("d.resizeImage(50, -10, 130, 200)", 130, (-10, 34)),
        ("d.resizeImage(-50, 10, 232, 184)", 232, (40, 24)),
    )
    for act, width, (x, y) in steps:
        grown.changed(act)
        grown.wait(f"d.width() == {width} and not S.main._chores", 20)
        grown.run("d.waitForDone()")
        grown.wait(f"dock.overlay.place == at.moved({x}, {y})", 10)
        assert grown.run("result = dock.overlay._glass._place.x() == dock.overlay.place.x")
    grown.run("dock.overlay.hide()")


def test_a_candidate_of_a_cropped_image_is_laid_where_it_was(grown: Krita) -> None:
    """The artist crops the image by hand after it was painted."""
    grown.run("early = laid()[0]")
    grown.changed("d.crop(70, 50, 120, 100)")
    first, second = again(grown, "S.apply(fill, fill.candidates[0])", 2)
    assert first[0] == second[0] and first[2] == second[2]
    grown.run("d.resizeImage(-70, -50, 232, 184); d.waitForDone()")


def test_a_saved_image_knows_it_too(grown: Krita) -> None:
    """Closed and opened again, its history lays the earlier fill where it was applied before."""
    grown.run("""
        d.setBatchmode(True)
        d.saveAs("/home/artist/grown.kra")
        first_of_all, d = d, K.openDocument("/home/artist/grown.kra")
        K.activeWindow().addView(d)
        d.waitForDone()
    """)
    grown.wait("K.activeDocument() == d and dock.history.list.count() > 1 and not S.main._chores", 60)
    grown.run("early = laid()[0]")
    grown.run("row = [r.params['mode'] for r in memory.records(d)].index('fill'); dock.history.list.setCurrentRow(row)")
    first, second = again(grown, "dock.history.apply()", 2)
    assert first[0] == second[0] and first[2] == second[2]
    grown.run("d.waitForDone(); d.setModified(False); d.close(); d = first_of_all")
    grown.wait("K.activeDocument() == d", 20)


def test_two_outpaints_of_the_same_image_both_find_room(opened: Krita) -> None:
    """To the left and to the right, asked for before either is applied, and applied at once: the canvas grows twice."""
    opened.run("d = fresh(name='both'); d.waitForDone()")
    opened.wait("K.activeDocument() == d")
    for side in (0, 2):
        opened.run(f"dock.margins[{side}].setValue(32); w{side} = dock.ask('expand'); dock.margins[{side}].setValue(0)")
    opened.wait("w0.ended and w2.ended", 60)
    opened.run("S.apply(w0, w0.candidates[0]); S.apply(w2, w2.candidates[0])")
    opened.wait("d.width() == 256 and len(d.rootNode().childNodes()) == 3 and not S.main._chores", 60)
    spans = opened.run("""
        d.waitForDone()
        bounds = [n.bounds() for n in d.rootNode().childNodes() if n.childNodes()]
        result = [d.height(), sorted([b.x(), b.x() + b.width()] for b in bounds)]
    """)
    height, ((left, inner), (other, right)) = spans
    assert (height, left, right) == (160, 0, 256) and 32 <= inner < 96 and 160 < other <= 224


def test_a_turned_image_has_not_been_shifted(opened: Krita) -> None:
    """Protects results from being laid beyond the canvas: Krita turns layers about the corner, and their places with
    them."""
    opened.run(TOOLS)
    opened.run("""
        import math
        d = fresh(name="turned", width=200, height=120)
        second = d.createNode("second", "paintlayer")
        d.rootNode().addChildNode(second, None)
        second.setPixelData(bytes([9, 99, 200, 255]) * 400, 30, 40, 20, 20)
        d.waitForDone()
        before = anchor(d)
    """)
    found = []
    for _ in range(4):  # a quarter each
        opened.changed("d.rotateImage(math.pi / 2)")
        found.append(opened.run("result = [list(shifted(d, before)), d.width(), d.height()]"))
    assert [size for _, *size in found] == [[120, 200], [200, 120]] * 2
    assert [shift for shift, *_ in found] == [[0, 0]] * 4
