"""What lies over the canvas and in the strip while jobs run, in a live Krita: what the artist chose or hid stays so, of
several jobs one is shown, and no candidate that is kept is out of reach."""

from __future__ import annotations

import pytest

from tests.hosts.krita.rig import Krita

BEGIN = """
def named(number):
    return [[w.number - number, c.index] for w, c in
            (strip.item(row).data(256) for row in range(strip.count()))]

def image():
    return dock.overlay._shown[1] if dock.overlay.showing else None

def newer(work):
    return work.preview and work.preview is not last

strip, ask = dock.results.strip, dock.ask
d = fresh(name="choosing")
"""


@pytest.fixture(scope="module")
def choosing(opened: Krita) -> Krita:
    """An image with two candidates of an earlier job."""
    opened.run(BEGIN)
    opened.wait("K.activeDocument() == d")
    opened.run("dock.form.count.setValue(2); old = ask()")
    opened.wait("old.ended and strip.count() == 2")
    opened.run("dock.form.count.setValue(1); dock.form.steps.setValue(300)")
    return opened


def test_a_candidate_may_be_looked_at_while_a_job_runs(choosing: Krita) -> None:
    """It stays on the canvas, shown or hidden, whatever the steps do; a job that is begun later is shown again; the one
    that was shown may be hidden and shown; where it is cancelled, what was chosen is there again."""
    choosing.run("w = ask()")
    choosing.wait("w.preview and image() is w.preview[0]", 60)
    choosing.run("dock.results.flip(1); last = w.preview; seed = strip.currentItem().text()")
    choosing.wait("newer(w)", 60)
    assert choosing.run("result = [image() is old.candidates[1].image, seed]") == [True, "4"]
    choosing.run("dock.results.toggle(); last = w.preview")
    choosing.wait("newer(w)", 60)
    assert choosing.run("result = dock.overlay.showing") is False
    choosing.run("dock.results.toggle(); last = w.preview")
    choosing.wait("newer(w)", 60)
    assert choosing.run("result = image() is old.candidates[1].image")
    choosing.run("v = ask()")
    choosing.wait("v.preview and image() is v.preview[0]", 60)
    choosing.run("K.action('bottega_preview').trigger(); last = v.preview")
    choosing.wait("newer(v)", 60)
    assert choosing.run("result = dock.overlay.showing") is False
    choosing.run("K.action('bottega_preview').trigger()")
    assert choosing.run("result = image() is v.preview[0]")
    choosing.run("S.cancel(v)")
    choosing.wait("v.ended", 60)
    assert choosing.run("result = image() is old.candidates[1].image")
    choosing.run("S.cancel(w)")
    choosing.wait("w.ended", 60)
    assert choosing.run("result = [image() is old.candidates[1].image, w.state, v.state, w.ended]") == [
        *(True, "cancelled", "cancelled", True),
    ]


def test_what_is_hidden_stays_hidden_when_its_job_is_cancelled(choosing: Krita) -> None:
    """And a click on the candidate that is chosen already shows it, steps or not."""
    choosing.run("w = ask()")
    choosing.wait("w.preview and image() is w.preview[0]", 60)
    choosing.run("strip.itemClicked.emit(strip.currentItem()); last = w.preview")
    choosing.wait("newer(w)", 60)
    assert choosing.run("result = image() is old.candidates[1].image")
    choosing.run("dock.results.toggle(); S.cancel(w)")
    choosing.wait("w.ended", 60)
    assert choosing.run("result = dock.overlay.showing") is False


def test_of_two_jobs_the_newest_is_shown(choosing: Krita) -> None:
    """Its steps and no others as soon as there are any; the other one's again when it is cancelled."""
    choosing.run("first, second, seen = ask(), ask(), []")
    choosing.run("""
        def look(work):
            if second.preview and not second.ended:
                seen.append([image() is second.preview[0], work is first])
        S.changed.connect(look)
    """)
    choosing.wait("len([each for each in seen if each[1]]) > 5", 120)
    choosing.run("S.changed.disconnect(look); S.cancel(second)")
    assert choosing.run("result = all(mine for mine, _ in seen)")
    choosing.wait("second.ended and first.preview and image() is first.preview[0]", 60)
    choosing.run("S.cancel(first)")
    choosing.wait("first.ended", 60)


def test_candidates_of_two_jobs_lie_in_order(choosing: Krita) -> None:
    """Those of the newest job first, each job's by their seeds, however they come; also when the image is shown anew,
    and behind more jobs than that without a result."""
    choosing.run("dock.form.steps.setValue(4); dock.form.count.setValue(3); strip.clear(); a, b = ask(), ask()")
    choosing.wait("a.ended and b.ended", 120)
    both = [[1, 0], [1, 1], [1, 2], [0, 0], [0, 1], [0, 2]]
    assert choosing.run("result = named(a.number)") == both
    choosing.run("dock.form.count.setValue(1); more = [ask() for _ in range(7)]; [S.cancel(w) for w in more[:6]]")
    choosing.wait("all(w.ended for w in more)", 120)
    choosing.run("unique = dock._document; dock.results.show_document(''); dock.results.show_document(unique)")
    assert choosing.run("result = named(a.number)[:7]") == [[8, 0], *both]
    assert choosing.run("result = [strip.count(), named(old.number)[-2:]]") == [9, [[0, 0], [0, 1]]]
