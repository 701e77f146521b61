"""Lit ray-cast scenes of one to three solids or a figure on a floor: RGB, planar depth, normals, ids and key points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import camera, cloth, colours, figure, materials, solids

Array = NDArray[np.floating[Any]]
FLOOR_ID, WALL_ID, SKY_ID, FIRST_OBJECT_ID = 1, 2, 0, 3
FLOOR_GAUGE, WALL_GAUGE = 0.3, 0.14  # tiles a metre
CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float32)
HORIZON = 60.0  # metres after which a floor is sky
# How many solids stand there: their half size in metres, and where they stand, left to right.
LAYOUTS: dict[int, tuple[tuple[float, float], tuple[float, ...]]] = {
    1: ((0.86, 1.06), (0.0,)),
    2: ((0.60, 0.72), (-0.87, 0.87)),
    3: ((0.45, 0.54), (-1.17, 0.0, 1.17)),
}


@dataclass(frozen=True)
class Thing:
    """What a caption can say about one part: its kind ("sphere", "floor"), colour and material."""

    kind: str
    colour: str
    material: str


@dataclass(frozen=True)
class Scene:
    """rgb: (S, S, 3) in 0..1; depth: planar metres, inf for sky; ids: 0 sky, 1 floor, 2 wall, 3+ things, left to right;
    normals: (S, S, 3), x right, y up, z towards the viewer, 0 for sky; keypoints: (people, 18, 3) x, y in pixels and
    confidence.
    """

    rgb: Array
    depth: Array
    ids: NDArray[np.uint8]
    normals: Array
    keypoints: Array


@dataclass
class _Canvas:
    """The picture so far, at the render size, and the light: a unit vector towards it."""

    view: camera.Camera
    light: Array
    rgb: Array
    depth: Array
    ids: NDArray[np.uint8]
    normal: Array


@dataclass(frozen=True)
class _Solid:
    """A shape to intersect, and the balls whose hull holds it."""

    cast: Callable[[Array, Array], solids.Hit]
    points: Array
    radius: float


@dataclass(frozen=True)
class _Standing:
    """A thing's parts, where it stands (x, z) and how far it reaches."""

    parts: list[_Solid]
    x: float
    z: float
    reach: float


def _canvas(rng: np.random.Generator, size: int) -> _Canvas:
    """Nothing but sky: a pale blue that whitens towards the horizon."""
    view = camera.new(rng, size)
    light = solids.vec(rng.uniform(-0.7, 0.7), 1.0, -0.55)
    up = np.clip(view.rows[:, :1] * 2.2, 0, 1)
    sky = solids.vec(0.88, 0.93, 0.98) * (1 - up) + solids.vec(0.50, 0.70, 0.95) * up
    rgb = np.repeat(sky[:, None].astype(np.float32), size, axis=1)
    depth, ids = np.full((size, size), solids.FAR), np.zeros((size, size), np.uint8)
    return _Canvas(view, light / np.linalg.norm(light), rgb, depth, ids, np.zeros_like(rgb))


def _tile(rng: np.random.Generator, thing: Thing, size: int) -> Array:
    """The thing's texture, of one native picture, in about the picture's own pixels."""
    return materials.paint(rng, thing.material, colours.shade(rng, thing.colour), max(32, size), repeats=1)


def _plane(canvas: _Canvas, rows: NDArray[np.intp], t: Array, tile: Array, wall: bool) -> None:
    """Whole rows of floor or wall at depths t, one for each row."""
    if not len(rows):
        return
    gauge, ray = WALL_GAUGE if wall else FLOOR_GAUGE, canvas.view.rows[rows]
    normal = solids.vec(0, 0, -1) if wall else solids.vec(0, 1, 0)
    slant = np.maximum(np.abs(ray @ normal[1:]), 0.15)
    levels = cloth.level(tile, t * np.float32(2.0 / camera.FOCAL / canvas.view.size * gauge) / np.sqrt(slant))
    along = -(canvas.view.origin[1] + ray[:, 0] * t) if wall else -ray[:, 1] * t
    bright = 0.86 + 0.14 * max(0.0, float(normal @ canvas.light))
    for which in np.unique(levels):
        here = levels == which
        u = t[here, None] * canvas.view.x * np.float32(gauge)
        v = np.broadcast_to(along[here, None] * np.float32(gauge), u.shape)
        canvas.rgb[rows[here]] = cloth.sample(tile, int(which), u, v) * np.float32(bright)
    canvas.depth[rows], canvas.normal[rows] = t[:, None], normal
    canvas.ids[rows] = WALL_ID if wall else FLOOR_ID


def _ground(rng: np.random.Generator, canvas: _Canvas, floor: Thing, wall: Thing | None, size: int) -> None:
    """Floor y = 0 and, unless open, a wall some metres off; both are level, so that every row is one of them."""
    up, ahead = canvas.view.rows.T
    below = np.where(up < -1e-4, -canvas.view.origin[1] / np.minimum(up, -1e-4), solids.FAR).astype(np.float32)
    off = np.float32(rng.uniform(5.5, 7.5))
    behind = (off / np.maximum(ahead, 1e-3)).astype(np.float32)
    first = below < (HORIZON if wall is None else behind)
    rows = np.flatnonzero(first)
    _plane(canvas, rows, below[rows], _tile(rng, floor, size), wall=False)
    if wall is not None:
        rows = np.flatnonzero(~first)
        _plane(canvas, rows, behind[rows], _tile(rng, wall, size), wall=True)


