"""From what an artist selects to two masks: how far each pixel is denoised, and how far the result shows.

With s the selection as it was drawn, ⊕ B(r) the greatest value within r pixels and K(r) * a blur that reaches just r:

    alpha = K(f/2) * (s ⊕ B(g + f/2))        denoise = max(s ⊕ B(g), 0.4 K(f/2) * (s ⊕ B(g + 3 f/2)))

for a grow of g and a feather of f pixels; alpha is at least s ⊕ B(g). Both are s itself where g = f = 0, and neither
makes soft values hard: a grey selection is its level sets, and both keep those apart.

Along an edge alpha falls from 1 at g to 0 at g + f outside of it. Denoising has 0.4 there, and ends at g + 2 f: the
visible blend lies where denoising worked, but only in the last steps, so that the first ones, which decide what is
where, know everything up to the selection's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from bottega_daemon.diffusion.canvas import CELL
from bottega_daemon.diffusion.pixels import Floats, Stored, to_float
from bottega_daemon.spec import Axes, Bounds, Margin

_NOTHING = np.float32(1e-6)
"""Below what sums of float32 leave where there is nothing."""


COARSENESS = 16
BLEND = 0.4
"""How far denoising goes where the result fades out, as a part of what it does inside."""
RIM = 2
"""Pixels that a hard edge is wide at most, however it was drawn or resized."""
VISIBLE = 0.02
"""Above this alpha a change is seen."""
WHOLE = 0.99
"""From here on all is selected: JPEG and bytes shifted to 16 bits lack the rest."""


@dataclass(frozen=True)
class Area:
    """One selection's masks, [height, width] of the picture in 0..1."""

    denoise: Floats
    alpha: Floats
    selected: NDArray[np.bool_]
    """Where the selection, grown, is more than 0."""
    filled: NDArray[np.bool_]
    """What is filled before denoising: where the selection, grown, is whole, with the rim of `RIM` pixels in which an
    edge falls to a half. What is selected by half is kept by half: the picture itself, not what would fill it."""


