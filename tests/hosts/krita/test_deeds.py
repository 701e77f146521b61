"""Live painting follows what Krita finishes long after the click, in a live Krita: fills, undo, filters, layers
that are switched off, under a filter layer that takes its time; and selections whose shape changes anywhere."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from tests.hosts.krita.rig import Krita

SIDE = 1024
FOLLOWED = 8.0
"""Seconds within which all of the canvas is known as it is: Krita's own time, and a few more on a busy machine."""
BEGIN = f"""
from bottega_krita.client import Bounds
from bottega_krita.overlay import canvas_widget
from bottega_krita.pixels import swapped
from PyQt5.QtWidgets import QTreeView
import time
d = fresh({SIDE}, {SIDE}, 'deeds')
"""
SLOW = '''
low = d.rootNode().childNodes()[0]
high = d.createNode("high", "paintlayer")
d.rootNode().addChildNode(high, None)
high.setPixelData(bytes([20, 90, 40, 255]) * (512 * 512), 500, 500, 512, 512)
blur = K.filter("gaussian blur")
said = blur.configuration()
said.setProperty("horizRadius", 60)
said.setProperty("vertRadius", 60)
blur.setConfiguration(said)
everywhere = Selection()
everywhere.select(0, 0, d.width(), d.height(), 255)
slow = d.createFilterLayer("slow", blur, everywhere)
d.rootNode().addChildNode(slow, None)
d.refreshProjection()
d.waitForDone()

def eye(node):
    """Where the Layers docker shows whether a layer is visible, on the screen."""
    views = K.activeWindow().qwindow().findChildren(QTreeView)
    view = [each for each in views if each.metaObject().className() == "NodeView"][0]
    above = view.currentIndex().parent()
    rows = [view.model().index(k, 1, above) for k in range(view.model().rowCount(above))]
    row = [each for each in rows if each.siblingAtColumn(0).data() == node.name()][0]
    there = view.viewport().mapToGlobal(view.visualRect(row).center())
    return [there.x(), there.y()]

def canvas():
    return d.pixelData(0, 0, d.width(), d.height()).data()

def known():
    return b"".join(L._mosaic.parts(Bounds(0, 0, d.width(), d.height())))

def at_rest():
    return L._work.ended and L._mosaic.quiet and not L._dirty
'''
LISTENING = """
stroke, heard, came = L._stroke, [], []

def listening(event):
    heard.append(time.monotonic())
    stroke(event)

L._stroke = listening
L.shown.connect(lambda candidate, seconds: came.append([time.monotonic(), seconds]))
there = canvas_widget(dock.window())
there = there.mapToGlobal(there.rect().center() / 2)  # nothing lies over the layer there
"""


@pytest.fixture(scope="module")
def slow(opened: Krita) -> Generator[Krita, Any, None]:
    """Live painting of two layers under a blur, its first picture there."""
    opened.run(BEGIN)
    opened.wait("K.activeDocument() == d")
    opened.run(SLOW)
    opened.wait("d.activeNode() == slow", 30)  # Krita chooses a new layer a little later
    opened.run("d.setActiveNode(low)")
    opened.wait("d.activeNode() == low", 30)
    opened.run("""
        dock.form.steps.setValue(1)
        L = dock.live.live
        L.latencies.clear()
        dock.live.switch.setChecked(True)
        canvas_widget(dock.window()).setFocus()
    """)
    opened.wait("L.latencies and at_rest()")
    yield opened
    opened.run("dock.live.switch.setChecked(False)")


@pytest.mark.parametrize(
    ("what", "hands"),
    [
        ("a fill", ("key", "shift+BackSpace")),
        ("its undo", ("key", "ctrl+z")),
        ("a layer switched off", "eye"),
        ("a layer switched on", "eye"),
        ("a filter", ("key", "ctrl+i")),
        ("the filter's undo", ("key", "ctrl+z")),
    ],
)
def test_what_krita_finishes_later_is_followed(slow: Krita, what: str, hands: str | tuple[str, ...]) -> None:
    """All tiles are known as they are within seconds, by a key or a click that Krita hears itself, and asked for so."""
    slow.wait("at_rest()")
    slow.run("before, requests = canvas(), L.requests; assert known() == before")
    if hands == "eye":
        hands = ("mousemove", *slow.run("result = eye(high)"), "click", "1")
    slow.desk.hands(*hands)
    slow.wait("canvas() != before", 30)
    slow.run("d.waitForDone(); done = time.monotonic()")
    slow.wait("known() == canvas()", FOLLOWED)
    slow.wait("L.requests > requests and at_rest()")
    said = slow.run("result = [L.running, swapped(canvas(), 'u8') == L._work.request.whole.picture.data]")
    assert said == [True, True], what


def test_what_a_script_paints_is_found_as_a_whole(slow: Krita) -> None:
    """Without pen or key: where one tile is found to differ, all are looked at."""
    slow.wait("at_rest()")
    slow.run("""
        for x, y in ((0, 0), (900, 0), (0, 900), (400, 400)):
            low.setPixelData(bytes([0, 0, 255, 255]) * 4096, x, y, 64, 64)
        d.refreshProjection()
        d.waitForDone()
        assert known() != canvas()
    """)
    slow.wait("known() == canvas()", FOLLOWED)
    slow.wait("at_rest()")


def test_the_time_to_a_picture_counts_from_the_pen(slow: Krita) -> None:
    """From the stroke's first event, though Krita shows it later."""
    x, y = slow.run(LISTENING + "result = [there.x(), there.y()]")
    slow.desk.hands("mousemove", x, y, "mousedown", 1, "mousemove", x + 9, y + 9, "mouseup", 1)
    slow.wait("came and at_rest()")
    first, (shown, seconds) = slow.run("L._stroke = stroke; result = [heard[0], came[0]]")
    assert seconds == pytest.approx(shown - first, abs=0.05)


def test_a_selection_of_another_shape_is_seen_wherever_it_differs(slow: Krita) -> None:
    """Its bounds are the same; two rows of it are not."""
    slow.run("""
        requests = L.requests
        s = Selection()
        s.select(0, 0, 600, 600, 255)
        d.setSelection(s)
    """)
    slow.wait("L.requests > requests and at_rest()")
    slow.run("""
        requests, unselected = L.requests, L._work.request.whole.mask.data.count(0)
        hole = Selection()
        hole.select(301, 301, 2, 2, 255)
        s.subtract(hole)
        d.setSelection(s)
    """)
    slow.desk.hands("key", "Shift_L")
    slow.wait("L.requests > requests and at_rest()", 60)
    assert slow.run("result = L._work.request.whole.mask.data.count(0) - unselected") == 4
