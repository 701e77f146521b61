"""Krita's pixels to and from the client's: bytes in, bytes out, without Krita and without numpy.

Krita keeps 8- and 16-bit RGBA as blue, green, red, alpha and floats as red, green, blue, alpha; alpha is straight in
both. All functions work band by band, so that no single step holds Python for long.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .client import DEPTH_BYTES, Bounds, ColorSpace, Depth, InvalidRequest, Pixels
from .gamut import Gamut, from_srgb, to_srgb

DEPTHS: dict[str, Depth] = {"U8": "u8", "U16": "u16", "F16": "f16", "F32": "f32"}
NAMES: dict[Depth, str] = {depth: name for name, depth in DEPTHS.items()}
LINEAR = ("g10", "linear")
"""What the names of linear profiles contain."""
BAND = 1 << 20
"""Bytes that are read, written or converted in one step."""
CODES: dict[Depth, tuple[Any, int]] = {"u8": ("B", 255), "u16": ("H", 65535), "f16": ("e", 1), "f32": ("f", 1)}
"""How memory views and structs call a value, and what stands for 1."""
CONVERTED = "The image was converted to other colours since this was painted."
BACK = "Convert it back, or paint again."
REMEDY = "Convert the image to RGB/Alpha: Image > Convert Image Color Space."
MODELS = {"GRAYA": "Grey", "CMYKA": "CMYK", "LABA": "L*a*b*", "XYZA": "XYZ", "YCbCrA": "YCbCr", "A": "Alpha"}


@dataclass(frozen=True)
class Colours:
    """How a document keeps its colours."""

    depth: Depth
    color_space: ColorSpace
    """What leaves the machine: sRGB's numbers, or linear light by its primaries."""
    profile: str
    gamut: Gamut | None = None
    """The profile, where its numbers are others."""

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel: four channels."""
        return 4 * DEPTH_BYTES[self.depth]

    @property
    def swapped(self) -> bool:
        """Whether Krita keeps blue first."""
        return self.depth in ("u8", "u16")


def colours_of(model: str, depth: str, profile: str) -> Colours:
    """What a document's own words say. Raises InvalidRequest, with the remedy, for what is not RGB.

    Profiles are told by their names here: sRGB's own, or linear.
    """
    if model != "RGBA" or depth not in DEPTHS:
        raise InvalidRequest(f"{MODELS.get(model, model)} images cannot be painted on.", remedy=REMEDY, field="image")
    linear = any(mark in profile.casefold() for mark in LINEAR)
    return Colours(DEPTHS[depth], "linear" if linear else "srgb", profile)


def bands(bounds: Bounds, pixel_bytes: int) -> Iterator[Bounds]:
    """The bounds in stripes of at most BAND bytes, at least a row each."""
    rows = max(1, BAND // max(1, bounds.width * pixel_bytes))
    for y in range(bounds.y, bounds.bottom, rows):
        yield Bounds(bounds.x, y, bounds.width, min(rows, bounds.bottom - y))


def swapped(data: bytes, depth: Depth) -> bytes:
    """RGBA from BGRA, or the other way round; only for depths that are kept so."""
    code = CODES[depth][0]
    result = bytearray(data)
    source, target = memoryview(data).cast("B").cast(code), memoryview(result).cast("B").cast(code)
    target[0::4] = source[2::4]
    target[2::4] = source[0::4]
    return bytes(result)


def to_pixels(parts: list[bytes], bounds: Bounds, colours: Colours) -> Pixels:
    """The client's pixels of the stripes that Krita gave. They are given back here: for many MiB it takes a while."""
    for number, part in enumerate(parts):
        plain = swapped(part, colours.depth) if colours.swapped else part
        parts[number] = to_srgb(plain, colours.depth, colours.gamut) if colours.gamut else plain
    made = Pixels(bounds.width, bounds.height, 4, colours.depth, colours.color_space, b"".join(parts))
    parts.clear()
    return made


@dataclass(frozen=True)
class Stripe:
    """A stripe of a layer as Krita wants it: colours, and how far they show in 8 bits ("" where alpha says it)."""

    bounds: Bounds
    data: bytes
    mask: bytes


def to_stripes(pixels: Pixels, x: int, y: int, colours: Colours, masked: bool) -> list[Stripe]:
    """A layer whose top left pixel lies at (x, y) of the image, in stripes. With `masked` its colours are opaque, and
    its alpha becomes the mask. Raises InvalidRequest for pixels of another kind than the document's."""
    if pixels.channels != 4 or (pixels.depth, pixels.color_space) != (colours.depth, colours.color_space):
        raise InvalidRequest(CONVERTED, remedy=BACK, field="picture")
    view, step, found = memoryview(pixels.data), pixels.row_bytes, list[Stripe]()
    for band in bands(Bounds(x, y, pixels.width, pixels.height), pixels.pixel_bytes):
        data = bytes(view[(band.y - y) * step : (band.bottom - y) * step])
        mask = b""
        if masked:
            data, mask = opaque(data, pixels.depth), alpha_of(data, pixels.depth)
        if colours.gamut:
            data = from_srgb(data, pixels.depth, colours.gamut)
        found.append(Stripe(band, swapped(data, pixels.depth) if colours.swapped else data, mask))
    return found


def opaque(data: bytes, depth: Depth) -> bytes:
    """RGBA with alpha 1 everywhere."""
    size, count = DEPTH_BYTES[depth], len(data) // (4 * DEPTH_BYTES[depth])
    one = struct.pack(f"<{CODES[depth][0]}", CODES[depth][1])
    result = bytearray(data)
    for k in range(size):
        result[3 * size + k :: 4 * size] = one[k : k + 1] * count
    return bytes(result)


def is_opaque(pixels: Pixels) -> bool:
    """Whether RGBA has alpha 1 everywhere."""
    size, step = DEPTH_BYTES[pixels.depth], pixels.pixel_bytes
    one = struct.pack(f"<{CODES[pixels.depth][0]}", CODES[pixels.depth][1])
    view = memoryview(pixels.data)
    for band in bands(pixels.extent.bounds, step):
        part = bytes(view[band.y * pixels.row_bytes : band.bottom * pixels.row_bytes])
        if any(part[3 * size + k :: step].count(one[k]) != band.extent.pixels for k in range(size)):
            return False
    return True


def alpha_of(data: bytes, depth: Depth) -> bytes:
    """RGBA's alpha in 8 bits, rounded."""
    if depth == "u8":
        return data[3::4]
    code, one = CODES[depth]
    values: Any = memoryview(data).cast(code)[3::4] if code != "e" else _halves(data)
    if depth == "u16":
        return bytes([(value + 128) // 257 for value in values])
    return bytes([int(255.0 * min(max(value, 0.0), one) + 0.5) for value in values])


def clear_of(data: bytes, depth: Depth) -> bytes:
    """How transparent RGBA is, in 8 bits."""
    return alpha_of(data, depth).translate(_INVERSE)


def _halves(data: bytes) -> tuple[float, ...]:
    alphas = bytearray(len(data) // 4)
    alphas[0::2], alphas[1::2] = data[6::8], data[7::8]
    return struct.unpack(f"<{len(alphas) // 2}e", alphas)


def invert(parts: list[bytes]) -> None:
    """255 - each value, in place."""
    for number in range(len(parts)):
        parts[number] = parts[number].translate(_INVERSE)


_INVERSE = bytes(range(255, -1, -1))
