"""What is kept takes no more than it may: long histories in slices, candidates by their bytes."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.hosts.krita.held import unbounded
from tests.hosts.krita.rig import Krita

MANY = """
import base64, dataclasses, json, time
from PyQt5.QtGui import QImage
d = fresh(name="many")
image = QImage(96, 96, QImage.Format_RGB32)
image.fill(0x336699)
png = base64.b64encode(memory.encoded(image)).decode()
rows = [
    memory.Record(f"many{k}", 0.0, {"prompt": f"stone {k}"}, k, (0, 0, 1, 1), (1, 1, 4, "u8", "srgb"), png, 0)
    for k in range(memory.MOST)
]

def write(rows):
    d.setAnnotation(memory.INDEX, "", json.dumps([dataclasses.asdict(row) for row in rows]).encode())

def names():
    shown = dock.history.list
    return [shown.item(k).data(256).name for k in range(shown.count())]

small, decoded, added = memory.small, [], []
memory.small = lambda record: (decoded.append(record.name), small(record))[1]
dock.history.list.model().rowsInserted.connect(lambda parent, first, last: added.append(last - first + 1))
steps, step = [], S.main._step

def counted():
    before = len(added)
    said = step()
    steps.append(len(added) - before)
    return said

S.main._step = counted
write(rows)
"""


@pytest.fixture
def many(opened: Krita) -> Generator[Krita]:
    """An image that remembers as much as an image may; what is decoded and shown is counted."""
    opened.run(MANY)
    opened.wait("K.activeDocument() == d")
    opened.run("dock.history.read()")
    opened.wait("names() == [row.name for row in rows] and not S.main._chores")
    yield opened
    opened.run("S.main._step, memory.small = step, small")


def test_a_long_history_is_shown_in_slices_and_decoded_once(many: Krita) -> None:
    """Two hundred small pictures: no step shows more than a few, none is decoded a second time; one more picture is one
    that is decoded and shown, and what was chosen stays chosen."""
    shown, most, threads = many.run(
        "result = [sorted(decoded) == sorted(row.name for row in rows), max(steps), sum(steps)]"
    )
    assert shown and most <= 16 and threads == 200
    many.run("decoded.clear(); added.clear(); dock.history.list.setCurrentRow(7); dock.history.read()")
    many.wait("not S.main._chores")
    assert many.run("result = [decoded, added, dock.history.list.currentRow()]") == [[], [], 7]
    many.run("rows = [dataclasses.replace(rows[0], name='fresh')] + rows[:-1]; write(rows); dock.history.read()")
    many.wait("names() == [row.name for row in rows] and not S.main._chores")
    said = many.run("result = [decoded, added, dock.history.current().name]")
    assert said == [["fresh"], [1], "many7"]
    many.run("dock.history.search.setText('stone 150')")
    assert many.run("result = dock.history.current()") is None
    many.run("dock.history.search.setText(''); decoded.clear(); other = fresh(name='between')")
    many.wait("K.activeDocument() == other and names() == []")
    many.run("""
        from PyQt5.QtWidgets import QMdiArea
        area = dock.window().centralWidget().findChild(QMdiArea)
        area.setActiveSubWindow(area.subWindowList()[-2])
    """)
    many.wait("K.activeDocument() == d and len(names()) == 200")
    assert many.run("result = decoded") == []


def test_a_picture_is_forgotten(many: Krita) -> None:
    """It alone, by the docker's button."""
    many.run("dock.history.list.setCurrentRow(3); dock.history.forget()")
    many.wait("len(names()) == 199 and not S.main._chores")
    said = many.run("result = [row.name for row in rows if row.name not in {r.name for r in memory.records(d)}]")
    assert (
        said
        == ["many3"]
        == [name for name in [f"many{k}" for k in range(200)] if name not in many.run("result = names()")]
    )


def test_a_large_picture_is_kept_in_parts(opened: Krita) -> None:
    """Some 12 MB go into the image and come back bit for bit, a few at a time; forgotten, nothing of them is left."""
    opened.run("""
        import os
        from bottega_krita.client import Bounds, Picture, Pixels
        from bottega_krita.params import Params
        from bottega_krita.pictures import image_of
        from bottega_krita.works import Candidate, Work
        d = fresh(name="parts")
        pixels = Pixels(1800, 1700, 4, "u8", "srgb", os.urandom(1800 * 1700 * 4))
        image = image_of(pixels)
        large = Candidate(Picture("", 0, 5, pixels), Bounds(0, 0, 1800, 1700), image, image.scaled(96, 96))
        SLICES.seen.clear()
        S.main.chore("history", memory.remember(d, Work(0, Params(prompt="parts"), ""), large), print)
    """)
    opened.wait("len(memory.records(d)) == 1 and not S.main._chores")
    opened.wait("K.activeDocument() == d")
    opened.run("back, record = [], memory.records(d)[0]; dock.history._with(record, lambda _, c: back.append(c))")
    opened.wait("back")
    said = opened.run("""
        kept = [len(d.annotation(n)) for n in d.annotationTypes() if n.startswith(memory.PICTURE)]
        result = [back[0].picture.pixels.data == pixels.data, sum(kept) == record.size, max(kept), SLICES.seen]
        S.remembering.forget(d, record)
    """)
    assert said[0] and said[1] and said[2] <= 1 << 22 and not unbounded(said[3])
    opened.wait("not memory.records(d) and not [n for n in d.annotationTypes() if n.startswith(memory.PICTURE)]")


def test_candidates_take_no_more_memory_than_they_may(opened: Krita) -> None:
    """The oldest go, out of the strip too, in words; the newest stays, however large; what is under way stays."""
    opened.run("d = fresh(name='heavy')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        from bottega_krita import works
        from bottega_krita.ui.banner import Link
        link = dock.findChild(Link)
        done = []
        weight = works.weight
        works.weight = lambda work: 300 << 20 if work.candidates else 0
        link.memory.setValue(1000)
    """)
    for _ in range(4):
        opened.run("w = dock.ask()")
        opened.wait("w.ended and w.candidates and not S.main._chores")
        opened.run("done.append(w)")
    opened.wait("[len(each.candidates) for each in done] == [0, 1, 1, 1]", 30)
    told = "[dock.results.strip.count(), dock.results._note.isVisibleTo(dock), dock.results._note.text()]"
    count, shown, words = opened.run(f"result = {told}")
    assert count == 3 and shown and "1000 MB" in words
    opened.run("works.weight = lambda work: 3000 << 20 if work.candidates else 0; link.memory.setValue(1001)")
    opened.wait("[len(each.candidates) for each in done] == [0, 0, 0, 1]", 30)
    assert opened.run("result = [dock.results.strip.count(), works.room() >> 20]") == [1, 1001]
    opened.run("works.weight = weight; w = done[-1]; c = w.candidates[0]; link.memory.setValue(1000)")
    whole, picture, image = opened.run("""
        image = c.image.width() * c.image.height() * 4
        result = [works.weight(w), len(c.picture.pixels.data), image]
    """)
    assert whole >= picture + image > 0
