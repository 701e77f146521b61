"""A dense mesh as fewer triangles that look much the same from afar. Knows nothing of Blender."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from .raster import PIECE
from .triangles import Shape

Array: TypeAlias = "np.ndarray[Any, Any]"
GROW = 4.0
"""How much more surface the small triangles that are kept have than all small ones: lying anywhere, they cover all but
a fiftieth of it so."""


def thinned(shape: Shape, most: int, check: Callable[[], object]) -> Shape:
    """At most so many triangles: the largest as they are, and some of the small ones, larger than they are (Cook et al.
    2007, Stochastic Simplification of Aggregate Detail). Without normals and texture coordinates."""
    if len(shape.loops) <= most:
        return shape
    areas = np.concatenate([_areas(part) for part in _parts(shape, shape.loops, check)])
    order = np.argpartition(areas, len(areas) - most // 2)
    small, large = order[: len(areas) - most // 2], order[len(areas) - most // 2 :]
    some = np.random.default_rng(0).choice(small, most // 2, replace=False)
    scale = np.sqrt(GROW * areas[small].sum() / max(areas[some].sum(), 1e-30))
    parts = list(_parts(shape, shape.loops[large], check))
    for part in _parts(shape, shape.loops[some], check):
        middle = part.mean(1, keepdims=True)
        parts.append(middle + (part - middle) * scale)
    points = np.concatenate(parts).reshape(-1, 3).astype(np.float32)
    corners = np.arange(len(points), dtype=np.int32)
    return Shape(points, corners, corners[::3], np.zeros_like(points))


def _parts(shape: Shape, loops: Array, check: Callable[[], object]) -> Iterator[Array]:
    """Corners (n, 3, 3) in pieces."""
    for begin in range(0, len(loops), PIECE):
        check()
        yield shape.points[shape.vertices[loops[begin : begin + PIECE]]]


def _areas(corners: Array) -> Array:
    """(n,) twice the areas of triangles."""
    edges = corners[:, 1:] - corners[:, :1]
    return np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1)
