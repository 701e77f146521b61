"""Lit ray-cast scenes of one or two solids or a figure on a floor: RGB, planar depth, object ids and key points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import colours, figure, materials, solids

Array = NDArray[np.floating[Any]]
FOCAL = 1.45  # in half picture widths
FLOOR_ID, WALL_ID, SKY_ID, FIRST_OBJECT_ID = 1, 2, 0, 3
WHOLE = (slice(None), slice(None))


@dataclass(frozen=True)
class Thing:
    """What a caption can say about one part: its kind ("sphere", "floor"), colour and material."""

    kind: str
    colour: str
    material: str


@dataclass(frozen=True)
class Scene:
    """A rendered scene.

    rgb: (S, S, 3) 0..1; depth: planar metres, inf for the sky; ids: 0 sky, 1 floor, 2 wall, 3+ things;
    keypoints: (people, 18, 3) x, y in pixels and confidence; floor, wall (None: open sky), things: for the caption.
    """

    rgb: Array
    depth: Array
    ids: NDArray[np.uint8]
    keypoints: Array
    floor: Thing
    wall: Thing | None
    things: tuple[Thing, ...]


@dataclass
class _Canvas:
    """The picture so far, at the render size."""

    origin: Array
    rays: Array
    depth: Array
    ids: NDArray[np.uint8]
    rgb: Array
    normal: Array
    turn: Array


@dataclass(frozen=True)
class _Solid:
    """A shape to intersect, and the ball that holds it."""

    cast: Callable[[Array, Array], solids.Hit]
    centre: Array
    radius: float


def _project(canvas: _Canvas, points: Array) -> tuple[Array, Array, Array]:
    """World points (N, 3) to pixels x, y and planar depth."""
    seen = (points - canvas.origin) @ canvas.turn
    half = canvas.depth.shape[0] / 2
    depth = np.maximum(seen[:, 2], 0.1)
    return (seen[:, 0] / depth * FOCAL + 1) * half, (1 - seen[:, 1] / depth * FOCAL) * half, depth


def _window(canvas: _Canvas, solid: _Solid) -> tuple[slice, slice]:
    """The part of the picture that the solid can touch."""
    x, y, depth = (float(v[0]) for v in _project(canvas, solid.centre[None]))
    size = canvas.depth.shape[0]
    reach = 1.25 * solid.radius / max(depth - solid.radius, 0.3) * FOCAL * size / 2 + 2
    low, high = (int(max(0, v - reach)) for v in (y, x)), (int(min(size, max(0, v + reach))) for v in (y, x))
    rows, columns = zip(low, high, strict=True)
    return slice(*rows), slice(*columns)


def _camera(rng: np.random.Generator, size: int) -> tuple[Array, Array, Array]:
    """Origin, rays (S, S, 3) in world space with unit camera z, and the world-to-camera rotation."""
    pitch = rng.uniform(0.16, 0.32)
    centres = (np.arange(size, dtype=np.float32) + 0.5) / (size / 2) - 1.0
    x, y = np.meshgrid(centres / FOCAL, -centres / FOCAL)
    c, s = np.cos(pitch), np.sin(pitch)
    turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]], dtype=np.float32)
    rays = np.stack([x, y, np.ones_like(x)], -1).astype(np.float32) @ turn.T
    origin = np.array([0.0, rng.uniform(1.5, 2.0), 0.0], dtype=np.float32)
    return origin, rays, turn


def _sample(tile: Array, uv: Array, footprint: Array) -> Array:
    """Look a wrap-around tile up at `uv` (in tiles), in the mip level that the footprint (tiles a pixel) asks for."""
    size = tile.shape[0]
    level = np.clip(np.log2(np.maximum(footprint * size, 1e-6)) + 0.3, 0, 5).astype(np.int32)
    out = np.empty((*uv.shape[:-1], 3), dtype=np.float32)
    for which in np.unique(level):
        here = level == which
        small = cv2.resize(tile, (size >> which, size >> which), interpolation=cv2.INTER_AREA)
        padded = np.pad(small, ((0, 1), (0, 1), (0, 0)), mode="wrap")
        place = (uv[here] % 1.0) * small.shape[0]
        low = np.minimum(place.astype(np.int32), small.shape[0] - 1)
        part = (place - low)[..., None]
        x, y = low[:, 0], low[:, 1]
        top = padded[y, x] * (1 - part[:, 0]) + padded[y, x + 1] * part[:, 0]
        bottom = padded[y + 1, x] * (1 - part[:, 0]) + padded[y + 1, x + 1] * part[:, 0]
        out[here] = top * (1 - part[:, 1]) + bottom * part[:, 1]
    return out


def _put(canvas: _Canvas, hit: solids.Hit, tile: Array, ident: int, scale: float, part: tuple[slice, slice]) -> None:
    """Draw one surface into a window of the picture where it is nearer than what is there."""
    here = hit.t < canvas.depth[part]
    if not here.any():
        return
    t, normal = hit.t[here], hit.normal[here]
    slant = np.maximum(np.abs((normal * canvas.rays[part][here]).sum(-1)), 0.15)
    footprint = t * (2.0 / FOCAL / canvas.depth.shape[0]) * scale / np.sqrt(slant)
    canvas.rgb[part][here] = _sample(tile, hit.uv[here] * scale, footprint)
    canvas.depth[part][here], canvas.normal[part][here], canvas.ids[part][here] = t, normal, ident


def _planes(rng: np.random.Generator, canvas: _Canvas, floor: Thing, wall: Thing | None) -> None:
    """Floor y = 0 and, unless open, a wall some metres off."""
    down = np.where(canvas.rays[..., 1] > -1e-4, np.float32(-1e-4), canvas.rays[..., 1])
    t = np.where(canvas.rays[..., 1] > -1e-4, solids.FAR, -canvas.origin[1] / down).astype(np.float32)
    t = np.where(t < 60, t, solids.FAR)
    at = canvas.origin + canvas.rays * np.where(np.isfinite(t), t, 0)[..., None]
    up = np.broadcast_to(solids.vec(0, 1, 0), canvas.rays.shape)
    tile = materials.paint(rng, floor.material, colours.shade(rng, floor.colour))
    _put(canvas, solids.Hit(t, up, at[..., ::2]), tile, FLOOR_ID, 0.4, WHOLE)
    if wall is None:
        return
    t = (np.float32(rng.uniform(5.5, 7.5)) / np.maximum(canvas.rays[..., 2], 1e-3)).astype(np.float32)
    at = canvas.origin + canvas.rays * t[..., None]
    front = np.broadcast_to(solids.vec(0, 0, -1), canvas.rays.shape)
    tile = materials.paint(rng, wall.material, colours.shade(rng, wall.colour))
    _put(canvas, solids.Hit(t, front, at[..., :2] * solids.vec(1, -1)), tile, WALL_ID, 0.33, WHOLE)


def _solid(rng: np.random.Generator, kind: str, where: tuple[float, float], size: float) -> _Solid:
    """A solid standing on the floor at x, z with about that half size."""
    x, z = where
    if kind == "sphere":
        centre = solids.vec(x, size, z)
        return _Solid(lambda o, r: solids.sphere(o, r, centre, size), centre, size)
    if kind == "box":
        half = solids.vec(rng.uniform(0.75, 1.0), rng.uniform(0.75, 1.1), rng.uniform(0.75, 1.0)) * np.float32(size)
        turn, middle = rng.uniform(0.2, 1.37), solids.vec(x, half[1], z)
        return _Solid(lambda o, r: solids.box(o, r, middle, half, turn), middle, float(np.linalg.norm(half)))
    tall, wide = size * rng.uniform(0.95, 1.35), size * 0.78
    axis = solids.vec(x, tall, z)
    return _Solid(lambda o, r: solids.cylinder(o, r, axis, wide, tall), axis, float(np.hypot(tall, wide)))


def _person(rng: np.random.Generator, canvas: _Canvas) -> tuple[list[_Solid], Array, tuple[float, float]]:
    """A figure's capsules, its projected key points (1, 18, 3), and where it stands (x, z)."""
    height, x, z = rng.uniform(2.1, 2.4), rng.uniform(-0.45, 0.45), rng.uniform(2.9, 3.4)
    joints = (figure.pose(rng) * height + np.array([x, 0, z])).astype(np.float32)
    parts = [_limb(joints[a], joints[b], radius * height) for a, b, radius in figure.LIMBS]
    skull = joints[figure.NOSE] + solids.vec(0, 0.01, 0.05) * np.float32(height)
    parts.append(_limb(skull, skull + solids.vec(0, 0.02, 0), figure.HEAD_RADIUS * height))
    column, row, _ = _project(canvas, joints)
    size = canvas.depth.shape[0]
    inside = (column >= 0) & (column < size) & (row >= 0) & (row < size)
    return parts, np.stack([column, row, inside], -1)[None].astype(np.float32), (x, z)


