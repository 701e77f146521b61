"""Repainted layers laid over what they were made for, with numpy: this host's hands for the client's plans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from .client import Bounds, Extent, Hands, Picture, Pixels, layer_bounds, whole_layer

Array: TypeAlias = "np.ndarray[Any, Any]"
KINDS = {"u8": "<u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}


def array_of(pixels: Pixels) -> Array:
    """(height, width, channels) as stored, row 0 on top; read only."""
    return np.frombuffer(pixels.data, KINDS[pixels.depth]).reshape(pixels.height, pixels.width, pixels.channels)


def laid(picture: Pixels, layers: Iterable[Picture]) -> Pixels:
    """A picture of three or four channels under layers (straight alpha; Porter and Duff 1984, "over"), in its
    own depth; every bit that they leave alone stays."""
    values = array_of(picture).copy()
    top = _top(values)
    for layer in layers:
        at, above = layer_bounds(layer), array_of(layer.pixels)
        below = values[at.y : at.bottom, at.x : at.right]
        alpha = above[..., 3:].astype(np.float64) / top
        own = below[..., 3:].astype(np.float64) / top if values.shape[2] == 4 else np.ones_like(alpha)
        total = alpha + own * (1 - alpha)
        share = np.divide(alpha, total, out=np.zeros_like(alpha), where=total > 0)
        with np.errstate(invalid="ignore"):  # of infinite lights that do not show
            mixed = below[..., :3].astype(np.float64) * (1 - share) + above[..., :3] * share
        mixed = np.where(share == 1, above[..., :3], mixed)
        if values.shape[2] == 4:
            mixed = np.concatenate([mixed, total * top], axis=2)
        stored = np.rint(mixed) if values.dtype.kind == "u" else mixed
        below[...] = np.where(alpha > 0, stored.astype(values.dtype), below)
    return Pixels.of(values, picture.color_space)


def _top(values: Array) -> float:
    """What stands for 1."""
    return float(np.iinfo(values.dtype).max) if values.dtype.kind == "u" else 1.0


def reach(layer: Picture, extent: Extent) -> Array:
    """How far a layer shows on its whole context: (height, width), 0..1."""
    alpha = array_of(layer.pixels)[..., 3]
    top = _top(alpha)
    whole, at = np.zeros((extent.height, extent.width), np.float32), layer_bounds(layer)
    whole[at.y : at.bottom, at.x : at.right] = alpha / top
    return whole


def faded(reached: Array, place: Bounds, left: float, top: float) -> Pixels | None:
    """A part of that as a 16-bit mask that fades in from its left and top edge; None if it shows nowhere there."""
    mask = reached[place.y : place.bottom, place.x : place.right]
    if not mask.any():
        return None
    across = np.minimum(np.arange(place.width) / left, 1.0) if left else np.ones(place.width)
    down = np.minimum(np.arange(place.height) / top, 1.0) if top else np.ones(place.height)
    return Pixels.of(np.rint(mask * across * down[:, None] * 65535).astype(np.uint16), "data")


def showing(over: Pixels, reached: Array) -> Picture:
    """All of a context's RGBA as a layer that shows so far."""
    values = array_of(over).copy()
    shown = reached * _top(values)
    values[..., 3] = np.rint(shown) if values.dtype.kind == "u" else shown
    return whole_layer(Pixels.of(values, over.color_space))


HANDS = Hands(laid, reach, faded)
