"""What goes away while something is under way: images, windows, daemons, candidates. Nothing of it ends a live Krita,
and nothing holds it up."""

from __future__ import annotations

import time
from collections.abc import Generator

import pytest

from bottega import messages
from bottega.client import Client
from tests.daemon import Daemon
from tests.hosts.krita.rig import Krita

CLOSE = "d.setModified(False); d.setBatchmode(True); d.close()"


@pytest.fixture(scope="module")
def working(opened: Krita) -> Krita:
    """Jobs of some length."""
    opened.run("dock.form.steps.setValue(12); from PyQt5.QtWidgets import QApplication, QMainWindow")
    return opened


@pytest.fixture(autouse=True)
def quiet(working: Krita) -> Generator[None]:
    """No word of Krita's about a script, and no job that is left."""
    yield
    assert working.run("result = str(QApplication.activeModalWidget())") == "None"
    working.wait("all(each.ended for each in S.works) and not dock.results._bars", 120)


@pytest.mark.parametrize(("size", "jobs"), [((192, 160), "one job"), ((400, 300), "many tiles")])
def test_an_image_may_be_closed_while_it_is_painted(working: Krita, size: tuple[int, int], jobs: str) -> None:
    """Krita lives, and the job ends; its picture is kept for whoever asks, but in no closed image's history."""
    working.run(f"d = fresh({size[0]}, {size[1]}, {jobs!r})")
    working.wait("K.activeDocument() == d")
    working.run("w = dock.ask()")
    working.wait("w.state == 'running' and w.fraction > 0")
    working.run(CLOSE)
    working.wait("w.ended", 240)
    working.wait("not S.main._chores", 60)
    assert working.run("result = [w.state, memory.records(d)]") == ["done", []]
    working.run("dock.results._studio.apply(w, w.candidates[0])")
    working.wait("w.error is not None")
    assert "closed" in working.run("result = str(w.error)")


def test_an_image_may_be_closed_while_it_is_read(working: Krita) -> None:
    """Said in words."""
    working.run("d = fresh(1024, 1024, 'read'); d.waitForDone()")
    working.wait("K.activeDocument() == d")
    working.run(f"w = dock.ask('refine'); {CLOSE}")
    working.wait("w.ended", 60)
    state, message = working.run("result = [w.state, str(w.error)]")
    assert state == "failed" and "closed" in message


def test_history_keeps_all_that_arrive_together(working: Krita) -> None:
    """Three candidates of one job: three entries, and no picture that no entry knows."""
    working.run("d = fresh(name='three')")
    working.wait("K.activeDocument() == d")
    working.run("dock.form.steps.setValue(2); dock.form.count.setValue(3); w = dock.ask()")
    working.wait("w.ended and len(memory.records(d)) == 3")
    said = working.run("""
        kept = {n for n in d.annotationTypes() if n.startswith(memory.PICTURE)}
        known = {memory.PICTURE + r.name for r in memory.records(d)}
        result = [sorted(r.seed for r in memory.records(d)), kept == known]
        dock.form.count.setValue(1); dock.form.steps.setValue(12)
    """)
    assert said == [[3, 4, 5], True]


def test_a_candidate_may_be_discarded_while_others_are_painted(working: Krita) -> None:
    """The job ends all the same, with the others."""
    working.run("dock.form.count.setValue(3); dock.form.steps.setValue(2); d = fresh(name='discarded')")
    working.wait("K.activeDocument() == d")
    working.run("""
        def at_once(work, candidate):
            if len(work.candidates) == 1 and work.came == 1:
                dock.results.discard()
        S.arrived.connect(at_once)
        w = dock.ask()
    """)
    working.wait("w.ended", 60)
    assert working.run("result = [w.state, w.came, len(w.candidates)]") == ["done", 3, 2]
    working.run("S.arrived.disconnect(at_once); dock.form.count.setValue(1); dock.form.steps.setValue(12)")


def test_a_docker_may_float(working: Krita) -> None:
    """Previews, actions and live painting find the canvas of the window that it came from."""
    working.run("dock.setFloating(True); d = fresh(name='float')")
    working.wait("K.activeDocument() == d")
    working.run("shown = []; S.changed.connect(lambda w: w.preview and shown.append(dock.overlay.showing))")
    working.run("known = len(S.works); K.action('bottega_refine').trigger()")
    working.wait("S.works[0].ended and S.works[0].candidates and dock.overlay.showing", 60)
    assert working.run(
        "result = [len(S.works) > known, any(shown), isinstance(dock.overlay._window, QMainWindow)]"
    ) == [
        True,
        True,
        True,
    ]
    working.run("dock.form.steps.setValue(1); dock.live.switch.setChecked(True)")
    working.wait("dock.live.live.latencies", 60)
    working.run("dock.live.switch.setChecked(False); dock.setFloating(False); dock.form.steps.setValue(12)")


