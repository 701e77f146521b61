"""Stored pixels to numbers and back: the only place that knows channel depths, transfer functions and row packing."""

from __future__ import annotations

import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.blobs import Blobs
from bottega_daemon.errors import CorruptBlob
from bottega_daemon.spec import ChannelDepth, ColorSpace, Extent, Image

Floats = NDArray[np.float32]
Stored = NDArray[np.generic]

DTYPES: dict[ChannelDepth, np.dtype] = {
    "u8": np.dtype("u1"),
    "u16": np.dtype("<u2"),
    "f16": np.dtype("<f2"),
    "f32": np.dtype("<f4"),
}


def load(blobs: Blobs, image: Image, field: str) -> Stored:
    """The pixels as they are stored, [height, width, channels].

    Raises MissingBlob, or CorruptBlob if the blob does not hold just as many bytes as the image's extent says.
    """
    data = blobs.read(image.digest, field)
    if image.encoding == "zlib":
        data = _inflate(data, image.raw_bytes, field)
    if len(data) != image.raw_bytes:
        raise CorruptBlob(
            f"{image.extent.width} x {image.extent.height} pixels of {image.channels} channels in {image.depth} "
            f"take {image.raw_bytes} bytes, but the blob holds {len(data)}.",
            remedy="Send the extent, channels and depth that the pixels really have.",
            field=field,
        )
    shape = (image.extent.height, image.extent.width, image.channels)
    return np.frombuffer(data, DTYPES[image.depth]).reshape(shape)


def _inflate(data: bytes, expected: int, field: str) -> bytes:
    """Undo zlib, never growing past what was announced (a few bytes can claim gigabytes)."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(data, expected + 1)
    except zlib.error as error:
        raise CorruptBlob(f"not a zlib stream ({error}).", remedy="Send the pixels again.", field=field) from error
    if not inflater.eof and len(raw) <= expected:
        raise CorruptBlob("the zlib stream ends too early.", remedy="Send the pixels again.", field=field)
    return raw


def to_float(stored: Stored) -> Floats:
    """Channel values in 0..1 for integers; floats as they are."""
    if stored.dtype.kind == "u":
        return stored.astype(np.float32) / np.float32(np.iinfo(stored.dtype.name).max)
    return stored.astype(np.float32)


def from_float(values: Floats, depth: ChannelDepth) -> Stored:
    """The inverse of `to_float`: integers are clipped and rounded."""
    dtype = DTYPES[depth]
    if dtype.kind == "f":
        return values.astype(dtype)
    levels = np.clip(values, 0, 1)
    levels *= np.float32(np.iinfo(dtype.name).max)
    return np.rint(levels, out=levels).astype(dtype)


def linear_to_srgb(values: Floats) -> Floats:
    """The sRGB transfer function (IEC 61966-2-1), extended above 1 and mirrored below 0."""
    size = np.abs(values)
    encoded = np.where(size <= 0.0031308, size * 12.92, 1.055 * np.power(np.maximum(size, 0.0031308), 1 / 2.4) - 0.055)
    return np.copysign(encoded, values).astype(np.float32)


def srgb_to_linear(values: Floats) -> Floats:
    """The inverse of `linear_to_srgb`."""
    size = np.abs(values)
    decoded = np.where(size <= 0.04045, size / 12.92, np.power((np.maximum(size, 0.04045) + 0.055) / 1.055, 2.4))
    return np.copysign(decoded, values).astype(np.float32)


def rgb(stored: Stored, space: ColorSpace) -> Floats:
    """What a model sees: sRGB in 0..1, [height, width, 3]. Grey is repeated, alpha ignored, NaN black."""
    values = to_float(stored[..., :3])
    if stored.dtype.kind == "f":
        values = np.nan_to_num(values, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
    if values.shape[-1] == 1:
        values = np.repeat(values, 3, axis=-1)
    if space == "linear":
        values = linear_to_srgb(values)
    return values if stored.dtype.kind == "u" and space != "linear" else np.clip(values, 0, 1)


def grey(stored: Stored) -> Floats:
    """A mask or other data in one channel, 0..1, [height, width]. NaN counts as 0."""
    return np.clip(np.nan_to_num(to_float(stored[..., 0]), nan=0.0), 0, 1)


def store(blobs: Blobs, pixels: Stored, depth: ChannelDepth, space: ColorSpace) -> Image:
    """Write pixels [height, width, channels] as a raw blob."""
    height, width, channels = pixels.shape
    digest = blobs.write(np.ascontiguousarray(pixels).tobytes())
    return Image(digest=digest, extent=Extent(width, height), channels=channels, depth=depth, color_space=space)


def resize(values: Floats, extent: Extent) -> Floats:
    """Resample [height, width(, channels)]: by area when shrinking, cubic when growing, clipped to 0..1."""
    height, width = values.shape[:2]
    if (width, height) == (extent.width, extent.height):
        return values
    shrinks = extent.width * extent.height < width * height
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.clip(cv2.resize(values, (extent.width, extent.height), interpolation=method), 0, 1).astype(np.float32)


def resize_wrapped(values: Floats, extent: Extent) -> Floats:
    """Resample a seamless picture by a little, taking neighbours from the other side so that it stays seamless."""
    height, width = values.shape[:2]
    if (width, height) == (extent.width, extent.height):
        return values
    columns = (np.arange(extent.width, dtype=np.float32) + 0.5) * np.float32(width / extent.width) - 0.5
    rows = (np.arange(extent.height, dtype=np.float32) + 0.5) * np.float32(height / extent.height) - 0.5
    where_x, where_y = np.meshgrid(columns, rows)
    resampled = cv2.remap(values, where_x, where_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP)
    return np.clip(resampled, 0, 1).astype(np.float32)
