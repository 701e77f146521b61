"""Runs in Krita: a selection of a picture is inpainted. /out holds the picture, and gets the result."""

import time

import stage

SIDE = 256
SELECTED = (96, 96, 64, 64)


def main(arguments):
    """Kritarunner's entry."""
    stage.act(run)


def run(out):
    """Open the picture, wait for the others, paint, apply."""
    from bottega_krita.params import Params

    studio = stage.begin()
    document = stage.document(SIDE, SIDE)
    below = document.rootNode().childNodes()[0]
    below.setPixelData((out / "scene.bgra").read_bytes(), 0, 0, SIDE, SIDE)
    document.refreshProjection()
    stage.select(document, *SELECTED, soft=4)
    document.setActiveNode(below)
    (out / "ready").touch()
    stage.pump((out / "go").exists)
    begun = time.time()
    work = studio.ask(Params(prompt="a red sphere", steps=20, seed=3), document)
    stage.pump(lambda: work.ended)
    seconds = time.time() - begun
    if work.error:
        raise work.error
    studio.apply(work, work.candidates[0])
    stage.pump(lambda: work.candidates[0].applied or work.error)
    document.refreshProjection()
    document.waitForDone()
    (out / "painted.bgra").write_bytes(bytes(document.pixelData(0, 0, SIDE, SIDE)))
    return {"seconds": seconds, "version": stage.KRITA.version()}
