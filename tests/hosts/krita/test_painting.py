"""Live painting, control layers, history and styles in a live Krita."""

from __future__ import annotations

import time

import pytest

from tests.hosts.krita.rig import Krita

OPEN = """
from bottega_krita.extension import studio
from bottega_krita import memory
from krita import Selection
S = studio()
K.activeWindow().qwindow().showMaximized()
dock = S.dockers[0]
dock.setVisible(True)
dock.raise_()

def fresh(width=192, height=160, name="painting"):
    made = K.createDocument(width, height, name, "RGBA", "U8", "", 72.0)
    made.rootNode().childNodes()[0].setPixelData(bytes([200, 180, 120, 255]) * (width * height), 0, 0, width, height)
    K.activeWindow().addView(made)
    made.refreshProjection()
    made.waitForDone()
    return made

def press(button):
    from PyQt5.QtCore import Qt
    from PyQt5.QtTest import QTest
    QTest.mouseClick(button, Qt.LeftButton)
"""
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
def opened(krita: Krita) -> Krita:
    """Krita with the docker, and the plug-in connected."""
    krita.run(OPEN)
    krita.wait("S.connection.state == 'connected' and S.catalog is not None")
    krita.run("""
        dock.form.steps.setValue(2)
        dock.form.seed.setValue(3)
        dock.form.count.setValue(1)
        dock.form.prompt.setPlainText("green grass")
    """)
    return krita


@pytest.fixture(scope="module")
def live(opened: Krita) -> Krita:
    """Live painting begun, and its first picture there."""
    opened.run("d = fresh(256, 192)")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        K.action("KritaShape/KisToolBrush").trigger()
        dock.form.strength.setValue(60)
        S.main.blocks.clear()
        calls, link = [], S.session._core.link
        unary, feed = link.unary, link.feed

        async def counted(method, request, *more):
            calls.append([method.path.rpartition("/")[2], len(bytes(request))])
            return await unary(method, request, *more)

        async def streamed(method, requests):
            calls.append([method.path.rpartition("/")[2], 0])
            return await feed(method, requests)

        link.unary, link.feed = counted, streamed
        dock.live.switch.setChecked(True)
        L = dock.live.live
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
    """While the pen rests, at most a tile a second is looked at, and nothing is asked."""
    live.run("import time; before = (time.monotonic(), L._mosaic.reads, L.requests)")
    time.sleep(3)
    seconds, reads, requests = live.run(
        "result = [time.monotonic() - before[0], L._mosaic.reads - before[1], L.requests - before[2]]"
    )
    assert requests == 0
    assert reads <= seconds + 2


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
    live.wait("L.requests > requests and L._work.ended and L._work.request")
    assert live.run("result = L._work.request.plan.selection.as_dict()") == {
        "x": 30, "y": 30, "width": 60, "height": 50
    }  # fmt: skip
    live.run("""
        requests = L.requests
        hole = Selection()
        hole.select(40, 40, 20, 20, 255)
        s.subtract(hole)
        d.setSelection(s)
    """)
    live.desk.hands("key", "Shift_L")
    live.wait("L.requests > requests and L._work.ended")
    assert live.run("result = L._work.request.task.mask.data.count(0)") > 20 * 20
    live.run("K.action('deselect').trigger()")


def test_live_painting_never_holds_the_main_thread(live: Krita) -> None:
    """Each of its slices took at most 16 ms of the processor; switched off, it leaves nothing behind."""
    slow = {name: work for name, (_, work) in live.run("result = S.main.blocks").items() if work > 0.016}
    assert not slow, slow
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


def test_a_control_layer_that_is_gone_is_named(controlled: Krita) -> None:
    """In words, before anything is sent."""
    controlled.run("layer.remove(); d.waitForDone(); w = dock.ask()")
    controlled.wait("w.ended")
    state, message = controlled.run("result = [w.state, str(w.error)]")
    assert state == "failed" and "Figure" in message and "gone" in message
    controlled.run("dock.controls.take(())")


