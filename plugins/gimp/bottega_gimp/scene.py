"""What a procedure was called with, and how its pixels are read: the words that all kinds of requests share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gi.repository import Gimp

from . import canvas
from .client import (
    BottegaError,
    Bounds,
    Control,
    Extent,
    Native,
    Plan,
    Task,
    canny_control,
    map_control,
    messages,
    native_of,
    normal_control,
)
from .laying import Place
from .pixels import PREVIEW, Kind, kind_of
from .wishes import Wish
from .words import _

MAPS = {"lines": "canny", "depth": "depth", "pose": "pose"}
"""Control kinds whose layer is already what the network expects."""


@dataclass(frozen=True)
class Asked:
    """A request, all pixels read."""

    task: Task
    place: Place
    plan: Plan | None = None
    """Of what is sent, where it takes more than one pass."""
    source: Gimp.Drawable | None = None
    """The layer alone whose pixels it is about; None for what is visible."""


@dataclass(frozen=True)
class Draft:
    """A request of which no pixel has been read yet."""

    read: Callable[[], Asked]
    """Does that."""
    size: Extent | None
    """What it is painted at, or first at, or enlarged to; None is the model's own."""
    sent: Bounds | None = None
    """The part of the canvas that is sent; None sends no pixels."""
    layer: Gimp.Drawable | None = None
    """What is sent of it alone; None sends what is visible."""
    anew: Literal["", "selection", "beyond", "all"] = ""
    """What of it is painted anew."""


@dataclass(frozen=True)
class Scene:
    """What a procedure was called with."""

    wish: Wish
    catalog: messages.Catalog
    image: Gimp.Image | None = None
    layers: Sequence[Gimp.Drawable] = ()
    control: Gimp.Drawable | None = None
    holes: canvas.Holes = canvas.holes
    """Finds what is transparent."""

    @property
    def native(self) -> Native:
        """What suits the model that paints. Raises NotFound."""
        return native_of(self.catalog, self.wish["checkpoint"])

    @property
    def layer(self) -> Gimp.Layer | None:
        """The layer that is worked on."""
        return layer_among(self.layers)

    @property
    def kind(self) -> Kind:
        """How the image's pixels travel."""
        return kind_of(self.image) if self.image is not None else PREVIEW


def layer_among(selected: Sequence[Gimp.Drawable]) -> Gimp.Layer | None:
    """The layer that is worked on, of what is selected; a mask stands for its layer. None for a channel."""
    for each in selected:
        if isinstance(each, Gimp.LayerMask):
            return Gimp.Layer.from_mask(each)
        if isinstance(each, Gimp.Layer):
            return each
    return None


def leader(scene: Scene) -> Gimp.Drawable | None:
    """The control layer; None for none."""
    if scene.control is not None and not scene.control.is_valid():
        remedy = _("Choose another one, or none.")
        raise BottegaError(_("The control layer is no longer there: its image was closed."), remedy=remedy)
    return scene.control


def controls(scene: Scene, bounds: Bounds, led_by: Gimp.Drawable | None = None) -> tuple[Control, ...]:
    """What the control layer, or the given one, says about this part of the canvas."""
    led_by = led_by or leader(scene)
    if led_by is None:
        return ()
    kind = scene.wish["control-kind"]
    how = {name: scene.wish[f"control-{name}"] for name in ("strength", "start", "end")}
    seen = canvas.alone(led_by, bounds, PREVIEW, 255 if kind == "canny" else 0)
    if kind == "canny":
        return (canny_control(seen, **how),)
    if kind == "normal":
        return (normal_control(replace(seen, color_space="data"), **how),)
    return (map_control(MAPS[kind], seen, **how),)


def image_of(scene: Scene) -> Gimp.Image:
    if scene.image is None:
        raise BottegaError(_("No image is open."), remedy=_("Open one."))
    return scene.image


def layer_of(scene: Scene) -> Gimp.Layer:
    layer = scene.layer
    if layer is None:
        raise BottegaError(_("No layer is selected."), remedy=_("Select one in the layer list."))
    return layer


def pair(extent: Extent) -> tuple[int, int]:
    return extent.width, extent.height
