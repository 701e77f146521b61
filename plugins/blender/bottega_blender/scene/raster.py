"""Triangles to pixels with numpy: which triangle each pixel shows, and where in it. Knows nothing of Blender.

All work is done in pieces of at most PIECE elements, because some numpy calls keep Python's lock while they run: a
thread that rasterizes would otherwise stop the host's main thread for longer than a frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
PIECE = 1 << 16
EDGE = 1e-9
"""How far outside of a triangle, in barycentric units, a pixel centre may lie: neighbours leave no crack."""


@dataclass(frozen=True)
class View:
    """A camera with a picture's size. Matrices act on columns."""

    width: int
    height: int
    camera: Array
    """(4, 4) from the world to the camera, which looks along -Z."""
    projection: Array
    """(4, 4) from the camera to clip space, OpenGL's."""
    near: float
    far: float = math.inf
    """What is nearer or farther is not seen."""

    @property
    def perspective(self) -> bool:
        """Whether distant things are smaller."""
        return bool(self.projection[3, 3] == 0.0)


@dataclass(frozen=True)
class Flat:
    """Triangles on a picture plane: x to the right and y down in pixels, centres of pixels at whole numbers."""

    x: Array
    """(t, 3)"""
    y: Array
    near: Array
    """(t, 3), linear on the plane and greater where nearer: 1 / z in perspective, else -z."""


@dataclass(frozen=True)
class Surface:
    """What each pixel shows; row 0 is the top."""

    triangle: Array
    """(height, width) int32, -1 where there is nothing."""
    weights: Array
    """(height, width, 3) float64: of the triangle's corners in space."""
    z: Array
    """(height, width) float64 planar depth, infinite where there is nothing."""


def see(corners: Array, view: View) -> Surface:
    """What a view sees of triangles whose corners (t, 3, 3) are in the world; both sides are seen."""
    local = corners @ view.camera[:3, :3].T + view.camera[:3, 3]
    source, parts = clipped(-local[..., 2], view.near)
    pieces = np.einsum("mij,mjk->mik", parts, local[source])
    flat, depth = _projected(pieces, view)
    triangle, near = resolve(flat, view.width, view.height)
    triangle[near < (1.0 / view.far if view.perspective else -view.far)] = -1  # behind the nearest all is farther still
    weights = np.zeros((view.height, view.width, 3))
    z = np.full((view.height, view.width), np.inf)
    for ys, xs in _seen(triangle):
        which = triangle[ys, xs]
        mix = barycentric(flat, which, xs, ys)
        if view.perspective:
            mix = mix / depth[which]
            mix /= mix.sum(1, keepdims=True)
        weights[ys, xs] = np.einsum("ni,nij->nj", mix, parts[which])
        z[ys, xs] = 1.0 / near[ys, xs] if view.perspective else -near[ys, xs]
    shown = np.where(triangle >= 0, source[triangle] if len(source) else -1, -1).astype(np.int32)
    return Surface(shown, weights, z)


def project(points: Array, view: View) -> tuple[Array, Array, Array]:
    """Where points (n, 3) of the world lie in a view: x, y in pixels (centres at whole numbers), planar depth."""
    local = points @ view.camera[:3, :3].T + view.camera[:3, 3]
    x, y = _plane(local, view)
    return x, y, -local[..., 2]


