"""Views placed around an object until they have seen it all; no camera is added to the scene."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from .atlas import SHARPNESS
from .raster import View

Array: TypeAlias = "np.ndarray[Any, Any]"
ANGLE = math.radians(35.0)
"""Field of view: long enough that faces are not distorted."""
ROOM = 1.1
"""How much larger than the object the picture is."""
COVERED = 0.98
GAIN = 0.005
WELL = 0.5**SHARPNESS
"""No view is added once so much is covered, or if it would add less."""


def directions(front: Array) -> list[Array]:
    """26 directions to look from, unit vectors: the front first, then the faces, edges and corners of a cube."""
    steps = [np.array(step, float) for step in itertools.product((-1, 0, 1), repeat=3) if any(step)]
    steps.sort(key=lambda step: (np.abs(step).sum(), -float(step @ front)))
    return [front, *(step / np.linalg.norm(step) for step in steps)]


def ball(parts: Callable[[], Iterable[Array]]) -> tuple[Array, float]:
    """The middle of points and the distance of the farthest from it; they are given in parts (n, 3), twice."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for points in parts():
        low, high = np.minimum(low, points.min(0)), np.maximum(high, points.max(0))
    middle = (low + high) / 2.0
    return middle, max(float(np.linalg.norm(points - middle, axis=1).max()) for points in parts())


def looking(middle: Array, reach: float, direction: Array, side: int) -> View:
    """A square view of what lies within reach around a middle, from a direction, upright."""
    radius = max(reach, 1e-6) * ROOM
    distance = radius / math.sin(ANGLE / 2)
    back = direction / np.linalg.norm(direction)
    up = np.array((0.0, 0.0, 1.0)) if abs(back[2]) < 0.99 else np.array((0.0, 1.0, 0.0))
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(back, right), back])
    camera = np.eye(4)
    camera[:3, :3], camera[:3, 3] = turn, -turn @ (middle + back * distance)
    near, far, focal = distance - radius, distance + radius, 1.0 / math.tan(ANGLE / 2)
    projection = np.zeros((4, 4))
    projection[0, 0] = projection[1, 1] = focal
    projection[2, 2], projection[2, 3] = -(far + near) / (far - near), -2 * far * near / (far - near)
    projection[3, 2] = -1.0
    return View(side, side, camera, projection, near * 0.5)


def chosen(candidates: Sequence[View], score: Callable[[View], Array], most: int) -> list[View]:
    """The first view, then greedily those that see most of what is not yet seen well. `score` gives the weight (n,) of
    each texel in a view; what is seen at less than 60 degrees is seen well, and no better for being seen straight."""
    scores = [np.minimum(score(view) / WELL, 1.0) for view in candidates]
    best, order = scores[0], [0]
    reach = np.maximum.reduce(scores)
    everything = max(float((reach > 0).sum()), 1.0)
    while len(order) < most and best.sum() / everything < COVERED:
        gains = [float(np.maximum(each - best, 0).sum()) for each in scores]
        pick = int(np.argmax(gains))
        if gains[pick] / everything < GAIN:
            break
        order.append(pick)
        best = np.maximum(best, scores[pick])
    return [candidates[k] for k in order]