@pytest.fixture(scope="module")
def remembered(opened: Krita) -> Krita:
    """Two jobs, their document saved, closed and opened again."""
    opened.run("d = fresh(name='remembered')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        dock.form.strength.setValue(100)
        w = dock.ask()
    """)
    opened.wait("w.ended and len(memory.records(d)) == 1")
    opened.run("""
        dock.form.prompt.setPlainText("blue marble")
        dock.form.seed.setValue(11)
        w2 = dock.ask()
    """)
    opened.wait("w2.ended and len(memory.records(d)) == 2")
    opened.run("""
        d.setBatchmode(True)
        d.saveAs("/home/artist/remembered.kra")
        d.waitForDone()
        kept = w2.candidates[0].picture.pixels.data
        place = w2.candidates[0].bounds
        d.close()
        dock.form.prompt.setPlainText("")
        dock.form.seed.setValue(-1)
        d = K.openDocument("/home/artist/remembered.kra")
        K.activeWindow().addView(d)
    """)
    opened.wait("K.activeDocument() == d and dock.history.list.count() == 2")
    return opened


def test_history_travels_with_the_document(remembered: Krita) -> None:
    """The newest first, with its parameters; the docker shows what was last wished for this image."""
    said = remembered.run("""
        result = [[r.prompt, r.seed] for r in memory.records(d)] + [dock.form.prompt.toPlainText()]
    """)
    assert said == [["blue marble", 11], ["green grass", 3], "blue marble"]


def test_history_is_searched(remembered: Krita) -> None:
    """By any word of what made a picture."""
    said = remembered.run("""
        dock.history.search.setText("GRASS green")
        found = dock.history.list.count()
        dock.history.search.setText("nothing like it")
        result = [found, dock.history.list.count()]
        dock.history.search.setText("")
    """)
    assert said == [1, 0]


def test_history_is_lossless(remembered: Krita) -> None:
    """Put into the image once more, bit for bit what the daemon had painted."""
    remembered.run("""
        dock.history.list.setCurrentRow(0)
        layers = len(d.rootNode().childNodes())
        dock.history.apply()
    """)
    remembered.wait("len(d.rootNode().childNodes()) > layers")
    same = remembered.run("""
        d.waitForDone()
        layer = [n for n in d.rootNode().childNodes() if n.name() == "blue marble (11)"][0]
        data = layer.pixelData(place.x, place.y, place.width, place.height).data()
        result = [data[2::4] == kept[0::4], data[1::4] == kept[1::4], data[0::4] == kept[2::4]]
    """)
    assert same == [True, True, True]


def test_using_it_again_fills_the_docker(remembered: Krita) -> None:
    """With the seed of that very picture."""
    said = remembered.run("""
        dock.history.list.setCurrentRow(1)
        dock.history.again()
        p = dock.params()
        result = [p.prompt, p.seed, p.count, p.steps]
    """)
    assert said == ["green grass", 3, 1, 2]


def test_history_keeps_its_limit(remembered: Krita) -> None:
    """The oldest pictures go first; their settings stay."""
    said = remembered.run("""
        records = memory.records(d)
        kept, gone = memory.within(records, records[0].size)
        none, all = memory.within(records, 0)
        result = [[bool(r.size) for r in kept], gone == [records[1].name], len(none), len(all)]
    """)
    assert said == [[True, False], True, 2, 2]


def test_styles_are_kept_and_chosen(opened: Krita) -> None:
    """A style changes everything but the prompt, the seed and the control layers."""
    said = opened.run("""
        dock.form.style_words.setText("{prompt}, oil on canvas")
        dock.form.guidance.setValue(3.5)
        dock.styles.keep("Oil")
        dock.form.style_words.setText("")
        dock.form.guidance.setValue(0)
        dock.form.prompt.setPlainText("a door")
        dock.styles.menu.setCurrentIndex(dock.styles.menu.findData("Oil"))
        dock.styles.choose()
        p = dock.params()
        full = p.full_prompt(p.resolved(False))
        dock.styles.remove()
        result = [p.prompt, full, p.guidance, dock.styles.menu.findData("Oil")]
        dock.form.style_words.setText("")
    """)
    assert said == ["a door", "a door, oil on canvas", 3.5, -1]
