"""Pictures that control networks read: depth, edges, normals and poses drawn as the networks were trained on them.

Used by the daemon at run time and by the starter's training alike, so that both mean the same. numpy and OpenCV only.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.spec import Extent

Floats = NDArray[np.float32]

LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10),
    (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
"""Pairs of COCO-18 joints that OpenPose connects (Cao et al. 2019, arXiv 1812.08008), in the order it colours them."""

COLORS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85),
    (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255),
    (255, 0, 170), (255, 0, 85),
)  # fmt: skip
"""OpenPose's colour wheel, red first: a joint's by its number, a limb's by its place in LIMBS."""

NEAREST, FARTHEST = 1.0, 0.05
"""Brightness of the nearest and the farthest surface; 0 is left to the background."""

SHORTEST, LONGEST = 0.25, 1.25
"""Lengths between which a vector is a normal, whatever resampling has done to it; black's is 1.7, middle grey's 0."""


def depth_hint(z: Floats, background: NDArray[np.bool_] | None = None) -> Floats:
    """Planar depth in metres [h, w] as MiDaS shows it: inverse depth, near bright, background black, [h, w, 3] in 0..1.

    Background is what the mask says, and every depth that is not a positive number. One depth all over is near.
    """
    valid = np.isfinite(z) & (z > 0)
    if background is not None:
        valid &= ~background
    hint = np.zeros(z.shape, np.float32)
    if valid.any():
        inverse = 1.0 / z[valid].astype(np.float64)
        low, high = inverse.min(), inverse.max()
        scaled = (inverse - low) / (high - low) if high > low else np.ones_like(inverse)
        hint[valid] = FARTHEST + (NEAREST - FARTHEST) * scaled
    return np.repeat(hint[..., None], 3, axis=-1)


def canny_hint(rgb: Floats | NDArray[np.uint8], low: float = 100, high: float = 200) -> Floats:
    """White edges on black [h, w, 3] of a picture [h, w, 3], uint8 or float in 0..1 (what is not a number counts as 0).

    Thresholds are gradients of 8-bit grey (Canny 1986; OpenCV's, 3x3 Sobel).
    """
    levels = rgb if rgb.dtype == np.uint8 else np.rint(np.clip(np.nan_to_num(rgb), 0, 1) * 255).astype(np.uint8)
    grey = cv2.cvtColor(np.ascontiguousarray(levels), cv2.COLOR_RGB2GRAY)
    edges = (cv2.Canny(grey, low, high) > 0).astype(np.float32)
    return np.repeat(edges[..., None], 3, axis=-1)


def normal_hint(normals: Floats) -> Floats:
    """The camera's normals [h, w, 3] as n * 0.5 + 0.5, X right, Y up, Z towards the viewer, as control networks read
    them: the same with red to the left, each a unit long, and what is no normal turned to the viewer.

    Red is left, green up and blue towards the viewer in Bae's estimator (Bae et al. 2021, arXiv 2109.09881), whose
    pictures control_v11p_sd15_normalbae was trained on: ControlNet 1.1's README says "blue is front, red is left, green
    is top"; issue 13 of the estimator (baegwangbin/surface_normal_uncertainty) finds OpenGL's axes with X reversed.
    ControlNet 1.0's network (sd-controlnet-normal) learned slopes of estimated depth in the same directions; by its
    authors' word it cannot interpret a renderer's true normals.
    """
    vectors = normals.astype(np.float32) * 2 - 1
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    real = (length > SHORTEST) & (length < LONGEST)
    units = np.where(real, vectors / np.maximum(length, SHORTEST), np.array((0, 0, 1), np.float32))
    return (units * np.array((-0.5, 0.5, 0.5), np.float32) + 0.5).astype(np.float32)


def is_grey(picture: Floats) -> bool:
    """Whether a picture [h, w, 3] in 0..1 has no colour, and so cannot show normals, but for the one that is grey."""
    if float(np.ptp(picture, axis=-1).max(initial=0.0)) > 1.5 / 255:
        return False
    length = np.linalg.norm(picture * 2 - 1, axis=-1)
    return bool((np.abs(length - 1) > 0.05).any())


def inpaint_hint(picture: Floats, mask: Floats) -> Floats:
    """The picture [h, w, 3] in 0..1 with -1 where the mask [h, w] is a half and more: missing, as control networks for
    inpainting were trained to read it (ControlNet 1.1)."""
    return np.where((mask >= 0.5)[..., None], np.float32(-1), picture)


def pose_hint(people: Floats, extent: Extent) -> Floats:
    """Figures [people, 18, 3] (x, y in pixels, confidence) as OpenPose draws them, [h, w, 3] in 0..1.

    Joints of confidence 0 and limbs that lack a joint are left out. Limbs are as thick as 4 px are at 512.
    """
    canvas = np.zeros((extent.height, extent.width, 3), np.uint8)
    thickness = max(1, round(4 * min(extent.width, extent.height) / 512))
    for person in people:
        seen = person[:, 2] > 0
        points = [(round(x), round(y)) for x, y, _ in np.nan_to_num(person).clip(-1e6, 1e6).tolist()]
        for color, (a, b) in zip(COLORS, LIMBS, strict=False):
            if seen[a] and seen[b]:
                dim = tuple(int(value * 0.6) for value in color)
                cv2.line(canvas, points[a], points[b], dim, 2 * thickness, cv2.LINE_AA)
        for joint, color in enumerate(COLORS):
            if seen[joint]:
                cv2.circle(canvas, points[joint], thickness, color, -1, cv2.LINE_AA)
    return (canvas / 255).astype(np.float32)