def test_live_painting_follows_the_canvas_as_it_comes(working: Krita) -> None:
    """With what a new docker says, and nothing selected: what is painted begins from the canvas, and a change of it is
    another request."""
    working.run("d = fresh(name='live'); dock.form.strength.setValue(100); dock.form.steps.setValue(1)")
    working.wait("K.activeDocument() == d")
    working.run("dock.live.switch.setChecked(True); L = dock.live.live")
    working.wait("L._work and L._work.ended", 60)
    mode, asked = working.run("result = [L._work.request.mode.name, L.requests]")
    assert mode == "refine"
    working.run("d.rootNode().childNodes()[0].setPixelData(bytes(4 * 64 * 64), 0, 0, 64, 64); d.refreshProjection()")
    working.wait(f"L.requests > {asked} and L._work.ended", 60)
    working.run("dock.live.switch.setChecked(False); dock.form.steps.setValue(12)")


def test_live_painting_begins_again_after_a_failure(working: Krita) -> None:
    """A wrong model stops it, in words; the next start paints."""
    working.run("d = fresh(name='again'); dock.form.steps.setValue(1)")
    working.wait("K.activeDocument() == d")
    working.run("""
        dock.form.checkpoint.addItem("gone", "gone")
        dock.form.checkpoint.setCurrentIndex(dock.form.checkpoint.findData("gone"))
        dock.live.switch.setChecked(True)
    """)
    working.wait("not L.running", 60)
    assert "gone" in working.run("result = dock.live.note.text()")
    working.run("dock.form.checkpoint.setCurrentIndex(0); known = L.requests; dock.live.switch.setChecked(True)")
    working.wait("L.requests > known and L._work.ended and L._work.state == 'done'", 60)
    working.run("dock.live.switch.setChecked(False); dock.form.steps.setValue(12)")


def test_control_layers_stay_with_their_image(working: Krita) -> None:
    """Another image begins without them; the first one has them again, and the prompt that was typed for it."""
    working.run("d = first = fresh(name='first')")
    working.wait("K.activeDocument() == d")
    working.run("dock.controls.add(); dock.form.prompt.setPlainText('typed, not asked')")
    working.run("d = fresh(name='second')")
    working.wait("K.activeDocument() == d and not dock.controls.rows")
    working.run("""
        dock.form.prompt.setPlainText('another')
        from PyQt5.QtWidgets import QMdiArea
        area = dock.window().centralWidget().findChild(QMdiArea)
        area.setActiveSubWindow(area.subWindowList()[-2])
    """)
    working.wait("K.activeDocument() == first and len(dock.controls.rows) == 1")
    assert working.run("result = dock.form.prompt.toPlainText()") == "typed, not asked"
    working.run("dock.controls.take(()); dock.form.prompt.setPlainText('green grass')")


def test_the_first_window_may_be_closed(working: Krita) -> None:
    """The second one's docker paints, remembers and hears actions."""
    working.run("first = dock; K.openWindow()")
    working.wait("len(S.dockers) == 2")
    working.run("""
        other = next(each for each in S.dockers if each is not first)
        second = next(w for w in K.windows() if w.qwindow() is not first.window())
        front = first.window()
        for each in list(K.documents()):
            each.setModified(False)
        front.close()
    """)
    working.wait("S.dockers == [other]", 30)
    working.run("""
        dock = other
        dock.setVisible(True)
        dock.form.prompt.setPlainText("green grass"); dock.form.steps.setValue(1)
        second.activate()
        d = K.createDocument(128, 128, "second", "RGBA", "U8", "", 72.0)
        second.addView(d)
    """)
    working.wait("K.activeDocument() == d")
    working.run("K.action('bottega_generate').trigger()")
    working.wait("S.works[0].ended and len(memory.records(d)) == 1 and dock.history.list.count() == 1", 60)


NAMED = """
from bottega_krita.ui.banner import Link
(link,) = dock.findChildren(Link)
d = K.createDocument(128, 128, "other", "RGBA", "U8", "", 72.0)
K.activeWindow().addView(d)
"""


def test_the_same_daemon_named_once_more_keeps_what_it_has(working: Krita) -> None:
    """Who presses *Connect* with the address as it was, since the connection is lost, loses no job by that."""
    working.run(NAMED)
    working.wait("K.activeDocument() == d")
    working.run("dock.form.steps.setValue(60); session = S.session; w = dock.ask()")
    working.wait("w.state == 'running'")
    working.run("link.join()")
    working.wait("w.ended", 120)
    assert working.run("result = [w.state, str(w.error), S.session is session]") == ["done", "None", True]


def test_another_daemon_ends_what_the_first_one_has(working: Krita, daemon: Daemon, client: Client) -> None:
    """In words, and there too; what is asked afterwards is painted."""
    working.run("dock.form.steps.setValue(300); w = dock.ask()")
    working.wait("w.state == 'running'")
    name = working.run("result = w.job_id")
    working.run(f"link.address.setText({daemon.address!r}); link.token.setText({daemon.token!r}); link.join()")
    working.wait("w.ended")
    assert "daemon" in working.run("result = str(w.error)")
    deadline = time.monotonic() + 30
    while client.job(name).state != messages.JobState.CANCELLED:
        assert time.monotonic() < deadline, "the first daemon still paints"
        time.sleep(0.1)
    working.wait("S.connection.state == 'connected' and S.catalog is not None", 60)
    working.run("dock.form.steps.setValue(1); w = dock.ask()")
    working.wait("w.ended", 240)
    assert working.run("result = w.state") == "done"
    working.run("link.address.clear(); link.token.clear(); link.join()")
    working.wait("S.connection.state == 'connected'", 60)
