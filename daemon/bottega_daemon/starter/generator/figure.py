"""A simple jointed figure of capsules, posed at random, with its 18 COCO key points (OpenPose's order)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator.solids import vec

Array = NDArray[np.floating[Any]]

NOSE, NECK, RSHO, RELB, RWRI, LSHO, LELB, LWRI, RHIP, RKNE, RANK, LHIP, LKNE, LANK, REYE, LEYE, REAR, LEAR = range(18)
# Capsules: two joints and a radius as a part of the figure's height.
LIMBS: tuple[tuple[int, int, float], ...] = (
    (RSHO, RELB, 0.052), (RELB, RWRI, 0.046), (LSHO, LELB, 0.052), (LELB, LWRI, 0.046),
    (RHIP, RKNE, 0.065), (RKNE, RANK, 0.054), (LHIP, LKNE, 0.065), (LKNE, LANK, 0.054),
    (RSHO, LSHO, 0.055), (RHIP, LHIP, 0.070), (RSHO, RHIP, 0.070), (LSHO, LHIP, 0.070), (NECK, NOSE, 0.045),
    (NECK, RHIP, 0.075), (NECK, LHIP, 0.075),
)  # fmt: skip
HEAD_RADIUS = 0.098


def _bend(rng: np.random.Generator, start: Array, length: float, angle: float, depth: float) -> Array:
    """A joint `length` from `start`; angle 0 hangs down, positive to +x; a little of it in depth."""
    tilt = rng.uniform(-depth, depth)
    step = np.array([np.sin(angle) * np.cos(tilt), -np.cos(angle) * np.cos(tilt), np.sin(tilt)], dtype=np.float32)
    return start + np.float32(length) * step


def pose(rng: np.random.Generator) -> Array:
    """(18, 3) joints in units of the figure's height, y up, feet at y = 0, facing the viewer (its right arm at -x)."""
    joints = np.zeros((18, 3), dtype=np.float32)
    joints[NECK] = (0.0, 0.80, 0.0)
    lean = rng.uniform(-0.04, 0.04)
    joints[NOSE] = (lean, 0.915, -0.05)
    for side, (eye, ear) in ((-1, (REYE, REAR)), (1, (LEYE, LEAR))):
        joints[eye] = joints[NOSE] + vec(0.030 * side, 0.028, 0.0)
        joints[ear] = joints[NOSE] + vec(0.070 * side, 0.010, 0.05)
    arms = {-1: (RSHO, RELB, RWRI), 1: (LSHO, LELB, LWRI)}
    legs = {-1: (RHIP, RKNE, RANK), 1: (LHIP, LKNE, LANK)}
    for side in (-1, 1):
        shoulder, elbow, wrist = arms[side]
        joints[shoulder] = (0.125 * side, 0.785, 0.0)
        raise_ = rng.uniform(0.15, 2.7)
        joints[elbow] = _bend(rng, joints[shoulder], 0.17, side * raise_, 0.3)
        joints[wrist] = _bend(rng, joints[elbow], 0.16, side * (raise_ + rng.uniform(-0.3, 1.5)), 0.3)
        hip, knee, ankle = legs[side]
        joints[hip] = (0.075 * side, 0.47, 0.0)
        spread = rng.uniform(0.0, 0.6)
        joints[knee] = _bend(rng, joints[hip], 0.23, side * spread, 0.25)
        joints[ankle] = _bend(rng, joints[knee], 0.22, side * spread * rng.uniform(-0.3, 0.9), 0.1)
    joints[:, 1] -= joints[:, 1].min() - 0.054
    return joints
