"""What control networks follow, made of a surface: planar depth, normals as a picture."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from ..client import Pixels
from .raster import PIECE, Surface, View
from .world import Rows

Array: TypeAlias = "np.ndarray[Any, Any]"
BLANK = (128, 128, 255)
"""Where there is nothing: a wall that faces the camera."""


def depth(surface: Surface) -> Pixels:
    """The camera's planar Z in metres as float32; infinite where there is nothing."""
    return Pixels.of(np.ascontiguousarray(surface.z, np.float32), "data")


def normals(surface: Surface, corners: Array | Rows, view: View) -> Pixels:
    """Normals as the camera sees them: red is right, green up, blue towards it. `corners` has (t, 3, 3) of
    the triangles."""
    picture = np.empty((*surface.triangle.shape, 3), np.uint8)
    picture[:] = BLANK
    turn = view.camera[:3, :3].T
    step = max(PIECE // max(surface.triangle.shape[1], 1), 1)
    for begin in range(0, len(picture), step):
        ys, xs = np.nonzero(surface.triangle[begin : begin + step] >= 0)
        ys += begin
        mixed = np.einsum("ni,nij->nj", surface.weights[ys, xs], corners[surface.triangle[ys, xs]]) @ turn
        mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)
        away = (mixed * _rays(xs, ys, view)).sum(1, keepdims=True) > 0
        mixed *= np.where(away, -1.0, 1.0)  # a back face shows its other side
        picture[ys, xs] = np.rint((mixed * 0.5 + 0.5) * 255)
    return Pixels.of(picture, "srgb")


def _rays(xs: Array, ys: Array, view: View) -> Array:
    """(n, 3) where the camera looks at these pixels, in its own space."""
    look = np.zeros((len(xs), 3))
    look[:, 2] = -1.0
    if view.perspective:
        matrix = view.projection
        look[:, 0] = ((xs + 0.5) / view.width * 2.0 - 1.0 + matrix[0, 2]) / matrix[0, 0]
        look[:, 1] = (1.0 - (ys + 0.5) / view.height * 2.0 + matrix[1, 2]) / matrix[1, 1]
    return look