def _limb(start: Array, end: Array, radius: float) -> _Solid:
    reach = float(np.linalg.norm(end - start)) / 2 + radius
    return _Solid(lambda o, r: solids.capsule(o, r, start, end, radius), (start + end) / 2, reach)


def _shade(rng: np.random.Generator, canvas: _Canvas, feet: list[tuple[float, float, float]]) -> None:
    """Soft daylight from one side, plus a round contact shadow under each thing."""
    light = solids.vec(rng.uniform(-0.7, 0.7), 1.0, -0.55)
    light /= np.linalg.norm(light)
    lambert = np.clip(canvas.normal @ light, 0.0, 1.0)
    bright = np.where(canvas.ids >= FIRST_OBJECT_ID, 0.52 + 0.55 * lambert, 0.86 + 0.14 * lambert).astype(np.float32)
    at = canvas.origin + canvas.rays * np.where(np.isfinite(canvas.depth), canvas.depth, 0)[..., None]
    for x, z, reach in feet:
        away = np.hypot(at[..., 0] - x + light[0] * reach * 0.5, at[..., 2] - z - 0.2 * reach) / reach
        dark = 0.5 * np.clip(1.6 - away, 0.0, 1.0)
        bright = np.where(canvas.ids == FLOOR_ID, bright * (1 - dark), bright).astype(np.float32)
    bright = np.where(canvas.ids == SKY_ID, np.float32(1.0), bright)
    canvas.rgb *= bright[..., None]


