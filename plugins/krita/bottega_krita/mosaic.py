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
SPARED = 3
"""How many times as long as a round over all that is known takes Krita is spared the next one."""


@dataclass
class Mosaic:
    """The tiles of one document's canvas."""

    extent: Extent
    colours: Colours
    clock: Callable[[], float] = time.monotonic
    known: dict[Bounds, bytes] = field(default_factory=dict[Bounds, bytes])
    touched: dict[Bounds, float] = field(default_factory=dict[Bounds, float])
    """Tiles under the pen, and until when to look at them."""
    doubted: dict[Bounds, None] = field(default_factory=dict[Bounds, None])
    """Tiles that are to be looked at once."""
    reads: int = 0
    """Tiles that were read since it was made."""
    until: float | None = None
    """Before this moment what the artist did is not over; None if nothing is awaited."""
    begun: float | None = None
    """When the round over all that is known began that is under way."""
    free: float = 0.0
    """When the next round may begin that a deed asks for."""
    again: float = 0.0
    """When the next round is due while Krita is at work."""

    @property
    def quiet(self) -> bool:
        """Nothing is to be looked at, and nothing is awaited."""
        return not self.touched and not self.doubted and self.until is None

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

    def deed(self) -> None:
        """Something was done that may change anything: an undo, a filter, a layer switched off. Krita may begin it a
        little later, and finish it much later."""
        self.until, self.again = self.clock() + FRESH, min(self.again, self.free)

    def doubt(self, settled: Callable[[], bool]) -> bool:
        """Begin a round over all that is known, if one is due; tells whether. After a deed it is when Krita has
        `settled`; now and then while it is at work for long; and a last time when it has settled and had FRESH seconds
        to begin. Where the pen goes comes first."""
        now = self.clock()
        if self.until is None or self.touched or self.doubted or now < self.again:
            return False
        over, late = settled(), now >= self.until
        if not over and not late:
            return False
        if over and late:
            self.until = None
        self.begun = now
        self.doubted = dict.fromkeys(self.known)
        return True

    def idle(self, count: int) -> None:
        """Doubt so many tiles, those that were not doubted so for longest: scripts paint without pen or key."""
        for _ in range(min(count, len(self.known))):
            first = next(iter(self.known))
            self.known[first] = self.known.pop(first)
            self.doubted[first] = None

    def due(self) -> Iterator[Bounds]:
        """Known tiles to look at, each once: those under the pen, and the doubted ones while it rests."""
        for tile in list(self.touched):
            if self.touched[tile] <= self.clock():
                del self.touched[tile]
            if tile in self.known:
                yield tile
        while self.doubted and not self.touched:
            yield self.doubted.popitem()[0]
        if self.begun is not None and not self.doubted:
            now = self.clock()
            took, self.begun = now - self.begun, None
            self.free, self.again = now + took, now + max(FRESH, SPARED * took)

    def put(self, tile: Bounds, data: bytes) -> bool:
        """What a tile holds now; tells whether that is new. Where the pen was not, all else may be new as well."""
        self.reads += 1
        before = self.known.get(tile)
        self.known[tile] = data
        if before is not None and before != data and tile not in self.touched:
            self.until = self.clock() + FRESH
        return before != data

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
