"""The whole of a large canvas painted: every tile of it, to its layer in the document."""

import os
import resource
import time

import stage

SIDE = int(os.environ["SIDE"])


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """One job without a selection, and its layer."""
    from bottega_krita.params import Params

    studio = stage.begin()
    document = stage.document(SIDE, SIDE)
    studio.main.blocks.clear()
    begun = time.monotonic()
    work = studio.ask(Params(prompt="stone", steps=2, seed=1), document)
    stage.pump(lambda: work.ended, 3000)
    if work.error:
        raise RuntimeError(f"{work.error} {work.error.remedy}")
    painted = time.monotonic()
    (candidate,) = work.candidates
    studio.apply(work, candidate)
    stage.pump(lambda: candidate.applied or work.error, 600)
    applied = time.monotonic()
    layer = document.rootNode().childNodes()[-1]
    data = layer.pixelData(0, 0, SIDE, SIDE).data()
    return {
        "tiles": len(work.request.plan.last.tiles),
        "strength": work.request.plan.last.strength,
        "bounds": candidate.bounds.as_dict(),
        "opaque": data[3::4].count(255),
        "colours": [len(set(data[y * SIDE * 4 : (y + 1) * SIDE * 4 : 64])) for y in range(0, SIDE, 256)],
        "same": [data[2::4] == candidate.picture.pixels.data[0::4], data[0::4] == candidate.picture.pixels.data[2::4]],
        "image": [candidate.image.width(), candidate.image.height()],
        "seconds": {"painted": painted - begun, "applied": applied - painted},
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "blocks": studio.main.blocks,
    }
