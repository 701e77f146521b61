"""How well a repainted part sits in its picture, in numbers. Pictures are [h, w, 3] in 0..1, selections [h, w].

Every number compares with the picture as it was, which is not what a repainted part has to look like: how far *another
real picture* is from it says from where on a number tells anything (`mirrored`).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.diffusion.colour import lab_of
from bottega_daemon.diffusion.pixels import Floats

RINGS = range(-8, 25, 2)
"""Distances from the selection's edge, outward, at which a seam is looked for."""
SECTORS = 8
"""Of the border, compared one by one: what is too dark on the left and too bright on the right is not right."""
WIDTH = 6
"""Pixels of the strips on either side that are compared."""
FLAT = 0.5
"""Of lightness per pixel: a gradient below which nobody sees an edge."""
DETAILED = 1.0
"""Deviation of a picture's Laplacian below which it has no detail to keep."""

Profile = NDArray[np.float64]
"""[rings, 4]: gradients across and along the border, after and before, as parts of the picture's mean gradient."""


def distance(selection: Floats) -> Floats:
    """Pixels from the selection's edge (at a half): negative inside."""
    inside = (selection >= 0.5).astype(np.uint8)
    out = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(out - within, np.float32)


def mirrored(picture: Floats) -> list[Floats]:
    """Other real pictures of the same kind, without any seam."""
    return [np.ascontiguousarray(picture[:, ::-1])]


def profile(results: Sequence[Floats], picture: Floats, selection: Floats) -> Profile:
    """Gradients on each ring about the border: of all results together, since each alone has edges of its own."""
    far = distance(selection)
    before = _gradients(picture, far)
    after = np.mean([_gradients(result, far) for result in results], axis=0)
    return np.concatenate([after, before], axis=1) / before.mean()


def seam(profiles: Sequence[Profile]) -> float:
    """Gradient across the border against that along it, on the ring where it is worst, over the same before; of all
    these pictures together. 1 is no seam."""
    across, along, across_before, along_before = np.mean(profiles, axis=0).T
    return float((across / along * along_before / across_before).max())


def _gradients(picture: Floats, far: Floats) -> Profile:
    """[rings, 2]: mean size of the lightness's gradient across and along the border."""
    dy, dx = np.gradient(cv2.GaussianBlur(lab_of(picture)[..., 0], (3, 3), 0.7))
    ny, nx = np.gradient(cv2.GaussianBlur(far, (5, 5), 1.5))
    length = np.maximum(np.hypot(nx, ny), 1e-6)
    both = np.abs(dx * nx + dy * ny) / length, np.abs(dy * nx - dx * ny) / length
    rings = [(far > ring - 1.5) & (far <= ring + 1.5) for ring in RINGS]
    return np.array([[float(each[ring].mean()) + FLAT for each in both] for ring in rings])


def shift_outside(result: Floats, picture: Floats, selection: Floats, reach: float) -> float:
    """Mean difference of colours (CIE 1976) further than `reach` from the selection."""
    away = distance(selection) > reach
    return float(np.linalg.norm(lab_of(result) - lab_of(picture), axis=-1)[away].mean())


def colour_step(result: Floats, picture: Floats, selection: Floats, reach: float) -> float:
    """How much more the mean colour (CIE 1976) just inside the border differs from that beyond `reach` than it did in
    the picture: sector by sector. A wider transition makes it no smaller."""
    far = distance(selection)
    change = lab_of(result) - lab_of(picture)
    inside, outside = (far > -WIDTH) & (far <= 0), (far > reach) & (far <= reach + WIDTH)
    steps: list[float] = []
    for sector in _sectors(selection):
        if (inside & sector).any() and (outside & sector).any():
            step = change[inside & sector].mean(axis=0) - change[outside & sector].mean(axis=0)
            steps.append(float(np.linalg.norm(step)))
    return float(np.mean(steps))


def _sectors(selection: Floats) -> list[NDArray[np.bool_]]:
    """Where each is, [h, w]: equal angles about the selection's middle."""
    rows, columns = np.nonzero(selection >= 0.5)
    y, x = np.mgrid[: selection.shape[0], : selection.shape[1]]
    turn = (np.arctan2(y - rows.mean(), x - columns.mean()) / (2 * np.pi) + 0.5) % 1
    return [(turn * SECTORS).astype(int) == sector for sector in range(SECTORS)]


def detail(result: Floats, picture: Floats, selection: Floats) -> float | None:
    """Fine detail inside the selection, as a part of what was there: deviations of the Laplacian of lightness. None
    where there was none."""
    inside = distance(selection) < -2
    made, was = (float(cv2.Laplacian(lab_of(each)[..., 0], cv2.CV_32F)[inside].std()) for each in (result, picture))
    return made / was if was >= DETAILED else None
