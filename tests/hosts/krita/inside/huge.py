"""The whole of a large canvas painted, made anew and made of what is there: every tile of it, to its layer."""

import os
import resource
import time

import stage

SIDE = int(os.environ["SIDE"])
MEGAPIXELS = float(os.environ["MEGAPIXELS"])
BAND = 64
"""Rows that are compared at once."""


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """Two jobs, each with its layer: without a selection, and what is selected refined."""
    studio = stage.begin()
    document = stage.document(SIDE, SIDE)
    said = {"generate": painted(studio, document, strength=1.0)}
    stage.select(document, 0, 0, SIDE, SIDE)
    said["inpaint"] = painted(studio, document, strength=1.0)
    said["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return said


def painted(studio, document, strength):
    """One job and its layer."""
    from bottega_krita.params import Params

    studio.main.blocks.clear()
    begun = time.monotonic()
    wishes = Params(prompt="stone", steps=1, seed=1, strength=strength, megapixels=MEGAPIXELS)
    work = studio.ask(wishes, document)
    while not work.ended:
        stage.pump(lambda: work.ended or time.monotonic() > begun + 1500, 3000)
    if work.error:
        raise RuntimeError(f"{work.error} {work.error.remedy}")
    end = time.monotonic()
    (candidate,) = work.candidates
    studio.apply(work, candidate)
    stage.pump(lambda: candidate.applied or work.error, 600)
    if work.error:
        raise RuntimeError(f"{work.error} {work.error.remedy}")
    applied = time.monotonic()
    return {
        "mode": work.request.mode.name,
        "tiles": len(work.request.plan.last.tiles),
        "passes": [[each.kind, each.strength, each.work.width, each.work.height] for each in work.request.plan.passes],
        "bounds": candidate.bounds.as_dict(),
        "seconds": {"painted": end - begun, "applied": applied - end},
        "blocks": studio.main.blocks,
    }
