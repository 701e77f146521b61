"""The layer that comes of repainting: the picture's own kind of pixels, with alpha, cut to where it shows."""

from __future__ import annotations

import numpy as np

from bottega_daemon.diffusion.fills import border
from bottega_daemon.diffusion.masks import bounds_of
from bottega_daemon.diffusion.pixels import Floats, Stored, from_float, rgb, srgb_to_linear, to_float
from bottega_daemon.spec import Bounds, ChannelDepth, ColorSpace

FAINT = 1 / 32
"""Below this alpha colours are mostly the rounding of bytes."""
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec. 709 / sRGB luminance."""
NOWHERE = Bounds(0, 0, 1, 1)
"""Of a layer that shows nothing: a layer has at least a pixel."""


def transparent(picture: Stored, most: float = 0.0) -> Floats:
    """1 where a picture has an alpha of 0, or of so little at most, [height, width]; 0 elsewhere."""
    if picture.shape[-1] < 4:
        return np.zeros(picture.shape[:2], np.float32)
    return (to_float(picture[..., 3]) <= most).astype(np.float32)


def seen(picture: Stored, space: ColorSpace) -> Floats:
    """What a model sees of a picture, sRGB in 0..1: where it has hardly any colour its surroundings go on, so that no
    dark edge shows where it is resized or repainted."""
    return border(rgb(picture, space), transparent(picture, FAINT))


def layer(
    painted: Floats, alpha: Floats, like: Stored, depth: ChannelDepth, space: ColorSpace, kept: float = 0.0
) -> tuple[Stored, Bounds]:
    """The painted picture (sRGB, [h, w, 3]) as a layer for the picture `like` of this depth and space, and its bounds.

    [height, width, 4]; colours are those of the painted picture also where alpha is 0. Grey pictures get grey ones.
    What of `like` lies beyond 0..1 the model has not seen; as much of it is `kept` as of the picture.
    """
    box, inside = _box(alpha)
    colours = srgb_to_linear(painted[inside]) if space == "linear" else painted[inside]
    if like.shape[-1] == 1:
        colours = np.repeat((colours @ LUMA)[..., None], 3, axis=-1)
    if kept and like.dtype.kind == "f":
        own = np.nan_to_num(like[inside][..., :3].astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0)
        colours = colours + np.asarray(kept * (own - np.clip(own, 0, 1)), np.float32)
    return from_float(np.concatenate([colours, alpha[inside][..., None]], axis=-1), depth), box


def unchanged(picture: Stored, alpha: Floats, depth: ChannelDepth) -> tuple[Stored, Bounds]:
    """A layer of the picture's own pixels: laid over it, it changes nothing. So it shows nothing of what is
    transparent: half a pixel on its own half would be three quarters."""
    box, inside = _box(alpha)
    colours = picture[inside][..., :3]
    colours = np.repeat(colours, 3, axis=-1) if colours.shape[-1] == 1 else colours
    opaque = np.ones_like(alpha, bool) if picture.shape[-1] < 4 else to_float(picture[..., 3]) >= 1
    shown = from_float(np.where(opaque, alpha, 0)[inside][..., None], depth)
    return np.concatenate([colours, shown], axis=-1), box


def _box(alpha: Floats) -> tuple[Bounds, tuple[slice, slice]]:
    box = bounds_of(alpha) or NOWHERE
    return box, (slice(box.y, box.y + box.height), slice(box.x, box.x + box.width))
