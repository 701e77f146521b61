"""What is read of an image: what is visible, what one layer shows alone, what is selected. Nothing of it is changed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeAlias

from gi.repository import Gimp

from .client import BottegaError, Bounds, Extent, Pixels, bounds_of
from .pixels import PREVIEW, Kind, mask_kind, read, read_alpha, write
from .words import _

Holes: TypeAlias = Callable[[Gimp.Image], "Bounds | None"]
SCRATCH = "bottega-scratch"
"""Name of the parasite of images that are made to read or to scale."""
_HOLES = bytes(255 if opacity == 0 else 0 for opacity in range(256))
"""Opacities to a mask of what is wholly transparent."""


def refuse(image: Gimp.Image) -> None:
    """Raise BottegaError for an image that no layer of ours can go into."""
    if not image.is_valid():
        raise BottegaError(_("The image was closed."), remedy=_("Open one."))
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        message = _("This image has indexed colours, which a painted layer does not fit into.")
        raise BottegaError(message, remedy=_("Convert it with Image > Mode > RGB."))
    if image.get_floating_sel() is not None:
        raise BottegaError(
            _("There is a floating selection."), remedy=_("Anchor it with Layer > Anchor Floating Layer.")
        )


def extent_of(image: Gimp.Image) -> Extent:
    """The canvas's size."""
    return Extent(image.get_width(), image.get_height())


def selected(image: Gimp.Image) -> Bounds | None:
    """Bounds of the selection; None if there is none, or one that selects nothing of the canvas."""
    _ok, any_selected, *edges = Gimp.Selection.bounds(image)
    return Bounds.between(*edges) or None if any_selected else None


def selection(image: Gimp.Image, bounds: Bounds, kind: Kind) -> Pixels:
    """The selection there, white where it selects."""
    return read(image.get_selection(), bounds, mask_kind(kind), 1)


def layer_bounds(layer: Gimp.Drawable) -> Bounds:
    """Where a layer lies on the canvas, which it may leave."""
    _ok, x, y = layer.get_offsets()
    return Bounds(x, y, layer.get_width(), layer.get_height())


def visible(image: Gimp.Image, bounds: Bounds, kind: Kind) -> Pixels:
    """RGBA of what the eye sees, filters, masks and modes included; transparent beyond the canvas."""
    with seen(image) as layer:
        return read(layer, bounds, kind, 4)


def visible_alpha(image: Gimp.Image, bounds: Bounds, kind: Kind) -> Pixels:
    """How opaque the image is there."""
    with seen(image) as layer:
        return read_alpha(layer, bounds, kind)


def holes(image: Gimp.Image) -> Bounds | None:
    """Bounds of what is wholly transparent; None if nothing is."""
    opaque = visible_alpha(image, extent_of(image).bounds, PREVIEW)
    return bounds_of(replace(opaque, data=opaque.data.translate(_HOLES)))


def alone(layer: Gimp.Drawable, bounds: Bounds, kind: Kind, ground: int | None = None) -> Pixels:
    """RGBA of what a layer (or a group, text, link or vector layer) shows by itself: with its mask and filters, without
    its opacity and mode. On a grey ground of 0..255, or transparent."""
    with seen_alone(layer, bounds, ground) as shown:
        return read(shown, bounds.seen_from(bounds), kind, 4)


def alone_alpha(layer: Gimp.Drawable, bounds: Bounds, kind: Kind) -> Pixels:
    """How opaque the layer is there by itself."""
    with seen_alone(layer, bounds) as shown:
        return read_alpha(shown, bounds.seen_from(bounds), kind)


@contextmanager
def seen(image: Gimp.Image) -> Generator[Gimp.Layer]:
    """The image's projection, as a layer that is in no image."""
    layer = Gimp.Layer.new_from_visible(image, image, "bottega")
    try:
        yield layer
    finally:
        layer.delete()


@contextmanager
def seen_alone(layer: Gimp.Drawable, bounds: Bounds, ground: int | None = None) -> Generator[Gimp.Layer]:
    """The projection of an image of these bounds in which a copy of the layer lies alone."""
    with scratch(layer.get_image(), bounds.extent) as other:
        if ground is not None:
            _fill(other, ground)
        copy = Gimp.Layer.new_from_drawable(layer, other)
        other.insert_layer(copy, None, 0)
        _ok, x, y = layer.get_offsets()
        copy.set_offsets(x - bounds.x, y - bounds.y)
        copy.set_opacity(100.0)
        copy.set_mode(Gimp.LayerMode.NORMAL)
        copy.set_visible(True)
        with seen(other) as shown:
            yield shown


@contextmanager
def scratch(image: Gimp.Image, extent: Extent) -> Generator[Gimp.Image]:
    """An empty image of the same sort that nobody sees; of indexed colours an RGB one, which shows the same."""
    grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    base = Gimp.ImageBaseType.GRAY if grey else Gimp.ImageBaseType.RGB
    made = Gimp.Image.new_with_precision(extent.width, extent.height, base, image.get_precision())
    try:
        made.attach_parasite(Gimp.Parasite.new(SCRATCH, 0, [1]))
        made.undo_disable()
        if own := image.get_color_profile():
            made.set_color_profile(own)
        yield made
    finally:
        made.delete()


def is_scratch(image: Gimp.Image) -> bool:
    """Whether an image is such a one, of whichever of our processes."""
    return image.get_parasite(SCRATCH) is not None


def _fill(image: Gimp.Image, grey: int) -> None:
    ground = new_layer(image, "ground", extent_of(image))
    image.insert_layer(ground, None, 0)
    write(ground, Pixels.filled(ground.get_width(), ground.get_height(), (grey, grey, grey, 255)))


def new_layer(image: Gimp.Image, name: str, extent: Extent) -> Gimp.Layer:
    """A layer with alpha for an image, into which it is not yet inserted."""
    grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAYA_IMAGE if grey else Gimp.ImageType.RGBA_IMAGE
    return Gimp.Layer.new(image, name, extent.width, extent.height, kind, 100.0, Gimp.LayerMode.NORMAL)
