"""Extents and bounds on a canvas of whole pixels, as plain values.

x runs to the right and y downward. Bounds may lie anywhere, also at negative coordinates: what a canvas has is a
question of its own (`inside`, `within`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def ceil_to(value: int, multiple: int) -> int:
    """The least multiple that is not below a value."""
    return -(-value // multiple) * multiple


def floor_to(value: int, multiple: int) -> int:
    """The greatest multiple that is not above a value."""
    return value // multiple * multiple


@dataclass(frozen=True)
class Extent:
    """A size in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"

    @property
    def pixels(self) -> int:
        """How many."""
        return self.width * self.height

    @property
    def longest(self) -> int:
        """The longer side."""
        return max(self.width, self.height)

    @property
    def shortest(self) -> int:
        """The shorter side."""
        return min(self.width, self.height)

    @property
    def bounds(self) -> Bounds:
        """All of it, from (0, 0)."""
        return Bounds(0, 0, self.width, self.height)

    def holds(self, other: Extent) -> bool:
        """Whether the other fits into this one."""
        return other.width <= self.width and other.height <= self.height


@dataclass(frozen=True)
class Bounds:
    """A rectangle: its top left pixel and its size."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width} x {self.height} at {self.x}, {self.y}"

    @classmethod
    def between(cls, left: int, top: int, right: int, bottom: int) -> Bounds:
        """From the edges; the right and the bottom one are the first that no longer belong to it."""
        return cls(left, top, right - left, bottom - top)

    @property
    def right(self) -> int:
        """The first column after it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row after it."""
        return self.y + self.height

    @property
    def extent(self) -> Extent:
        """Its size."""
        return Extent(self.width, self.height)

    def __bool__(self) -> bool:
        return self.width > 0 and self.height > 0

    def __contains__(self, other: Bounds) -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def moved(self, x: int, y: int) -> Bounds:
        """So far to the right and down."""
        return Bounds(self.x + x, self.y + y, self.width, self.height)

    def seen_from(self, origin: Bounds) -> Bounds:
        """The same pixels, counted from the other's top left one."""
        return self.moved(-origin.x, -origin.y)

    def padded(self, pixels: int) -> Bounds:
        """Larger by so many pixels on each side."""
        return Bounds(self.x - pixels, self.y - pixels, self.width + 2 * pixels, self.height + 2 * pixels)

    def grown_to(self, least: Extent) -> Bounds:
        """At least so large, about the same middle."""
        width, height = max(self.width, least.width), max(self.height, least.height)
        return Bounds(self.x - (width - self.width) // 2, self.y - (height - self.height) // 2, width, height)

    def within(self, room: Bounds) -> Bounds:
        """The part of it that lies in the room; empty where nothing does."""
        left, top = max(self.x, room.x), max(self.y, room.y)
        right, bottom = min(self.right, room.right), min(self.bottom, room.bottom)
        return Bounds.between(left, top, max(left, right), max(top, bottom))

    def inside(self, room: Bounds) -> Bounds:
        """Moved into the room by the shortest way; cut only along an axis that is longer than the room's.

        Whatever part of the room it held before it still holds.
        """
        width, height = min(self.width, room.width), min(self.height, room.height)
        x = min(max(self.x, room.x), room.right - width)
        y = min(max(self.y, room.y), room.bottom - height)
        return Bounds(x, y, width, height)

    def joined(self, other: Bounds) -> Bounds:
        """The least bounds that hold both."""
        left, top = min(self.x, other.x), min(self.y, other.y)
        return Bounds.between(left, top, max(self.right, other.right), max(self.bottom, other.bottom))

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


def starts(begin: int, length: int, side: int, overlap: int, step: int, whole: int) -> Sequence[int]:
    """Where pieces of `side` begin so that they cover [begin, begin + length) of an axis of `whole` pixels.

    All lie inside the axis, begin at multiples of `step`, and neighbours share at least `overlap` pixels; they are
    spread evenly. `side`, `whole` and `begin` are multiples of `step`, and overlap + step <= side.
    """
    side = min(side, whole)
    first = min(begin, whole - side)
    last = max(first, min(ceil_to(begin + length, step), whole) - side)
    stride = floor_to(side - overlap, step)
    if last == first:
        return [first]
    count = -(-(last - first) // stride)
    return [*(first + floor_to(index * (last - first) // count, step) for index in range(count)), last]
