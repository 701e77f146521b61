"""A copy of the canvas in tiles, of which only those that may have changed are read anew. Knows no Krita, no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .client import Bounds, Extent
from .pixels import Colours

SIDE = 128
"""Pixels of a tile: 64 KiB in 8 bits, read in a tenth of a millisecond."""
FRESH = 0.4
"""Seconds after a touch in which a tile is read again and again: Krita paints strokes a little later."""


@dataclass
class Mosaic:
    """The tiles of one document's canvas."""

    extent: Extent
    colours: Colours
    clock: Callable[[], float] = time.monotonic
    known: dict[Bounds, bytes] = field(default_factory=dict[Bounds, bytes])
    touched: dict[Bounds, float] = field(default_factory=dict[Bounds, float])
    """Tiles that may have changed, and until when to look at them."""
    reads: int = 0
    """Tiles that were read since it was made."""

    def tiles(self, bounds: Bounds) -> Iterator[Bounds]:
        """The tiles that cover these bounds of the canvas, row by row."""
        part = bounds.within(self.extent.bounds)
        for y in range(part.y // SIDE * SIDE, part.bottom, SIDE):
            for x in range(part.x // SIDE * SIDE, part.right, SIDE):
                yield Bounds(x, y, SIDE, SIDE).within(self.extent.bounds)

    def touch(self, bounds: Bounds) -> None:
        """Something may have changed here."""
        until = self.clock() + FRESH
        for tile in self.tiles(bounds):
            self.touched[tile] = until

    def doubt(self) -> None:
        """Anything may have changed: an undo, a filter, a layer switched off."""
        for tile in self.known:
            self.touched.setdefault(tile, 0.0)

    def due(self) -> Bounds | None:
        """A known tile to look at again, the one that was not looked at for longest."""
        for tile, until in self.touched.items():
            if tile in self.known:
                del self.touched[tile]
                if until > self.clock():
                    self.touched[tile] = until  # again, after the others
                return tile
        self.touched.clear()
        return None

    def put(self, tile: Bounds, data: bytes) -> bool:
        """What a tile holds now; tells whether that is new."""
        self.reads += 1
        changed = self.known.get(tile) != data
        self.known[tile] = data
        return changed

    def copy(self) -> Mosaic:
        """The same tiles as they are now, for another thread."""
        return Mosaic(self.extent, self.colours, self.clock, dict(self.known))

    def parts(self, bounds: Bounds) -> list[bytes]:
        """The rows of these bounds, which known tiles cover. For the helper thread: of a large canvas they are many."""
        size, rows = self.colours.pixel_bytes, list[bytes]()
        y = bounds.y
        while y < bounds.bottom:
            end = min(bounds.bottom, (y // SIDE + 1) * SIDE)
            across: list[tuple[bytes, int, int, int]] = []
            for tile in self.tiles(Bounds(bounds.x, y, bounds.width, end - y)):
                inside = tile.within(Bounds(bounds.x, y, bounds.width, end - y))
                first = ((y - tile.y) * tile.width + inside.x - tile.x) * size
                across.append((self.known[tile], first, tile.width * size, inside.width * size))
            for row in range(end - y):
                starts = ((data, first + row * step, length) for data, first, step, length in across)
                rows.append(b"".join(data[start : start + length] for data, start, length in starts))
            y = end
        return rows
