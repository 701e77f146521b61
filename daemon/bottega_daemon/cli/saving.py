"""Pictures to PNG and TIFF files that carry how they were made."""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bottega.errors import BottegaError
from bottega.pixels import Pixels
from bottega_daemon.cli.tiff import tiff

SETTINGS = "bottega"
"""Text chunk with all settings as JSON."""
PARAMETERS = "parameters"
"""Text chunk in the words that other programs show."""
_COLOR_TYPE = {1: 0, 3: 2, 4: 6}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write_picture(pixels: Pixels, path: Path, texts: Mapping[str, str], profile: bytes = b"") -> None:
    """Write a PNG of 8 or 16 bits a channel, or by its name a TIFF of any; nothing is left behind if that fails.

    `profile` is the ICC profile of the pixels' numbers. Raises BottegaError.
    """
    data = FORMATS[path.suffix.lower()](pixels, texts, profile)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror})."
        remedy = "Make room or choose another place with -o; `bottega jobs fetch` gets the pictures again."
        raise BottegaError(message, remedy=remedy, field="output", reason="OUTPUT") from error


def png(pixels: Pixels, texts: Mapping[str, str] | None = None, profile: bytes = b"") -> bytes:
    """The bytes of a PNG file. Pillow cannot write 16-bit colours, so this is ours; PNG, third edition."""
    import numpy as np

    depth = 8 if pixels.depth == "u8" else 16
    wide = np.dtype(np.uint8 if depth == 8 else ">u2")
    values = _integers(pixels).astype(wide).reshape(pixels.height, -1)
    rows = values.view(np.uint8).reshape(pixels.height, -1).astype(np.uint8)
    filtered = np.zeros((pixels.height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = 2  # filter "up": what differs from the row above
    filtered[:, 1:] = rows
    filtered[1:, 1:] -= rows[:-1]
    header = struct.pack(">IIBBBBB", pixels.width, pixels.height, depth, _COLOR_TYPE[pixels.channels], 0, 0, 0)
    chunks = [_chunk(b"IHDR", header)]
    if profile:
        chunks.append(_chunk(b"iCCP", b"profile\0\0" + zlib.compress(profile)))
    elif pixels.color_space == "srgb":
        chunks.append(_chunk(b"sRGB", b"\0"))
    elif pixels.color_space == "linear":
        chunks.append(_chunk(b"gAMA", struct.pack(">I", 100000)))
    chunks += [_text(key, text) for key, text in (texts or {}).items()]
    chunks += [_chunk(b"IDAT", zlib.compress(filtered.tobytes(), 6)), _chunk(b"IEND", b"")]
    return _SIGNATURE + b"".join(chunks)


def texts_of(settings: Mapping[str, Any], seed: int) -> dict[str, str]:
    """The text chunks of a picture: a job's `settings`, with the seed that makes this very picture alone."""
    if "seed" not in settings:  # nothing was painted
        return {SETTINGS: json.dumps(settings)}
    return {PARAMETERS: _in_words(settings, seed), SETTINGS: json.dumps({**settings, "seed": seed, "count": 1})}


def tiled(pixels: Pixels) -> Pixels:
    """The picture 2 x 2, which shows its seams if it has any."""
    step = pixels.row_bytes
    rows = b"".join(pixels.data[at : at + step] * 2 for at in range(0, len(pixels.data), step))
    size = (2 * pixels.width, 2 * pixels.height)
    return Pixels(*size, pixels.channels, pixels.depth, pixels.color_space, rows * 2)


def free_name(folder: Path, stem: str, suffix: str = ".png") -> Path:
    """A file in a folder whose name is not taken."""
    path, number = folder / f"{stem}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path


FORMATS: Mapping[str, Callable[[Pixels, Mapping[str, str], bytes], bytes]] = {".png": png, ".tif": tiff, ".tiff": tiff}
"""By a file's suffix."""


def _integers(pixels: Pixels) -> Any:
    import numpy as np

    kinds = {"u8": "<u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}
    values = np.frombuffer(pixels.data, kinds[pixels.depth])
    if pixels.depth in ("u8", "u16"):
        return values
    return np.rint(np.clip(np.nan_to_num(values.astype(np.float32)), 0.0, 1.0) * 65535.0)


def _in_words(settings: Mapping[str, Any], seed: int) -> str:
    named = {
        "Steps": settings.get("steps"),
        "Sampler": settings.get("sampler"),
        "Schedule type": settings.get("schedule"),
        "CFG scale": settings.get("guidance"),
        "Seed": seed,
        "Size": settings.get("size"),
        "Model": settings.get("checkpoint"),
        "Clip skip": settings.get("clip_skip"),
        "Denoising strength": settings.get("strength"),
        "Version": "Bottega",
    }
    negative = settings.get("negative_prompt")
    lines = [str(settings.get("prompt", "")), *([f"Negative prompt: {negative}"] if negative else [])]
    return "\n".join([*lines, ", ".join(f"{name}: {value}" for name, value in named.items() if value is not None)])


def _text(key: str, text: str) -> bytes:
    """An iTXt chunk: UTF-8, not compressed."""
    return _chunk(b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8", "replace"))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _umask() -> int:
    """The mask for new files; asking for it means setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
