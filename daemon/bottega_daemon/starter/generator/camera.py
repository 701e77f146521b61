"""A pinhole camera that looks down a little: the rays of a window, and where points fall on the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Window = tuple[slice, slice]
FOCAL = 1.45  # in half picture widths


@dataclass(frozen=True)
class Camera:
    """size: the picture's side in pixels. origin: (3,) metres, y up. turn: (3, 3), camera to world: a pitch only."""

    size: int
    origin: Array
    turn: Array

    @property
    def x(self) -> Array:
        """(size,) rays' x, the same in every row, as the camera does not roll."""
        return ((np.arange(self.size, dtype=np.float32) + 0.5) / (self.size / 2) - 1.0).astype(np.float32) / FOCAL

    @property
    def rows(self) -> Array:
        """(size, 2): the rays' world y and z, the same along each row."""
        up = -self.x
        ahead = np.ones_like(up)
        return np.stack([up, ahead], -1) @ self.turn[1:, 1:].T

    def rays(self, window: Window) -> Array:
        """(h, w, 3) in world space with a camera z of 1, so that the ray's parameter is planar depth."""
        rows, x = self.rows[window[0]], self.x[window[1]]
        out = np.empty((len(rows), len(x), 3), dtype=np.float32)
        out[..., 0], out[..., 1:] = x, rows[:, None]
        return out

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        """World points (N, 3) to pixels x, y and planar depth."""
        seen = (points - self.origin) @ self.turn
        depth = np.maximum(seen[:, 2], 0.1)
        half = self.size / 2
        return (seen[:, 0] / depth * FOCAL + 1) * half, (1 - seen[:, 1] / depth * FOCAL) * half, depth

    def window(self, points: Array, radius: float) -> Window:
        """The part of the picture that balls of this radius around the points, and their hull, can touch."""
        x, y, depth = self.project(points)
        reach = 1.25 * radius / np.maximum(depth - radius, 0.3) * FOCAL * self.size / 2 + 2
        return self._span(y, reach), self._span(x, reach)

    def _span(self, place: Array, reach: Array) -> slice:
        low, high = float((place - reach).min()), float((place + reach).max())
        return slice(int(np.clip(low, 0, self.size)), int(np.clip(high + 1, 0, self.size)))

    def view(self, normals: Array) -> Array:
        """World normals (..., 3) as the camera sees them: x right, y up, z towards the viewer."""
        return (normals @ self.turn * np.array([1, 1, -1], dtype=np.float32)).astype(np.float32)


def new(rng: np.random.Generator, size: int) -> Camera:
    """A man's height above the floor, pitched down by 9 to 18 degrees."""
    pitch = float(rng.uniform(0.16, 0.32))
    c, s = np.cos(pitch), np.sin(pitch)
    turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]], dtype=np.float32)
    return Camera(size, np.array([0.0, rng.uniform(1.5, 2.0), 0.0], dtype=np.float32), turn)
