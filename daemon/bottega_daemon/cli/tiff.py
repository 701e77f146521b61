"""Pictures to TIFF files: every channel depth that there is, floats too, with their profile and settings (TIFF 6.0)."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

from bottega.pixels import Pixels

_BITS = {"u8": 8, "u16": 16, "f16": 16, "f32": 32}
_ASCII, _SHORT, _LONG, _BYTES = 2, 3, 4, 7
_SIZES = {_ASCII: 1, _SHORT: 2, _LONG: 4, _BYTES: 1}
_HEADER = 8
_MOST = 2**32 - 2**20


def tiff(pixels: Pixels, texts: Mapping[str, str] | None = None, profile: bytes = b"") -> bytes:
    """The bytes of a TIFF file, uncompressed; texts as JSON in its description. OpenCV writes floats, but nothing
    beside them. `profile` is an ICC profile. Raises ValueError for more than TIFF's 4 GB."""
    channels, bits = pixels.channels, _BITS[pixels.depth]
    if len(pixels.data) > _MOST:
        raise ValueError("TIFF files hold 4 GB")
    entries: dict[int, tuple[int, bytes]] = {
        256: _long(pixels.width),
        257: _long(pixels.height),
        258: _shorts([bits] * channels),
        259: _shorts([1]),  # uncompressed
        262: _shorts([2 if channels > 1 else 1]),  # RGB, or black is zero
        270: (_ASCII, json.dumps(dict(texts or {})).encode("ascii") + b"\0"),
        273: _long(_HEADER),
        277: _shorts([channels]),
        278: _long(pixels.height),
        279: _long(len(pixels.data)),
        339: _shorts([3 if pixels.depth.startswith("f") else 1] * channels),
    }
    if channels == 4:
        entries[338] = _shorts([2])  # straight alpha
    if profile:
        entries[34675] = (_BYTES, profile)
    padding = b"\0" * (len(pixels.data) % 2)
    at = _HEADER + len(pixels.data) + len(padding)
    return struct.pack("<2sHI", b"II", 42, at) + pixels.data + padding + _directory(entries, at)


def _directory(entries: Mapping[int, tuple[int, bytes]], at: int) -> bytes:
    """The image file directory that lies there, and after it the values that do not fit into it."""
    rows, beyond = b"", b""
    after = at + 2 + 12 * len(entries) + 4
    for tag, (kind, data) in sorted(entries.items()):
        value = data.ljust(4, b"\0")
        if len(data) > 4:
            value = struct.pack("<I", after + len(beyond))
            beyond += data + b"\0" * (len(data) % 2)
        rows += struct.pack("<HHI", tag, kind, len(data) // _SIZES[kind]) + value
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", 0) + beyond


def _shorts(values: list[int]) -> tuple[int, bytes]:
    return _SHORT, struct.pack(f"<{len(values)}H", *values)


def _long(value: int) -> tuple[int, bytes]:
    return _LONG, struct.pack("<I", value)
