"""What the masked part of a picture holds before it is denoised: a row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from bottega_daemon.diffusion.masks import blurred, bounds_of, padded
from bottega_daemon.diffusion.pixels import Floats, from_float, to_float
from bottega_daemon.spec import Fill

Beginning = Literal["picture", "noise", "unit noise"]
"""What a walk begins with in the masked part: the filled picture under noise; noise alone where the walk has its full
length, else the picture; or latents of unit deviation that say nothing, under noise."""

CONTINUED_SIDE = 256
"""Pixels of a masked part's longer side above which it is continued at a smaller size: beyond it only colours count."""
RADIUS = 4
KNOWN = 1 / 64
"""Of a pixel, when it is continued at a smaller size: what is known of it is its colour, however thin it was."""


@dataclass(frozen=True)
class Row:
    """One way to fill: `paint(picture [h, w, 3] in 0..1, mask [h, w] of 0 and 1)` gives the picture, filled."""

    paint: Callable[[Floats, Floats], Floats]
    beginning: Beginning = "picture"


def _keep(picture: Floats, mask: Floats) -> Floats:
    return picture


def neutral(picture: Floats, mask: Floats) -> Floats:
    """Middle grey: nothing of what was there shines through."""
    return _laid(picture, np.float32(0.5), mask)


def blur(picture: Floats, mask: Floats) -> Floats:
    """The picture's own colours without its forms: blurred over a quarter of the masked part's shorter side."""
    box = bounds_of(mask)
    if box is None:
        return picture
    radius = max(8, min(box.width, box.height) // 4)
    around = padded(box, radius, mask.shape)
    filled = picture.copy()
    filled[around] = _laid(picture[around], blurred(np.ascontiguousarray(picture[around]), radius), mask[around])
    return filled


def border(picture: Floats, mask: Floats) -> Floats:
    """What surrounds the masked part, continued into it as a fluid would (Bertalmio et al. 2001, CVPR), in 16 bits.

    A picture that is masked all over becomes grey: there is nothing to continue.
    """
    box = bounds_of(mask)
    if box is None:
        return picture
    if mask.all():
        return neutral(picture, mask)
    around = padded(box, max(16, max(box.width, box.height) // 4), mask.shape)
    filled = picture.copy()
    filled[around] = _continued(np.ascontiguousarray(picture[around]), np.ascontiguousarray(mask[around]))
    return filled


def _continued(picture: Floats, mask: Floats) -> Floats:
    """`border` for a picture that is little more than its masked part: small enough, and smooth deep inside."""
    height, width = mask.shape
    scale = min(1.0, CONTINUED_SIDE / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    known = (1 - mask)[..., None]
    weight = cv2.resize(1 - mask, size, interpolation=cv2.INTER_AREA)
    # What is masked must not bleed into its surroundings when they shrink.
    small = cv2.resize(picture * known, size, interpolation=cv2.INTER_AREA) / np.maximum(weight, 1e-6)[..., None]
    missing = (weight < KNOWN).astype(np.uint8)
    if missing.all():
        return neutral(picture, mask)
    # In 16 bits: OpenCV adds a half to floats as well, to round them.
    levels = from_float(np.asarray(small, np.float32), "u16")
    channels = [
        cv2.inpaint(np.ascontiguousarray(levels[..., channel], np.uint16), missing, RADIUS, cv2.INPAINT_NS)
        for channel in range(3)
    ]
    whole = cv2.resize(to_float(np.stack(channels, axis=-1)), (width, height), interpolation=cv2.INTER_LINEAR)
    return _laid(picture, np.clip(np.asarray(whole, np.float32), 0, 1), mask)


def _laid(picture: Floats, filling: Floats | np.float32, mask: Floats) -> Floats:
    return np.where(mask[..., None] > 0, filling, picture).astype(np.float32)


FILLS: Mapping[Fill, Row] = {
    "keep": Row(_keep, "noise"),
    "neutral": Row(neutral),
    "blur": Row(blur),
    "border": Row(border),
    "noise": Row(neutral, "unit noise"),
}


Told = Literal["nothing", "channels", "control"]
"""How a model hears what is missing: not at all, as a checkpoint made for inpainting does (nine channels), or from a
control network of that kind."""

AUTO: Mapping[Told, Fill] = {"nothing": "border", "channels": "keep", "control": "keep"}
"""What is filled in at strength 1 where nothing is asked for: a model that is told needs no filling to see it."""


def row_of(fill: Fill, strength: float, told: Told) -> Row:
    """The row for a request. Below strength 1 what is there is what is wanted: it is kept."""
    if fill == "auto":
        fill = AUTO[told] if strength >= 1.0 else "keep"
    return FILLS[fill]
