"""Numbers of other profiles than sRGB's: what they are in sRGB, and back. Plain arithmetic, without Krita.

A profile is known by its curve (from a number to linear light) and a matrix (from its primaries to sRGB's), which is
what nearly all RGB profiles are made of.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from .client import Depth

SAMPLES = 1021
"""Of a curve: every fourth stands for a number of 8 bits."""
FINE: dict[Depth, int] = {"u8": 1 << 16, "u16": 1 << 18}
"""Steps of linear light that are told apart on the way back."""
KINDS: dict[Depth, tuple[Any, int]] = {"u8": ("B", 255), "u16": ("H", 65535)}
Row: TypeAlias = tuple[float, float, float]
Matrix: TypeAlias = tuple[Row, Row, Row]


@dataclass(frozen=True)
class Gamut:
    """A profile that is not sRGB's."""

    matrix: Matrix
    """From its linear light to that of sRGB's primaries."""
    curve: tuple[float, ...]
    """Its linear light at SAMPLES even steps of its numbers."""

    @property
    def linear(self) -> bool:
        """Whether its numbers are linear light themselves."""
        return all(abs(value - k / (SAMPLES - 1)) < 1e-3 for k, value in enumerate(self.curve))


def to_srgb(data: bytes, depth: Depth, gamut: Gamut) -> bytes:
    """RGBA of whole numbers as sRGB's, which are cut where sRGB ends; floats, which are linear, as linear sRGB."""
    if depth not in KINDS:
        return _floats(data, depth, gamut.matrix)
    return _whole(data, depth, _decoder(gamut.curve, depth), gamut.matrix, _srgb_encoder(depth))


def from_srgb(data: bytes, depth: Depth, gamut: Gamut) -> bytes:
    """The way back."""
    back = inverse(gamut.matrix)
    if depth not in KINDS:
        return _floats(data, depth, back)
    return _whole(data, depth, _decoder(srgb_curve(), depth), back, _encoder(gamut.curve, depth))


@cache
def srgb_curve() -> tuple[float, ...]:
    """sRGB's own curve (IEC 61966-2-1)."""
    steps = (k / (SAMPLES - 1) for k in range(SAMPLES))
    return tuple(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in steps)


def inverse(matrix: Matrix) -> Matrix:
    """By Cramer's rule."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        ((f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        ((d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )


def _whole(data: bytes, depth: Depth, decode: Sequence[float], matrix: Matrix, encode: Sequence[int]) -> bytes:
    """Whole numbers through a curve, a matrix and a curve; alpha stays."""
    kind, result, last = KINDS[depth][0], bytearray(data), len(encode) - 1
    view, out = memoryview(data).cast("B").cast(kind), memoryview(result).cast(kind)
    light = [[decode[value] for value in view[channel::4].tolist()] for channel in range(3)]
    for channel, (a, b, c) in enumerate(matrix):
        mixed = (a * r + b * g + c * u for r, g, u in zip(*light, strict=True))
        values = [encode[0 if v <= 0.0 else last if v >= 1.0 else int(v * last + 0.5)] for v in mixed]
        out[channel::4] = memoryview(array(kind, values))
    return bytes(result)


def _floats(data: bytes, depth: Depth, matrix: Matrix) -> bytes:
    form = "e" if depth == "f16" else "f"
    count = len(data) // (2 if depth == "f16" else 4)
    values = list(struct.unpack(f"<{count}{form}", data))
    red, green, blue = values[0::4], values[1::4], values[2::4]
    for channel, (a, b, c) in enumerate(matrix):
        values[channel::4] = [a * r + b * g + c * u for r, g, u in zip(red, green, blue, strict=True)]
    return struct.pack(f"<{count}{form}", *values)


@cache
def _decoder(curve: tuple[float, ...], depth: Depth) -> list[float]:
    """Linear light of each number."""
    top, most = KINDS[depth][1], SAMPLES - 1
    found: list[float] = []
    for value in range(top + 1):
        place, rest = divmod(value * most, top)
        later = curve[min(place + 1, most)]
        found.append(curve[place] + (later - curve[place]) * rest / top)
    return found


@cache
def _srgb_encoder(depth: Depth) -> list[int]:
    return _tabled(depth, lambda v: 12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)


@cache
def _encoder(curve: tuple[float, ...], depth: Depth) -> list[int]:
    """The number of each step of linear light: the curve read the other way, between samples as a power."""
    place = 0

    def number(light: float) -> float:
        nonlocal place
        while place < SAMPLES - 2 and curve[place + 1] < light:
            place += 1
        low, high = curve[place], curve[place + 1]
        return (place + ((light - low) / (high - low) if high > low else 0.0)) / (SAMPLES - 1)

    return _tabled(depth, number)


def _tabled(depth: Depth, number: Callable[[float], float]) -> list[int]:
    steps, top = FINE[depth], KINDS[depth][1]
    return [round(top * min(max(number(k / (steps - 1)), 0.0), 1.0)) for k in range(steps)]
