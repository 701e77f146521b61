"""How long single steps hold Krita's main thread, for `python -m benchmarks.krita_blocks`: by the clock, since Krita's
own calls wait there for its other threads, and of the processor."""

import os
import statistics

import stage
from krita import Selection

SIDES = tuple(map(int, os.environ["SIDES"].split()))
TIMES = 3
OWN = "this script's own"
"""Steps that no job takes."""
KEPT = []
"""Results, as the docker keeps them."""


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """Rows of a name, a side, and the medians in milliseconds."""
    stage.KRITA.setBatchmode(True)
    from bottega_krita.host import Main

    rows, thread = [], Main()
    for side in SIDES:
        document = stage.document(side, side)
        painted(document, side)
        for name, steps in CASES.items():
            found = [measured(thread, steps, document, side) for _ in range(TIMES)]
            for step in found[0]:
                clock, work = zip(*[each[step] for each in found], strict=True)
                rows.append([f"{name}: {step}", side, statistics.median(clock) * 1e3, statistics.median(work) * 1e3])
        document.close()
    return rows


def painted(document, side):
    """Three layers, the uppermost a depth map over all of the canvas."""
    row = os.urandom(side * 4 * 64)
    for name in ("colours", "more", "depth"):
        layer = document.createNode(name, "paintlayer")
        for y in range(0, side, 64):
            layer.setPixelData(row, 0, y, side, 64)
        document.rootNode().addChildNode(layer, None)
    document.refreshProjection()
    document.waitForDone()


def measured(thread, steps, document, side):
    """The longest of each kind of step, in seconds."""
    done, wrong = [], []
    thread.blocks.clear()
    KEPT.clear()

    def all_of_it():
        yield None
        done.append((yield from steps(document, side)))

    thread.chore("slice", all_of_it(), wrong.append)
    stage.pump(lambda: done or wrong, 600)
    if wrong:
        raise wrong[0]
    found = {name: times for name, times in thread.blocks.items() if name not in ("made", OWN)}
    document.waitForDone()
    if done[0] is not None:
        done[0].remove()
        document.waitForDone()
    return found


def canvas(document, side):
    """All of the canvas, and all of a selection."""
    from bottega_krita.canvas import read_canvas, read_selection, sheet
    from bottega_krita.host import Aside, Named

    seen = sheet(document)
    parts = yield from read_canvas(seen, seen.extent.bounds)
    yield Aside(parts.clear)  # as jobs do
    selection = Selection()
    yield Named(OWN)
    selection.select(0, 0, side, side, 255)
    yield Named("")
    parts = yield from read_selection(selection, seen.extent.bounds)
    yield Aside(parts.clear)
    yield Named(OWN)
    del selection


def hinted(document, side):
    """512² of the canvas without a layer that is seen."""
    from bottega_krita.bare import read_without
    from bottega_krita.canvas import sheet
    from bottega_krita.client import Bounds

    seen = sheet(document)
    yield from read_without(seen, [document.nodeByName("depth")], Bounds(side // 4, side // 4, 512, 512))


def inserted(document, side):
    """A layer of 512² with a mask."""
    return (yield from _inserted(document, side // 4, 512))


def covering(document, side):
    """A layer as large as the canvas, with a mask."""
    return (yield from _inserted(document, 0, side))


def enlarged(document, side):
    """The same beyond the canvas, which grows by 64 pixels."""
    return (yield from _inserted(document, side // 4, 512, 64))


def _inserted(document, at, side, beyond=0):
    from bottega_krita.canvas import sheet
    from bottega_krita.client import Pixels
    from bottega_krita.geometry import Margins
    from bottega_krita.host import Aside
    from bottega_krita.layers import Place, insert
    from bottega_krita.pixels import to_stripes

    seen = sheet(document)
    pixels = yield Aside(lambda: Pixels(side, side, 4, "u8", "srgb", os.urandom(1 << 20) * (side * side * 4 >> 20)))
    KEPT.append(pixels)
    stripes = yield Aside(lambda: to_stripes(pixels, at, at, seen.colours, True))
    place = Place(seen.anchor, Margins(right=beyond))
    return (
        yield from insert(document, "result", stripes, seen.colours, document.rootNode().childNodes()[0], place)
    ).layer


def remembered(document, side):
    """A picture of nearly 20 MB kept with the image, and read again."""
    from bottega_krita import memory, pictures
    from bottega_krita.client import Bounds, Picture, Pixels
    from bottega_krita.host import Aside
    from bottega_krita.params import Params
    from bottega_krita.works import Candidate, Work

    pixels = yield Aside(lambda: Pixels(2200, 2200, 4, "u8", "srgb", os.urandom(2200 * 2200 * 4)))
    image = yield Aside(lambda: pictures.image_of(pixels))
    small = yield Aside(lambda: pictures.thumbnail_image(image, pictures.SMALL))
    candidate = Candidate(Picture("", 0, 5, pixels), Bounds(0, 0, 2200, 2200), image, small)
    yield from memory.remember(document, Work(0, Params(prompt="x"), ""), candidate)
    known = yield from memory.read(document)
    KEPT.append((candidate, (yield from memory.recalled(document, known[0]))))


CASES = {
    "reading the canvas and a selection of all of it": canvas,
    "reading 512² without a depth map that is seen": hinted,
    "a picture of 19 MB": remembered,
    "a result of 512²": inserted,
    "a result of the canvas's size": covering,
    "a result of 512², the canvas grows": enlarged,
}
