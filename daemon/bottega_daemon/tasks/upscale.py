"""A picture, enlarged by a network that was taught to find details again."""

from __future__ import annotations

from functools import partial

import numpy as np

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion import upscaling
from bottega_daemon.diffusion.layers import LUMA, seen
from bottega_daemon.diffusion.pixels import Floats, Stored, from_float, load, srgb_to_linear, to_float
from bottega_daemon.spec import Upscale
from bottega_daemon.tasks.stages import Compute, Deliver, Load, Models, Stages

BRIGHTEST = 65504.0
"""What half floats can hold; brighter lights would drown their neighbours when they are spread."""


def upscale(task: Upscale, blobs: Blobs) -> Stages:
    """Deliver one picture of the task's extent, in the picture's own channels, depth and colour space."""
    models: Models = yield Load(upscaler=task.upscaler)
    own: Stored = yield Compute("preparing", lambda: load(blobs, task.picture, "picture"))
    picture: Floats = yield Compute("preparing", lambda: seen(own, task.picture.color_space))
    walks = upscaling.passes(task.picture.extent, task.extent, models.upscaler.scale)
    total, done = sum(len(upscaling.parts(walk.enter)) for walk in walks), 0
    for walk in walks:
        begin = partial(upscaling.begin, models.upscaler, walk, picture, task.seamless)
        under_way: upscaling.Enlargement = yield Compute("upscaling", begin, done / total)
        for part in under_way.parts:
            yield Compute("upscaling", partial(under_way.paint, part), done / total)
            done += 1
        picture = under_way.result
    finished = yield Compute("finishing", lambda: _finished(task, own, picture))
    yield Deliver(0, 0, finished, task.picture.depth, task.picture.color_space)


def _finished(task: Upscale, own: Stored, picture: Floats) -> Stored:
    """The enlarged picture as the given one's kind of pixels."""
    made = upscaling.fitted(picture, task.extent, task.seamless)
    if task.picture.color_space == "linear":
        made = srgb_to_linear(made)
    colours = own.shape[-1] if own.shape[-1] != 4 else 3
    if colours == 1:
        made = (made @ LUMA)[..., None]
    beyond = _beyond(own[..., :colours])
    if beyond is not None:
        made = made + upscaling.smooth(beyond, task.extent, task.seamless)
    if own.shape[-1] == 4:
        alpha = upscaling.smooth(to_float(own[..., 3]), task.extent, task.seamless)
        made = np.concatenate([made, alpha[..., None]], axis=-1)
    return from_float(np.asarray(made, np.float32), task.picture.depth)


def _beyond(own: Stored) -> Floats | None:
    """What a network cannot see of a picture: how far it lies outside of 0..1. None if it does nowhere."""
    if own.dtype.kind == "u":
        return None
    values = np.nan_to_num(to_float(own), nan=0.0, posinf=BRIGHTEST, neginf=0.0)
    beyond = values - np.clip(values, 0, 1)
    return beyond if beyond.any() else None
