"""Takes back the difference of colours that a repainted part shows at its rim.

More is painted than shows: a layer fades out before the repainted cells end. What does not show lies on a picture that
is known and was not selected, so its difference is an error, and of the same painting as what does show. (What is
softly selected does not wholly show either, but there a difference is what was asked for.) Smoothed, it is carried
inward as a membrane that meets it there, as in gradient-domain blending (Perez et al. 2003, SIGGRAPH), but measured
where both pictures are known, and bounded: what differs much is another thing, not another colour.
"""

from __future__ import annotations

import cv2
import numpy as np

from bottega_daemon.diffusion.canvas import CELL
from bottega_daemon.diffusion.colour import lab_of, rgb_of
from bottega_daemon.diffusion.masks import bounds_of, padded
from bottega_daemon.diffusion.pixels import Floats

COARSE = 4
"""Pixels to one of the membrane: nothing finer than a latent cell is corrected."""
FARTHEST = 12.0
"""Units of Lab that are taken back wholly. Twice as much is no shift of colours; between them less and less is."""
LEAST = 0.01
"""Of a pixel's weight: below it nothing is known."""


def levelled(painted: Floats, picture: Floats, repainted: Floats, alpha: Floats, selected: Floats) -> Floats:
    """`painted` [h, w, 3] (sRGB in 0..1) with the colours of the `picture` at its rim.

    `repainted` [h, w] is more than 0 where denoising had a part, `alpha` how far that shows, `selected` more than 0
    where a change was asked for by however little. Without a rim nothing changes.
    """
    box = bounds_of(alpha)
    if box is None:
        return painted
    around = padded(box, 2 * CELL, alpha.shape)
    hidden = (repainted[around] > 0) & (selected[around] <= 0)
    rim = np.where(hidden, 1 - alpha[around], 0).astype(np.float32)
    if not rim.any():
        return painted
    height, width = rim.shape
    size = max(width // COARSE, 1), max(height // COARSE, 1)
    known = _small(rim, size)
    ours, theirs = (_mean(each[around], rim, known) for each in (painted, picture))
    change = membrane(_limited(lab_of(theirs) - lab_of(ours), known), known)
    whole = cv2.resize(_smooth(change), (width, height), interpolation=cv2.INTER_LINEAR)
    result = painted.copy()
    result[around] = rgb_of(lab_of(painted[around]) + whole)
    return result


def _small(values: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(np.ascontiguousarray(values), size, interpolation=cv2.INTER_AREA), np.float32)


def _mean(values: Floats, rim: Floats, known: Floats) -> Floats:
    """Of the rim's pixels alone: what shows has no say."""
    size = known.shape[1], known.shape[0]
    return np.asarray(_small(values * rim[..., None], size) / np.maximum(known, 1e-6)[..., None], np.float32)


def _smooth(values: Floats) -> Floats:
    """Over a latent cell."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), CELL / COARSE, borderType=cv2.BORDER_REPLICATE), np.float32)


def _limited(difference: Floats, known: Floats) -> Floats:
    """What of a difference [h, w, 3] is one of colours: its mean over a few cells, where that is small."""
    mean = _smooth(difference * known[..., None]) / np.maximum(_smooth(known), LEAST)[..., None]
    share = np.clip(2 - np.linalg.norm(mean, axis=-1, keepdims=True) / FARTHEST, 0, 1)
    return np.asarray(mean * share, np.float32)


def membrane(values: Floats, known: Floats) -> Floats:
    """`values` [h, w, 3] where they are `known` (a weight [h, w] in 0..1), continued smoothly to everywhere else.

    Pull and push (Gortler et al. 1996, SIGGRAPH): what a scale does not know, it takes from the next coarser one.
    """
    height, width = known.shape
    if height * width == 1:
        return values
    size = (width + 1) // 2, (height + 1) // 2
    weighted = values * known[..., None]
    weight = _small(known, size)[..., None]
    means = _small(weighted, size) / np.maximum(weight, 1e-6)
    coarser = membrane(np.asarray(means, np.float32), np.minimum(4 * weight[..., 0], 1))
    rest = cv2.resize(coarser, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(weighted + rest * (1 - known[..., None]), np.float32)
