"""Small pictures of pictures, and PNG files of them: for history, previews and icons in hosts without an image library.

Plain Python: call these off the main thread, as `Session.in_background` does.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from operator import itemgetter

from bottega.errors import InvalidRequest
from bottega.pixels import Pixels

SAMPLES = 2
"""Samples in each direction that are averaged into one pixel: enough for a face in 128 pixels."""
_COLOR_TYPES = {1: 0, 3: 2, 4: 6}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def thumbnail(pixels: Pixels, side: int = 128) -> Pixels:
    """The picture in 8 bits, its longer side at most `side` pixels; nothing is enlarged. Values outside 0..1 are cut,
    linear colours become sRGB."""
    scale = max(pixels.width, pixels.height, side) / side
    width, height = max(1, round(pixels.width / scale)), max(1, round(pixels.height / scale))
    columns, rows = _samples(pixels.width, width), _samples(pixels.height, height)
    values = bytearray()
    for row in range(height):
        sampled = [_row(pixels, at, columns) for at in rows[row * SAMPLES : (row + 1) * SAMPLES]]
        values += _averages(sampled, pixels)
    space = "data" if pixels.color_space == "data" else "srgb"
    return Pixels(width, height, pixels.channels, "u8", space, bytes(values))


def _samples(size: int, smaller: int) -> list[int]:
    """Where along a side samples are taken, SAMPLES for each pixel of the smaller picture."""
    count = smaller * SAMPLES
    return [int((k + 0.5) * size / count) for k in range(count)]


def _row(pixels: Pixels, row: int, columns: list[int]) -> list[float]:
    """Values 0..255 at some pixels of a row: all channels of the first pixel, then of the next."""
    data = memoryview(pixels.data)[row * pixels.row_bytes : (row + 1) * pixels.row_bytes]
    places = [column * pixels.channels + channel for column in columns for channel in range(pixels.channels)]
    if pixels.depth in ("u8", "u16"):  # of 16 bits the upper eight
        step, offset = (1, 0) if pixels.depth == "u8" else (2, 1)
        return _pick(data, [place * step + offset for place in places])
    form, size = ("f", 4) if pixels.depth == "f32" else ("e", 2)
    values = struct.unpack(f"<{len(data) // size}{form}", data)
    return [255.0 * min(max(0.0, value), 1.0) for value in _pick(values, places)]  # NaN becomes 0


def _pick(values: memoryview | tuple[float, ...], places: list[int]) -> list[float]:
    return list(itemgetter(*places)(values))


def _averages(rows: list[list[float]], pixels: Pixels) -> bytes:
    channels, span, count = pixels.channels, pixels.channels * SAMPLES, SAMPLES * SAMPLES
    sums = [sum(column) for column in zip(*rows, strict=True)]
    values: list[float] = []
    for start in range(0, len(sums), span):
        values += [sum(sums[start + channel : start + span : channels]) / count for channel in range(channels)]
    if pixels.color_space == "linear":
        values = [v if channels == 4 and k % 4 == 3 else 255.0 * _encoded(v / 255.0) for k, v in enumerate(values)]
    return bytes(int(value + 0.5) for value in values)


def _encoded(value: float) -> float:
    """sRGB's transfer function (IEC 61966-2-1)."""
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def png(pixels: Pixels, texts: Mapping[str, str] | None = None) -> bytes:
    """A PNG file of an 8- or 16-bit picture, with texts inside (keywords of 1 to 79 Latin letters).

    Raises InvalidRequest for other depths.
    """
    if pixels.depth not in ("u8", "u16"):
        remedy = "Give 8 or 16 bits."
        raise InvalidRequest(f"PNG knows no {pixels.depth}.", remedy=remedy, field="depth")
    bits = 8 if pixels.depth == "u8" else 16
    header = struct.pack(">IIBBBBB", pixels.width, pixels.height, bits, _COLOR_TYPES[pixels.channels], 0, 0, 0)
    chunks = [(b"IHDR", header)]
    if pixels.color_space == "srgb":
        chunks.append((b"sRGB", b"\0"))
    for keyword, text in (texts or {}).items():
        chunks.append((b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()))
    chunks += [(b"IDAT", zlib.compress(_lines(pixels), 6)), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _lines(pixels: Pixels) -> bytes:
    data = pixels.data
    if pixels.depth == "u16":  # PNG is big-endian
        swapped = bytearray(len(data))
        swapped[0::2], swapped[1::2] = data[1::2], data[0::2]
        data = bytes(swapped)
    step = pixels.row_bytes
    return b"".join(b"\0" + data[start : start + step] for start in range(0, len(data), step))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
