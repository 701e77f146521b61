"""Images that become others after they were painted on, in a live Krita: larger to the left and the top, converted,
changed under live painting; and lists that shrink."""

from __future__ import annotations

import numpy as np
import pytest

from tests.hosts.krita.rig import Krita

PLACE = """
def place(name):
    layer = [n for n in d.rootNode().childNodes() if n.name() == name][0]
    at = layer.bounds()
    return [at.x(), at.y(), at.width(), at.height()]
"""


@pytest.fixture(scope="module")
def beyond(opened: Krita) -> Krita:
    """Two candidates 48 pixels further to the left and 16 further up, the first of which is applied."""
    opened.run("d = fresh(name='beyond')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        from bottega_krita.client import Extent
        dock.form.strength.setValue(100)
        dock.form.count.setValue(2)
        dock.margins[0].setValue(48)
        dock.margins[1].setValue(16)
        w = dock.ask("expand")
    """)
    opened.wait("w.ended and len(w.candidates) == 2 and len(memory.records(d)) == 2")
    opened.run(PLACE)
    opened.run("dock.form.count.setValue(1); dock.margins[0].setValue(0); dock.margins[1].setValue(0)")
    opened.run("S.apply(w, w.candidates[0])")
    opened.wait("w.candidates[0].applied")
    opened.run("d.waitForDone()")
    return opened


def test_a_second_candidate_is_shown_and_laid_where_the_first_lies(beyond: Krita) -> None:
    """The canvas has grown to the left by then: pictures begin further to the right of its new corner."""
    assert beyond.run("result = [d.width(), d.height()]") == [240, 176]
    first = beyond.run("result = place('green grass (3)')")
    assert first[:2] == [0, 0]
    shown = beyond.run("""
        dock.results._refill()
        dock.results.strip.setCurrentRow(1)
        result = list(dock.overlay.place.as_dict().values())
    """)
    beyond.run("S.apply(w, w.candidates[1])")
    beyond.wait("w.candidates[1].applied")
    laid = beyond.run("d.waitForDone(); result = [d.width(), d.height(), place('green grass (4)')]")
    assert laid == [240, 176, first]
    assert shown[:2] == [0, 0]


def test_history_lays_it_there_too_also_after_an_undo(beyond: Krita) -> None:
    """On the image that has grown, and on one that is small again, which grows once more."""
    beyond.run("row = [r.seed for r in memory.records(d)].index(3); dock.history.list.setCurrentRow(row)")
    for size in ((240, 176), (192, 160)):
        beyond.run("[n.remove() for n in d.rootNode().childNodes()[1:]]; d.waitForDone()")
        if size == (192, 160):
            beyond.changed("d.resizeImage(48, 16, 192, 160)")
        assert beyond.run("result = [d.width(), d.height()]") == list(size)
        beyond.run("dock.history.apply()")
        beyond.wait("len(d.rootNode().childNodes()) == 2")
        beyond.wait("d.width() == 240")
        assert beyond.run("d.waitForDone(); result = place('green grass (3)')[:2]") == [0, 0]


def test_a_picture_in_other_colours_than_the_image_has_now_is_refused_in_words(opened: Krita) -> None:
    """Protects colours: numbers of linear light are no numbers of sRGB."""
    opened.run("d = fresh(name='converted')")
    opened.wait("K.activeDocument() == d")
    opened.run("d.setColorSpace('RGBA', 'U16', 'sRGB-elle-V2-g10.icc'); d.waitForDone(); w = dock.ask()")
    opened.wait("w.ended and len(memory.records(d)) == 1")
    assert opened.run("result = w.candidates[0].picture.pixels.color_space") == "linear"
    opened.run(
        "d.setColorSpace('RGBA', 'U16', 'sRGB-elle-V2-srgbtrc.icc'); d.waitForDone(); S.apply(w, w.candidates[0])"
    )
    opened.wait("w.error is not None")
    assert "converted" in opened.run("result = str(w.error)")
    assert opened.run("result = [len(d.rootNode().childNodes()), bool(dock.results._bars)]") == [1, False]
    opened.run("dock.results.strip.setCurrentRow(0); dock.results.apply()")
    opened.wait("dock.results._note.isVisibleTo(dock) and 'converted' in dock.results._note.text()")
    opened.run("dock.results._note.hide(); dock.history.list.setCurrentRow(0); dock.history.apply()")
    opened.wait("'converted' in dock.history.facts.text()")
    assert opened.run("result = [len(d.rootNode().childNodes()), bool(dock.results._bars)]") == [1, False]
    assert opened.run("result = dock.results._note.isVisibleTo(dock)") is False  # it is said where it was asked for


def test_live_painting_says_why_its_picture_is_not_kept(opened: Krita) -> None:
    """In the tab where it is asked for."""
    opened.run("d = fresh(name='drawn'); dock.live.live.latencies.clear()")
    opened.wait("K.activeDocument() == d")
    opened.run("dock.live.switch.setChecked(True)")
    opened.wait("dock.live.live.latencies and dock.live.live._work.ended", 120)
    opened.run("""
        dock.live.switch.setChecked(False)
        d.setColorSpace("RGBA", "U16", "sRGB-elle-V2-g10.icc")
        d.waitForDone()
        dock.live.apply()
    """)
    opened.wait("'converted' in dock.live.note.text()")
    assert opened.run("result = len(d.rootNode().childNodes())") == 1


def test_a_picture_of_the_history_lands_in_its_own_image(opened: Krita) -> None:
    """Also where another one comes to the front while it is unpacked."""
    opened.run("d = fresh(name='owner')")
    opened.wait("K.activeDocument() == d", 30)
    opened.run("w = dock.ask()")
    opened.wait("w.ended and dock.history.list.count() == 1 and not S.main._chores", 30)
    opened.run("""
        import threading
        gate, layers = threading.Event(), len(d.rootNode().childNodes())
        dock.history.list.setCurrentRow(0)
    """)
    opened.wait("not S.main._chores", 30)
    opened.run("S.main.aside(gate.wait, id, id); dock.history.apply(); e = fresh(name='elsewhere')")
    opened.wait("K.activeDocument() == e", 30)
    opened.run("gate.set()")
    opened.wait("len(d.rootNode().childNodes()) == layers + 1", 30)
    assert opened.run("result = len(e.rootNode().childNodes())") == 1


def test_an_image_that_is_converted_while_its_layer_is_made_is_left_alone(opened: Krita) -> None:
    """Protects Krita: bytes of the old depth are fewer than a layer of the new one wants. Of a result, and of what
    the daemon found."""
    opened.run("d = fresh(name='converting')")
    opened.wait("K.activeDocument() == d")
    opened.run("w = dock.ask()")
    opened.wait("w.ended and len(memory.records(d)) == 1")
    opened.run("""
        import threading
        from bottega_krita import pixels
        to_stripes, gate, made = pixels.to_stripes, threading.Event(), threading.Event()

        def late(*given, **more):
            stripes = to_stripes(*given, **more)
            made.set()
            gate.wait(60)
            return stripes

        pixels.to_stripes = late
        S.apply(w, w.candidates[0])
    """)
    opened.wait("made.is_set()")
    opened.run("d.setColorSpace('RGBA', 'F32', 'sRGB-elle-V2-g10.icc'); d.waitForDone(); gate.set()")
    opened.wait("w.error is not None", 30)
    said, layers = opened.run("result = [str(w.error), len(d.rootNode().childNodes())]")
    assert "converted to other colours" in said and layers == 1
    opened.run("d = fresh(name='finding'); gate.clear(); made.clear(); dock.controls.take(())")
    opened.wait("K.activeDocument() == d")
    opened.run("dock.controls.make()")
    opened.wait("made.is_set()", 60)
    opened.run("d.setColorSpace('RGBA', 'U16', 'sRGB-elle-V2-g10.icc'); d.waitForDone(); gate.set()")
    opened.wait("'converted' in dock.controls._hint.text()", 30)
    said = opened.run("pixels.to_stripes = to_stripes; result = [len(d.rootNode().childNodes()), dock.controls.rows]")
    assert said == [1, []]


def test_where_nothing_can_be_outpainted_it_is_said(opened: Krita) -> None:
    """No margins, nothing selected, nothing transparent: as the docker begins."""
    opened.run("d = fresh(name='full'); dock.form.strength.setValue(100)")
    opened.wait("K.activeDocument() == d")
    opened.run("w = dock.ask('expand')")
    opened.wait("w.ended")
    state, said, candidates = opened.run("result = [w.state, str(w.error), len(w.candidates)]")
    assert (state, candidates) == ("failed", 0)
    assert "there is nothing to outpaint. Give margins" in said


def test_what_is_transparent_is_outpainted(opened: Krita) -> None:
    """All of it; what is opaque stays as it was, but for the seam."""
    opened.run("d = fresh(name='half')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        d.rootNode().childNodes()[0].setPixelData(bytes(64 * 160 * 4), 128, 0, 64, 160)
        d.refreshProjection()
        d.waitForDone()
        before = d.pixelData(0, 0, 192, 160).data()
        w = dock.ask("expand")
    """)
    opened.wait("w.ended")
    assert opened.run("result = [w.state, str(w.error)]") == ["done", "None"]
    opened.run("S.apply(w, w.candidates[0])")
    opened.wait("w.candidates[0].applied")
    hexed = opened.run("""
        d.waitForDone()
        d.refreshProjection()
        d.waitForDone()
        result = [before.hex(), d.pixelData(0, 0, 192, 160).data().hex()]
    """)
    assert opened.run("result = [d.width(), d.height()]") == [192, 160]
    before, after = (np.frombuffer(bytes.fromhex(each), np.uint8).reshape(160, 192, 4) for each in hexed)
    assert np.array_equal(before[:, :90], after[:, :90])
    assert after[:, 136:, 3].min() == 255