def _shadow(canvas: _Canvas, thing: _Standing) -> None:
    """A soft round shadow on the floor, away from the light."""
    rows = np.flatnonzero(canvas.ids[:, 0] == FLOOR_ID)
    t = canvas.depth[rows, :1]
    dx = t * canvas.view.x - np.float32(thing.x - canvas.light[0] * thing.reach * 0.5)
    dz = t * canvas.view.rows[rows, 1:] - np.float32(thing.z + 0.2 * thing.reach)
    dark = np.clip(1.6 - np.hypot(dx, dz) / np.float32(thing.reach), 0.0, 1.0)
    canvas.rgb[rows] *= (1 - np.float32(0.5) * dark)[..., None]


def _put(canvas: _Canvas, solid: _Solid, tile: Array, ident: int) -> None:
    """Draw one lit solid where it is nearer than what is there."""
    part = canvas.view.window(solid.points, solid.radius)
    hit = solid.cast(canvas.view.origin, canvas.view.rays(part))
    here = hit.t < canvas.depth[part]
    if not here.any():
        return
    footprint = hit.t[here].mean() * np.float32(2.0 / camera.FOCAL / canvas.view.size * solids.GAUGE)
    seen = cloth.sample(tile, int(cloth.level(tile, footprint)), hit.uv[..., 0], -hit.uv[..., 1])
    bright = np.float32(0.60) + np.float32(0.45) * np.clip(hit.normal @ canvas.light, 0.0, 1.0)
    np.copyto(canvas.rgb[part], seen * bright[..., None], where=here[..., None])
    np.copyto(canvas.normal[part], hit.normal, where=here[..., None])
    np.copyto(canvas.depth[part], hit.t, where=here)
    canvas.ids[part][here] = ident


def _solid(rng: np.random.Generator, kind: str, where: tuple[float, float], size: float) -> _Solid:
    """A solid standing on the floor at x, z with about that half size."""
    x, z = where
    if kind == "sphere":
        centre = solids.vec(x, size, z)
        return _Solid(lambda o, r: solids.sphere(o, r, centre, size), centre[None], size)
    if kind == "box":
        half = solids.vec(rng.uniform(0.72, 0.9), rng.uniform(0.76, 1.0), rng.uniform(0.72, 0.9)) * np.float32(size)
        turn, middle = rng.uniform(0.4, 1.17), solids.vec(x, half[1], z)
        corners = middle + (CORNERS * half) @ solids.turned(turn).T
        return _Solid(lambda o, r: solids.box(o, r, middle, half, turn), corners, 0.0)
    tall, wide = size * rng.uniform(0.95, 1.35), size * 0.78
    axis = solids.vec(x, tall, z)
    ends = axis + solids.vec(0, tall - wide, 0) * np.array([[-1], [1]], dtype=np.float32)
    return _Solid(lambda o, r: solids.cylinder(o, r, axis, wide, tall), ends, 1.25 * wide)


def _person(rng: np.random.Generator, view: camera.Camera) -> tuple[_Standing, Array]:
    """A figure of capsules, and its projected key points (1, 18, 3)."""
    height, x, z = (float(rng.uniform(*span)) for span in ((2.1, 2.4), (-0.4, 0.4), (2.75, 3.2)))
    joints = (figure.pose(rng) * np.float32(height) + solids.vec(x, 0, z)).astype(np.float32)
    parts = [_limb(joints[a], joints[b], radius * height) for a, b, radius in figure.LIMBS]
    skull = joints[figure.NOSE] + solids.vec(0, 0.01, 0.05) * np.float32(height)
    parts.append(_limb(skull, skull + solids.vec(0, 0.02, 0), figure.HEAD_RADIUS * height))
    column, row, _ = view.project(joints)
    inside = (column >= 0) & (column < view.size) & (row >= 0) & (row < view.size)
    return _Standing(parts, x, z, 0.55), np.stack([column, row, inside], -1)[None].astype(np.float32)


def _limb(start: Array, end: Array, radius: float) -> _Solid:
    return _Solid(lambda o, r: solids.capsule(o, r, start, end, radius), np.stack([start, end]), radius)


def _stand(rng: np.random.Generator, kind: str, count: int, number: int) -> _Standing:
    """Solid `number` of `count`, from the left."""
    sizes, places = LAYOUTS[count]
    reach, z = float(rng.uniform(*sizes)), float(rng.uniform(2.95, 3.5))
    x = places[number] + float(rng.uniform(-0.5, 0.5) if count == 1 else rng.uniform(-0.05, 0.05))
    return _Standing([_solid(rng, kind, (x, z), reach)], x, z, reach)


def render(
    rng: np.random.Generator, floor: Thing, wall: Thing | None, things: tuple[Thing, ...], size: int = 128
) -> Scene:
    """Draw things, left to right, at twice the size and reduce it; depth, normals and ids are of every second ray.

    things: one to three solids, or one figure.
    """
    canvas = _canvas(rng, 2 * size)
    _ground(rng, canvas, floor, wall, size)
    if things[0].kind == "figure":
        person, keypoints = _person(rng, canvas.view)
        stood = [person]
    else:
        stood = [_stand(rng, thing.kind, len(things), number) for number, thing in enumerate(things)]
        keypoints = np.zeros((0, 18, 3), dtype=np.float32)
    for each in stood:
        _shadow(canvas, each)
    for number, (thing, each) in enumerate(zip(things, stood, strict=True)):
        tile = _tile(rng, thing, size)
        for part in each.parts:
            _put(canvas, part, tile, FIRST_OBJECT_ID + number)
    rgb = cv2.resize(np.clip(canvas.rgb, 0, 1), (size, size), interpolation=cv2.INTER_AREA)
    normals = canvas.view.view(canvas.normal[::2, ::2])
    keypoints[..., :2] /= 2
    depth, ids = canvas.depth[::2, ::2].copy(), canvas.ids[::2, ::2].copy()
    return Scene(np.asarray(rgb, np.float32), depth, ids, normals, keypoints)
