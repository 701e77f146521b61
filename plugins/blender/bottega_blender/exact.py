"""An image's own numbers, in its own depth and channels, and files that Blender reads as just such an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import bpy
import numpy as np

from . import spaces
from .client import Pixels, Unready
from .exr import exr
from .layers import array_of
from .pixels import Copy, png, read

Array: TypeAlias = "np.ndarray[Any, Any]"
PLANES = {8: 1, 24: 3}
"""Channels by the bits of a pixel, as Blender counts them: 8 for each, also of floats by fours. Any other has alpha."""
BEYOND = 1e-4
"""How far from 0..1 the numbers of a 16-bit file may lie, by Blender's rounding."""


@dataclass(frozen=True)
class Source:
    """An image as it was when it was read, and how its numbers are stored."""

    copy: Copy
    coding: spaces.Coding
    alpha_mode: str
    planes: int
    sixteen: bool
    """Its file holds 16 bits per channel, which Blender shows as floats."""


def source(image: bpy.types.Image) -> Source:
    """Copy an image. On the main thread; raises Unready for what has no numbers, or none that can be written again."""
    copy = read(image)
    coding, bits = spaces.of(image), image.depth // (4 if image.is_float else 1)
    if image.is_float and coding.coded is None:
        name = image.colorspace_settings.name
        remedy = "Choose Linear Rec.709 or sRGB for a copy of it, or let it be Non-Color."
        raise Unready("Floating point images of the colour space {name} cannot be made.", remedy=remedy, name=name)
    sixteen = image.is_float and (image.source, image.file_format) == ("FILE", "PNG")  # what has no file is "PNG", too
    return Source(copy, coding, image.alpha_mode, PLANES.get(bits, 4), sixteen)


def numbers(of: Source) -> Pixels:
    """What the image's file would hold: straight alpha, of a grey image one channel."""
    values = of.copy.values[::-1]
    color = values[..., :3] if values.shape[2] >= 3 else np.repeat(values[..., :1], 3, 2)
    alpha = values[..., 3:] if values.shape[2] == 4 else np.ones_like(values[..., :1])
    if of.copy.associated:
        with np.errstate(over="ignore"):
            color = np.divide(color, alpha, out=color.copy(), where=alpha != 0)
    if of.copy.is_float and of.coding.coded:
        color = of.coding.coded(color)
    see_through = of.planes == 4 or not bool((alpha == 1).all())
    grey = of.planes == 1 and not see_through and bool((color == color[..., :1]).all())
    stored = np.concatenate([color, alpha], 2) if see_through else color[..., :1] if grey else color
    packed = see_through and of.alpha_mode == "CHANNEL_PACKED"  # a map beside the colours: it hides none of them
    space = "data" if packed else of.coding.color_space
    return Pixels.of(np.ascontiguousarray(_stored(of, stored, see_through)), space)


def _stored(of: Source, values: Array, see_through: bool) -> Array:
    if not of.copy.is_float:
        return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    bounded = values.min() >= -BEYOND and values.max() <= 1 + BEYOND  # painted lights are brighter than a PNG can hold
    if of.sixteen and bounded and not (see_through and of.alpha_mode == "PREMUL"):
        return np.rint(np.clip(values, 0, 1) * 65535).astype(np.uint16)
    return values.astype(np.float32)


def alpha_mode(pixels: Pixels, wanted: str) -> str:
    """How Blender is to read the alpha of a file of these. Of few bits it is never multiplied into the colours, which
    would be rounded."""
    return "STRAIGHT" if wanted == "PREMUL" and pixels.depth != "f32" and pixels.channels == 4 else wanted


def encoded(pixels: Pixels, mode: str, text: Sequence[tuple[str, str]] = ()) -> bytes:
    """A file of numbers, for an image of this alpha mode."""
    values = array_of(pixels)
    if pixels.depth != "f32":
        return png(values, text)
    if mode == "PREMUL" and pixels.channels == 4 and pixels.color_space != "data":
        values = np.concatenate([values[..., :3] * values[..., 3:], values[..., 3:]], 2)
    return exr(values, text)
