"""What is clicked with a real mouse in a live Krita: one of two jobs is cancelled; results as transparent pixels."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.hosts.krita.rig import Krita


@pytest.fixture(scope="module")
def clicked(opened: Krita) -> Krita:
    """An image with a selection, and the docker in view."""
    opened.run("d = fresh(name='clicked')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        from PyQt5.QtWidgets import QApplication
        from bottega_krita.ui.banner import Link

        def middle(widget):
            p = widget.mapToGlobal(widget.rect().center())
            return [p.x(), p.y()]

        s = Selection()
        s.select(60, 50, 48, 40, 255)
        s.feather(6)
        d.setSelection(s)
        d.waitForDone()
    """)
    return opened


@pytest.mark.parametrize("which", [0, 1], ids=["the first", "the second"])
def test_one_of_two_jobs_is_cancelled(clicked: Krita, which: int) -> None:
    """By its own button: its row says so at once and goes, the other job's stays and paints to its end."""
    clicked.run("""
        dock.form.steps.setValue(300)
        works = [dock.ask(), dock.ask()]
        said = []

        def looked(work):
            if bar := dock.results._bars.get(work.number):
                said.append([work.number, bar._bar.format(), bar.stop.isEnabled()])

        S.changed.connect(looked)
    """)
    clicked.wait("all(w.state == 'running' and w.fraction > 0 for w in works)", 60)
    clicked.run(f"mine, other = works[{which}], works[{1 - which}]; bar = dock.results._bars[mine.number]")
    clicked.run("dock.tabs.widget(0).ensureWidgetVisible(bar); QApplication.processEvents()")
    clicked.desk.hands("mousemove", *clicked.run("result = middle(bar.stop)"), "click", 1)
    clicked.wait("mine.ended", 15)
    state, still, rows = clicked.run("result = [mine.state, other.ended, list(dock.results._bars)]")
    assert (state, still) == ("cancelled", False)
    assert rows == [clicked.run("result = other.number")]
    _, text, enabled = clicked.run("result = [each for each in said if each[0] == mine.number][-1]")
    assert text.startswith("Cancelling …") and not enabled
    clicked.wait("other.ended", 120)
    done, candidates, gone, shown = clicked.run("""
        S.changed.disconnect(looked)
        dock.form.steps.setValue(2)
        result = [other.state, len(other.candidates), len(mine.candidates), dock.results._note.isVisibleTo(dock)]
    """)
    assert (done, candidates, gone, shown) == ("done", 1, 0, False)


@pytest.fixture
def baked(clicked: Krita) -> Generator[Krita]:
    """*Result as*: transparent pixels, chosen in the docker."""
    clicked.run("""
        (link,) = dock.findChildren(Link)
        link.result.setCurrentIndex(link.result.findData("alpha"))
    """)
    yield clicked
    clicked.run('link.result.setCurrentIndex(link.result.findData("mask"))')


def test_a_result_of_transparent_pixels_is_one_undo_step(baked: Krita) -> None:
    """The layer holds the candidate's own pixels, alpha too, and no mask; one Undo takes it and no more, one Redo
    brings it back as it was."""
    baked.run("""
        own = d.createNode("own", "paintlayer")
        d.rootNode().addChildNode(own, None)
        d.waitForDone()
        dock.form.prompt.setPlainText("red brick")
        w = dock.ask("fill")
    """)
    baked.wait("w.ended")
    baked.run("dock.results.apply()")
    baked.wait("w.candidates and w.candidates[0].applied and not S.main._chores", 60)
    look = """
        d.waitForDone()
        from bottega_krita.pixels import swapped
        layers = {n.name(): n for n in d.rootNode().childNodes() if n.type() == "paintlayer"}
        at, found, mine = w.candidates[0].bounds, w.candidates[0].picture.pixels, layers.get("red brick (3)")
        held = mine and swapped(mine.pixelData(at.x, at.y, at.width, at.height).data(), "u8")
        result = [sorted(layers), held == found.data, len(mine.childNodes()) if mine else 0]
    """
    whole = [["Background", "own", "red brick (3)"], True, 0]
    assert baked.run(look) == whole and baked.run("result = len(set(found.data[3::4])) > 20")
    baked.run("K.action('edit_undo').trigger(); d.waitForDone(); import time; until = time.monotonic() + 1.5")
    baked.wait("time.monotonic() > until and not S.main._chores", 20)
    assert baked.run(look) == [["Background", "own"], False, 0]
    baked.run("K.action('edit_redo').trigger()")
    baked.wait("len([n for n in d.rootNode().childNodes() if n.type() == 'paintlayer']) == 3", 20)
    assert baked.run(look) == whole
