"""The passes over a context: at once where the model bears it, else composed small and refined, whole or in tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from bottega.geometry import Bounds, Extent, ceil_to, starts
from bottega.planning.context import Area, composing
from bottega.planning.natives import CELL, Native

Kind: TypeAlias = Literal["compose", "refine"]

COMPOSES = 0.5
"""A denoising strength above this makes new shapes, which must be made at a size that the model composes well at."""
REFINES = 0.4
"""Strength of a second pass: textures and edges are made anew, shapes stay."""
LEAST = 2 * CELL
"""The least side that the daemon accepts."""


@dataclass(frozen=True)
class Pass:
    """One denoising of the context.

    The context is resampled to `content`, which lies in the middle of `work`; the rest, less than a latent cell,
    repeats the edge.
    """

    kind: Kind
    content: Extent
    work: Extent
    """What is denoised: sides are multiples of 8."""
    strength: float
    tiles: tuple[Bounds, ...] = ()
    """In pixels of work, all of one size, in reading order; () for all at once."""
    overlap: int = 0
    """Pixels of work that neighbouring tiles share at least."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        sizes = {name: [size.width, size.height] for name, size in (("content", self.content), ("work", self.work))}
        tiles = [tile.as_dict() for tile in self.tiles]
        return {"kind": self.kind, **sizes, "strength": self.strength, "tiles": tiles, "overlap": self.overlap}


def passes(area: Area, result: Bounds, native: Native, strength: float) -> tuple[Pass, ...]:
    """One to two passes; only the last is at the area's scale."""
    extent, scale = area.context.extent, area.scale
    composed = strength > COMPOSES
    content = resampled(extent, scale)
    work, largest = padded(content), composing(extent, native)
    whole = content.pixels <= native.refined and work.longest <= native.max_side  # a thread widened to LEAST may not be
    if composed and whole and float(scale) <= largest * (1.0 + 1e-9):
        return (Pass("compose", content, work, strength),)
    first: tuple[Pass, ...] = ()
    if composed:
        small = resampled(extent, Fraction(min(math.sqrt(native.pixels / extent.pixels), largest)))
        first = (Pass("compose", small, padded(small), strength),)
    last = min(strength, REFINES) if composed else strength
    if whole:
        return (*first, Pass("refine", content, work, last))
    tiles = _tiles(result.seen_from(area.context), scale, work, native)
    return (*first, Pass("refine", content, work, last, tiles, overlap(native)))


def resampled(extent: Extent, scale: Fraction) -> Extent:
    """The nearest whole size that the daemon accepts."""
    half = Fraction(1, 2)
    width, height = math.floor(extent.width * scale + half), math.floor(extent.height * scale + half)
    return Extent(max(width, LEAST), max(height, LEAST))


def padded(content: Extent) -> Extent:
    """The least size of whole latent cells that holds it."""
    return Extent(ceil_to(content.width, CELL), ceil_to(content.height, CELL))


def overlap(native: Native) -> int:
    """Pixels that neighbouring tiles share at least: an eighth of the native side."""
    return ceil_to(native.side // 8, CELL)


def _tiles(result: Bounds, scale: Fraction, work: Extent, native: Native) -> tuple[Bounds, ...]:
    """Tiles of the native size over the result, with what a neighbour's edge needs around it."""
    shared = overlap(native)
    needed = scaled_outward(result, scale).padded(shared).within(work.bounds)
    left, top = needed.x // CELL * CELL, needed.y // CELL * CELL
    side = native.side
    columns = starts(left, needed.right - left, side, shared, CELL, work.width)
    rows = starts(top, needed.bottom - top, side, shared, CELL, work.height)
    size = Extent(min(side, work.width), min(side, work.height))
    return tuple(Bounds(x, y, size.width, size.height) for y in rows for x in columns)


def scaled_outward(bounds: Bounds, scale: Fraction) -> Bounds:
    """The least whole bounds that hold the scaled ones."""
    return Bounds.between(
        math.floor(bounds.x * scale),
        math.floor(bounds.y * scale),
        math.ceil(bounds.right * scale),
        math.ceil(bounds.bottom * scale),
    )
