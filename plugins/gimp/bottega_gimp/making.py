"""Layers painted before they are in the image: what takes long is done where nobody sees it, and is no step to undo."""

from __future__ import annotations

from gi.repository import Gimp

from .canvas import new_layer, scratch
from .client import Extent, Picture, Pixels
from .host import rest
from .pixels import split, write


def made(
    image: Gimp.Image, name: str, picture: Picture, mask: Pixels | None, extent: Extent, shown: Extent
) -> Gimp.Layer:
    """A layer for an image, scaled to an extent; `mask`, of that extent, says what shows of it, else the picture's own
    alpha. Both are then scaled to what is `shown`, in an image that was scaled meanwhile."""
    pixels = picture.pixels
    if pixels.channels == 4 and mask is None:
        pixels, mask = split(pixels)
    layer = _painted(image, name, pixels)
    if extent != pixels.extent:
        layer = _scaled(image, layer, extent)
    linear = pixels.color_space == "linear"  # GIMP's own choice is always linear: other soft edges than were matched
    layer.set_composite_space(Gimp.LayerColorSpace.RGB_LINEAR if linear else Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    if mask:
        own = layer.create_mask(Gimp.AddMaskType.WHITE)
        rest()
        write(own, mask, rest)
        layer.add_mask(own)
    if shown != extent:
        layer = _scaled(image, layer, shown)
    if mask:
        layer.set_edit_mask(False)
    return layer


def _painted(image: Gimp.Image, name: str, pixels: Pixels) -> Gimp.Layer:
    layer = new_layer(image, name, pixels.extent)
    write(layer, pixels, rest)
    return layer


def _scaled(image: Gimp.Image, layer: Gimp.Layer, extent: Extent) -> Gimp.Layer:
    """The layer at another size: GIMP scales in an image alone, so in one that nobody sees."""
    with scratch(image, extent) as other:
        copy = Gimp.Layer.new_from_drawable(layer, other)
        other.insert_layer(copy, None, 0)
        copy.scale(extent.width, extent.height, False)
        name = layer.get_name()
        layer.delete()
        found = Gimp.Layer.new_from_drawable(copy, image)
        found.set_name(name)
        return found
