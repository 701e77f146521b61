"""The layer that comes of repainting: the picture's own kind of pixels, with alpha, cut to where it shows."""

from __future__ import annotations

import numpy as np

from bottega_daemon.diffusion.fills import border
from bottega_daemon.diffusion.masks import bounds_of
from bottega_daemon.diffusion.pixels import Floats, Stored, from_float, rgb, srgb_to_linear, to_float
from bottega_daemon.spec import Bounds, ChannelDepth, ColorSpace

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec. 709 / sRGB luminance."""
NOWHERE = Bounds(0, 0, 1, 1)
"""Of a layer that shows nothing: a layer has at least a pixel."""


def transparent(picture: Stored) -> Floats:
    """1 where a picture has alpha 0 and so no colour, [height, width]; 0 elsewhere."""
    if picture.shape[-1] < 4:
        return np.zeros(picture.shape[:2], np.float32)
    return (to_float(picture[..., 3]) <= 0).astype(np.float32)


def seen(picture: Stored, space: ColorSpace) -> Floats:
    """What a model sees of a picture, sRGB in 0..1: where it has no colour its surroundings go on, so that no dark edge
    shows where it is resized or repainted."""
    return border(rgb(picture, space), transparent(picture))


def layer(
    painted: Floats, alpha: Floats, like: Stored, depth: ChannelDepth, space: ColorSpace
) -> tuple[Stored, Bounds]:
    """The painted picture (sRGB, [h, w, 3]) as a layer for the picture `like` of this depth and space, and its bounds.

    [height, width, 4]; colours are those of the painted picture also where alpha is 0. Grey pictures get grey ones.
    """
    box, inside = _box(alpha)
    colours = srgb_to_linear(painted[inside]) if space == "linear" else painted[inside]
    if like.shape[-1] == 1:
        colours = np.repeat((colours @ LUMA)[..., None], 3, axis=-1)
    return from_float(np.concatenate([colours, alpha[inside][..., None]], axis=-1), depth), box


def unchanged(picture: Stored, alpha: Floats, depth: ChannelDepth) -> tuple[Stored, Bounds]:
    """A layer of the picture's own pixels: laid over it, it changes nothing."""
    box, inside = _box(alpha)
    colours = picture[inside][..., :3]
    colours = np.repeat(colours, 3, axis=-1) if colours.shape[-1] == 1 else colours
    own = np.ones_like(alpha) if picture.shape[-1] < 4 else to_float(picture[..., 3])
    shown = from_float((alpha * own)[inside][..., None], depth)
    return np.concatenate([colours, shown], axis=-1), box


def _box(alpha: Floats) -> tuple[Bounds, tuple[slice, slice]]:
    box = bounds_of(alpha) or NOWHERE
    return box, (slice(box.y, box.y + box.height), slice(box.x, box.x + box.width))
