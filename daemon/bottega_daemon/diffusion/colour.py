"""Takes back the shift of colours that the way through the autoencoder brings.

What is kept of a picture has gone that way too and can be compared with itself, pixel by pixel: the shift that it shows
is the shift of the rest. So a selection on a gradient, or of another colour than its surroundings, is not pulled
towards them. Lab of D65, mean and deviation (Reinhard et al. 2001, IEEE CG&A 21), robust and bounded.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.diffusion.pixels import Floats

FARTHEST = 8.0
"""Units of Lab: a larger difference is no shift of colours."""
STRETCH = 1.1
"""The most that contrast is raised, or lowered."""
FLAT = 1.0
"""Deviation below which there is no contrast to compare."""
LEAST = 256
"""Pixels of surroundings without which there is nothing to learn from."""
MARGIN = 16
"""Pixels next to what was repainted that it may have reached into, through the autoencoder."""


def matched(painted: Floats, picture: Floats, repainted: Floats) -> Floats:
    """`painted` [h, w, 3] (sRGB in 0..1) with the colours that make its kept part most like the `picture`'s.

    `repainted` [h, w] is 0 in the kept part; what is masked counts for nothing. The same change is made everywhere.
    """
    kept = _kept(repainted)
    if np.count_nonzero(kept) < LEAST:
        return painted
    ours, theirs = lab_of(painted), lab_of(picture)
    for channel in range(3):
        scale, shift = _change(ours[..., channel][kept], theirs[..., channel][kept])
        ours[..., channel] = ours[..., channel] * scale + shift
    return rgb_of(ours)


def _kept(repainted: Floats) -> NDArray[np.bool_]:
    """Pixels that denoising had no part in, apart from its border unless there are too few others."""
    changed = (repainted > 0).astype(np.uint8)
    side = 2 * MARGIN + 1
    far = cv2.dilate(changed, np.ones((side, side), np.uint8)) == 0
    return far if np.count_nonzero(far) >= LEAST else changed == 0


def lab_of(rgb: Floats) -> Floats:
    """CIE Lab of D65 of sRGB in 0..1, [h, w, 3]."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb, np.float32), cv2.COLOR_RGB2Lab), np.float32)


def rgb_of(lab: Floats) -> Floats:
    """The inverse of `lab_of`, clipped to 0..1."""
    lab = np.ascontiguousarray(lab, np.float32)
    return np.clip(np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), np.float32), 0, 1)


def _change(ours: Floats, theirs: Floats) -> tuple[float, float]:
    """Scale and shift that give `ours` the mean and deviation of `theirs`, without pixels that differ for a reason of
    their own (an edge that moved): more than three deviations from the median difference."""
    difference = theirs - ours
    median = float(np.median(difference))
    spread = 1.4826 * float(np.median(np.abs(difference - median)))
    usual = np.abs(difference - median) <= 3 * spread + 0.5
    before, after = float(ours[usual].std(dtype=np.float64)), float(theirs[usual].std(dtype=np.float64))
    scale = 1.0 if min(before, after) < FLAT else float(np.clip(after / before, 1 / STRETCH, STRETCH))
    mean = float(ours[usual].mean(dtype=np.float64))
    shift = float(np.clip(theirs[usual].mean(dtype=np.float64) - mean, -FARTHEST, FARTHEST))
    return scale, mean * (1 - scale) + shift
