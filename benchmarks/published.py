"""The best published inpaint's masks, filling and colours, as formulas: what ours is measured against.

Written from the numbers alone. Lengths in pixels are those of a model with a native side of 512; `unit` scales them.
Its denoising mask is a binary dilation of all that is selected at all, its alpha that mask's outermost edge; latent
cells take the mask's value at their centre; what is filled is the selection alone, blurred; colours are matched by the
deviation of pixels that count as black where they are masked; results have 8 bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bottega_daemon.diffusion.pixels import Floats

LEAST_FEATHER, GROW_OFFSET, LARGEST_BLEND = 32, 4, 25
FILL_BLUR, FILL_FALLOFF = 65, 9
CELL = 8
FEATHER, PADDING = 0.10, 0.06
"""Parts of the selection's diagonal."""


@dataclass(frozen=True)
class Softness:
    """Its three lengths for one selection at one strength, and how far its bounds reach."""

    feather: int
    grow: int
    blend: int
    pad: int


def softness(width: int, height: int, strength: float = 1.0, unit: float = 1.0) -> Softness:
    """From the selection's bounds."""
    diagonal = float(np.hypot(width, height))
    feather = max(int(FEATHER * strength * diagonal), round(LEAST_FEATHER * strength * unit))
    offset = max(round(GROW_OFFSET * unit), 1)
    grow = offset + feather // 2
    blend = min(round(LARGEST_BLEND * unit), grow + feather // 2)
    return Softness(feather, grow, blend, feather + offset + int(PADDING * diagonal))


def denoise_mask(selection: Floats, soft: Softness) -> Floats:
    """How far each pixel is denoised, [h, w] in 0..1."""
    side = 2 * soft.grow + 1
    grown = cv2.dilate((selection > 0).astype(np.float32), np.ones((side, side), np.uint8))
    half = max(_odd(soft.feather) // 2, 1)  # two boxes make a triangle
    box = (half + 1 - half % 2,) * 2
    return np.asarray(cv2.blur(cv2.blur(grown, box, borderType=cv2.BORDER_REFLECT), box), np.float32)


def cells(denoise: Floats) -> Floats:
    """A denoising mask, [h, w] in whole cells, as a model is given it: each cell's value is that of its middle."""
    middle = slice(CELL // 2 - 1, CELL // 2 + 1)
    height, width = denoise.shape
    parts = denoise.reshape(height // CELL, CELL, width // CELL, CELL)[:, middle][..., middle]
    return np.asarray(np.kron(parts.mean(axis=(1, 3)), np.ones((CELL, CELL))), np.float32)


def filled(picture: Floats, selection: Floats, unit: float = 1.0) -> Floats:
    """The picture with what is selected blurred: all that is known of it before denoising."""
    side = 2 * max(round(GROW_OFFSET * unit), 1) + 1
    mask = np.asarray(cv2.dilate((selection > 0).astype(np.float32), np.ones((side, side), np.uint8)), np.float32)
    soft = _gaussian(mask, _odd(round(FILL_FALLOFF * unit)))[..., None]
    return np.asarray(picture + soft * (_gaussian(picture, _odd(round(FILL_BLUR * unit))) - picture), np.float32)


def alpha_mask(denoise: Floats, soft: Softness) -> Floats:
    """How far the result shows, [h, w] in 0..1."""
    hard = (denoise > 1e-6).astype(np.float32)
    side = 2 * (soft.blend // 2) + 1
    hard = np.asarray(cv2.erode(hard, np.ones((side, side), np.uint8)), np.float32)
    return _gaussian(hard, _odd(soft.blend))


def matched(painted: Floats, picture: Floats, denoise: Floats) -> Floats:
    """`painted` with the mean and deviation of the picture's unmasked part, where what is masked counts as black."""
    outside = (denoise < 0.5)[..., None].astype(np.float32)
    theirs = cv2.cvtColor(picture * outside, cv2.COLOR_RGB2Lab)
    ours = cv2.cvtColor(painted * outside, cv2.COLOR_RGB2Lab)
    lab = cv2.cvtColor(painted, cv2.COLOR_RGB2Lab)
    scale = theirs.std(axis=(0, 1)) / np.maximum(ours.std(axis=(0, 1)), 1e-3)
    lab = (lab - ours.mean(axis=(0, 1))) * scale + theirs.mean(axis=(0, 1))
    return np.clip(np.asarray(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB), np.float32), 0, 1)


def _gaussian(values: Floats, size: int) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (size, size), 0.3 * (size - 1) + 0.8), np.float32)


def _odd(value: int) -> int:
    return value | 1
