"""Ray intersections in camera space (x right, y down, z ahead), vectorised over pixels, with z as the ray parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
FAR = np.float32(np.inf)


@dataclass(frozen=True)
class Hit:
    """Per pixel: planar depth t (inf: missed), unit normal (H, W, 3) in world space, place on the texture (H, W, 2)."""

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
    off = origin - centre
    t = _nearest_root((rays * rays).sum(-1), rays @ off, np.asarray(off @ off - radius**2, np.float32))
    normal = _unit(origin + rays * _finite(t)[..., None] - centre)
    uv = np.stack([np.arctan2(normal[..., 0], -normal[..., 2]) / np.pi, normal[..., 1] * 0.6], -1)
    return Hit(t, normal, uv.astype(np.float32))


def box(origin: Array, rays: Array, centre: Array, half: Array, turn: float) -> Hit:
    """A box of half sizes (x, y, z), turned about the upright axis by `turn` radians."""
    spin = turned(turn)
    local_origin, local_rays = (origin - centre) @ spin, rays @ spin
    safe = np.where(np.abs(local_rays) < 1e-6, 1e-6, local_rays)
    first, second = (-half - local_origin) / safe, (half - local_origin) / safe
    near, far = np.minimum(first, second), np.maximum(first, second)
    t, out = near.max(-1), far.min(-1)
    t = np.where((t < out) & (t > 1e-3), t, FAR).astype(np.float32)
    axis = near.argmax(-1)
    at = local_origin + local_rays * _finite(t)[..., None]
    flat = np.eye(3, dtype=np.float32)[axis] * -np.sign(local_rays)
    across = np.where(axis == 0, at[..., 2], at[..., 0])
    along = np.where(axis == 1, at[..., 2], at[..., 1])
    return Hit(t, flat @ spin.T, np.stack([across, along], -1).astype(np.float32) * 0.6)


def cylinder(origin: Array, rays: Array, centre: Array, radius: float, half: float) -> Hit:
    """An upright cylinder with its lid."""
    off = origin - centre
    flat, flat_off = rays[..., ::2], off[::2]
    offset = np.asarray(flat_off @ flat_off - radius**2, np.float32)
    side = _nearest_root((flat * flat).sum(-1), flat @ flat_off, offset)
    y = off[1] + rays[..., 1] * _finite(side)
    side = np.where(np.abs(y) <= half, side, FAR)
    down = np.where(np.abs(rays[..., 1]) < 1e-6, 1e-6, rays[..., 1])
    lid = (half - off[1]) / down
    at = flat_off + flat * lid[..., None]
    lid = np.where(((at * at).sum(-1) <= radius**2) & (lid > 1e-3), lid, FAR)
    t = np.minimum(side, lid).astype(np.float32)
    place = off + rays * _finite(t)[..., None]
    normal = np.where((lid < side)[..., None], vec(0, 1, 0), _unit(place * vec(1, 0, 1)))
    around = np.arctan2(place[..., 0], -place[..., 2]) / np.pi
    uv = np.stack([around, place[..., 1] * 0.6], -1)
    return Hit(t, normal.astype(np.float32), uv.astype(np.float32))


def capsule(origin: Array, rays: Array, start: Array, end: Array, radius: float) -> Hit:
    """A rounded limb from `start` to `end` (Quilez' capsule: a cylinder's side, then the two caps)."""
    axis, off = end - start, origin - start
    square = np.asarray(axis @ axis + 1e-9, np.float32)
    along_ray, along_off = rays @ axis, off @ axis
    a = square * (rays * rays).sum(-1) - along_ray**2
    b = square * (rays @ off) - along_off * along_ray
    c = square * (off @ off) - along_off**2 - radius**2 * square
    side = _nearest_root(a, b, np.asarray(c, np.float32))
    y = along_off + _finite(side) * along_ray
    side = np.where((y > 0) & (y < square), side, FAR)
    caps = [sphere(origin, rays, point, radius).t for point in (start, end)]
    t = np.minimum(side, np.minimum(*caps)).astype(np.float32)
    place = origin + rays * _finite(t)[..., None]
    part = np.clip(((place - start) @ axis) / square, 0.0, 1.0)
    normal = _unit(place - (start + part[..., None] * axis))
    return Hit(t, normal, (place[..., :2] * 0.6).astype(np.float32))


def turned(angle: float) -> Array:
    """Rotation about the upright axis."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=np.float32)


def _finite(t: Array) -> Array:
    return np.where(np.isfinite(t), t, np.float32(0.0)).astype(np.float32)


def _unit(v: Array) -> Array:
    return (v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)).astype(np.float32)