def area(selection: Stored, grow: Margin, feather: Margin, seamless: Axes = "none") -> Area:
    """The masks of a selection [height, width], as stored. Only its surroundings are worked on, whatever the canvas.

    Along `seamless` axes what leaves the picture comes in again on the other side.
    """
    selection = _levels(selection)
    box = bounds_of(selection)
    if box is None:
        nothing = np.zeros(selection.shape, np.float32)
        return Area(nothing, nothing, nothing > 0, nothing > 0)
    g, f = reach(grow, box), reach(feather, box)
    if seamless != "none" and g + f:
        return _wrapped(selection, Margin(g), Margin(f), seamless)
    around = padded(box, g + 2 * f + f // COARSENESS, selection.shape)
    grown = dilated(selection[around], g)
    least = to_float(grown)
    alpha = spread(grown, f // 2, f // 2)
    if f % 2 and f < 2 * COARSENESS:  # half a pixel more
        alpha = (alpha + spread(grown, f // 2 + 1, f // 2)) / 2
    np.maximum(alpha, least, out=alpha)
    denoise = spread(grown, f + f // 2, f // 2)
    denoise *= BLEND if f else 1
    np.maximum(denoise, least, out=denoise)
    filled = (least >= 0.5) & (to_float(dilated(grown, RIM)) >= WHOLE)
    return Area(*(_placed(mask, around, selection.shape) for mask in (denoise, alpha, least > 0, filled)))


def _wrapped(selection: Stored, grow: Margin, feather: Margin, seamless: Axes) -> Area:
    """The masks in the middle of three pictures side by side, along each axis."""
    height, width = selection.shape
    down, across = (3 if axis in seamless else 1 for axis in "yx")
    found = area(np.tile(selection, (down, across)), grow, feather)
    rows, columns = (
        slice(side * (times // 2), side * (times // 2 + 1)) for side, times in ((height, down), (width, across))
    )
    whole: tuple[Any, ...] = (found.denoise, found.alpha, found.selected, found.filled)
    return Area(*(mask[rows, columns].copy() for mask in whole))


def _levels(selection: Stored) -> Stored:
    """Integers as they are: growing compares values only, and small ones are quick. Floats without what is none."""
    if selection.dtype.kind == "u":
        return selection
    return np.clip(np.nan_to_num(selection.astype(np.float32), nan=0.0), 0, 1)


def reach(margin: Margin, box: Bounds) -> int:
    """A margin in pixels, for a selection of these bounds."""
    return margin.pixels + round(margin.relative * float(np.hypot(box.width, box.height)))


def bounds_of(mask: Stored) -> Bounds | None:
    """The least bounds of what is not 0, or None."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return Bounds(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def padded(box: Bounds, pixels: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of the bounds and so many pixels around them, as far as there are."""
    top, left = max(box.y - pixels, 0), max(box.x - pixels, 0)
    bottom, right = min(box.y + box.height + pixels, shape[0]), min(box.x + box.width + pixels, shape[1])
    return slice(top, bottom), slice(left, right)


def _placed(part: Any, where: tuple[slice, slice], shape: tuple[int, ...]) -> Any:
    if part.shape == shape:
        return part
    whole = np.zeros(shape, part.dtype)
    whole[where] = part
    return whole


def spread(values: Stored, radius: int, softness: int) -> Floats:
    """K(softness) * (values ⊕ B(radius)), in 0..1.

    What will be soft is worked out at a scale at which its softness has `COARSENESS` pixels or a few more: it takes the
    same time for any width, and reaches at most a part in `COARSENESS` too far, never too little.
    """
    scale = max(softness // COARSENESS, 1)
    if scale == 1:
        return blurred(to_float(dilated(values, radius)), softness)
    height, width = values.shape
    small = to_float(dilated(_greatest(values, scale), -(-radius // scale)))
    soft = blurred(small, softness // scale)
    size = (soft.shape[1] * scale, soft.shape[0] * scale)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR)[:height, :width], np.float32)


def _greatest(values: Stored, side: int) -> Stored:
    """The greatest value of each square of so many pixels."""
    height, width = values.shape
    even = np.pad(values, ((0, -height % side), (0, -width % side)), mode="edge")
    rows = even.reshape(even.shape[0] // side, side, even.shape[1]).max(axis=1)
    return rows.reshape(rows.shape[0], rows.shape[1] // side, side).max(axis=2)


def dilated(values: Stored, radius: int) -> Stored:
    """The greatest value within an octagon about the circle of `radius` pixels; every value stays just what it was.

    The octagon is a sum of four line segments (Jones and Soille 1996, Pattern Recognition Letters 17), each taken in a
    logarithmic number of steps.
    """
    if radius >= np.hypot(*values.shape):  # all of it is in reach of all of it
        return np.full_like(values, values.max())
    slanted = int(radius * (1 - 0.5**0.5))  # what each diagonal adds along an axis
    straight = radius - 2 * slanted
    room = slice(radius, -radius or None)
    wide = np.pad(values, radius)  # a way along two segments may lead out of the mask and back
    wide = _along(_along(wide, straight, 0, 1), straight, 1, 0)
    wide = _along(wide, slanted, 1, 1)
    return np.ascontiguousarray(_along(wide[:, ::-1], slanted, 1, 1)[:, ::-1][room, room])


def _along(values: Stored, steps: int, down: int, right: int) -> Stored:
    """The greatest value within so many steps either way along a direction."""
    if steps == 0:
        return values
    height, width = values.shape
    found = np.pad(values, ((steps * down,) * 2, (steps * right,) * 2))
    seen, wanted = 1, 2 * steps + 1
    while seen < wanted:
        step = min(seen, wanted - seen)
        rows, columns = found.shape[0] - step * down, found.shape[1] - step * right
        found = np.maximum(found[:rows, :columns], found[step * down :, step * right :])
        seen += step
    return found[:height, :width]


def blurred(values: Floats, radius: int) -> Floats:
    """A blur that reaches just `radius` pixels: three boxes, which is nearly a Gaussian of deviation radius / 3.

    Takes the same time for any radius. Beyond the edge the outermost values go on.
    """
    for part in range(3):
        side = 2 * ((radius + part) // 3) + 1
        if side > 1:
            values = np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32)
    if radius == 0:
        return values
    return np.where(values < _NOTHING, np.float32(0), np.where(values > 1 - _NOTHING, np.float32(1), values))


def latent_mask(denoise: Floats, alpha: Floats, reach: int = 1, steps: int | None = None) -> torch.Tensor:
    """[1, 1, h / 8, w / 8] of an area's masks [h, w] on a canvas: a cell is repainted as far as half of its pixels are
    at least, half as far as its most repainted one, and where the result shows, as far as the blend is.

    What a model knows of a picture is worth more than what a few pixels of a cell gain by forgetting all of it; but
    what shows has to be painted. `reach` is how many pixels of the canvas one of the picture is, 1 at least: on a
    canvas of another size an edge is a pixel of the picture wide, and what is repainted lies at its inner end. With so
    few `steps` that the blend would join in none of them it joins in the last one.
    """
    pixels = _by_cells(denoise)
    middle = np.partition(pixels, CELL * CELL // 2, axis=-1)[..., CELL * CELL // 2]
    shows = np.where(alpha > VISIBLE, np.minimum(dilated(denoise, reach), np.float32(BLEND)), np.float32(0))
    cells = np.maximum(np.maximum(middle, pixels.max(-1) / 2), _by_cells(shows).max(-1))
    if steps:
        cells = np.where(cells >= 0.99 * BLEND, np.maximum(cells, np.float32(1 / steps)), cells)
    return torch.from_numpy(np.where(cells >= WHOLE, np.float32(1), cells))[None, None]


def _by_cells(mask: Floats) -> Floats:
    """[h / 8, w / 8, 64] of [h, w]."""
    height, width = mask.shape[0] // CELL, mask.shape[1] // CELL
    return mask.reshape(height, CELL, width, CELL).swapaxes(1, 2).reshape(height, width, CELL * CELL)


def touched(mask: Floats) -> torch.Tensor:
    """[1, 1, h / 8, w / 8] of a pixel mask [h, w]: the greatest value in each cell."""
    cells = torch.from_numpy(np.ascontiguousarray(mask))[None, None]
    return torch.nn.functional.max_pool2d(cells, CELL)
