"""The docker under the artist's hands: weights by keys, steps shown while a job runs, live painting in two windows."""

from __future__ import annotations

import pytest

from tests.hosts.krita.held import unbounded
from tests.hosts.krita.rig import Krita


@pytest.fixture(scope="module")
def shown(opened: Krita) -> Krita:
    """An image in the docker."""
    opened.run("d = fresh(256, 192, name='shown')")
    opened.wait("K.activeDocument() == d")
    return opened


def test_weights_follow_the_keys(shown: Krita) -> None:
    """Ctrl+Up and Ctrl+Down weigh the word at the cursor, what is selected, and a LoRA, by real keys; Krita's own
    shortcuts of the same keys do nothing meanwhile; Ctrl+Z takes a weight back."""
    shown.run("""
        dock.form.prompt.setPlainText("old stone wall")
        p = dock.form.prompt.mapToGlobal(dock.form.prompt.rect().center())
        layers = [n.name() for n in d.rootNode().childNodes()]
    """)
    x, y = shown.run("result = [p.x(), p.y()]")
    shown.desk.hands("mousemove", x, y, "click", 1)
    shown.wait("dock.form.prompt.hasFocus()")
    for key, wanted in (
        ("ctrl+End", "old stone wall"),
        ("ctrl+Up", "old stone (wall:1.1)"),
        ("ctrl+Up", "old stone (wall:1.2)"),
        ("ctrl+Down", "old stone (wall:1.1)"),
        ("ctrl+Down", "old stone wall"),
        ("ctrl+Down", "old stone (wall:0.9)"),
        ("ctrl+z", "old stone wall"),
        ("ctrl+a", "old stone wall"),
        ("ctrl+Up", "(old stone wall:1.1)"),
    ):
        shown.desk.hands("key", key)
        shown.wait(f"dock.form.prompt.toPlainText() == {wanted!r}", 20)
    shown.run("dock.form.prompt.setPlainText('<lora:inkwash:1>')")
    shown.desk.hands("key", "ctrl+Up")
    shown.wait("dock.form.prompt.toPlainText() == '<lora:inkwash:1.1>'", 20)
    assert shown.run("result = [n.name() for n in d.rootNode().childNodes()] == layers")


@pytest.fixture
def written(shown: Krita) -> Krita:
    """The prompt with the keys, and an image of a file's, changed since."""
    shown.run("""
        d.setBatchmode(True)
        d.saveAs("/home/artist/shown.kra")
        d.waitForDone()
        dock.form.prompt.clear()
        p = dock.form.prompt.mapToGlobal(dock.form.prompt.rect().center())
        tools = [K.action(f"KritaShape/KisTool{name}") for name in ("Brush", "Line")]
        tools[1].trigger()
    """)
    shown.desk.hands("mousemove", *shown.run("result = [p.x(), p.y()]"), "click", 1)
    shown.wait("dock.form.prompt.hasFocus()")
    shown.run("d.setModified(True)")
    return shown


def test_kritas_shortcuts_reach_krita_from_the_prompt(written: Krita) -> None:
    """By real keys: Ctrl+S saves the image and an action of our own is heard; letters that are shortcuts of Krita's
    (b is the brush) and Shift+Enter are the prompt's."""
    written.run("""
        refined, asked = [], []
        K.action("bottega_refine").setShortcut("Ctrl+Alt+Shift+F9")
        told = (K.action("bottega_refine").triggered, refined), (dock.form.prompt.asked, asked)
        hear = [lambda *_, heard=heard: heard.append(1) for _, heard in told]
        for (signal, _), function in zip(told, hear):
            signal.connect(function)
    """)
    written.desk.hands("type", "--delay", 40, "bebop E b")
    written.wait("dock.form.prompt.toPlainText() == 'bebop E b'", 20)
    assert written.run("result = [tools[0].isChecked(), d.modified()]") == [False, True]
    written.desk.hands("key", "ctrl+s")
    written.wait("not d.modified()", 20)
    written.desk.hands("key", "ctrl+alt+shift+F9")
    written.wait("refined", 20)
    written.desk.hands("key", "shift+Return")
    written.wait("asked", 20)
    assert written.run("result = dock.form.prompt.toPlainText()") == "bebop E b"
    written.run("""
        for (signal, _), function in zip(told, hear):
            signal.disconnect(function)
        K.action("bottega_refine").setShortcut("")
        d.setBatchmode(False)
        S.cancel_all()
    """)
    written.wait("all(w.ended for w in S.works)", 60)


