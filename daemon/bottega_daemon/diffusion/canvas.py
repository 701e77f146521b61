"""From the size that was asked for to one that the model can paint, and back.

Latent cells are 8 px wide, so other sizes are padded evenly and cropped again. An axis that has to be seamless cannot
be cropped: it is painted at the nearest multiple of 64 px (all levels of the UNet then divide it) and resampled,
taking neighbours across the seam.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bottega_daemon.diffusion.pixels import Floats, resize, resize_wrapped
from bottega_daemon.spec import Axes, Extent

CELL = 8
SEAMLESS_CELL = 64


@dataclass(frozen=True)
class Canvas:
    """`asked` is what the artist wants, `painted` what the model makes; `left` and `top` are the padding before it."""

    asked: Extent
    painted: Extent
    left: int
    top: int
    seamless: Axes

    @property
    def latent_shape(self) -> tuple[int, int, int, int]:
        """[1, 4, h, w] of the painted extent."""
        return 1, 4, self.painted.height // CELL, self.painted.width // CELL

    @property
    def _cropped(self) -> Extent:
        """`painted` along seamless axes, `asked` along the others."""
        return Extent(
            self.painted.width if "x" in self.seamless else self.asked.width,
            self.painted.height if "y" in self.seamless else self.asked.height,
        )

    def enter(self, values: Floats, fill: float | None = None) -> Floats:
        """Bring a picture or mask of any size onto the canvas; the padding repeats the edge, or holds `fill`."""
        values = resize(values, self._cropped)
        right = self.painted.width - values.shape[1] - self.left
        bottom = self.painted.height - values.shape[0] - self.top
        if not (self.left or self.top or right or bottom):
            return values
        how = cv2.BORDER_REPLICATE if fill is None else cv2.BORDER_CONSTANT
        border = [fill or 0.0] * 4
        return np.asarray(cv2.copyMakeBorder(values, self.top, bottom, self.left, right, how, value=border), np.float32)

    def leave(self, values: Floats) -> Floats:
        """The painted picture at the asked extent."""
        inside = self._cropped
        values = values[self.top : self.top + inside.height, self.left : self.left + inside.width]
        return resize_wrapped(np.ascontiguousarray(values), self.asked)


def plan(asked: Extent, seamless: Axes = "none") -> Canvas:
    """The smallest canvas for an extent of at least one pixel."""
    width, left = _painted(asked.width, "x" in seamless)
    height, top = _painted(asked.height, "y" in seamless)
    return Canvas(asked, Extent(width, height), left, top, seamless)


def _painted(side: int, seamless: bool) -> tuple[int, int]:
    if seamless:
        return max(1, round(side / SEAMLESS_CELL)) * SEAMLESS_CELL, 0
    painted = -(-side // CELL) * CELL
    return painted, (painted - side) // 2
