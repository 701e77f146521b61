"""Pixels as a plain value: what hosts hand in and get back, without numpy or an imaging library."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from bottega.errors import InvalidRequest
from bottega.geometry import Extent

Depth: TypeAlias = Literal["u8", "u16", "f16", "f32"]
ColorSpace: TypeAlias = Literal["srgb", "linear", "data"]

DEPTH_BYTES: dict[Depth, int] = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}
COLOR_SPACES: tuple[ColorSpace, ...] = ("srgb", "linear", "data")
MAX_SIDE = 16384
MAX_PIXELS = 64 << 20
_FORMATS: dict[str, Depth] = {"B": "u8", "H": "u16", "e": "f16", "f": "f32"}


@dataclass(frozen=True)
class Pixels:
    """A picture, mask or depth map.

    Rows run from top to bottom without padding, channels are interleaved, values are little-endian, alpha (the fourth
    channel) is unassociated ("straight"). One channel is grey, a mask or depth; three are RGB; four are RGBA.
    Integer values stand for 0..1. "srgb" and "linear" are colours of the sRGB primaries with and without transfer
    function; "data" is not a colour (masks, depth) and never converted. Raises InvalidRequest for anything else.
    """

    width: int
    height: int
    channels: int
    depth: Depth
    color_space: ColorSpace
    data: bytes

    def __post_init__(self) -> None:
        _check("width", self.width, 1, MAX_SIDE)
        _check("height", self.height, 1, MAX_SIDE)
        if self.width * self.height > MAX_PIXELS:
            pixels = f"{self.width} x {self.height} are {self.width * self.height} pixels."
            raise _wrong("extent", pixels, f"Give at most {MAX_PIXELS}: scale it down, or crop it.")
        if self.channels not in (1, 3, 4):
            raise _wrong("channels", f"{self.channels!r} channels.", "Give 1 (grey, mask, depth), 3 (RGB) or 4 (RGBA).")
        if self.depth not in DEPTH_BYTES:
            raise _wrong("depth", f"unknown depth {self.depth!r}.", f"Give one of {', '.join(DEPTH_BYTES)}.")
        if self.color_space not in COLOR_SPACES:
            raise _wrong("color_space", f"unknown {self.color_space!r}.", f"Give one of {', '.join(COLOR_SPACES)}.")
        if type(self.data) is not bytes:
            raise _wrong("data", f"{type(self.data).__name__} instead of bytes.", "Use Pixels.of for other buffers.")
        if len(self.data) != self.row_bytes * self.height:
            need, size = self.row_bytes * self.height, len(self.data)
            message = f"{self.width} x {self.height} x {self.channels} {self.depth} take {need} bytes, not {size}."
            raise _wrong("data", message, "Send whole rows without padding.")

    def __hash__(self) -> int:
        return hash((self.width, self.height, self.channels, self.digest))

    def __repr__(self) -> str:
        return f"<Pixels {self.width}x{self.height}x{self.channels} {self.depth} {self.color_space}>"

    @property
    def extent(self) -> Extent:
        """Its size."""
        return Extent(self.width, self.height)

    @property
    def pixel_bytes(self) -> int:
        """Bytes of one pixel."""
        return self.channels * DEPTH_BYTES[self.depth]

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return self.width * self.pixel_bytes

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the raw bytes, 32 bytes; computed once."""
        return hashlib.sha256(self.data).digest()

    @classmethod
    def of(cls, array: object, color_space: ColorSpace = "srgb") -> Pixels:
        """Copy an object with the buffer protocol and shape (height, width) or (height, width, channels), as numpy's
        arrays have it. The item type gives the depth: uint8, uint16, float16 or float32."""
        view = _view(array)
        shape = tuple(view.shape or ())
        if len(shape) not in (2, 3):
            raise _wrong("data", f"an array of {len(shape)} dimensions.", "Give (height, width[, channels]).")
        depth = _FORMATS.get(view.format.lstrip("<@=")) if sys.byteorder == "little" or view.format == "B" else None
        if depth is None:
            raise _wrong("data", f"items of type {view.format!r}.", "Give uint8, uint16, float16 or float32.")
        return cls(shape[1], shape[0], shape[2] if len(shape) == 3 else 1, depth, color_space, view.tobytes())

    @classmethod
    def of_bytes(
        cls, width: int, height: int, data: object, *, depth: Depth = "u8", color_space: ColorSpace = "srgb"
    ) -> Pixels:
        """Copy a flat buffer of whole rows; the number of channels follows from its size."""
        raw = _view(data).tobytes()
        pixels = width * height * DEPTH_BYTES.get(depth, 1)
        return cls(width, height, len(raw) // pixels if pixels > 0 else 0, depth, color_space, raw)

    @classmethod
    def filled(
        cls, width: int, height: int, pixel: Iterable[int] = (0,), *, color_space: ColorSpace = "srgb"
    ) -> Pixels:
        """A picture of one 8-bit colour: `pixel` holds 1, 3 or 4 values of 0..255."""
        values = bytes(pixel)
        return cls(width, height, len(values), "u8", color_space, values * (max(width, 0) * max(height, 0)))

    def crop(self, left: int, top: int, width: int, height: int) -> Pixels:
        """The part of `width` x `height` pixels whose top left pixel is at (left, top); it must lie inside."""
        if min(left, top) < 0 or left + width > self.width or top + height > self.height:
            raise _wrong("crop", f"{width}x{height}+{left}+{top} leaves {self.width}x{self.height}.", "Stay inside.")
        step, start, size = self.row_bytes, left * self.pixel_bytes, width * self.pixel_bytes
        view = memoryview(self.data)
        rows = (view[row * step + start : row * step + start + size] for row in range(top, top + height))
        return Pixels(width, height, self.channels, self.depth, self.color_space, b"".join(rows))

    def flipped(self) -> Pixels:
        """Upside down: for hosts whose first row is the lowest."""
        step, view = self.row_bytes, memoryview(self.data)
        rows = (view[row * step : (row + 1) * step] for row in reversed(range(self.height)))
        return Pixels(self.width, self.height, self.channels, self.depth, self.color_space, b"".join(rows))


def _view(data: object) -> memoryview:
    try:
        return memoryview(data)  # pyright: ignore[reportArgumentType]  # 3.10 has no name for a buffer
    except TypeError as error:
        raise _wrong("data", f"{type(data).__name__} holds no bytes.", "Give bytes, an array or a buffer.") from error


def _check(field: str, value: int, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise _wrong(field, f"{value!r} is not a whole number of {least} to {most}.", "Give the size in pixels.")


def _wrong(field: str, message: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(message, remedy=remedy, field=f"pixels.{field}")
