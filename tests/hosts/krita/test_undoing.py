"""An outpaint by margins is taken back by one undo in a live Krita, and nothing else of the artist's is."""

from __future__ import annotations

import pytest

from tests.hosts.krita.rig import Krita

STATE = "result = [d.width(), d.height(), [n.name() for n in d.rootNode().childNodes()]]"
SMALL = [192, 160, ["Background"]]


@pytest.fixture(scope="module")
def wide(opened: Krita) -> Krita:
    """An image painted 48 pixels further to the right."""
    opened.run("d = fresh(name='wide')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        dock.form.strength.setValue(100)
        dock.margins[2].setValue(48)
        w = dock.ask("expand")
        import time
        from bottega_krita.overlay import canvas_widget
    """)
    opened.wait("w.ended")
    opened.run("dock.results.apply()")
    opened.wait("w.candidates and w.candidates[0].applied and S.undoing.bundles")
    opened.run("d.waitForDone(); dock.margins[2].setValue(0)")
    return opened


def pressed(krita: Krita, keys: str) -> None:
    """Real keys on the canvas."""
    krita.run("canvas_widget(dock.window()).setFocus(); d.waitForDone(); pressed_after = time.monotonic() + 1")
    krita.wait("time.monotonic() > pressed_after and d.tryBarrierLock() and (d.unlock() or True)")  # else Krita is deaf
    krita.desk.hands("key", keys)


def test_one_undo_takes_the_layer_and_the_canvas(wide: Krita) -> None:
    """Ctrl+Z once: the image is as it was; redo once: canvas, layer and mask are there again; and so on."""
    large = [240, 160, ["Background", "green grass (3)"]]
    assert wide.run(STATE) == large
    for _ in range(2):
        pressed(wide, "ctrl+z")
        wide.wait("d.width() == 192", 20)
        assert wide.run(f"d.waitForDone(); {STATE}") == SMALL
        pressed(wide, "ctrl+shift+z")
        wide.wait("len(d.rootNode().childNodes()) == 2", 20)
        assert wide.run(f"d.waitForDone(); {STATE}") == large
        assert wide.run("result = [m.type() for m in d.rootNode().childNodes()[1].childNodes()]") == [
            "transparencymask"
        ]


def test_a_quick_redo_brings_all_of_it_back(wide: Krita) -> None:
    """Pressed before all steps are undone; and once more, with time between."""
    large = [240, 160, ["Background", "green grass (3)"]]
    for pause in (0.0, 0.05, 0.1):
        wide.run("K.action('edit_undo').trigger()")
        wide.run(f"until = time.monotonic() + {pause}")
        wide.wait("time.monotonic() > until")
        wide.run("K.action('edit_redo').trigger()")
        wide.wait("not S.main._chores and len(d.rootNode().childNodes()) == 2", 20)
        assert wide.run(f"d.waitForDone(); {STATE}") == large
        assert wide.run("result = [m.type() for m in d.rootNode().childNodes()[1].childNodes()]") == [
            "transparencymask"
        ]


def test_other_steps_are_undone_one_by_one(wide: Krita) -> None:
    """A layer that the artist removed comes back alone, and a step after that removal is taken back alone."""
    wide.run("""
        d.rootNode().childNodes()[1].remove()
        d.waitForDone()
        n = d.createNode("own", "paintlayer")
        d.rootNode().addChildNode(n, None)
        d.waitForDone()
        import time
        until = time.monotonic() + 0.5
    """)
    wide.wait("time.monotonic() > until")
    for names in (["Background"], ["Background", "green grass (3)"]):
        pressed(wide, "ctrl+z")
        wide.wait(f"[n.name() for n in d.rootNode().childNodes()] == {names!r}", 20)
        wide.run("until = time.monotonic() + 1.5")
        wide.wait("time.monotonic() > until")
        assert wide.run(STATE) == [240, 160, names]


def test_no_hidden_step_is_left(opened: Krita) -> None:
    """A layer with its mask goes by one undo, and the next one takes back what was done before it."""
    opened.run("d = fresh(name='plain')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        s = Selection()
        s.select(30, 30, 40, 40, 255)
        d.setSelection(s)  # a step of its own in Krita 5.3
        n = d.createNode("own", "paintlayer")
        d.rootNode().addChildNode(n, None)
        d.waitForDone()
        w = dock.ask("fill")
    """)
    opened.wait("w.ended")
    opened.run("dock.results.apply()")
    opened.wait("w.candidates and w.candidates[0].applied")
    names = "[n.name() for n in d.rootNode().childNodes() if n.type() == 'paintlayer']"
    for count in (2, 1):
        pressed(opened, "ctrl+z")
        opened.wait(f"len({names}) == {count}", 20)
        opened.run("until = time.monotonic() + 2.5")
        opened.wait("time.monotonic() > until")
        assert opened.run(f"result = {names}") == ["Background", "own"][:count]


def test_an_undo_in_another_window_takes_the_canvas_too(opened: Krita) -> None:
    """A window that is opened when the layer is there already, and shows the same image."""
    opened.run("d = fresh(name='twice')")
    opened.wait("K.activeDocument() == d")
    opened.run("dock.margins[2].setValue(48); w = dock.ask('expand'); dock.margins[2].setValue(0)")
    opened.wait("w.ended")
    opened.run("S.apply(w, w.candidates[0])")
    opened.wait("w.candidates[0].applied and d.width() == 240", 30)
    opened.run("first = dock.window(); K.openWindow()")
    opened.wait("len(S.dockers) == 2", 30)
    opened.run("""
        second = next(w for w in K.windows() if w.qwindow() is not first)
        second.activate()
        second.qwindow().showMaximized()
        second.qwindow().raise_()
        second.qwindow().activateWindow()
    """)
    opened.wait("K.activeWindow().qwindow() is second.qwindow()", 60)
    opened.run("second.addView(d)")
    opened.wait("K.activeDocument() == d", 30)
    opened.changed("K.action('edit_undo').trigger()")
    opened.wait("d.width() == 192 and not S.main._chores", 30)
    assert opened.run(f"d.waitForDone(); {STATE}") == SMALL
    opened.run("K.action('edit_redo').trigger()")
    opened.wait("d.width() == 240 and len(d.rootNode().childNodes()) == 2 and not S.main._chores", 30)
