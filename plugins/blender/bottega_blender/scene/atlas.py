"""A mesh's texture atlas: where each texel lies in the world, what views have painted on it, and filling what none saw.

Everything is gathered in texel space: each texel looks up where views show it, so that no texel that is seen stays
empty. Knows nothing of Blender. Row 0 of an atlas is its top (v = 1).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .filling import continued, depth_inside, filled, widened
from .raster import PIECE, Flat, Surface, View, barycentric, fragments, project
from .world import Rows

Array: TypeAlias = "np.ndarray[Any, Any]"
Table: TypeAlias = "Array | Rows"
"""What triangles have, by their numbers."""
GRAZING = 0.2
"""Cosine below which a surface is too slanted to be painted from a view."""
SHARPNESS = 4.0
"""Power of the cosine by which views are weighed: the one that looks straight on wins, softly."""
ENOUGH = 0.3**SHARPNESS
"""Weight above which the next view need not paint a place anew."""
DEPTH_SLACK = 0.01
"""How much deeper than the surface a texel may lie, as a part of its distance, and still be that surface."""
GREY = 0.5
"""What is not known yet."""
EDGE = 32
LEAST_TRUST = 0.02
"""Over 1/EDGE of a picture's width from the edge of what is seen, trust in it grows from LEAST_TRUST to 1."""
INNER = 1e-3
"""Barycentric distance from a triangle's edge from which a texel certainly lies inside of it."""


@dataclass
class Atlas:
    """The texels that a mesh covers, and what is painted on them."""

    size: int
    ys: Array
    xs: Array
    """(n,) each"""
    triangle: Array
    """(n,) which triangle of the mesh"""
    points: Array
    normals: Array
    """(n, 3) in the world"""
    paint: Array
    """(n, 3) sum of weighted colours, 0..1"""
    weight: Array
    """(n,)"""


def overlap(uv: Table, size: int) -> float:
    """The part of the covered texels that lie well inside of more than one triangle. `uv` has (t, 3, 2)."""
    count = np.zeros(size * size, np.int32)
    for flat, _, which, xs, ys in _laid(uv, size, size):
        inner = barycentric(flat, which, xs, ys).min(1) > INNER
        count += np.bincount(ys[inner] * size + xs[inner], minlength=size * size).astype(np.int32)
    return float((count > 1).sum() / max((count > 0).sum(), 1))


def atlas(corners: Table, normals: Table, uv: Table, size: int) -> Atlas:
    """The atlas of triangles with corners and normals (t, 3, 3) in the world and texture coordinates (t, 3, 2)."""
    triangle = _owners(uv, size, size)
    ys, xs = np.nonzero(triangle >= 0)
    which = triangle[ys, xs]
    points, facing = np.empty((len(ys), 3)), np.empty((len(ys), 3))
    for begin in range(0, len(ys), PIECE):
        part = slice(begin, begin + PIECE)
        found, own = np.unique(which[part], return_inverse=True)
        mix = barycentric(_flat(uv[found], size, size), own, xs[part], ys[part])
        points[part] = np.einsum("ni,nij->nj", mix, corners[found][own])
        facing[part] = np.einsum("ni,nij->nj", mix, normals[found][own])
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-12)
    return Atlas(size, ys, xs, which, points, facing, np.zeros((len(ys), 3)), np.zeros(len(ys)))


def covered(uv: Table, width: int, height: int, spread: int) -> Array:
    """(height, width) where triangles (t, 3, 2) of texture coordinates lie, and so many texels around them."""
    return widened(_owners(uv, width, height) >= 0, spread)


def _owners(uv: Table, width: int, height: int) -> Array:
    """The triangle (height, width) of each texel, -1 for none."""
    triangle = np.full(width * height, -1, np.int64)
    for _, begin, which, xs, ys in _laid(uv, width, height):
        place = ys * width + xs
        free = triangle[place] < 0
        triangle[place[free]] = which[free] + begin
    return triangle.reshape(height, width)


