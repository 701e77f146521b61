"""A picture, enlarged by a network that was taught to find details again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion import upscaling
from bottega_daemon.diffusion.layers import LUMA, seen
from bottega_daemon.diffusion.pixels import DTYPES, Floats, Stored, from_float, load, rgb, srgb_to_linear, to_float
from bottega_daemon.spec import Upscale
from bottega_daemon.tasks.stages import Compute, Deliver, Load, Models, Stages

BRIGHTEST = 65504.0
"""What half floats can hold; brighter lights would drown their neighbours when they are spread."""
BAND = 1 << 20
"""Pixels of the result that are finished at once."""


def upscale(task: Upscale, blobs: Blobs) -> Stages:
    """Deliver one picture of the task's extent, in the picture's own channels, depth and colour space."""
    models: Models = yield Load(upscaler=task.upscaler)
    own: Stored = yield Compute("preparing", lambda: load(blobs, task.picture, "picture"))
    picture: Floats = yield Compute("preparing", lambda: _seen(task, own))
    walks = upscaling.passes(task.picture.extent, task.extent, models.upscaler.scale)
    fine = task.picture.depth != "u8"
    for number, walk in enumerate(walks):
        begin = partial(upscaling.Enlargement, models.upscaler, walk, picture, task.seamless, fine)
        under_way: upscaling.Enlargement = yield Compute("upscaling", begin, number / len(walks))
        parts = under_way.parts
        for index, part in enumerate(parts):
            done = (number + index / len(parts)) / len(walks)
            yield Compute("upscaling", partial(under_way.paint, part), done)
        picture = under_way.result
    ending: _Ending = yield Compute("finishing", lambda: _Ending(task, own, picture))
    bands = upscaling.bands(task.extent, BAND)
    for index, rows in enumerate(bands):
        yield Compute("finishing", partial(ending.finish, rows), index / len(bands))
    yield Deliver(0, 0, ending.made, task.picture.depth, task.picture.color_space)


def _seen(task: Upscale, own: Stored) -> Floats:
    """What the network sees: colours, which go on where there is no alpha; or data as they are."""
    space = task.picture.color_space
    return rgb(own, space) if space == "data" else seen(own, space)


@dataclass
class _Ending:
    """The enlarged picture as it becomes the given one's kind of pixels."""

    task: Upscale
    own: Stored
    picture: Floats

    def __post_init__(self) -> None:
        height, width, channels = *self.picture.shape[:2], self.own.shape[-1]
        self.made: Stored = np.zeros((height, width, channels), DTYPES[self.task.picture.depth])
        self._colours = 3 if channels == 4 else channels
        self._beyond = _beyond(self.own[..., : self._colours])
        self._bounds = (-BRIGHTEST, BRIGHTEST) if self.task.picture.color_space == "data" else (0.0, 1.0)
        """Of the fourth channel: alpha has them, data have not."""
        fourth = np.nan_to_num(to_float(self.own[..., 3:]), nan=0.0, posinf=BRIGHTEST, neginf=0.0)
        self._fourth = np.clip(fourth, *self._bounds)

    def finish(self, rows: upscaling.Span) -> None:
        """These rows."""
        task, values = self.task, self.picture[slice(*rows)]
        if task.picture.color_space == "linear":
            values = srgb_to_linear(values)
        if self._colours == 1:
            values = (values @ LUMA)[..., None]
        if self._beyond is not None:
            values = values + upscaling.smooth(self._beyond, task.extent, task.seamless, rows, "linear")
        if self.own.shape[-1] == 4:
            made = upscaling.smooth(self._fourth, task.extent, task.seamless, rows, "cubic")
            values = np.concatenate([values, np.clip(made, *self._bounds)], axis=-1)
        self.made[slice(*rows)] = from_float(np.asarray(values, np.float32), task.picture.depth)


def _beyond(own: Stored) -> Floats | None:
    """What a network cannot see of a picture: how far it lies outside of 0..1. None if it does nowhere."""
    if own.dtype.kind == "u":
        return None
    values = np.nan_to_num(to_float(own), nan=0.0, posinf=BRIGHTEST, neginf=0.0)
    beyond = np.clip(values, -BRIGHTEST, BRIGHTEST) - np.clip(values, 0, 1)
    return beyond if beyond.any() else None
