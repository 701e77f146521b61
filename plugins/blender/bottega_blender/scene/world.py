"""All triangles of a scene in the world, reckoned a batch at a time when they are asked for: as many as there are, they
take no more memory. Knows nothing of Blender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..client import Unready
from .raster import PIECE, Batch, View
from .thinning import thinned
from .triangles import Shape

Array: TypeAlias = "np.ndarray[Any, Any]"
BATCH = PIECE // 4
"""Triangles that are reckoned at a time."""
MOST = 100_000_000
"""Triangles that a view may have within it: more than half a minute of work."""
MARGIN = 4
"""Pixels by which a view is taken to be larger when it is asked what lies within it."""


@dataclass(frozen=True)
class Rows:
    """What each triangle has, read by their numbers as rows of an array are."""

    read: Callable[[Array], Array]
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, which: Array | slice) -> Array:
        return self.read(np.arange(*which.indices(self.count)) if isinstance(which, slice) else which)


class World:
    """The triangles of placed shapes, numbered in the order in which these are placed.

    `check` is called again and again while they are read, and raises something to end that.
    """

    def __init__(
        self,
        shapes: Mapping[object, Shape],
        placed: Sequence[tuple[object, str, Array]],
        check: Callable[[], object] = lambda: None,
    ) -> None:
        keys = {key: number for number, key in enumerate(dict.fromkeys(each[0] for each in placed))}
        self.check = check
        self._placed = placed
        self._shapes = [shapes[key] for key in keys]
        self._kinds = np.array([keys[each[0]] for each in placed], np.int64)
        self._matrices = np.array([each[2] for each in placed], np.float64).reshape(-1, 4, 4)
        counts = np.array([self._count(shape) for shape in self._shapes], np.int64)
        self._first = np.concatenate([[0], np.cumsum(counts[self._kinds])]).astype(np.int64)
        self.corners = Rows(self._corners, len(self))
        """(n, 3, 3) float64 of triangles"""
        self.normals = Rows(self._normals, len(self))
        """(n, 3, 3) float64, of length 1"""
        self.uv = Rows(self._uv, len(self))
        """(n, 3, 2) float32; 0 where a shape has none"""

    def __len__(self) -> int:
        return int(self._first[-1])

    def _count(self, shape: Shape) -> int:
        self.check()
        return len(shape.loops)

    def owner(self, which: Array) -> Array:
        """Where in `placed` that is which triangles are of."""
        return np.searchsorted(self._first, which, "right") - 1

    def range(self, number: int) -> tuple[int, int]:
        """The first triangle of something placed, and the first of the next."""
        return int(self._first[number]), int(self._first[number + 1])

    def thinned(self, most: int) -> World:
        """The same with at most so many triangles, instances counted once, to be seen from afar."""
        share = min(most / max(sum(len(shape.loops) for shape in self._shapes), 1), 1.0)
        kept = [thinned(shape, int(len(shape.loops) * share), self.check) for shape in self._shapes]
        placed = [(int(kind), name, matrix) for kind, (_, name, matrix) in zip(self._kinds, self._placed, strict=True)]
        return World(dict(enumerate(kept)), placed, self.check)

    def batches(self, view: View | None = None) -> Iterator[Batch]:
        """Numbers (b,) of triangles and their corners (b, 3, 3), in batches: as a view's camera has them, without those
        that certainly lie beside the view; without a view all of them in the world.

        Raises Unready if a view has too many within it.
        """
        inside = self._inside(view) if view else np.arange(len(self._kinds))
        count = int((self._first[inside + 1] - self._first[inside]).sum())
        if view and count > MOST:
            raise Unready(
                "{count} million triangles lie within the view; {most} are the most.",
                remedy="Hide in renders what need not be seen, or subdivide less in the viewport.",
                count=f"{count / 1e6:.0f}",
                most=f"{MOST / 1e6:.0f}",
            )
        waiting: list[Batch] = []
        for ids, corners in self._parts(inside, view.camera if view else np.eye(4)):
            waiting.append((ids, corners))
            if sum(len(each[0]) for each in waiting) >= BATCH:
                yield _merged(waiting)
                waiting = []
        if waiting:
            yield _merged(waiting)

    def _inside(self, view: View) -> Array:
        """The numbers of what may lie within a view: not all corners of its box are beyond the same side of it."""
        boxes = np.array([shape.box for shape in self._shapes]).reshape(-1, 8, 3)
        found = [np.empty(0, np.int64)]
        step = PIECE // 16
        for begin in range(0, len(self._kinds), step):
            self.check()
            some = slice(begin, begin + step)
            local = _moved(boxes[self._kinds[some]], view.camera @ self._matrices[some])
            clip = local @ view.projection[:, :3].T + view.projection[:, 3]
            room = 1.0 + 2.0 * MARGIN / np.array((view.width, view.height))
            wide, depth = clip[..., 3:] * room, -local[..., 2]
            beside = (clip[..., :2] > wide).all(1).any(1) | (clip[..., :2] < -wide).all(1).any(1)
            found.append(np.flatnonzero(~(beside | (depth < view.near).all(1) | (depth > view.far).all(1))) + begin)
        return np.concatenate(found)

    def _parts(self, inside: Array, camera: Array) -> Iterator[Batch]:
        """Batches, some of them small: many of the same shape at a time, or a part of one."""
        kinds = self._kinds[inside]
        for number, these in _grouped(kinds):
            shape, placed = self._shapes[number], inside[these]
            count = len(shape.loops)
            step = max(BATCH // max(count, 1), 1)
            for begin in range(0, len(placed), step):
                some = placed[begin : begin + step]
                to = camera @ self._matrices[some]
                for start in range(0, count, BATCH):
                    self.check()
                    loops = shape.loops[start : start + BATCH]
                    own = shape.points[shape.vertices[loops.ravel()]].astype(np.float64)
                    ids = self._first[some][:, None] + np.arange(start, start + len(loops))
                    yield ids.ravel(), _moved(own, to).reshape(-1, 3, 3)

    def _corners(self, which: Array) -> Array:
        made = np.empty((len(which), 3, 3))
        for shape, rows, owner, loops in self._by_shape(which):
            own = shape.points[shape.vertices[loops]].astype(np.float64)
            made[rows] = _moved(own, self._matrices[owner])
        return made

    def _normals(self, which: Array) -> Array:
        made = np.empty((len(which), 3, 3))
        for shape, rows, owner, loops in self._by_shape(which):
            some, place = np.unique(owner, return_inverse=True)
            back = np.array([_inverse(matrix[:3, :3]) for matrix in self._matrices[some]])
            made[rows] = np.matmul(shape.normals[loops].astype(np.float64), back[place])
        return made / np.maximum(np.linalg.norm(made, axis=2, keepdims=True), 1e-12)

    def _uv(self, which: Array) -> Array:
        made = np.zeros((len(which), 3, 2), np.float32)
        for shape, rows, _, loops in self._by_shape(which):
            if shape.uv is not None:
                made[rows] = shape.uv[loops]
        return made

    def _by_shape(self, which: Array) -> Iterator[tuple[Shape, Array, Array, Array]]:
        """Triangles apart by their shapes: the shape, where in `which` they are, whose they are, their loops (n, 3)."""
        self.check()
        owner = self.owner(which)
        for number, rows in _grouped(self._kinds[owner]):
            shape = self._shapes[number]
            yield shape, rows, owner[rows], shape.loops[which[rows] - self._first[owner[rows]]]


def _grouped(kinds: Array) -> Iterator[tuple[int, Array]]:
    """Each kind and where it is."""
    order = np.argsort(kinds, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(kinds[order])) + 1):
        if len(rows):
            yield int(kinds[rows[0]]), rows


def _moved(points: Array, matrices: Array) -> Array:
    """Points (p, 3), or of each its own (m, p, 3), by matrices (m, 4, 4): (m, p, 3)."""
    return np.matmul(points, matrices[:, :3, :3].transpose(0, 2, 1)) + matrices[:, None, :3, 3]


def _merged(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    return np.concatenate([each[0] for each in batches]), np.concatenate([each[1] for each in batches])


def _inverse(matrix: Array) -> Array:
    """Of a 3 x 3 matrix; a flattened object's normals are lost, not its reading."""
    return np.linalg.inv(matrix) if abs(np.linalg.det(matrix)) > 1e-12 else np.linalg.pinv(matrix)
