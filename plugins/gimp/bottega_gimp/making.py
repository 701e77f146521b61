"""Layers painted before they are in the image: what takes long is done where nobody sees it, and is no step to undo."""

from __future__ import annotations

from gi.repository import Gimp

from .canvas import new_layer
from .client import Extent, Picture, Pixels
from .host import rest
from .pixels import scaled, split, write


def made(
    image: Gimp.Image, name: str, picture: Picture, mask: Pixels | None, shown: Extent, *, masked: bool = True
) -> Gimp.Layer:
    """A layer for an image, scaled to what is `shown`; the mask, which is scaled too, says what shows of it, else the
    picture's own alpha: that becomes a mask of the layer if it is to be `masked`, else the layer's alpha."""
    pixels = picture.pixels
    if masked and pixels.channels == 4 and mask is None:
        pixels, mask = split(pixels)
    layer = new_layer(image, name, shown)
    write(layer, scaled(pixels, shown), rest)
    linear = pixels.color_space == "linear"  # GIMP's own choice is always linear: other soft edges than were matched
    layer.set_composite_space(Gimp.LayerColorSpace.RGB_LINEAR if linear else Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    if mask:
        own = layer.create_mask(Gimp.AddMaskType.WHITE)
        rest()
        write(own, scaled(mask, shown), rest)
        layer.add_mask(own)
        layer.set_edit_mask(False)
    return layer
