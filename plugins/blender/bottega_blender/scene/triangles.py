"""A mesh's arrays; its faces of three and four corners as triangles, cut as Blender cuts them. Knows nothing of
Blender."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
PIECE = 1 << 16
"""Elements that are worked on at a time."""


@dataclass
class Shape:
    """A mesh in its own space."""

    points: Array
    """(n, 3) float32"""
    vertices: Array
    """(c,) int32: the point at each corner"""
    starts: Array
    """(f,) int32: the first corner of each face"""
    normals: Array
    """(c, 3) float32, of corners"""
    uv: Array | None = None
    """(c, 2) float32 of the layer that renders use"""
    cut: Array | None = None
    """(t, 3) int32: the corners of each triangle as Blender has them, where a face has more than four corners"""

    @cached_property
    def loops(self) -> Array:
        """(t, 3) the corners of each triangle; computed when it is first asked for, in the background."""
        return self.cut if self.cut is not None else triangles(self.points, self.vertices, self.starts)

    @cached_property
    def box(self) -> Array:
        """(8, 3) float64 the corners of the box around its points."""
        ends = np.array([self.points.min(0), self.points.max(0)], np.float64) if len(self.points) else np.zeros((2, 3))
        return np.stack(np.meshgrid(*ends.T, indexing="ij"), -1).reshape(8, 3)


def triangles(points: Array, vertices: Array, starts: Array) -> Array:
    """(t, 3) int32: the corners of each triangle, in the order of the faces.

    `points` (n, 3), `vertices` (c,) the point at each corner, `starts` (f,) the first corner of each face of three or
    four. A four-sided face is cut from its first corner to its third, unless the two parts would lie over each other.
    """
    totals = np.diff(starts, append=len(vertices))
    ends = np.cumsum(totals - 2)
    made = np.empty((int(ends[-1]) if len(ends) else 0, 3), np.int32)
    first = ends - (totals - 2)
    made[first] = starts[:, None] + np.arange(3)
    four = totals == 4
    begin, place = starts[four], first[four]
    quads = (begin[start : start + PIECE, None] + np.arange(4) for start in range(0, len(begin), PIECE))
    flipped = np.concatenate([np.empty(0, bool), *(_folded(points[vertices[each]]) for each in quads)])
    made[place + 1] = begin[:, None] + np.array((0, 2, 3))
    made[place[flipped], 2] = begin[flipped] + 3
    made[place[flipped] + 1, 0] = begin[flipped] + 1
    return made


def _folded(corners: Array) -> Array:
    """(q,) whether the parts on both sides of the diagonal face opposite ways, for corners (q, 4, 3)."""
    edges = corners[:, 1:] - corners[:, :1]
    return (np.cross(edges[:, 0], edges[:, 1]) * np.cross(edges[:, 2], edges[:, 1])).sum(1) > 0