def test_of_a_selection_what_is_transparent_is_outpainted(opened: Krita) -> None:
    """Neither what is opaque there, but for the seam, nor what is transparent elsewhere; of an opaque place nothing."""
    opened.run("d = fresh(name='part')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        d.rootNode().childNodes()[0].setPixelData(bytes(64 * 160 * 4), 128, 0, 64, 160)
        d.refreshProjection()
        d.waitForDone()
        before = d.pixelData(0, 0, 192, 160).data()
        s = Selection()
        s.select(80, 50, 90, 60, 255)
        d.setSelection(s)
        d.waitForDone()
        w = dock.ask("expand")
    """)
    opened.wait("w.ended")
    assert opened.run("result = [w.state, str(w.error)]") == ["done", "None"]
    opened.run("S.apply(w, w.candidates[0])")
    opened.wait("w.candidates[0].applied")
    hexed = opened.run("""
        d.waitForDone()
        d.refreshProjection()
        d.waitForDone()
        result = [before.hex(), d.pixelData(0, 0, 192, 160).data().hex()]
    """)
    before, after = (np.frombuffer(bytes.fromhex(each), np.uint8).reshape(160, 192, 4) for each in hexed)
    assert np.array_equal(before[:, :104], after[:, :104])
    assert after[52:108, 130:168, 3].min() == 255
    assert not after[:26, 136:, 3].any() and not after[134:, 136:, 3].any()
    opened.run("""
        s.clear()
        s.select(20, 50, 60, 60, 255)
        d.setSelection(s)
        d.waitForDone()
        w = dock.ask("expand")
    """)
    opened.wait("w.ended")
    assert "there is nothing to outpaint" in opened.run("result = str(w.error)")


def test_a_picture_too_large_for_the_history_takes_no_other_with_it(opened: Krita) -> None:
    kept, gone = opened.run("""
        import dataclasses
        one = memory.Record("a", 0.0, {}, 1, (0, 0, 1, 1), (1, 1, 4, "u8", "srgb"), "", 1)
        rows = [dataclasses.replace(one, name=name, size=size) for name, size in zip("abcd", (9, 2, 2, 1))]
        found, lost = memory.within(rows, 4)
        result = [[r.size for r in found], lost]
    """)
    assert (kept, gone) == ([0, 2, 2, 0], ["a", "d"])


def test_what_another_version_wrote_is_left_out_and_the_rest_stays(opened: Krita) -> None:
    said = opened.run("""
        import json
        row = dataclasses.asdict(one)
        old = {key: value for key, value in row.items() if key not in ("canvas", "margins")}
        rows = [{**row, "later": 1}, {"name": "b"}, old, 7]
        result = [r.name for r in memory._records(json.dumps(rows).encode())]
    """)
    assert said == ["a", "a"]


def test_a_list_that_shrinks_chooses_nobody_else(opened: Krita) -> None:
    """Protects the canvas: a neighbour of what is forgotten is not shown over it unasked."""
    opened.run("d = fresh(name='shrinking')")
    opened.wait("K.activeDocument() == d")
    opened.run("dock.form.count.setValue(3); w = dock.ask()")
    opened.wait("w.ended and dock.history.list.count() == 3")
    opened.run("dock.form.count.setValue(1); dock.history.list.setCurrentRow(1)")
    opened.wait("dock.overlay.showing and not S.main._chores")
    opened.run("dock.overlay.hide(); dock.history.forget()")
    opened.wait("dock.history.list.count() == 2 and not S.main._chores")
    said = opened.run("result = [dock.history.current() is None, dock.history.facts.text(), dock.overlay.showing]")
    assert said == [True, "", False]


def test_live_painting_goes_on_when_its_image_grows_or_is_converted(opened: Krita) -> None:
    """And a picture may be kept whose request has made room for later ones."""
    opened.run("d = fresh(name='lively')")
    opened.wait("K.activeDocument() == d")
    opened.run("L = dock.live.live; L.latencies.clear(); dock.live.switch.setChecked(True)")
    opened.wait("L.latencies and L._work.ended")
    same = opened.run("""
        from bottega_krita.client import Bounds
        parts = [(0, 0, 192, 160), (5, 7, 180, 140), (127, 127, 3, 3), (130, 0, 40, 129)]
        result = [b"".join(L._mosaic.parts(Bounds(*p))) == d.pixelData(*p).data() for p in parts]
    """)
    assert same == [True] * 4, "the copy in tiles is the canvas, across their edges too"
    for change in ("d.resizeImage(0, 0, 320, 200)", "d.setColorSpace('RGBA', 'U16', 'sRGB-elle-V2-srgbtrc.icc')"):
        opened.run(f"old = L._mosaic; requests = L.requests; {change}; d.waitForDone()")
        opened.wait("L._mosaic is not old and L.requests > requests and L._work.ended", 120)
        assert opened.run("result = [L.running, L._work.state, d.width()]") == [True, "done", 320]
    opened.wait("dock.live._candidate in L._work.candidates")
    opened.run("""
        dock.live.switch.setChecked(False)
        S.works = [w for w in S.works if not w.live]
        layers = len(d.rootNode().childNodes())
        dock.live.apply()
    """)
    opened.wait("len(d.rootNode().childNodes()) == layers + 1")
