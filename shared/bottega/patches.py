"""What differs between two pictures of one kind, in tiles: of a canvas that is painted on, only that is sent."""

from __future__ import annotations

from bottega import messages as m
from bottega.pixels import Pixels

SIDE = 128
"""Pixels of a tile."""
MOST = 16 << 20
"""Bytes that the daemon takes in one patch."""


def patches(old: Pixels, new: Pixels) -> list[m.BlobPatch] | None:
    """The tiles of the new picture that are not the old one's; None where sending all of it is as good: for pictures of
    other kinds, and where half or more has changed."""
    kind = (old.width, old.height, old.channels, old.depth)
    if kind != (new.width, new.height, new.channels, new.depth):
        return None
    found: list[m.BlobPatch] = []
    total, step, width = 0, new.row_bytes, SIDE * new.pixel_bytes
    before, after = memoryview(old.data), memoryview(new.data)
    for top in range(0, new.height, SIDE):
        begin, end = top * step, min(top + SIDE, new.height) * step
        if before[begin:end] == after[begin:end]:
            continue
        for left in range(0, step, width):
            size = min(width, step - left)
            rows = [after[start : start + size] for start in range(begin + left, end, step)]
            if any(row != before[begin + left + k * step :][:size] for k, row in enumerate(rows)):
                found.append(m.BlobPatch(offset=begin + left, stride=step, row_bytes=size, data=b"".join(rows)))
                total += size * len(rows)
                if total > min(MOST, len(new.data) // 2):
                    return None
    return found
