"""Hands that gather what passes paint as layers of their own: the host lays them over its picture itself.

They work in place and in plain Python: a tile costs a tile, however large the context is.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from bottega import messages as m
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import DEPTH_BYTES, Depth, Pixels
from bottega.planning import plain
from bottega.planning.cutting import bounds_of, cut, unseen
from bottega.planning.walking import Hands, layer_bounds

STRIPE = 64
"""Rows that are kept together: no single step copies more."""


class Grown:
    """A context, and what was painted over it so far: RGBA over nothing, so that its colours are those that were
    painted, whatever they come to lie on. Where nothing was, they are the context's own."""

    def __init__(self, picture: Pixels) -> None:
        self.picture = picture
        self._size = 4 * DEPTH_BYTES[picture.depth]
        self._stripes: dict[int, bytearray] = {}
        self._shared: set[int] = set()
        """Stripes that another one has too: copied before they are painted on."""

    def kept(self) -> Grown:
        """As it is now, whatever is painted over this one later. Nothing is copied before that."""
        now = Grown(self.picture)
        now._stripes = dict(self._stripes)
        self._shared = set(self._stripes)
        return now

    def lay(self, layer: Picture, first: bool = False) -> None:
        """Paint over it. A first layer brings its colours along also where it does not show."""
        place = layer_bounds(layer)
        for row in range(place.height):
            stripe, start = self._row(place.y + row, painted=True)
            start += place.x * self._size
            if first:
                begin = row * layer.pixels.row_bytes
                stripe[start : start + layer.pixels.row_bytes] = layer.pixels.data[
                    begin : begin + layer.pixels.row_bytes
                ]
            else:
                plain.lay_row(stripe, start, 4, layer.pixels, row)

    def cut(self, place: Bounds) -> Pixels:
        """How a part of it looks, in the picture's own channels."""
        over = b"".join(self._part(y, place.x, place.right) for y in range(place.y, place.bottom))
        pixels = Pixels(place.width, place.height, 4, self.picture.depth, self.picture.color_space, over)
        bounds = m.Bounds(width=place.width, height=place.height)
        return plain.laid(cut(self.picture, place), [Picture("", 0, 0, pixels, bounds)])

    def layer(self, reached: Pixels, seed: int, index: int = 0) -> Picture:
        """What was painted, cut to where it shows, and showing as far as the first pass did: soft edges stay as soft
        as they were asked for, however many passes went over them."""
        place = bounds_of(reached) or reached.extent.bounds
        rows: list[bytes] = []
        for y in range(place.y, place.bottom):
            row = bytearray(self._part(y, place.x, place.right))
            start = y * reached.row_bytes + 2 * place.x
            _show(row, reached.data[start : start + 2 * place.width], self.picture.depth)
            rows.append(bytes(row))
        pixels = Pixels(place.width, place.height, 4, self.picture.depth, self.picture.color_space, b"".join(rows))
        bounds = m.Bounds(x=place.x, y=place.y, width=place.width, height=place.height)
        return Picture("", index, seed, pixels, bounds)

    def _row(self, y: int, painted: bool = False) -> tuple[bytearray, int]:
        """Where a row is kept: its stripe, and the byte at which it begins."""
        number, width = y // STRIPE, self.picture.width * self._size
        if painted and number in self._shared:
            self._shared.remove(number)
            self._stripes[number] = bytearray(self._stripes[number])
        if number not in self._stripes:
            rows = Bounds(0, number * STRIPE, self.picture.width, STRIPE).within(self.picture.extent.bounds)
            self._stripes[number] = bytearray(unseen(cut(self.picture, rows)).data)
        return self._stripes[number], y % STRIPE * width

    def _part(self, y: int, left: int, right: int) -> bytes:
        stripe, start = self._row(y)
        return bytes(memoryview(stripe)[start + left * self._size : start + right * self._size])


def _show(row: bytearray, alphas: bytes, depth: Depth) -> None:
    """Give a row of RGBA this alpha, which is of 16 bits."""
    if depth == "u8":
        row[3::4] = alphas[1::2]
    elif depth == "u16":
        memoryview(row).cast("H")[3::4] = memoryview(alphas).cast("H")
    else:
        form, kind = ("e", "H") if depth == "f16" else ("f", "I")
        values = (value / 65535.0 for value in memoryview(alphas).cast("H").tolist())
        stored = struct.pack(f"<{len(alphas) // 2}{form}", *values)
        memoryview(row).cast(kind)[3::4] = memoryview(stored).cast(kind)


class Gathering:
    """Hands for one walk, which then returns what `Grown` each of its pictures has become."""

    def __init__(self) -> None:
        self.reached: Pixels | None = None
        """How far the result shows, once that is known."""
        self.hands = Hands(self._laid, self._reach, plain.faded, self._cut, Grown.kept)

    def layers(self, grown: Sequence[Grown], seed: int) -> list[Picture]:
        """The layers of a walk that has ended; seeds follow from the first one's."""
        assert self.reached is not None, "nothing was painted"
        return [each.layer(self.reached, seed + index, index) for index, each in enumerate(grown)]

    def _laid(self, context: Pixels | Grown, layers: Sequence[Picture]) -> Grown:
        first = not isinstance(context, Grown)
        grown = Grown(context) if first else context
        for layer in layers:
            grown.lay(layer, first)
        return grown

    def _reach(self, layer: Picture, extent: Extent) -> Pixels:
        found = plain.reach(layer, extent)
        self.reached = found if self.reached is None else self.reached
        return found

    def _cut(self, grown: Grown, place: Bounds) -> Pixels:
        return grown.cut(place)
