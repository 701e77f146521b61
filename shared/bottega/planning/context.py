"""What is sent around a selection, and how finely it is worked on.

A context that has room is a grid of blocks: d x d pixels of the canvas are u x u pixels of work, d and u whole. The
scale u / d is then exact along both axes, and each block begins on a whole pixel of both. Where the canvas ends too
early for that, the context is resampled to the nearest whole size (half a pixel of work off at most) and padded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bottega.geometry import Bounds, Extent, ceil_to
from bottega.planning.choices import Choices
from bottega.planning.natives import CELL, Native

ENLARGE = 4
"""A small selection gets more context rather than a larger scale than this (times the detail)."""
_SHARPEST = 4.0
_COARSEST = 1 / 64
_WORTH = 1.1
"""A smaller scale than this is not worth resampling for."""
_FINE = 4096
"""Denominator of scales that follow the canvas's own size."""


@dataclass(frozen=True)
class Area:
    """Bounds on the canvas, worked on at a scale (pixels of work for each pixel of the canvas)."""

    context: Bounds
    scale: Fraction


def area(result: Bounds, room: Bounds, native: Native, choices: Choices) -> Area:
    """The context for a result inside of a room: moved inward at its edges, and cut only where it ends."""
    wanted = result.padded(_margin(result, native, choices))
    if choices.include:
        wanted = wanted.joined(choices.include.within(room) or wanted)
    # Proportions of up to 1:2 compose well, and while it costs no resolution there is nothing to save.
    least = Extent(min(wanted.height // 2, native.side), min(wanted.width // 2, native.side))
    wanted = wanted.grown_to(least).inside(room)
    return (
        _enlarged(wanted, room, native, choices)
        or _bounded(wanted, room, native, choices)
        or _large(wanted, room, choices)
    )


def _margin(result: Bounds, native: Native, choices: Choices) -> int:
    """Pixels to send around the result. Without a wish it is half of the result's side, as in krita-ai-diffusion, but
    of large results a native side or an eighth: more would be seen only much reduced, and crowd the result out."""
    side = math.sqrt(result.width * result.height)
    if choices.margin is None:
        return round(min(side / 2, max(native.side, side / 8)))
    return round(choices.margin * side)


def _enlarged(wanted: Bounds, room: Bounds, native: Native, choices: Choices) -> Area | None:
    """The least context that a grid of about the native area covers, enlarged to that area; None if none fits."""
    grids = [
        (d, abs(columns * wanted.height - rows * wanted.width), columns, rows)
        for columns, rows in _grids(native)
        for d in [max(-(-wanted.width // columns), -(-wanted.height // rows), -(-native.block // ENLARGE))]
        if d <= native.block and room.extent.holds(Extent(columns * d, rows * d))
    ]
    if not grids:
        return None
    d, _, columns, rows = min(grids)
    context = wanted.grown_to(Extent(columns * d, rows * d)).inside(room)
    factor = _factor(columns * rows * native.block**2, choices, 1.0)
    block = max(native.block, CELL * math.floor(native.block * factor / CELL + 0.5))
    return Area(context, Fraction(block, d))


def _grids(native: Native) -> Iterator[tuple[int, int]]:
    """Columns and rows of blocks whose area is the native one or little less."""
    side, blocks = native.longest // native.block, native.pixels // native.block**2
    for columns in range(1, side + 1):
        if blocks // columns <= side:
            yield columns, blocks // columns


def _bounded(wanted: Bounds, room: Bounds, native: Native, choices: Choices) -> Area | None:
    """A small context that the canvas bounds, enlarged to the native area; None if it is large enough as it is."""
    context = _filled(wanted, room, native.pixels // ENLARGE**2)
    scale = min(math.sqrt(native.pixels / context.extent.pixels), composing(context.extent, native))
    if scale < _WORTH:
        return None
    factor = _factor(context.extent.pixels * scale**2, choices, 1.0)
    return Area(context, Fraction(math.floor(scale * factor * _FINE), _FINE))


def _filled(wanted: Bounds, room: Bounds, pixels: int) -> Bounds:
    """Grown to so many pixels where the room has them, first along its shorter axis."""
    width, height = wanted.width, wanted.height
    if room.width <= room.height:
        width = max(width, min(-(-pixels // height), room.width))
        height = max(height, min(-(-pixels // width), room.height))
    else:
        height = max(height, min(-(-pixels // width), room.height))
        width = max(width, min(-(-pixels // height), room.width))
    return wanted.grown_to(Extent(width, height)).inside(room)


def _large(wanted: Bounds, room: Bounds, choices: Choices) -> Area:
    """A context that is large enough as it is, at the canvas's own resolution times the detail."""
    factor = _factor(wanted.extent.pixels, choices, _COARSEST)
    eighths = math.floor(CELL * factor + 0.5)
    scale = Fraction(eighths, CELL) if factor >= 1.0 else Fraction(CELL, math.ceil(CELL / factor))
    step = scale.denominator * CELL // math.gcd(scale.numerator, CELL)
    least = Extent(ceil_to(wanted.width, step), ceil_to(wanted.height, step))
    return Area(wanted.grown_to(least).inside(room), scale)


def _factor(pixels: float, choices: Choices, least: float) -> float:
    """How many times finer than at `pixels` pixels of work the artist wants it."""
    if choices.megapixels is None:
        return choices.detail
    return min(max(math.sqrt(choices.megapixels * 1e6 / pixels), least), _SHARPEST)


def composing(extent: Extent, native: Native) -> float:
    """The largest scale at which a first pass over a context of this extent makes a whole of it.

    The longest side yields where the shorter one would become less than half the native side.
    """
    proportions = max(native.longest / extent.longest, native.side / 2 / extent.shortest)
    return min(math.sqrt(native.most / extent.pixels), proportions, native.max_side / extent.longest)
