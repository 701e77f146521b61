"""Live painting and control layers in a live Krita."""

from __future__ import annotations

import time

import pytest

from tests.hosts.krita.held import unbounded
from tests.hosts.krita.rig import Krita

AT = """
from bottega_krita.overlay import canvas_widget
view = K.activeWindow().activeView()
canvas = canvas_widget(dock.window())
inverse, _ = view.flakeToImageTransform().inverted()
def on_screen(x, y):
    from PyQt5.QtCore import QPointF
    point = view.flakeToCanvasTransform().map(inverse.map(QPointF(x, y)))
    there = canvas.mapToGlobal(point.toPoint())
    return [there.x(), there.y()]
"""


@pytest.fixture(scope="module")
def live(opened: Krita) -> Krita:
    """Live painting begun, and its first picture there."""
    opened.run("d = fresh(256, 192)")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        K.action("KritaShape/KisToolBrush").trigger()
        dock.live.strength.setValue(60)
        calls, link = [], S.session._core.link
        unary, feed = link.unary, link.feed

        async def counted(method, request, *more):
            calls.append([method.path.rpartition("/")[2], len(bytes(request))])
            return await unary(method, request, *more)

        async def streamed(method, requests):
            calls.append([method.path.rpartition("/")[2], 0])
            return await feed(method, requests)

        link.unary, link.feed = counted, streamed
        L = dock.live.live
        L.latencies.clear()  # of other tests in this Krita
        dock.live.switch.setChecked(True)
    """)
    opened.wait("len(L.latencies) == 1 and L._work.ended")
    opened.run(AT)
    return opened


def test_a_stroke_brings_a_picture(live: Krita) -> None:
    """Drawn with the mouse: the tiles under the stroke are read, they alone are sent, the picture follows, and its
    latency is shown."""
    live.run("calls.clear(); known = dict(L._mosaic.known); reads, requests = L._mosaic.reads, L.requests")
    before = live.run("result = dock.live._candidate.picture.pixels.digest.hex()")
    x, y = live.run("result = on_screen(40, 40)")
    live.desk.hands("mousemove", x, y, "mousedown", 1, "mousemove", x + 30, y + 10, "mousemove", x + 60, y + 20)
    live.desk.hands("mousemove", x + 70, y + 30, "mouseup", 1)
    live.wait("L.requests > requests and L._work.ended and len(L.latencies) > 1")
    said = live.run("""
        import hashlib
        changed = [t.as_dict() for t, data in L._mosaic.known.items() if known.get(t) != data]
        result = {"changed": changed, "note": dock.live.note.text(), "latency": L.latencies[-1],
                  "digest": dock.live._candidate.picture.pixels.digest.hex(),
                  "picture": dock.live.picture.pixmap() is not None, "requests": L.requests - requests,
                  "sent": [each for each in calls if each[0] in ("Patch", "Upload")]}
    """)
    assert said["changed"] and {(tile["x"], tile["y"]) for tile in said["changed"]} <= {(0, 0)}
    assert said["digest"] != before and said["picture"]
    assert said["note"].startswith(f"{round(said['latency'] * 1000)} ms")
    assert said["requests"] <= 3
    assert said["sent"] and all(name == "Patch" and size < 128 * 128 * 4 + 300 for name, size in said["sent"])


def test_nobody_reads_a_canvas_that_nobody_touches(live: Krita) -> None:
    """While the pen rests, each tile is looked at once a second at most, of a large canvas a MiB of them, and
    nothing is asked."""
    live.wait("L._mosaic.quiet")  # the last stroke is over
    live.run("import time; before = (time.monotonic(), L._mosaic.reads, L.requests)")
    time.sleep(3)
    seconds, reads, requests, tiles = live.run("""
        result = [time.monotonic() - before[0], L._mosaic.reads - before[1], L.requests - before[2],
                  len(L._mosaic.known)]
    """)
    assert requests == 0
    assert reads <= (seconds + 1) * min(tiles, (1 << 20) // (128 * 128 * 4))


def test_what_a_script_paints_is_seen_too(live: Krita) -> None:
    """A change without pen or key: found by the slow round, and undo by the key's release."""
    live.run("""
        requests = L.requests
        d.rootNode().childNodes()[0].setPixelData(bytes([0, 0, 255, 255]) * 4096, 100, 90, 64, 64)
        d.refreshProjection()
    """)
    live.wait("L.requests > requests and L._work.ended", 120)


def test_another_selection_is_another_request(live: Krita) -> None:
    """What is painted then is what is selected; the same bounds with another shape are another selection."""
    live.run("""
        requests = L.requests
        s = Selection()
        s.select(30, 30, 60, 50, 255)
        d.setSelection(s)
    """)
    ended = "L.requests > requests and L._work.ended and L._work.request"
    live.wait(f"{ended} and str(L._work.request.plan.selection) == '60 x 50 at 30, 30'")
    live.run("""
        requests = L.requests
        hole = Selection()
        hole.select(40, 40, 20, 20, 255)
        s.subtract(hole)
        d.setSelection(s)
    """)
    live.desk.hands("key", "Shift_L")
    assert live.wait(f"{ended} and L._work.request.task.mask.data.count(0)") > 20 * 20
    live.run("K.action('deselect').trigger()")
    live.wait("len(d.rootNode().childNodes()) == 1", 20)  # Krita lets go of a selection's mask a little later


def test_live_painting_never_holds_the_main_thread(live: Krita) -> None:
    """Each of its slices reads a few tiles; switched off, it leaves nothing behind."""
    seen = live.run("result = SLICES.seen")
    assert "live" in seen and not unbounded(seen)
    live.run("dock.live.switch.setChecked(False)")
    said = live.run("result = [L.running, [n.name() for n in d.rootNode().childNodes()], dock.overlay.showing]")
    assert said == [False, ["Background"], False]


