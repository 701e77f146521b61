"""What numbers the files of a colour space hold, as this Blender's own colour management says: it is asked with a file
of known colours. Of floating point images Blender shows plug-ins scene linear values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import bpy
import numpy as np

from . import pixels
from .client import ColorSpace
from .exr import exr

Array: TypeAlias = "np.ndarray[Any, Any]"
ASKED = np.concatenate([np.eye(3), np.eye(3) / 2, [[0.1] * 3, [0.02, 0.5, 0.9], [0.0] * 3]]).astype(np.float32)
"""Red, green and blue come first: what becomes of them is the matrix."""


@dataclass(frozen=True)
class Coding:
    """How the numbers of a colour space's files are made of scene linear ones."""

    color_space: ColorSpace
    """What they are for the daemon."""
    coded: Callable[[Array], Array] | None
    """Makes them of (…, 3) scene linear ones; None where that is not known."""


def to_srgb(linear: Array) -> Array:
    """sRGB's transfer function, the straight part of which goes on below 0 as it does in Blender."""
    above = 1.055 * np.maximum(linear, 0.0031308) ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(linear <= 0.0031308, linear * 12.92, above).astype(np.float32)


def from_srgb(coded: Array) -> Array:
    """Its inverse."""
    above = ((np.maximum(coded, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(coded <= 0.04045, coded / 12.92, above)


def of(image: bpy.types.Image) -> Coding:
    """How an image's numbers are coded. On the main thread; the file that is asked with is of a few bytes."""
    if pixels.is_data(image):
        return Coding("data", _same)
    probe = pixels.new_image(".bottega colours", exr(ASKED[None]), image.colorspace_settings.name)
    try:
        said = pixels.read(probe).values[0, :, :3]
    finally:
        bpy.data.images.remove(probe)
    matrix = said[:3].astype(np.float64)
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-6:
        return Coding("srgb", None)
    if _close(ASKED @ matrix, said):
        return Coding("linear", _through(matrix, _same))
    if _close(from_srgb(ASKED) @ matrix, said):
        return Coding("srgb", _through(matrix, to_srgb))
    return Coding("srgb", None)


def _close(a: Array, b: Array) -> bool:
    """Equal as exactly as Blender reckons, with a margin."""
    return np.allclose(a, b, rtol=2e-3, atol=2e-4)


def _same(linear: Array) -> Array:
    return linear


def _through(matrix: Array, curve: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Other primaries first, unless they are Blender's own, then the curve."""
    if _close(matrix, np.eye(3)):
        return curve
    back = np.linalg.inv(matrix).astype(np.float32)
    return lambda linear: curve(linear @ back)
