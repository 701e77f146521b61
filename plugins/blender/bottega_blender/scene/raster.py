"""Triangles to pixels with numpy: which triangle each pixel shows, and where in it. Knows nothing of Blender.

All work is done in pieces of at most PIECE elements, because some numpy calls keep Python's lock while they run: a
thread that rasterizes would otherwise stop the host's main thread for longer than a frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
Batch: TypeAlias = "tuple[Array, Array]"
"""Numbers (b,) of triangles, and their corners (b, 3, 3)."""
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
    """(height, width) int64, -1 where there is nothing."""
    weights: Array
    """(height, width, 3) float64: of the triangle's corners in space."""
    z: Array
    """(height, width) float64 planar depth, infinite where there is nothing."""


def see(batches: Iterable[Batch], view: View) -> Surface:
    """What a view sees of triangles that are given in batches, in its camera's space; both sides are seen."""
    surface = Surface(
        np.full((view.height, view.width), -1, np.int64),
        np.zeros((view.height, view.width, 3)),
        np.full((view.height, view.width), np.inf),
    )
    near = np.full(view.height * view.width, -np.inf)
    for ids, local in batches:
        depth = -local[..., 2]
        nearest, farthest = _ends(depth)
        whole, cut = nearest >= view.near, (nearest < view.near) & (farthest >= view.near)
        whole, cut = np.flatnonzero(whole), np.flatnonzero(cut)
        _draw(surface, near, view, ids[whole], local[whole], None)
        if len(cut):
            source, parts = clipped(depth[cut], view.near)
            _draw(surface, near, view, ids[cut][source], np.einsum("mij,mjk->mik", parts, local[cut][source]), parts)
    beyond = surface.z > view.far  # behind the nearest all is farther still
    surface.triangle[beyond], surface.weights[beyond], surface.z[beyond] = -1, 0.0, np.inf
    return surface


def _draw(surface: Surface, near: Array, view: View, ids: Array, local: Array, parts: Array | None) -> None:
    """Draw triangles with corners (m, 3, 3) beyond the near plane over what is drawn; `near` (pixels,) says how near
    that is. `parts` are their corners' weights (m, 3, 3) in the triangles that they are cut from."""
    x, y = _plane(local, view)
    some = np.flatnonzero(_met(x, view.width) & _met(y, view.height))
    depth = -local[some][..., 2]
    flat = Flat(x[some], y[some], 1.0 / depth if view.perspective else -depth)
    triangle, weights, z = (each.reshape(len(near), *each.shape[2:]) for each in _arrays(surface))
    for which, xs, ys in fragments(flat, view.width, view.height):
        mix = barycentric(flat, which, xs, ys)
        key, place = (mix * flat.near[which]).sum(1), ys * view.width + xs
        better = np.flatnonzero(key > near[place])
        order = better[np.argsort(key[better], kind="stable")]  # of several in one pixel the nearest is written last
        place, own, mix, key = place[order], which[order], mix[order], key[order]
        if view.perspective:
            mix = mix / depth[own]
            mix /= mix.sum(1, keepdims=True)
        near[place] = key
        z[place] = 1.0 / key if view.perspective else -key
        triangle[place] = ids[some[own]]
        weights[place] = mix if parts is None else np.einsum("ni,nij->nj", mix, parts[some[own]])


def _arrays(surface: Surface) -> tuple[Array, Array, Array]:
    return surface.triangle, surface.weights, surface.z


def _ends(values: Array) -> tuple[Array, Array]:
    """The least and the greatest of each row (m, 3); numpy's own are ten times as slow for rows so short."""
    one, two, three = values[:, 0], values[:, 1], values[:, 2]
    return np.minimum(np.minimum(one, two), three), np.maximum(np.maximum(one, two), three)


def _met(place: Array, size: int) -> Array:
    """(m,) which triangles with corners (m, 3) at these places along an axis reach a pixel's centre."""
    low, high = _ends(place)
    slack = 1e-6 + 1e-8 * (high - low)
    first, last = np.ceil(low - slack), np.floor(high + slack)
    return (first <= last) & (first < size) & (last >= 0)


def project(points: Array, view: View) -> tuple[Array, Array, Array]:
    """Where points (n, 3) of the world lie in a view: x, y in pixels (centres at whole numbers), planar depth."""
    local = points @ view.camera[:3, :3].T + view.camera[:3, 3]
    x, y = _plane(local, view)
    return x, y, -local[..., 2]


def _plane(local: Array, view: View) -> tuple[Array, Array]:
    matrix = view.projection[[0, 1, 3]]
    clip = (local.reshape(-1, 3) @ matrix[:, :3].T + matrix[:, 3]).reshape(local.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        across, up = clip[..., 0] / clip[..., 2], clip[..., 1] / clip[..., 2]
    return (across * 0.5 + 0.5) * view.width - 0.5, (0.5 - up * 0.5) * view.height - 0.5


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
        (left, right), (above, below) = _ends(flat.x), _ends(flat.y)
        top = np.clip(np.ceil(above - 1e-6), 0, height)
        bottom = np.clip(np.floor(below + 1e-6), -1, height - 1)
        apart = (right >= -1) & (left <= width)
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
