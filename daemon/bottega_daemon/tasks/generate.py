"""Text to image, and image to image."""

from __future__ import annotations

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion.canvas import plan
from bottega_daemon.diffusion.pixels import Floats, from_float, load, resize, rgb
from bottega_daemon.spec import Generate
from bottega_daemon.tasks import painting
from bottega_daemon.tasks.stages import Compute, Deliver, Denoise, Models, Stages


def generate(task: Generate, blobs: Blobs) -> Stages:
    """Paint `count` pictures. With a start picture, each begins from it under its own noise."""
    how = task.how
    models: Models = yield painting.needs(how)
    canvas = plan(task.extent, how.seamless)
    sigmas = painting.walk_sigmas(models.checkpoint, how, task.strength if task.start else 1.0)
    start = painting.from_noise
    if task.start:
        if len(sigmas) == 1:
            yield from _unchanged(task, resize(_start_picture(task, blobs), task.extent))
            return
        entered: Floats = yield Compute("preparing", lambda: canvas.enter(_start_picture(task, blobs)))
        clean = yield Compute("preparing", lambda: painting.encode(models.checkpoint, entered, how.seamless))
        start = painting.from_latents(clean)
    setting = yield Compute("preparing", lambda: painting.condition(models, how, canvas, sigmas, blobs))
    painted = painting.samples(setting, start)
    yield Denoise(painted)
    for index, clean in painting.finished(painted):
        picture = yield Compute("finishing", lambda clean=clean: painting.decode(models.checkpoint, clean, canvas))
        yield Deliver(index, how.seed + index, from_float(picture, "u8"), "u8", "srgb")


def _start_picture(task: Generate, blobs: Blobs) -> Floats:
    assert task.start is not None
    return rgb(load(blobs, task.start, "start"), task.start.color_space)


def _unchanged(task: Generate, picture: Floats) -> Stages:
    """Strength 0: the start picture itself, spared the way through the autoencoder."""
    pixels = from_float(picture, "u8")
    for index in range(task.how.count):
        yield Deliver(index, task.how.seed + index, pixels, "u8", "srgb")
