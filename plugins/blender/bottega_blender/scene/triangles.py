"""Faces of three and four corners as triangles, cut as Blender cuts them. Knows nothing of Blender."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"


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
    flipped = _folded(points[vertices[begin[:, None] + np.arange(4)]])
    made[place + 1] = begin[:, None] + np.array((0, 2, 3))
    made[place[flipped], 2] = begin[flipped] + 3
    made[place[flipped] + 1, 0] = begin[flipped] + 1
    return made


def _folded(corners: Array) -> Array:
    """(q,) whether the parts on both sides of the diagonal face opposite ways, for corners (q, 4, 3)."""
    edges = corners[:, 1:] - corners[:, :1]
    return (np.cross(edges[:, 0], edges[:, 1]) * np.cross(edges[:, 2], edges[:, 1])).sum(1) > 0
