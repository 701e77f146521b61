"""History that travels with its document, and styles, in a live Krita."""

from __future__ import annotations

import pytest

from tests.hosts.krita.rig import Krita

LIMITED = """
import os
from bottega_krita.client import Bounds, Picture, Pixels
from bottega_krita.params import Params
from bottega_krita.pictures import image_of
from bottega_krita.ui.banner import Link
from bottega_krita.works import Candidate, Work
link = dock.findChild(Link)
kept_before = link.megabytes.value()
d = fresh(name="limited")

def keep(prompt):
    pixels = Pixels(360, 360, 4, "u8", "srgb", os.urandom(360 * 360 * 4))
    image = image_of(pixels)
    candidate = Candidate(Picture("", 0, 5, pixels), Bounds(0, 0, 360, 360), image, image.scaled(96, 96))
    S.main.chore("remember", memory.remember(d, Work(0, Params(prompt=prompt, steps=7), ""), candidate), print)

def told():
    return [[r.prompt, r.wishes().steps, bool(r.size), len(d.annotation(memory.PICTURE + r.name)) == r.size]
            for r in memory.records(d)]
"""


def test_the_size_of_history_is_the_artists_choice(opened: Krita) -> None:
    """Pictures of half a megabyte each under the field's 1 MB: the oldest goes when a third comes, and its settings
    stay; 0 MB keeps settings alone. The choice is kept for the next Krita."""
    opened.run(LIMITED)
    opened.wait("K.activeDocument() == d")
    opened.run("link.megabytes.setValue(1)")
    for number, prompt in enumerate(("one", "two", "three"), 1):
        opened.run(f"keep({prompt!r})")
        opened.wait(f"len(memory.records(d)) == {number}")
    assert opened.run("result = told()") == [
        ["three", 7, True, True],
        ["two", 7, True, True],
        ["one", 7, False, True],
    ]
    size, limit, again = opened.run("""
        kept = [n for n in d.annotationTypes() if n.startswith(memory.PICTURE)]
        result = [sum(len(d.annotation(n)) for n in kept), memory.megabytes() << 20, Link(S).megabytes.value()]
        link.megabytes.setValue(0)
        keep("four")
    """)
    assert 1 << 19 < size <= limit == 1 << 20 and again == 1
    opened.wait("len(memory.records(d)) == 4")
    assert [row[:3] for row in opened.run("result = told()")] == [
        [prompt, 7, False] for prompt in ("four", "three", "two", "one")
    ]
    assert opened.run("result = [n for n in d.annotationTypes() if n.startswith(memory.PICTURE)]") == []
    opened.run("link.megabytes.setValue(kept_before)")


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
        def seen():
            shown = dock.history.list
            return [shown.item(k).text() for k in range(shown.count()) if not shown.item(k).isHidden()]
        dock.history.search.setText("GRASS green")
        found = seen()
        dock.history.search.setText("nothing like it")
        result = [found, seen()]
        dock.history.search.setText("")
        result.append(seen())
    """)
    assert said == [["3"], [], ["11", "3"]]


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


def test_an_image_may_be_closed_under_the_picture_on_its_canvas(opened: Krita) -> None:
    """The next image opens without a word of Krita's about a script, and shows pictures of its own."""
    opened.run("""
        from PyQt5.QtWidgets import QApplication
        from bottega_krita.overlay import Glass

        def panes():
            return [pane.isVisible() for pane in dock.window().findChildren(Glass)]
    """)
    for name in ("closed", "next"):
        opened.run(f"d = fresh(name={name!r})")
        opened.wait("K.activeDocument() == d")
        assert opened.run("result = QApplication.activeModalWidget() is None")
        opened.run("w = dock.ask()")
        opened.wait("w.ended and dock.overlay.showing and panes() == [True]")
        opened.run("d.setModified(False); d.setBatchmode(True); d.close()")
        opened.wait("panes() == []")


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