def test_steps_are_shown_while_a_job_runs(shown: Krita) -> None:
    """The newest step lies over the canvas where the result will lie, the docker's bar tells how far it is and goes
    when it ends; the result takes its place."""
    shown.run("""
        dock.form.prompt.setPlainText("red brick")
        dock.form.steps.setValue(16)
        s = Selection()
        s.select(64, 48, 96, 80, 255)
        d.setSelection(s)
        looked = []

        def look(work):
            if work.preview and dock.overlay.showing:
                document, image, bounds, _ = dock.overlay._shown
                bar = dock.results._bars.get(work.number)
                glass = dock.overlay._glass
                told = [bar._bar.value(), bar._bar.format()] if bar else [0, ""]
                seen = bool(glass and glass.isVisible())
                looked.append([image is work.preview[0], bounds.as_dict(), image.width() > 0, *told, seen])

        S.changed.connect(look)
        w = dock.ask("fill")
    """)
    shown.wait("w.ended", 240)
    seen = shown.run("result = looked; S.changed.disconnect(look)")
    context, state = shown.run("result = [w.request.plan.context.as_dict(), w.state]")
    assert state == "done" and len(seen) > 1
    assert all(image and bounds == context and wide and glass for image, bounds, wide, _, _, glass in seen)
    values = [row[3] for row in seen]
    assert values == sorted(values) and 0 < values[-1] <= 1000 and all("red brick" in row[4] for row in seen)
    shown.wait("not dock.results._bars and dock.overlay._shown and dock.overlay._shown[1] is w.candidates[0].image")
    shown.run("K.action('deselect').trigger(); dock.form.steps.setValue(1)")


def test_a_large_live_picture_is_made_smaller_beside_krita(shown: Krita) -> None:
    """It takes the room that the docker has, and its four million pixels are no work for the main thread."""
    shown.run("""
        from PyQt5.QtGui import QImage
        dock.tabs.setCurrentWidget(dock.live)
        label, large = dock.live.picture, QImage(2048, 2048, QImage.Format_RGB32)
        large.fill(0x336699)
        S.main.call(lambda: label.show_image(large), "probe")
    """)
    shown.wait("label.pixmap() and label.pixmap().width() == min(label.width(), label.height())", 60)
    seen = shown.run("dock.tabs.setCurrentIndex(0); result = SLICES.seen")
    assert "probe" in seen and not unbounded(seen)


def test_a_second_window_paints_live(shown: Krita) -> None:
    """Its own docker follows its own canvas, and shows the picture there; the first window's shows nothing of it."""
    shown.run("first = dock; K.openWindow()")
    shown.wait("len(S.dockers) == 2")
    shown.run("""
        other = next(each for each in S.dockers if each is not first)
        second = next(w for w in K.windows() if w.qwindow() is not first.window())
        second.activate()
        second.qwindow().showMaximized()
        second.qwindow().raise_()
        second.qwindow().activateWindow()
    """)
    shown.wait("K.activeWindow().qwindow() is second.qwindow()", 60)
    shown.run("""
        other.setVisible(True)
        other.form.prompt.setPlainText("green grass")
        other.form.steps.setValue(1)
        e = K.createDocument(128, 128, "second", "RGBA", "U8", "", 72.0)
        e.rootNode().childNodes()[0].setPixelData(bytes([200, 180, 120, 255]) * (128 * 128), 0, 0, 128, 128)
        second.addView(e)
        e.refreshProjection()
    """)
    shown.wait("K.activeDocument() == e and other._document", 60)
    shown.run("other.live.over.setChecked(True); other.live.switch.setChecked(True); L = other.live.live")
    shown.wait("len(L.latencies) == 1 and L._work.ended", 120)
    before = shown.run("result = other.live._candidate.picture.pixels.digest.hex()")
    shown.run("""
        requests = L.requests
        e.rootNode().childNodes()[0].setPixelData(bytes([0, 0, 255, 255]) * 4096, 10, 10, 64, 64)
        e.refreshProjection()
    """)
    shown.wait("L.requests > requests and L._work.ended and len(L.latencies) > 1", 120)
    said = shown.run("""
        result = {"digest": other.live._candidate.picture.pixels.digest.hex(), "error": str(L._work.error),
                  "shown": bool(other.overlay._glass and other.overlay._glass.isVisible()),
                  "window": other.overlay._glass.window() is second.qwindow(), "first": first.live.live.running,
                  "glass": first.overlay.showing and first.overlay._shown[0] == e}
    """)
    assert said.pop("digest") != before
    assert said == {"error": "None", "shown": True, "window": True, "first": False, "glass": False}
    shown.run("other.live.switch.setChecked(False)")
    assert not shown.run("result = L.running")
