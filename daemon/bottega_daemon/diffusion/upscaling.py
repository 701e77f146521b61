"""Enlarging by a network, part by part, so that no other picture waits long and any size fits into memory.

A part's share of the wanted picture is taken from what the network makes of its surroundings: no picture of the
network's own scale is ever kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from bottega_daemon.diffusion.latents import spans
from bottega_daemon.diffusion.pixels import Floats
from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.upscalers import Upscaler
from bottega_daemon.spec import Axes, Extent

PART, MADE = 256, 1024
"""Pixels of a part's side, with what it sees around it: before and at most after the network."""
SLOW_PART, SLOW = 96, 8 << 20
"""The same on a CPU for networks of more bytes than this, which take seconds for so much."""
AROUND = 16
"""Pixels that a part sees on each side and that are not taken from it: there a network's own edges show."""
SHARED = 16
"""Pixels of the picture over which neighbours fade into each other."""
LEAST = 64
"""The smallest part's side that memory is tried with."""

_PART = "part"

Span = tuple[int, int]
Filter = Literal["cubic", "linear"]


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keys 1981 with a = -1/2."""
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


FILTERS: Mapping[Filter, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "cubic": _cubic,
    "linear": lambda x: np.maximum(1 - x, 0.0),
}
"""Of the distance to a pixel, in pixels. Cubic is sharper; linear makes nothing brighter or darker than it was."""
REACH = 2
"""Pixels on each side that they look at."""


@dataclass(frozen=True)
class Pass:
    """One walk of the network over a picture of one size, which makes one of another."""

    enter: Extent
    leave: Extent


def passes(size: Extent, wanted: Extent, scale: int) -> list[Pass]:
    """The walks that lead from a size to one that is nowhere smaller, by a network of this scale: as few as do, and
    none begins with less than the picture has. (A network that does not enlarge walks once.)"""
    if scale == 1 or max(wanted.width / size.width, wanted.height / size.height) <= scale:
        return [Pass(size, wanted)]
    enter = Extent(max(size.width, -(-wanted.width // scale)), max(size.height, -(-wanted.height // scale)))
    return [*passes(size, enter, scale), Pass(enter, wanted)]


def side_of(upscaler: Upscaler) -> int:
    """Pixels of a part's side."""
    slow = upscaler.device.type == "cpu" and upscaler.nbytes > SLOW
    return upscaler.derived.get(_PART, SLOW_PART if slow else min(PART, MADE // upscaler.scale))


def use_smaller_parts(upscaler: Upscaler) -> bool:
    """After memory has run out: work on parts of a quarter of the pixels from now on. False if it can get no less."""
    now = side_of(upscaler)
    upscaler.derived[_PART] = max(LEAST, now // 2)
    return now > LEAST


@dataclass(frozen=True)
class Axis:
    """One side of a picture, before and after, and whether it goes on at its other end."""

    size: int
    made: int
    wraps: bool

    def around(self, span: Span, margin: int, multiple: int = 1) -> Span:
        """The pixels before that these after are made of, and so many more on each side; from one multiple to another,
        so that all parts see the same grid."""
        first = (span[0] * self.size // self.made - margin) // multiple * multiple
        stop = -(-span[1] * self.size // self.made) + margin
        return first, first - (first - stop) // multiple * multiple

    def places(self, span: Span) -> NDArray[np.intp]:
        """The pixels of a span that may reach beyond the picture: there it goes on, or its edge does."""
        found = np.arange(*span)
        return found % self.size if self.wraps else np.clip(found, 0, self.size - 1)

    def parts(self, side: int, multiple: int) -> list[Span]:
        """Spans of what is made that a part of this side is enough for; neighbours share a little."""
        shared = -(-SHARED * self.made // self.size)
        length = (side - 2 * AROUND - 2 * multiple) * self.made // self.size
        return spans(self.made, max(length, 2 * shared), shared)

    def ramps(self, parts: list[Span]) -> dict[Span, Floats]:
        """How much each part counts: neighbours fade into each other, and all make one."""
        shared = -(-SHARED * self.made // self.size)
        total, raw = np.zeros(self.made), dict[Span, NDArray[np.float64]]()
        for start, stop in parts:
            rising = (np.arange(stop - start) + 0.5) / shared
            before = rising if start > 0 else np.ones_like(rising)
            after = rising[::-1] if stop < self.made else np.ones_like(rising)
            raw[start, stop] = np.minimum(np.minimum(before, after), 1)
            total[start:stop] += raw[start, stop]
        return {span: (ramp / total[slice(*span)]).astype(np.float32) for span, ramp in raw.items()}

    def matrix(self, span: Span, seen: Span, scale: int) -> Floats:
        """What of each pixel that a network of this scale makes of `seen` counts for each pixel of `span`: its part of
        the area, or what cubic interpolation takes of it. [span, seen * scale]."""
        step = self.size * scale / self.made
        centres = (np.arange(*span)[:, None] + 0.5) * step - seen[0] * scale
        fine = np.arange((seen[1] - seen[0]) * scale)[None]
        if step >= 1:
            found = np.minimum(fine + 1, centres + step / 2) - np.maximum(fine, centres - step / 2)
            found = np.maximum(found, 0.0)
        else:
            found = _cubic(np.abs(fine + 0.5 - centres))
        return (found / found.sum(1, keepdims=True)).astype(np.float32)

    def taps(self, span: Span, how: Filter) -> tuple[NDArray[np.intp], Floats]:
        """The pixels that each of `span` is interpolated between, and how much of each, [2 * REACH, span]."""
        centres = (np.arange(*span) + 0.5) * (self.size / self.made) - 0.5
        near = np.floor(centres).astype(int) + np.arange(1 - REACH, 1 + REACH)[:, None]
        found = FILTERS[how](np.abs(near - centres))
        places = near % self.size if self.wraps else np.clip(near, 0, self.size - 1)
        return places, (found / found.sum(0)).astype(np.float32)


def axes(before: Extent, after: Extent, seamless: Axes) -> tuple[Axis, Axis]:
    """Down and across."""
    return (
        Axis(before.height, after.height, "y" in seamless),
        Axis(before.width, after.width, "x" in seamless),
    )


class Enlargement:
    """One pass over a picture [height, width, 3] in 0..1. `fine`: in full precision, for more than 8 bits."""

    def __init__(self, upscaler: Upscaler, walk: Pass, picture: Floats, seamless: Axes, fine: bool) -> None:
        self._upscaler, self._picture, self._fine = upscaler, picture, fine
        self._down, self._across = axes(walk.enter, walk.leave, seamless)
        rows, columns = (axis.parts(side_of(upscaler), upscaler.multiple) for axis in (self._down, self._across))
        self._rows, self._columns = self._down.ramps(rows), self._across.ramps(columns)
        self.parts = [(row, column) for row in rows for column in columns]
        """Row by row, in pixels of the result."""
        self.result: Floats = np.zeros((walk.leave.height, walk.leave.width, 3), np.float32)
        """[height, width, 3]; complete when all parts are painted."""

    @torch.inference_mode()
    def paint(self, part: tuple[Span, Span]) -> None:
        """Enlarge one part and lay it into the result, blended with its neighbours. Raises CorruptModel for a network
        that gives no numbers."""
        rows, columns = part
        by = self._upscaler
        down, across = (
            axis.around(span, AROUND, by.multiple) for axis, span in ((self._down, rows), (self._across, columns))
        )
        seen = self._picture[np.ix_(self._down.places(down), self._across.places(across))]
        made = enlarged(by, torch.from_numpy(seen).permute(2, 0, 1)[None], self._fine)[0].clamp(0, 1)
        vertical = torch.from_numpy(self._down.matrix(rows, down, by.scale)).to(made)
        horizontal = torch.from_numpy(self._across.matrix(columns, across, by.scale)).to(made)
        taken = torch.einsum("yh,chw,xw->yxc", vertical, made, horizontal).cpu().numpy()
        weights = self._rows[rows][:, None, None] * self._columns[columns][None, :, None]
        self.result[slice(*rows), slice(*columns)] += taken * weights


def enlarged(upscaler: Upscaler, seen: torch.Tensor, fine: bool) -> torch.Tensor:
    """What the network makes of a part [1, 3, h, w], float32: in half precision where that is quick and shows nowhere.
    Raises CorruptModel if it gives no numbers in full precision either."""
    for full in (True,) if fine or not upscaler.half else (False, True):
        with _precision(upscaler, full):
            made = _run(upscaler, seen)
        if bool(torch.isfinite(made).all()):
            return made
    raise CorruptModel(
        f"the upscaler {upscaler.name!r} makes no picture of this one.", remedy="Choose another upscaler."
    )


def _precision(upscaler: Upscaler, full: bool) -> AbstractContextManager[object]:
    if full:  # TensorFloat-32 has no more digits than half precision
        return torch.backends.cudnn.flags(enabled=torch.backends.cudnn.enabled, allow_tf32=False)
    return torch.autocast(upscaler.device.type, torch.float16)


def _run(upscaler: Upscaler, seen: torch.Tensor) -> torch.Tensor:
    """The network's picture of a part; in smaller ones where memory has run out before. A part's sides are multiples of
    what the network wants, and so are those of its halves."""
    height, width = seen.shape[-2:]
    if max(height, width) <= max(side_of(upscaler), 2 * AROUND + 2 * upscaler.multiple):
        return upscaler.net(seen.to(upscaler.device)).float()
    cut, axis = (height, -2) if height >= width else (width, -1)
    half, scale = cut // 2 // upscaler.multiple * upscaler.multiple, upscaler.scale
    first = _run(upscaler, seen.narrow(axis, 0, half + AROUND)).narrow(axis, 0, half * scale)
    second = _run(upscaler, seen.narrow(axis, half - AROUND, cut - half + AROUND))
    return torch.cat([first, second.narrow(axis, AROUND * scale, (cut - half) * scale)], axis)


def smooth(values: Floats, extent: Extent, seamless: Axes, rows: Span, how: Filter) -> Floats:
    """These rows of values [height, width, channels], enlarged to an extent without a network."""
    height, width = values.shape[:2]
    down, across = axes(Extent(width, height), extent, seamless)
    places, weights = down.taps(rows, how)
    tall = np.einsum("tyxc,ty->yxc", values[places], weights)
    places, weights = across.taps((0, extent.width), how)
    return np.asarray(np.einsum("ytxc,tx->yxc", tall[:, places], weights), np.float32)


def bands(extent: Extent, pixels: int) -> list[Span]:
    """The rows of a picture in bands of about so many pixels."""
    step = max(1, pixels // extent.width)
    return [(start, min(start + step, extent.height)) for start in range(0, extent.height, step)]
