"""Blender's images to and from the client's pixels.

What `Image.pixels` holds, measured in 4.2 to 5.2: rows from bottom to top; of byte images the stored numbers as they
are, straight alpha; of float images scene linear values unless the colour space is Non-Color, alpha associated, also if
the file has it straight, unless they are no colours or the channel is none of theirs. A picture comes back as a PNG
inside the .blend file (`Image.pack`): nothing has to be saved apart, and Blender decodes it when it is first drawn.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import bpy
import numpy as np

from .client import Pixels, Unready

Array: TypeAlias = "np.ndarray[Any, Any]"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Copy:
    """An image's numbers as they were when it was read, and what they mean."""

    values: Array
    """(height, width, channels) float32 from bottom to top"""
    is_float: bool
    is_data: bool
    associated: bool
    see_through: bool = False
    """Its fourth channel says what shows."""


def check(image: bpy.types.Image) -> None:
    """Raise Unready if an image has no pixels, or none that can be read."""
    if image.type in ("RENDER_RESULT", "COMPOSITING"):
        raise Unready("{name} cannot be read.", remedy="Save it as an image first, and open that.", name=image.name)
    width, height = image.size
    if not image.has_data and width * height:
        image.update()
    if not width * height or len(image.pixels) != width * height * image.channels:
        remedy = "Choose an image that can be seen in the Image Editor."
        raise Unready("{name} has no pixels.", remedy=remedy, name=image.name)


def is_data(image: bpy.types.Image) -> bool:
    """Whether an image holds numbers rather than colours."""
    return image.colorspace_settings.name in ("Non-Color", "Raw")


def read(image: bpy.types.Image) -> Copy:
    """Copy an image's pixels: one call of the main thread that cannot be split. Raises Unready if it has none."""
    check(image)
    width, height = image.size
    values = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(values)
    see_through = image.channels == 4 and image.alpha_mode in ("STRAIGHT", "PREMUL")
    associated = image.is_float and see_through and not is_data(image)
    return Copy(values.reshape(height, width, image.channels), image.is_float, is_data(image), associated, see_through)


def encoded(copy: Copy) -> Pixels:
    """The client's RGB pixels of a copy: 8-bit sRGB of a byte image, linear float32 of a float image."""
    values = copy.values[::-1]
    color = values[..., :3] if values.shape[2] >= 3 else np.repeat(values[..., :1], 3, 2)
    if copy.associated and values.shape[2] == 4:
        color = color / np.maximum(values[..., 3:], 1e-6)
    if copy.is_float and not copy.is_data:
        return Pixels.of(np.ascontiguousarray(color, np.float32), "linear")
    return Pixels.of(np.ascontiguousarray(np.rint(np.clip(color, 0, 1) * 255), np.uint8), "srgb")


def as_bytes(pixels: Pixels) -> Array:
    """(height, width, channels) uint8 of 8-bit or 16-bit pixels, row 0 on top."""
    shape = (pixels.height, pixels.width, pixels.channels)
    if pixels.depth == "u8":
        return np.frombuffer(pixels.data, np.uint8).reshape(shape)
    if pixels.depth == "u16":
        return (np.frombuffer(pixels.data, "<u2").reshape(shape) // 257).astype(np.uint8)
    raise ValueError(f"pictures of depth {pixels.depth} are not known.")


def png(values: Array, text: Sequence[tuple[str, str]] = ()) -> bytes:
    """A PNG of (height, width[, 1, 3 or 4]) uint8 or uint16 values with row 0 on top."""
    grid = values[..., None] if values.ndim == 2 else values
    height, width, channels = grid.shape
    depth = grid.dtype.itemsize * 8
    rows = np.ascontiguousarray(grid.astype(">u2") if depth == 16 else grid).view(np.uint8).reshape(height, -1)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rows], 1)  # filter 0 before each row
    header = struct.pack(">IIBBBBB", width, height, depth, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    notes = [(b"iTXt", f"{key}\0\0\0\0\0{value}".encode()) for key, value in text]
    parts = [(b"IHDR", header), *notes, (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b"")]
    return PNG + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join([struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))])


def sixteen(values: Array) -> Array:
    """uint16 of values of 0..1."""
    return np.rint(np.clip(values, 0, 1) * 65535).astype(np.uint16)


def new_image(name: str, data: bytes, space: str) -> bpy.types.Image:
    """A new image whose pixels are an encoded file kept inside the .blend. Blender reads its size from there. `space`
    is one of Blender's colour spaces: "sRGB" and "Non-Color" are in every configuration."""
    image = bpy.data.images.new(name[:60], 1, 1, alpha=False)
    image.colorspace_settings.name = space  # before the pixels: set afterwards, Blender wipes them
    image.pack(data=data, data_len=len(data))
    image.source = "FILE"
    return image
