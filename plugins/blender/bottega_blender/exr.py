"""OpenEXR files of floating point numbers, written without Blender, so that no frame waits for it.

The format is that of the OpenEXR project ("OpenEXR File Layout"): version 2, scan lines, one part; compressed as ZIP.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
START = struct.pack("<II", 20000630, 2)
ROWS = 16
"""Scan lines that ZIP packs together."""
CHANNELS = {1: "Y", 3: "RGB", 4: "RGBA"}
FLOAT, ZIP = 2, 3


def exr(values: Array, text: Sequence[tuple[str, str]] = ()) -> bytes:
    """An EXR of (height, width, 1, 3 or 4) values with row 0 on top, kept as float32; texts become attributes."""
    height, width, count = values.shape
    names = CHANNELS[count]
    order = sorted(range(count), key=lambda channel: names[channel])  # files have them by their names
    planes = np.ascontiguousarray(values.astype("<f4")[..., order].transpose(0, 2, 1))
    head = _header(width, height, [names[channel] for channel in order], text)
    blocks = [_block(planes[row : row + ROWS], row) for row in range(0, height, ROWS)]
    places, place = list[int](), len(head) + 8 * len(blocks)
    for block in blocks:
        places.append(place)
        place += len(block)
    return b"".join([head, struct.pack(f"<{len(places)}Q", *places), *blocks])


def _block(planes: Array, row: int) -> bytes:
    """Scan lines as ZIP has them: even bytes, then odd ones, each as its distance from the last."""
    raw = planes.view(np.uint8).ravel()
    apart = np.concatenate([raw[0::2], raw[1::2]])
    apart[1:] = apart[1:] - apart[:-1] + np.uint8(128)
    packed = zlib.compress(apart, 1)
    data = packed if len(packed) < raw.size else raw.tobytes()  # readers tell by the length
    return struct.pack("<ii", row, len(data)) + data


def _header(width: int, height: int, names: Sequence[str], text: Sequence[tuple[str, str]]) -> bytes:
    channels = b"".join(name.encode() + b"\0" + struct.pack("<iIii", FLOAT, 0, 1, 1) for name in names) + b"\0"
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    attributes = [
        *((name, "string", value.encode()) for name, value in text),
        ("channels", "chlist", channels),
        ("compression", "compression", bytes([ZIP])),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
    ]
    said = (f"{name}\0{kind}\0".encode() + struct.pack("<i", len(data)) + data for name, kind, data in attributes)
    return START + b"".join(said) + b"\0"
