"""Ray intersections, vectorised over pixels; a ray has a camera z of 1, so that its parameter is planar depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
FAR = np.float32(np.inf)
# Tiles a metre: a tile is as wide as a large solid, so that a line of four native pixels is seen at two or three.
GAUGE = np.float32(0.4)


@dataclass(frozen=True)
class Hit:
    """Per pixel: planar depth t (inf: missed), unit normal (H, W, 3) in world space, place on the texture (H, W, 2)
    in tiles, right and up."""

    t: Array
    normal: Array
    uv: Array


def vec(*values: float) -> Array:
    """A float32 vector."""
    return np.array(values, dtype=np.float32)


def _nearest_root(a: Array, b: Array, c: Array) -> Array:
    """Smallest positive root of a t^2 + 2 b t + c, inf where there is none."""
    root = b * b - a * c
    t = (-b - np.sqrt(np.maximum(root, 0.0))) / np.where(np.abs(a) < 1e-9, 1e-9, a)
    return np.where((root > 0) & (t > 1e-3), t, FAR).astype(np.float32)


def sphere(origin: Array, rays: Array, centre: Array, radius: float) -> Hit:
    """A ball."""
    t = _ball(origin, rays, centre, radius)
    normal = _unit(origin + rays * _finite(t)[..., None] - centre)
    around, up = np.arctan2(normal[..., 0], -normal[..., 2]), np.arcsin(np.clip(normal[..., 1], -1, 1))
    uv = np.stack([around, up], -1) / np.float32(np.pi)
    return Hit(t, normal, uv.astype(np.float32))


def _ball(origin: Array, rays: Array, centre: Array, radius: float) -> Array:
    """The depth at which a ball is hit."""
    off = origin - centre
    return _nearest_root(_dot(rays, rays), rays @ off, np.asarray(off @ off - radius**2, np.float32))


def box(origin: Array, rays: Array, centre: Array, half: Array, turn: float) -> Hit:
    """A box of half sizes (x, y, z), turned about the upright axis by `turn` radians."""
    spin = turned(turn)
    local_origin, local_rays = (origin - centre) @ spin, rays @ spin
    safe = np.where(np.abs(local_rays) < 1e-6, 1e-6, local_rays)
    first, second = (-half - local_origin) / safe, (half - local_origin) / safe
    near, far = np.minimum(first, second), np.maximum(first, second)
    t, out = np.maximum(*np.moveaxis(near[..., :2], -1, 0)), np.minimum(*np.moveaxis(far[..., :2], -1, 0))
    t, out = np.maximum(t, near[..., 2]), np.minimum(out, far[..., 2])
    axis = np.where(near[..., 0] >= t, 0, np.where(near[..., 1] >= t, 1, 2))
    t = np.where((t < out) & (t > 1e-3), t, FAR).astype(np.float32)
    at = local_origin + local_rays * _finite(t)[..., None]
    flat = np.eye(3, dtype=np.float32)[axis] * -np.sign(local_rays)
    across = np.where(axis == 0, at[..., 2], at[..., 0])
    along = np.where(axis == 1, at[..., 2], at[..., 1])
    return Hit(t, flat @ spin.T, np.stack([across, along], -1).astype(np.float32) * GAUGE)


def cylinder(origin: Array, rays: Array, centre: Array, radius: float, half: float) -> Hit:
    """An upright cylinder with its lid."""
    dx, dy, dz = (float(v) for v in origin - centre)
    x, y, z = (rays[..., k] for k in range(3))
    offset = np.asarray(dx * dx + dz * dz - radius**2, np.float32)
    side = _nearest_root(x * x + z * z, x * dx + z * dz, offset)
    side = np.where(np.abs(dy + y * _finite(side)) <= half, side, FAR)
    lid = (half - dy) / np.where(np.abs(y) < 1e-6, 1e-6, y)
    lid = np.where(((dx + x * lid) ** 2 + (dz + z * lid) ** 2 <= radius**2) & (lid > 1e-3), lid, FAR)
    t = np.minimum(side, lid).astype(np.float32)
    top, near = lid < side, _finite(t)
    px, py, pz = dx + x * near, dy + y * near, dz + z * near
    out = np.where(top, np.float32(0), np.float32(1 / radius))
    normal = np.stack([px * out, top.astype(np.float32), pz * out], -1)
    around = np.where(top, px * GAUGE, np.arctan2(px, -pz) / np.float32(np.pi))
    uv = np.stack([around, np.where(top, pz, py) * GAUGE], -1)
    return Hit(t, normal.astype(np.float32), uv.astype(np.float32))


def capsule(origin: Array, rays: Array, start: Array, end: Array, radius: float) -> Hit:
    """A rounded limb from `start` to `end` (Quilez' capsule: a cylinder's side, then the two caps)."""
    axis, off = end - start, origin - start
    square = np.asarray(axis @ axis + 1e-9, np.float32)
    along_ray, along_off = rays @ axis, off @ axis
    a = square * _dot(rays, rays) - along_ray**2
    b = square * (rays @ off) - along_off * along_ray
    c = square * (off @ off) - along_off**2 - radius**2 * square
    side = _nearest_root(a, b, np.asarray(c, np.float32))
    y = along_off + _finite(side) * along_ray
    side = np.where((y > 0) & (y < square), side, FAR)
    caps = [_ball(origin, rays, point, radius) for point in (start, end)]
    t = np.minimum(side, np.minimum(*caps)).astype(np.float32)
    place = origin + rays * _finite(t)[..., None]
    part = np.clip(((place - start) @ axis) / square, 0.0, 1.0)
    normal = _unit(place - (start + part[..., None] * axis))
    return Hit(t, normal, (place[..., :2] * GAUGE).astype(np.float32))


def turned(angle: float) -> Array:
    """Rotation about the upright axis."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=np.float32)


def _finite(t: Array) -> Array:
    return np.where(np.isfinite(t), t, np.float32(0.0)).astype(np.float32)


def _dot(a: Array, b: Array) -> Array:
    return np.einsum("...i,...i->...", a, b)


def _unit(v: Array) -> Array:
    return v / (np.sqrt(_dot(v, v)) + np.float32(1e-9))[..., None]
