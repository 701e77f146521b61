"""Masks and pictures grown beyond their edges. Knows nothing of Blender."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
RING = 6
"""Texels around each island that take the very colours beside them, before the rest is filled smoothly."""


def widened(mask: Array, steps: int) -> Array:
    """A mask grown by so many pixels, also diagonally."""
    for _ in range(steps):
        tall = mask.copy()
        tall[1:] |= mask[:-1]
        tall[:-1] |= mask[1:]
        mask = tall.copy()
        mask[:, 1:] |= tall[:, :-1]
        mask[:, :-1] |= tall[:, 1:]
    return mask


def depth_inside(mask: Array, steps: int) -> Array:
    """How far inside of a mask each pixel lies, as a part of so many pixels: 0 outside, 1 well inside. The picture's
    own border is no edge."""
    outside, total = ~mask, np.zeros(mask.shape)
    for _ in range(steps):
        total += ~outside
        outside = widened(outside, 1)
    return total / steps


def continued(color: Array, known: Array, steps: int = RING) -> tuple[Array, Array]:
    """A picture (h, w, 3) whose known part is grown: each new texel is the mean of its known neighbours."""
    color, known = color.copy(), known.copy()
    height, width = known.shape
    for _ in range(steps):
        ys, xs = np.nonzero(widened(known, 1) & ~known)
        if not len(ys):
            break
        total, count = np.zeros((len(ys), color.shape[2])), np.zeros(len(ys))
        for dy, dx in ((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)):
            y, x = np.clip(ys + dy, 0, height - 1), np.clip(xs + dx, 0, width - 1)
            total += color[y, x] * known[y, x, None]
            count += known[y, x]
        color[ys, xs] = total / count[:, None]
        known[ys, xs] = True
    return color, known


def filled(color: Array, known: Array) -> Array:
    """A picture whose unknown texels take the colours around them, from ever coarser pictures of what is known: pull
    and push (Gortler et al. 1996). So unseen places blend in, and mip maps stay clean."""
    if known.all() or min(known.shape) == 1:
        mean = color[known].mean(0) if known.any() else np.full(color.shape[2], 0.5)
        return np.where(known[..., None], color, mean)
    height, width = known.shape
    pad = ((0, height % 2), (0, width % 2))
    share = np.pad(known.astype(np.float64), pad)
    sums = np.pad(color * known[..., None], (*pad, (0, 0)))
    blocks = share.reshape(len(share) // 2, 2, -1, 2).sum((1, 3))
    coarse = sums.reshape(len(share) // 2, 2, share.shape[1] // 2, 2, -1).sum((1, 3)) / np.maximum(blocks, 1)[..., None]
    around = _doubled(_doubled(filled(coarse, blocks > 0), 0), 1)[:height, :width]
    return np.where(known[..., None], color, around)


def _doubled(picture: Array, axis: int) -> Array:
    """Twice as many texels along an axis, between their neighbours in proportion 3 to 1; the edge repeats."""
    size = picture.shape[axis]
    before = np.take(picture, np.maximum(np.arange(size) - 1, 0), axis)
    after = np.take(picture, np.minimum(np.arange(size) + 1, size - 1), axis)
    pair = np.stack([picture * 0.75 + before * 0.25, picture * 0.75 + after * 0.25], axis + 1)
    return pair.reshape(*picture.shape[:axis], 2 * size, *picture.shape[axis + 1 :])