@pytest.fixture(scope="module")
def controlled(opened: Krita) -> Krita:
    """A job that follows a hidden layer's edges and a figure."""
    opened.run("d = fresh(name='controlled')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        dock.form.strength.setValue(100)
        lines = d.createNode("lines", "paintlayer")
        lines.setPixelData(bytes([255, 255, 255, 255]) * (40 * 160), 60, 0, 40, 160)
        d.rootNode().addChildNode(lines, None)
        lines.setVisible(False)
        d.refreshProjection()
        d.waitForDone()
    """)
    opened.run("d.setActiveNode(lines)")
    opened.wait("d.activeNode() == lines")
    opened.run("dock.controls.add(); dock.controls.add_figure(); d.waitForDone()")
    opened.run("""
        dock.controls.rows[0].strength.setValue(0.8)
        dock.controls.rows[0].end.setValue(0.5)
        w = dock.ask()
    """)
    opened.wait("w.ended")
    return opened


def test_control_layers_travel(controlled: Krita) -> None:
    """A hidden layer is read as it is; strengths and ends arrive; the figure's 18 joints lie where they were drawn."""
    said = controlled.run("""
        canny, pose = w.request.task.controls
        photo, figure = canny.hint.photo, pose.hint.figures[0]
        row = photo.data[: photo.row_bytes]
        result = {"error": str(w.error), "state": w.state, "kinds": [canny.kind, pose.kind],
                  "white": [k // 3 for k in range(0, len(row), 3) if row[k] == 255],
                  "size": [photo.width, photo.height],
                  "numbers": [canny.strength, canny.start, canny.end], "joints": len(figure),
                  "nose": [figure[0].x, figure[0].y],
                  "ankle": [figure[10].x, figure[10].y],
                  "work": [w.request.task.width, w.request.task.height]}
    """)
    assert said["state"] == "done", said["error"]
    assert said["kinds"] == ["canny", "pose"] and said["size"] == [192, 160]
    assert said["white"] == list(range(60, 100))
    assert said["numbers"] == [0.8, 0.0, 0.5] and said["joints"] == 18
    scale = said["work"][0] / 192
    assert said["nose"] == pytest.approx([96 * scale, (20 + 0.1 * 120) * scale], abs=1.5)
    assert said["ankle"] == pytest.approx([(66 + 0.41 * 60) * scale, (20 + 0.92 * 120) * scale], abs=1.5)


def test_a_joint_that_is_moved_moves_the_figure(controlled: Krita) -> None:
    """The figure is a vector layer: what the artist drags is what is sent."""
    controlled.run("""
        from PyQt5.QtCore import QPointF
        layer = [n for n in d.rootNode().childNodes() if n.type() == "vectorlayer"][0]
        nose = [s for s in layer.shapes() if s.name() == "bottega_0_0"][0]
        nose.setPosition(QPointF(nose.position().x() + 10, nose.position().y()))
        old = w.request.task.controls[1].hint.figures[0][0]
        dock.controls.rows[0].on.setChecked(False)
        w = dock.ask()
    """)
    controlled.wait("w.ended")
    said = controlled.run("""
        (pose,) = w.request.task.controls
        moved = pose.hint.figures[0][0]
        result = [(moved.x - old.x) * 192 / w.request.task.width, moved.y - old.y]
    """)
    assert said == pytest.approx([10, 0], abs=0.1)


def test_bones_follow_a_joint_that_is_dragged(controlled: Krita) -> None:
    """Dragged by Krita's own tool, the ankle takes its bone along; undone, both go back; no step of ours is added."""
    controlled.run("layer = [n for n in d.rootNode().childNodes() if n.type() == 'vectorlayer'][0]")
    controlled.run("d.setActiveNode(layer); K.action('InteractionTool').trigger()")
    controlled.wait("d.activeNode() == layer")
    controlled.run(AT)
    controlled.run("""
        from PyQt5.QtCore import QPointF

        def ends():
            shapes = {s.name(): s for s in layer.shapes()}
            joint, laid = shapes["bottega_0_10"].boundingBox().center(), shapes["bottega_0_bone_8"].transformation()
            end = laid.map(QPointF(100.0, 0.0))
            return [joint.x(), joint.y(), ((joint.x() - end.x()) ** 2 + (joint.y() - end.y()) ** 2) ** 0.5]

        begun = ends()
    """)
    x, y, there, down = controlled.run("result = on_screen(*begun[:2]) + on_screen(begun[0] - 40, begun[1] - 20)")
    for part in (("mousemove", x, y), ("mousedown", 1), ("mousemove", x - 9, y - 5), ("mousemove", there, down)):
        controlled.desk.hands(*part, "sleep", 0.2)
    controlled.desk.hands("mouseup", 1)
    controlled.wait("ends()[0] < begun[0] - 30 and abs(ends()[2] - begun[2]) < 0.01", 20)
    controlled.desk.hands("key", "ctrl+z")
    controlled.wait("max(abs(a - b) for a, b in zip(ends(), begun)) < 0.01", 20)
    controlled.run("K.action('KritaShape/KisToolBrush').trigger()")


def test_a_control_layer_that_is_gone_is_named(controlled: Krita) -> None:
    """In words, before anything is sent."""
    controlled.run("layer.remove(); d.waitForDone(); w = dock.ask()")
    controlled.wait("w.ended")
    state, message = controlled.run("result = [w.state, str(w.error)]")
    assert state == "failed" and "Figure" in message and "gone" in message
    controlled.run("dock.controls.take(())")
