"""Pixels of any depth as 8 bits of sRGB, for screens and for control layers. Plain arithmetic, without Qt.

Each value is looked up in a table: of 16 bits by its number or its bits, of floats of 32 by the upper half of theirs,
which is within a level of 8 bits. All of it goes step by step, so that nothing holds Python for long.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from functools import cache
from typing import Any

from .client import DEPTH_BYTES, Depth, Pixels

STEP = 1 << 16
"""Values that are looked up at once: about two milliseconds."""


def is_plain(pixels: Pixels) -> bool:
    """Whether they are so already."""
    return pixels.depth == "u8" and pixels.color_space != "linear"


def plain(pixels: Pixels) -> Pixels:
    """The same picture in 8 bits of sRGB; alpha stays alpha."""
    if is_plain(pixels):
        return pixels
    view: Any = memoryview(pixels.data).cast("B")
    if pixels.depth != "u8":
        view = view.cast("H")
    if pixels.depth == "f32":
        view = view[1::2]
    colours, alphas = _table(pixels.depth, pixels.color_space == "linear"), _table(pixels.depth, False)
    parts: list[bytes] = []
    for first in range(0, len(view), STEP):
        values = view[first : first + STEP].tolist()
        part = bytearray(map(colours.__getitem__, values))
        if pixels.channels == 4:
            part[3::4] = bytes(map(alphas.__getitem__, values[3::4]))
        parts.append(bytes(part))
    space = "srgb" if pixels.color_space == "linear" else pixels.color_space
    return Pixels(pixels.width, pixels.height, pixels.channels, "u8", space, b"".join(parts))


def thinned(pixels: Pixels, side: int) -> Pixels:
    """Only every n-th pixel of a picture: the fewest of which its longer side keeps so many."""
    step, size = max(1, pixels.extent.longest // side), pixels.pixel_bytes
    if step == 1:
        return pixels
    unit = math.gcd(size, 4)
    kind: Any = {4: "I", 2: "H", 1: "B"}[unit]
    view: Any = memoryview(pixels.data).cast("B").cast(kind)
    row, each = pixels.row_bytes // unit, size // unit
    width, rows = len(range(0, pixels.width, step)), range(0, pixels.height, step)
    parts: list[bytes] = []
    for y in rows:
        whole = view[y * row : (y + 1) * row]
        part = bytearray(width * size)
        into: Any = memoryview(part).cast(kind)
        for k in range(each):
            into[k::each] = whole[k :: each * step]
        parts.append(bytes(part))
    return Pixels(width, len(rows), pixels.channels, pixels.depth, pixels.color_space, b"".join(parts))


@cache
def _table(depth: Depth, linear: bool) -> bytes:
    """The byte of each number or pattern of bits."""
    if depth in ("u8", "u16"):
        top = (1 << 8 * DEPTH_BYTES[depth]) - 1
        return _encoded((k / top for k in range(top + 1)), linear)
    if depth == "f16":
        return _encoded(struct.unpack("<65536e", struct.pack("<65536H", *range(1 << 16))), linear)
    middles = (k << 16 | 0x8000 for k in range(1 << 16))  # of all floats that begin so
    return _encoded(struct.unpack("<65536f", struct.pack("<65536I", *middles)), linear)


def _encoded(values: Iterable[float], linear: bool) -> bytes:
    return bytes(int(255 * _srgb(value, linear) + 0.5) for value in values)


def _srgb(value: float, linear: bool) -> float:
    """The number from 0 to 1 that shows a value; what is no number shows nothing."""
    value = 0.0 if math.isnan(value) else min(max(value, 0.0), 1.0)
    if not linear:
        return value
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
