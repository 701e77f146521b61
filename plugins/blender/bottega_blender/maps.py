"""Height, normals and roughness as far as a picture tells them: stated formulas, no guess by a network.

They say what the colours suggest, not what the material is: bright is high, busy is rough. Artists turn them up or down
in the material. All arrays are (height, width[, 3]) float64 with row 0 on top; `wraps` are the axes (y, x) along which
the texture continues into itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
Wraps: TypeAlias = tuple[bool, bool]
RELIEF = 4.0
"""Texels of height between the lowest and the highest place, from which the normals are made."""
LIGHT = 8
"""Brightness that changes more slowly than over 1/LIGHT of the picture is light, not height, and is taken out."""


@dataclass(frozen=True)
class Maps:
    """Derived maps, 0..1."""

    height: Array
    normal: Array
    """(h, w, 3) tangent space as OpenGL and Blender have it (green is up), 0.5 is 0."""
    roughness: Array


def derive(srgb: Array, wraps: Wraps) -> Maps:
    """The maps of a picture (h, w, 3) of 8-bit sRGB values."""
    shade = luminance(srgb)
    height = relief(shade, wraps)
    return Maps(height, normals(height, wraps), roughness(shade, wraps))


def luminance(srgb: Array) -> Array:
    """CIE lightness L*/100 of 8-bit sRGB: even steps look even."""
    value = srgb[..., :3] / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(y > 216 / 24389, 1.16 * np.cbrt(y) - 0.16, y * 24389 / 2700)


def relief(shade: Array, wraps: Wraps) -> Array:
    """Lightness without its slow changes, stretched so that the 1st and 99th percentile become 0 and 1."""
    detail = shade - blurred(shade, max(min(shade.shape) // LIGHT, 1), wraps)
    low, high = np.percentile(detail, (1.0, 99.0))
    return np.clip((detail - low) / max(high - low, 1e-6), 0.0, 1.0) if high - low > 1e-6 else np.full_like(shade, 0.5)


def normals(height: Array, wraps: Wraps) -> Array:
    """The surface's normals by central differences."""
    down, right = (_slope(height * RELIEF, axis, wraps[axis]) for axis in (0, 1))
    vector = np.stack([-right, down, np.ones_like(height)], -1)  # rows run down, the map's green runs up
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True) * 0.5 + 0.5


def roughness(shade: Array, wraps: Wraps) -> Array:
    """0.4 where the picture is even, up to 0.9 where it is busiest: by the deviation in a window of 1/32."""
    radius = max(min(shade.shape) // 32, 1)
    mean = blurred(shade, radius, wraps)
    spread = np.sqrt(np.maximum(blurred(shade * shade, radius, wraps) - mean * mean, 0.0))
    most = np.percentile(spread, 99.0)
    return 0.4 + 0.5 * np.clip(spread / max(most, 1e-6), 0.0, 1.0) * (most > 1e-6)


def blurred(field: Array, radius: int, wraps: Wraps) -> Array:
    """Mean over a window of 2 radius + 1, twice; edges repeat or wrap."""
    for _ in range(2):
        for axis in (0, 1):
            width = min(radius, field.shape[axis] - 1)
            pad = [(width + 1, width) if a == axis else (0, 0) for a in (0, 1)]
            total = np.cumsum(np.pad(field, pad, mode="wrap" if wraps[axis] else "edge"), axis)
            size = field.shape[axis]
            upper = np.take(total, np.arange(2 * width + 1, 2 * width + 1 + size), axis)
            field = (upper - np.take(total, np.arange(size), axis)) / (2 * width + 1)
    return field


def _slope(height: Array, axis: int, wraps: bool) -> Array:
    padded = np.pad(height, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="wrap" if wraps else "edge")
    size = height.shape[axis]
    return (np.take(padded, np.arange(2, size + 2), axis) - np.take(padded, np.arange(size), axis)) / 2.0