def _laid(uv: Table, width: int, height: int) -> Iterator[tuple[Flat, int, Array, Array, Array]]:
    """Every texel that a triangle covers, in pieces: some triangles and which of all is their first, which of them, x,
    y."""
    for begin in range(0, len(uv), PIECE // 4):
        flat = _flat(uv[begin : begin + PIECE // 4], width, height)
        for which, xs, ys in fragments(flat, width, height):
            yield flat, begin, which, xs, ys


def _flat(uv: Array, width: int, height: int) -> Flat:
    x, y = uv[..., 0].astype(np.float64) * width - 0.5, (1.0 - uv[..., 1].astype(np.float64)) * height - 0.5
    return Flat(x, y, np.zeros_like(x))


def blank(texels: Atlas) -> Atlas:
    """The same texels with nothing painted on them."""
    return dataclasses.replace(texels, paint=np.zeros_like(texels.paint), weight=np.zeros_like(texels.weight))


def weights(texels: Atlas, view: View, surface: Surface, mine: Array) -> tuple[Array, Array, Array]:
    """How well a view sees each texel (n,), 0 for not at all, and where: x, y in its picture.

    `mine` (height, width) says which of the surface's pixels show the atlas's mesh: what stands before it hides it.
    Near the edge of what is seen a picture is trusted less: painters do not end a shape at the very pixel.
    """
    trust = depth_inside(mine, max(view.width // EDGE, 2)) * (1 - LEAST_TRUST) + LEAST_TRUST
    weight, left, top = (np.zeros(len(texels.ys)) for _ in range(3))
    origin = np.linalg.inv(view.camera)
    # A pixel beside another surface, or beside nothing, is a mixture of both.
    z = np.where(mine, surface.z, -np.inf)
    for begin in range(0, len(texels.ys), PIECE):
        part = slice(begin, begin + PIECE)
        x, y, depth = project(texels.points[part], view)
        inside = (x > 1) & (y > 1) & (x < view.width - 2) & (y < view.height - 2)
        inside &= (depth > view.near) & (depth < view.far)
        column, row = (np.clip(np.where(inside, value, 0), 0, None).astype(np.int64) for value in (x, y))
        right, down = np.minimum(column + 1, view.width - 1), np.minimum(row + 1, view.height - 1)
        around = np.stack([z[row, column], z[row, right], z[down, column], z[down, right]])
        visible = inside & (depth <= around.max(0) + DEPTH_SLACK * depth) & (around.min(0) > -np.inf)
        towards = (
            origin[:3, 3] - texels.points[part] if view.perspective else np.broadcast_to(origin[:3, 2], (len(x), 3))
        )
        cosine = (towards * texels.normals[part]).sum(1) / np.maximum(np.linalg.norm(towards, axis=1), 1e-12)
        good = np.maximum(cosine, 0) ** SHARPNESS * trust[row, column]
        weight[part] = np.where(visible & (cosine > GRAZING), good, 0.0)
        left[part], top[part] = x, y
    return weight, left, top


def paint(texels: Atlas, picture: Array, weight: Array, x: Array, y: Array) -> None:
    """Lay a view's picture (h, w, 3) of 0..1 onto the texels, by weight."""
    for begin in range(0, len(weight), PIECE):
        part = np.flatnonzero(weight[begin : begin + PIECE] > 0) + begin
        texels.paint[part] += weight[part, None] * bilinear(picture, x[part], y[part])
    texels.weight += weight


def bilinear(picture: Array, x: Array, y: Array) -> Array:
    """Colours (n, c) of a picture (h, w, c) at places in pixels, centres at whole numbers; the edge repeats."""
    height, width = picture.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.minimum(x.astype(np.int64), width - 2), np.minimum(y.astype(np.int64), height - 2)
    across, down = (x - left)[:, None], (y - top)[:, None]
    upper = picture[top, left] * (1 - across) + picture[top, left + 1] * across
    lower = picture[top + 1, left] * (1 - across) + picture[top + 1, left + 1] * across
    return upper * (1 - down) + lower * down


def painted(texels: Atlas) -> Array:
    """The atlas as a picture (size, size, 3) with every texel filled."""
    color, seen = _sketch(texels)
    return filled(*continued(color, seen > 0))


def _sketch(texels: Atlas) -> tuple[Array, Array]:
    """The colours painted so far (size, size, 3), and how well each texel was seen (size, size)."""
    color, seen = np.zeros((texels.size, texels.size, 3)), np.zeros((texels.size, texels.size))
    some = texels.weight > 0
    ys, xs = texels.ys[some], texels.xs[some]
    color[ys, xs] = texels.paint[some] / texels.weight[some, None]
    seen[ys, xs] = texels.weight[some]
    return color, seen


def look(texels: Atlas, surface: Surface, uv: Table, mine: Array) -> tuple[Array, Array]:
    """What a view shows of the atlas as painted so far (h, w, 3), and how well each pixel's place is known (h, w).

    `uv` has (t, 3, 2) of the surface's triangles' coordinates; other surfaces and the background are grey and unknown.
    """
    color, seen = _sketch(texels)
    grown, some = continued(np.dstack([color, seen]), seen > 0, 2)  # interpolation reaches over edges
    color, seen = np.where(some[..., None], grown[..., :3], GREY), grown[..., 3]
    picture, known = np.full((*mine.shape, 3), GREY), np.zeros(mine.shape)
    ys, xs = np.nonzero(mine)
    for begin in range(0, len(ys), PIECE):
        row, column = ys[begin : begin + PIECE], xs[begin : begin + PIECE]
        place = np.einsum("ni,nij->nj", surface.weights[row, column], uv[surface.triangle[row, column]])
        x, y = place[:, 0] * texels.size - 0.5, (1.0 - place[:, 1]) * texels.size - 0.5
        picture[row, column] = bilinear(color, x, y)
        across, down = (np.clip(np.rint(value), 0, texels.size - 1).astype(np.int64) for value in (x, y))
        known[row, column] = seen[down, across]
    return picture, known