def _plane(local: Array, view: View) -> tuple[Array, Array]:
    clip = local @ view.projection[:, :3].T + view.projection[:, 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        across, up = clip[..., 0] / clip[..., 3], clip[..., 1] / clip[..., 3]
    return (across * 0.5 + 0.5) * view.width - 0.5, (0.5 - up * 0.5) * view.height - 0.5


def _projected(local: Array, view: View) -> tuple[Flat, Array]:
    depth = -local[..., 2]
    x, y = _plane(local, view)
    return Flat(x, y, 1.0 / depth if view.perspective else -depth), depth


def clipped(depth: Array, near: float) -> tuple[Array, Array]:
    """What remains of triangles with corners at these depths (t, 3) beyond the near plane.

    Gives the triangle (m,) that each remaining one is of, and its corners' weights (m, 3, 3) in that triangle's.
    """
    inside = depth >= near
    count = inside.sum(1)
    whole = np.flatnonzero(count == 3)
    sources, parts = [whole], [np.broadcast_to(np.eye(3), (len(whole), 3, 3))]
    for alone in (True, False):  # one corner inside leaves a triangle, two leave a quadrangle
        which = np.flatnonzero(count == (1 if alone else 2))
        if not len(which):
            continue
        first = np.argmax(inside[which] == alone, 1)
        turn = (first[:, None] + np.arange(3)) % 3
        a, b, c = (np.eye(3)[turn[:, k]] for k in range(3))
        z = np.take_along_axis(depth[which], turn, 1)
        ab, ac = (a + (near - z[:, :1]) / (z[:, k : k + 1] - z[:, :1]) * (end - a) for k, end in ((1, b), (2, c)))
        found = [(a, ab, ac)] if alone else [(ab, b, c), (ab, c, ac)]
        for corners in found:
            sources.append(which)
            parts.append(np.stack(corners, 1))
    return np.concatenate(sources), np.concatenate(parts)


def resolve(flat: Flat, width: int, height: int) -> tuple[Array, Array]:
    """The nearest triangle (height, width) of each pixel, -1 for none, and its `near` there."""
    triangle = np.full(width * height, -1, np.int32)
    near = np.full(width * height, -np.inf)
    for which, xs, ys in fragments(flat, width, height):
        key = (barycentric(flat, which, xs, ys) * flat.near[which]).sum(1)
        place = ys * width + xs
        better = np.flatnonzero(key > near[place])
        order = better[np.argsort(key[better], kind="stable")]  # of several in one pixel the nearest is written last
        near[place[order]] = key[order]
        triangle[place[order]] = which[order]
    return triangle.reshape(height, width), near.reshape(height, width)


def fragments(flat: Flat, width: int, height: int) -> Iterator[tuple[Array, Array, Array]]:
    """Every pixel that a triangle covers, in pieces: triangle, x, y."""
    for which, ys, left, right in _spans(flat, width, height):
        length = np.maximum(right - left + 1, 0)
        for begin, end in _pieces(length):
            size = length[begin:end]
            row = np.repeat(np.arange(begin, end), size)
            offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
            yield which[row], left[row] + offset, ys[row]


def barycentric(flat: Flat, which: Array, xs: Array, ys: Array) -> Array:
    """(n, 3) weights of the corners on the plane."""
    x, y = flat.x[which], flat.y[which]
    u = _cross(x[:, 2] - x[:, 1], y[:, 2] - y[:, 1], xs - x[:, 1], ys - y[:, 1])
    v = _cross(x[:, 0] - x[:, 2], y[:, 0] - y[:, 2], xs - x[:, 2], ys - y[:, 2])
    area = _cross(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0], x[:, 2] - x[:, 0], y[:, 2] - y[:, 0])
    u, v = u / area, v / area
    return np.stack([u, v, 1.0 - u - v], 1)


def _spans(flat: Flat, width: int, height: int) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Rows of triangles in pieces: triangle, y, first x, last x."""
    area = _cross(
        flat.x[:, 1] - flat.x[:, 0],
        flat.y[:, 1] - flat.y[:, 0],
        flat.x[:, 2] - flat.x[:, 0],
        flat.y[:, 2] - flat.y[:, 0],
    )
    with np.errstate(invalid="ignore"):
        top = np.clip(np.ceil(flat.y.min(1) - 1e-6), 0, height)
        bottom = np.clip(np.floor(flat.y.max(1) + 1e-6), -1, height - 1)
        apart = (flat.x.max(1) >= -1) & (flat.x.min(1) <= width)
    real = np.isfinite(area) & (np.abs(area) > 1e-12) & apart & (bottom >= top)
    tall = np.where(real, bottom - top + 1, 0).astype(np.int64)
    for begin, end in _pieces(tall):
        size = tall[begin:end]
        which = np.repeat(np.arange(begin, end), size)
        offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        ys = top[which].astype(np.int64) + offset
        left, right = _span(flat, area[which], which, ys)
        yield which, ys, np.maximum(left, 0).astype(np.int64), np.minimum(right, width - 1).astype(np.int64)


def _span(flat: Flat, area: Array, which: Array, ys: Array) -> tuple[Array, Array]:
    """The first and last whole x at which all three weights are at least -EDGE."""
    left, right = np.full(len(ys), -1e9), np.full(len(ys), 1e9)
    x, y = flat.x[which], flat.y[which]
    for k in range(3):
        a, b = (k + 1) % 3, (k + 2) % 3
        slope = (y[:, a] - y[:, b]) / area  # of this weight along x
        at_zero = _cross(x[:, b] - x[:, a], y[:, b] - y[:, a], -x[:, a], ys - y[:, a]) / area + EDGE
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = -at_zero / slope
        left = np.where(slope > 0, np.maximum(left, crossing), left)
        right = np.where(slope < 0, np.minimum(right, crossing), right)
        right = np.where((slope == 0) & (at_zero < 0), -1e9, right)
    return np.ceil(np.clip(left, -1e9, 1e9)), np.floor(np.clip(right, -1e9, 1e9))


def _seen(triangle: Array) -> Iterator[tuple[Array, Array]]:
    """The pixels that show something, in pieces: y, x."""
    step = max(PIECE // max(triangle.shape[1], 1), 1)
    for begin in range(0, len(triangle), step):
        ys, xs = np.nonzero(triangle[begin : begin + step] >= 0)
        yield ys + begin, xs


def _pieces(sizes: Array) -> Iterator[tuple[int, int]]:
    """Ranges of items whose sizes add up to about PIECE, in order."""
    total = np.cumsum(sizes)
    begin = 0
    while begin < len(sizes):
        before = total[begin - 1] if begin else 0
        end = max(int(np.searchsorted(total, before + PIECE, side="right")), begin + 1)
        yield begin, end
        begin = end


def _cross(ax: Array, ay: Array, bx: Array, by: Array) -> Array:
    return ax * by - ay * bx
