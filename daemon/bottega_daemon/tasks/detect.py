"""The structure of a picture, for its owner to see and to correct."""

from __future__ import annotations

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion.hints import canny_hint
from bottega_daemon.diffusion.pixels import Floats, from_float, load, rgb
from bottega_daemon.spec import Detect
from bottega_daemon.tasks.stages import Compute, Deliver, Stages


def detect(task: Detect, blobs: Blobs) -> Stages:
    """Deliver one picture of the photo's extent. Edges are all that is found in pictures: kind says no more."""
    found: Floats = yield Compute("finishing", lambda: _edges(task, blobs))
    yield Deliver(0, 0, from_float(found, "u8"), "u8", "srgb")


def _edges(task: Detect, blobs: Blobs) -> Floats:
    photo = rgb(load(blobs, task.hint.image, "photo.image"), task.hint.image.color_space)
    return canny_hint(photo, task.hint.low, task.hint.high)
