"""The whole of a large canvas painted, tile by tile, and put into its document as a layer."""

import os
import resource
import time

import stage

SIDE = int(os.environ["SIDE"])
JOBS = [word.split(":") for word in os.environ["JOBS"].split()]
"""Modes with their megapixels of work; 0: at the canvas's own resolution."""
BAND = 128
"""Rows that are compared at once."""


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """A job without a selection, and one whose selection is all of the canvas, each with its layer."""
    studio = stage.begin()
    document = stage.document(SIDE, SIDE)
    said = {}
    for mode, megapixels in JOBS:
        if mode == "fill":
            stage.select(document, 0, 0, SIDE, SIDE)
        said[mode] = painted(studio, document, mode, float(megapixels))
        said[mode]["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return said


def painted(studio, document, mode, megapixels):
    """One job and its layer."""
    from bottega_krita.params import Params

    begun = time.monotonic()
    wishes = Params(prompt="stone", steps=2, seed=1, megapixels=megapixels)
    work = studio.ask(wishes, document)
    stage.pump(lambda: work.ended, 3000)
    if work.error:
        raise RuntimeError(f"{work.error} {work.error.remedy}")
    end = time.monotonic()
    (candidate,) = work.candidates
    layers = []
    studio.applied.connect(lambda *said: layers.append(said[2]))
    studio.apply(work, candidate)
    stage.pump(lambda: candidate.applied or work.error, 600)
    if work.error:
        raise RuntimeError(f"{work.error} {work.error.remedy}")
    applied = time.monotonic()
    plan = work.request.plan
    assert work.request.mode.name == mode
    return {
        "tiles": len(plan.last.tiles),
        "passes": [[each.kind, each.strength, each.work.width] for each in plan.passes],
        "bounds": candidate.bounds.as_dict(),
        **compared(layers[0], candidate.picture.pixels.data),
        "image": [candidate.image.width(), candidate.image.height()],
        "seconds": {"painted": end - begun, "applied": applied - end},
        "slices": studio.slices.seen,
    }


def compared(layer, came):
    """How the layer's pixels are to those that came, band by band."""
    opaque, colours, same, mask = 0, [], True, layer.childNodes()[0].selection()
    shown = 0
    for y in range(0, SIDE, BAND):
        data = layer.pixelData(0, y, SIDE, BAND).data()
        theirs = came[y * SIDE * 4 : (y + BAND) * SIDE * 4]
        same = same and all(data[a::4] == theirs[b::4] for a, b in ((0, 2), (1, 1), (2, 0)))
        opaque += data[3::4].count(255)
        shown += mask.pixelData(0, y, SIDE, BAND).data().count(255)
        colours.append(len(set(data[: SIDE * 4 : 64])))
    return {"opaque": opaque, "shown": shown, "colours": min(colours), "same": same}
