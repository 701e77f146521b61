"""Masks: which latent cells are repainted, and how the result is laid over the picture it came from."""

from __future__ import annotations

import numpy as np
import torch

from bottega_daemon.diffusion.canvas import CELL
from bottega_daemon.diffusion.pixels import Floats, Stored, from_float, grey, srgb_to_linear, to_float
from bottega_daemon.spec import ChannelDepth, ColorSpace

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec. 709 / sRGB luminance."""


def latent_mask(mask: Floats) -> torch.Tensor:
    """[1, 1, h / 8, w / 8] of a pixel mask [h, w]: a cell is repainted as far as its most repainted pixel, since every
    visible change has to lie where denoising worked."""
    cells = torch.from_numpy(np.ascontiguousarray(mask))[None, None]
    return torch.nn.functional.max_pool2d(cells, CELL)


def composite(picture: Stored, mask: Stored, painted: Floats, depth: ChannelDepth, space: ColorSpace) -> Stored:
    """Lay `painted` (sRGB, [h, w, 3]) over a stored picture [h, w, 1, 3 or 4] through a stored mask [h, w, 1].

    Returns the picture's own channels, depth and colour space. Where the mask is 0, and in the alpha channel, every bit
    is the picture's own.
    """
    alpha = grey(mask)[..., None]
    new = srgb_to_linear(painted) if space == "linear" else painted
    if picture.shape[-1] == 1:
        new = (new @ LUMA)[..., None]
    colours = picture[..., : new.shape[-1]]
    old = to_float(colours)
    blended = np.where(alpha == 1, new, old + alpha * (new - old))
    result = picture.copy()
    result[..., : new.shape[-1]] = np.where(alpha > 0, from_float(blended, depth), colours)
    return result


def neutral(picture: Floats, mask: Floats) -> Floats:
    """The picture with middle grey where the mask is: nothing of what was there shines through."""
    return np.asarray(picture + mask[..., None] * (np.float32(0.5) - picture), np.float32)
