"""How well a repainted part sits in its picture, in numbers. Pictures are [h, w, 3] in 0..1, selections [h, w]."""

from __future__ import annotations

import cv2
import numpy as np

from bottega_daemon.diffusion.pixels import Floats

RINGS = range(-8, 25, 2)
"""Distances from the selection's edge, outward, at which a seam is looked for."""


def distance(selection: Floats) -> Floats:
    """Pixels from the selection's edge (at a half): negative inside."""
    inside = (selection >= 0.5).astype(np.uint8)
    out = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(out - within, np.float32)


def seam(result: Floats, picture: Floats, selection: Floats) -> float:
    """Gradient across the selection's border against that along it, on the ring where it is worst, inside or out;
    divided by the same of the picture as it was. 1 is no seam."""
    far = distance(selection)
    after, before = _across_to_along(result, far), _across_to_along(picture, far)
    return float(max(a / b for a, b in zip(after, before, strict=True)))


def _across_to_along(picture: Floats, far: Floats) -> list[float]:
    lightness = _lab(picture)[..., 0]
    dy, dx = np.gradient(cv2.GaussianBlur(lightness, (3, 3), 0.7))
    ny, nx = np.gradient(cv2.GaussianBlur(far, (5, 5), 1.5))
    length = np.maximum(np.hypot(nx, ny), 1e-6)
    across, along = np.abs(dx * nx + dy * ny) / length, np.abs(dy * nx - dx * ny) / length
    rings = [(far > ring - 1.5) & (far <= ring + 1.5) for ring in RINGS]
    return [float((across[ring].mean() + 0.5) / (along[ring].mean() + 0.5)) for ring in rings if ring.any()]


def shift_outside(result: Floats, picture: Floats, selection: Floats, reach: float) -> float:
    """Mean difference of colours (CIE 1976) further than `reach` from the selection."""
    away = distance(selection) > reach
    return float(np.linalg.norm(_lab(result) - _lab(picture), axis=-1)[away].mean())


def shift_inside(result: Floats, picture: Floats, selection: Floats) -> float:
    """How much more the mean colour changes from just outside the border to just inside than it did in the picture."""
    far = distance(selection)
    inside, outside = (far > -7) & (far <= -1), (far > 1) & (far <= 7)
    steps = [_lab(each)[inside].mean(axis=0) - _lab(each)[outside].mean(axis=0) for each in (result, picture)]
    return float(np.linalg.norm(steps[0] - steps[1]))


def detail(result: Floats, picture: Floats, selection: Floats) -> float:
    """Fine detail inside the selection, as a part of what was there: deviations of the Laplacian of lightness."""
    inside = distance(selection) < -2
    made, was = (cv2.Laplacian(_lab(each)[..., 0], cv2.CV_32F)[inside].std() for each in (result, picture))
    return float(made / max(was, 1e-6))


def _lab(picture: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture, np.float32), cv2.COLOR_RGB2Lab), np.float32)