def _sky(canvas: _Canvas) -> None:
    """A pale blue that whitens towards the horizon."""
    up = np.clip(canvas.rays[..., 1:2] * 2.2, 0, 1)
    canvas.rgb[...] = solids.vec(0.88, 0.93, 0.98) * (1 - up) + solids.vec(0.50, 0.70, 0.95) * up


def render(
    rng: np.random.Generator, floor: Thing, wall: Thing | None, things: tuple[Thing, ...], size: int = 128
) -> Scene:
    """Draw the scene at twice the size and reduce it; depth and ids are taken from every second ray, unblended."""
    full = 2 * size
    origin, rays, turn = _camera(rng, full)
    blank = np.zeros((full, full, 3), dtype=np.float32)
    canvas = _Canvas(
        origin, rays, np.full((full, full), solids.FAR), np.zeros((full, full), np.uint8), blank, blank.copy(), turn
    )
    _sky(canvas)
    _planes(rng, canvas, floor, wall)
    keypoints = np.zeros((0, 18, 3), dtype=np.float32)
    feet: list[tuple[float, float, float]] = []
    side = rng.choice((-1, 1))
    for number, thing in enumerate(things):
        tile = materials.paint(rng, thing.material, colours.shade(rng, thing.colour))
        if thing.kind == "figure":
            parts, keypoints, (x, z) = _person(rng, canvas)
            reach = 0.55
        else:
            reach = rng.uniform(0.70, 0.98) if len(things) == 1 else rng.uniform(0.52, 0.68)
            x = rng.uniform(-0.6, 0.6) if len(things) == 1 else side * (1 - 2 * number) * rng.uniform(0.75, 0.9)
            z = rng.uniform(2.9, 3.6)
            parts = [_solid(rng, thing.kind, (x, z), reach)]
        feet.append((x, z, reach))
        for part in parts:
            window = _window(canvas, part)
            hit = part.cast(origin, rays[window])
            _put(canvas, hit, tile, FIRST_OBJECT_ID + number, 1.0, window)
    _shade(rng, canvas, feet)
    rgb = np.asarray(cv2.resize(np.clip(canvas.rgb, 0, 1), (size, size), interpolation=cv2.INTER_AREA), np.float32)
    depth, ids = canvas.depth[::2, ::2].copy(), canvas.ids[::2, ::2].copy()
    keypoints[..., :2] /= 2
    return Scene(rgb, depth, ids, keypoints, floor, wall, things)
