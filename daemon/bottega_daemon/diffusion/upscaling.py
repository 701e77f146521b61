"""Enlarging by a network, part by part, so that no other picture waits long and any size fits into memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from bottega_daemon.diffusion.latents import spans
from bottega_daemon.diffusion.pixels import Floats, resize, resize_wrapped
from bottega_daemon.models.upscalers import Upscaler
from bottega_daemon.spec import Axes, Extent

PART = 256
"""Pixels of a part's side, with what it sees around it."""
AROUND = 16
"""Pixels that a part sees on each side and that are not taken from it: there a network's own edges show."""
LEAST = 64
"""The smallest part's side that memory is tried with."""

_PART = "part"


@dataclass(frozen=True)
class Pass:
    """One walk of the network over a picture: `enter` is the size that it is brought to before, and what comes out is
    reduced by a whole number of times, `reduced`."""

    enter: Extent
    reduced: int
    scale: int
    """How many times as large the result is then."""

    @property
    def leave(self) -> Extent:
        """The size that it gives."""
        return Extent(self.enter.width * self.scale, self.enter.height * self.scale)


def passes(size: Extent, wanted: Extent, scale: int) -> list[Pass]:
    """The walks that lead from a size to one that is at least `wanted` by a network of this scale (a network that does
    not enlarge walks once), and as little larger as whole numbers allow; what walks again begins with just what it
    needs."""
    times = max(wanted.width / size.width, wanted.height / size.height)
    if times <= scale or scale == 1:
        fitting = [by for by in range(1, scale + 1) if scale % by == 0 and scale // by >= times]
        reduced = max(fitting, default=1)
        return [Pass(size, reduced, scale // reduced)]
    enter = Extent(-(-wanted.width // scale), -(-wanted.height // scale))
    return [*passes(size, enter, scale), Pass(enter, 1, scale)]


def use_smaller_parts(upscaler: Upscaler) -> bool:
    """After memory has run out: work on parts of a quarter of the pixels from now on. False if it can get no less."""
    now = upscaler.derived.get(_PART, PART)
    upscaler.derived[_PART] = max(LEAST, now // 2)
    return now > LEAST


def parts(size: Extent) -> list[tuple[int, int, int, int]]:
    """The parts that cover a picture, row by row: top, bottom, left, right. Neighbours share 16 pixels."""
    inner = PART - 2 * AROUND
    return [(*rows, *columns) for rows in spans(size.height, inner) for columns in spans(size.width, inner)]


class Enlargement:
    """One pass over a picture [height, width, 3] in 0..1 of its `enter` extent."""

    def __init__(self, upscaler: Upscaler, walk: Pass, picture: Floats, seamless: Axes) -> None:
        self._upscaler, self._walk = upscaler, walk
        # A network takes what lies beyond an edge for black; it shall see the picture go on.
        values = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]
        for axis, sides in (("x", [AROUND, AROUND, 0, 0]), ("y", [0, 0, AROUND, AROUND])):
            values = _continued(values, sides) if axis in seamless else F.pad(values, sides, mode="replicate")
        self._seen = values
        size, self.parts = walk.enter, parts(walk.enter)
        self._rows, self._columns = _weights(size.height, walk.scale), _weights(size.width, walk.scale)
        self.result: Floats = np.zeros((walk.leave.height, walk.leave.width, 3), np.float32)
        """Of the pass's `leave` extent, [height, width, 3]; complete when all parts are painted."""

    @torch.inference_mode()
    def paint(self, part: tuple[int, int, int, int]) -> None:
        """Enlarge one part and lay it into the result, blended with its neighbours."""
        top, bottom, left, right = part
        scale, reduced = self._walk.scale, self._walk.reduced
        seen = self._seen[..., top : bottom + 2 * AROUND, left : right + 2 * AROUND]
        made = _run(self._upscaler, seen)
        edge = AROUND * self._upscaler.scale
        made = made[..., edge:-edge, edge:-edge].clamp(0, 1)
        made = F.avg_pool2d(made, reduced) if reduced > 1 else made
        weights = self._rows[top, bottom][:, None, None] * self._columns[left, right][None, :, None]
        place = slice(top * scale, bottom * scale), slice(left * scale, right * scale)
        self.result[place] += made[0].permute(1, 2, 0).cpu().numpy() * weights


def begin(upscaler: Upscaler, walk: Pass, picture: Floats, seamless: Axes) -> Enlargement:
    """A pass over a picture of any size: it is brought to the size that the pass begins with."""
    return Enlargement(upscaler, walk, fitted(picture, walk.enter, seamless), seamless)


def fitted(picture: Floats, extent: Extent, seamless: Axes) -> Floats:
    """Bring a picture to a size."""
    return resize(picture, extent) if seamless == "none" else resize_wrapped(picture, extent)


def smooth(values: Floats, extent: Extent, seamless: Axes) -> Floats:
    """Enlarge values of any range [height, width(, channels)] smoothly."""
    low, span = float(values.min()), float(np.ptp(values)) or 1.0
    made = fitted((values - low) / span, extent, seamless)
    return np.asarray(made.reshape(extent.height, extent.width, *values.shape[2:]) * span + low, np.float32)


def _run(upscaler: Upscaler, seen: torch.Tensor) -> torch.Tensor:
    """The network's picture of a part, float32; in smaller ones where memory has run out before."""
    most: int = upscaler.derived.get(_PART, PART)
    height, width = seen.shape[-2:]
    if max(height, width) <= most:
        fill = [0, -width % upscaler.multiple, 0, -height % upscaler.multiple]
        made = upscaler.net(F.pad(seen, fill, mode="replicate").to(upscaler.device, upscaler.dtype)).float()
        return made[..., : height * upscaler.scale, : width * upscaler.scale]
    cut, axis = (height, -2) if height >= width else (width, -1)
    half, scale = cut // 2, upscaler.scale
    first = _run(upscaler, seen.narrow(axis, 0, half + AROUND)).narrow(axis, 0, half * scale)
    second = _run(upscaler, seen.narrow(axis, half - AROUND, cut - half + AROUND))
    return torch.cat([first, second.narrow(axis, AROUND * scale, (cut - half) * scale)], axis)


def _continued(values: torch.Tensor, sides: list[int]) -> torch.Tensor:
    """Go on at the other side, also where that is nearer than what is needed."""
    axis, by = (-1, sides[0]) if sides[0] else (-2, sides[2])
    length = values.shape[axis]
    return values.index_select(axis, torch.arange(-by, length + by) % length)


def _weights(length: int, scale: int) -> dict[tuple[int, int], Floats]:
    """How much each part counts along one axis, by its span: neighbours fade into each other, and all make one."""
    found = spans(length, PART - 2 * AROUND)
    raw: dict[tuple[int, int], Floats] = {}
    total = np.zeros(length * scale, np.float32)
    for start, stop in found:
        rising = (np.arange((stop - start) * scale, dtype=np.float32) + 0.5) / (AROUND * scale)
        before = rising if start > 0 else np.ones_like(rising)
        after = rising[::-1] if stop < length else np.ones_like(rising)
        raw[start, stop] = ramp = np.minimum(np.minimum(before, after), 1, dtype=np.float32)
        total[start * scale : stop * scale] += ramp
    return {
        span: np.divide(ramp, total[span[0] * scale : span[1] * scale], dtype=np.float32) for span, ramp in raw.items()
    }
