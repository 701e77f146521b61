"""A canvas of 8192²: a small selection is sent as the small thing it is, and the whole of it is read in slices."""

import time

import stage
from krita import Selection

SIDE = 8192


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """Both, with the longest steps."""
    studio = stage.begin()
    document = stage.document(SIDE, SIDE)
    layer = document.rootNode().childNodes()[0]
    layer.setPixelData(bytes([90, 120, 160, 255]) * (256 * 256), 6900, 6900, 256, 256)
    document.refreshProjection()
    document.waitForDone()
    selection = Selection()
    selection.select(7000, 7000, 64, 48, 255)
    selection.feather(4)
    document.setSelection(selection)
    said = {"small": small(studio, document)}
    selection.select(0, 0, SIDE, SIDE, 255)
    document.setSelection(selection)
    said["whole"] = whole(studio, document)
    said["slices"] = studio.slices.seen
    return said


def small(studio, document):
    """A job on the small selection."""
    from bottega_krita.params import Params

    work = studio.ask(Params(prompt="grass", steps=2, seed=1), document)
    stage.pump(lambda: work.ended)
    if work.error:
        raise work.error
    studio.apply(work, work.candidates[0])
    stage.pump(lambda: work.candidates[0].applied)
    picture, bounds = work.request.task.picture, work.candidates[0].bounds
    return {"sent": len(picture.data), "bounds": bounds.as_dict(), "share": work.request.plan.share}


def whole(studio, document):
    """Reading all of it, as a fill of everything would."""
    from bottega_krita import asking
    from bottega_krita.canvas import sheet
    from bottega_krita.params import Params

    found, wrong, begun = [], [], time.monotonic()

    def gather():
        found.append((yield from asking.gather(sheet(document), Params(mode="fill"), studio.catalog)))

    studio.main.chore("whole", gather(), wrong.append)
    stage.pump(lambda: found or wrong, 300)
    if wrong:
        raise wrong[0]
    task = found[0].task
    return {
        "bytes": len(task.picture.data),
        "mask": task.mask.data.count(255),
        "seconds": time.monotonic() - begun,
    }
