"""Control layers that are seen are no part of what is painted on, in a live Krita, and the image stays as it was."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from tests.hosts.krita.rig import Krita

BEGIN = """
from PyQt5.QtWidgets import QListView
from bottega_krita.pixels import swapped
import os

def noise(width, height):
    return bytes(255 if k % 4 == 3 else value for k, value in enumerate(os.urandom(width * height * 4)))

def shown():
    d.waitForDone()
    d.refreshProjection()
    d.waitForDone()
    return swapped(d.pixelData(0, 0, 192, 160).data(), "u8")

def steps():
    views = K.activeWindow().qwindow().findChildren(QListView)
    return [v.model().rowCount() for v in views if v.metaObject().className() == "KisUndoView"]

def state():
    nodes, waiting = [], [d.rootNode()]
    while waiting:
        node = waiting.pop()
        nodes.append([node.name(), node.visible(), node.opacity(), node.blendingMode()])
        waiting += node.childNodes()
    return [nodes, d.modified(), steps(), K.action("edit_undo").text(), K.action("edit_undo").isEnabled(),
            d.activeNode().name(), len(K.documents())]

d = fresh(name="hints")
"""
LAYERS = """
d.rootNode().childNodes()[0].setPixelData(noise(192, 160), 0, 0, 192, 160)
upper = d.createNode("upper", "paintlayer")
upper.setPixelData(noise(90, 80), 20, 30, 90, 80)
upper.setOpacity(150)
upper.setBlendingMode("multiply")
group = d.createGroupLayer("group")
own = d.createVectorLayer("own")
for node in (upper, group, own):
    d.rootNode().addChildNode(node, None)
own.addShapesFromSvg('<svg xmlns="http://www.w3.org/2000/svg" width="192pt" height="160pt" viewBox="0 0 192 160">'
                     '<circle cx="120" cy="90" r="30" fill="#00ff00" fill-opacity="0.5"/></svg>')
inner = d.createNode("inner", "paintlayer")
inner.setPixelData(noise(40, 40), 100, 20, 40, 40)
group.addChildNode(inner, None)
depth = d.createNode("depth", "paintlayer")
depth.setPixelData(bytes([90, 90, 90, 255]) * (192 * 100), 0, 0, 192, 100)
group.addChildNode(depth, None)
d.waitForDone()
d.setActiveNode(depth)
"""


@pytest.fixture(scope="module")
def hinted(opened: Krita) -> Generator[Krita, Any, None]:
    """An image with a depth map inside a group and a figure on top, both visible and followed; refining it."""
    opened.run(BEGIN)
    opened.wait("K.activeDocument() == d")
    opened.run(LAYERS)
    opened.wait("d.activeNode() == depth")
    opened.run("""
        from bottega_krita.ui import kit
        dock.controls.take(())
        dock.controls.add()
        kit.choose(dock.controls.rows[0].kind, "depth")
        dock.controls.add_figure()
        figure = [n for n in d.rootNode().childNodes() if n.name().startswith("Figure")][0]
    """)
    drawn = "all(any(n.projectionPixelData(0, 0, 192, 160).data()) for n in (own, figure))"
    opened.wait(drawn)  # Krita draws shapes a little later
    opened.run("""
        for node in (depth, figure):
            node.setVisible(False)
        bare = shown()
        for node in (depth, figure):
            node.setVisible(True)
        full = shown()
        dock.form.strength.setValue(50)
        dock.form.mode.setCurrentIndex(dock.form.mode.findData("refine"))
        d.setModified(False)
    """)
    opened.wait("not S.main._chores")
    opened.run("""
        def look(work):
            if work.state == "queued":
                states.append(state())
        S.changed.connect(look)
    """)
    yield opened
    opened.run("S.changed.disconnect(look)")
    opened.run("""
        dock.controls.take(())
        dock.form.mode.setCurrentIndex(0)
        dock.form.strength.setValue(100)
    """)


def asked(krita: Krita) -> dict[str, Any]:
    """Paint; tells what was sent, and whether the image is as before when it has left (the result is kept in it)."""
    krita.run("""
        d.setModified(False)
        states = []
        before = state()
        w = S.ask(dock.params(), d)
    """)
    krita.wait("w.ended")
    return krita.run("""
        picture = w.request.task.picture.data if w.request else b""
        result = {"error": str(w.error), "bare": picture == bare, "full": picture == full, "was": before,
                  "is": states[0], "shown": shown() == full, "kinds": [c.kind for c in w.request.task.controls]}
    """)


def test_hints_are_not_sent_as_the_picture(hinted: Krita) -> None:
    """Bit for bit what the canvas shows without them, though one lies inside a group and all stay visible; the undo
    history, the mark of change, the active layer and the list of images are as before."""
    said = asked(hinted)
    assert said["error"] == "None" and said["kinds"] == ["depth", "pose"]
    assert [said["bare"], said["full"], said["shown"]] == [True, False, True]
    assert said["is"] == said["was"]
    assert said["was"][1] is False and said["was"][2][0] > 0


def test_hints_that_are_switched_off_are_no_picture_either(hinted: Krita) -> None:
    """Following a depth map or not, it is a depth map; and a figure is one even where nobody follows it."""
    hinted.run("dock.controls.rows[0].on.setChecked(False); dock.controls.remove(dock.controls.rows[1])")
    said = asked(hinted)
    assert said["kinds"] == [] and said["bare"] and said["is"] == said["was"]


def test_a_layer_in_which_structure_is_found_is_a_picture(hinted: Krita) -> None:
    """It stays part of what is painted on, as any layer that is not listed does."""
    hinted.run("""
        figure.setVisible(False)
        full = shown()
        kit.choose(dock.controls.rows[0].kind, "canny")
        dock.controls.rows[0].on.setChecked(True)
    """)
    said = asked(hinted)
    assert said["kinds"] == ["canny"] and said["full"] and not said["bare"]
    hinted.run("dock.controls.rows[0].detect.setChecked(False)")
    assert asked(hinted)["bare"]


def test_live_painting_does_not_see_hints(hinted: Krita) -> None:
    """What is drawn under a depth map is noticed, and sent without it."""
    hinted.run("""
        kit.choose(dock.controls.rows[0].kind, "depth")
        figure.setVisible(True)
        shown()
        dock.live.switch.setChecked(True)
        L, begun = dock.live.live, len(dock.live.live.latencies)
    """)
    hinted.wait("len(L.latencies) > begun and L._work.ended")
    assert hinted.run("result = [L._work.request.task.picture.data == bare, L._work.state]") == [True, "done"]
    hinted.run("""
        requests = L.requests
        d.rootNode().childNodes()[0].setPixelData(bytes([0, 0, 255, 255]) * 1600, 10, 110, 40, 40)
        shown()
    """)
    hinted.wait("L.requests > requests and L._work.ended", 120)
    seen, red = hinted.run("""
        picture = L._work.request.task.picture.data
        at = (120 * 192 + 20) * 4
        result = [picture[: 192 * 100 * 4] == bare[: 192 * 100 * 4], list(picture[at : at + 4])]
        dock.live.switch.setChecked(False)
    """)
    assert seen and red == [255, 0, 0, 255]
