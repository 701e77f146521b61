"""What a procedure was called with, and how its pixels are read: the words that all kinds of requests share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gi.repository import Gimp

from . import canvas
from .client import (
    BottegaError,
    Bounds,
    Control,
    Extent,
    Native,
    Pixels,
    Plan,
    Task,
    canny_control,
    map_control,
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


@dataclass(frozen=True)
class Scene:
    """What a procedure was called with."""

    wish: Wish
    native: Native
    image: Gimp.Image | None = None
    layers: Sequence[Gimp.Drawable] = ()
    control: Gimp.Drawable | None = None

    @property
    def layer(self) -> Gimp.Layer | None:
        """The layer that is worked on; a mask stands for its layer. None for a channel."""
        for each in self.layers:
            if isinstance(each, Gimp.LayerMask):
                return Gimp.Layer.from_mask(each)
            if isinstance(each, Gimp.Layer):
                return each
        return None

    @property
    def kind(self) -> Kind:
        """How the image's pixels travel."""
        return kind_of(self.image) if self.image is not None else PREVIEW


def source(scene: Scene) -> Callable[[Bounds], Pixels]:
    """Reads a part of what the job begins from."""
    image = image_of(scene)
    if scene.wish["source"] == "layer":
        layer = layer_of(scene)
        return lambda bounds: canvas.alone(layer, bounds, scene.kind)
    return lambda bounds: canvas.visible(image, bounds, scene.kind)


def controls(scene: Scene, bounds: Bounds) -> tuple[Control, ...]:
    """What the control layer says about this part of the canvas."""
    if scene.control is None:
        return ()
    if not scene.control.is_valid():
        remedy = _("Choose another one, or none.")
        raise BottegaError(_("The control layer is no longer there: its image was closed."), remedy=remedy)
    kind, strength = scene.wish["control-kind"], scene.wish["control-strength"]
    seen = canvas.alone(scene.control, bounds, PREVIEW, 255 if kind == "canny" else 0)
    if kind == "canny":
        return (canny_control(seen, strength=strength),)
    if kind == "normal":
        return (normal_control(replace(seen, color_space="data"), strength=strength),)
    return (map_control(MAPS[kind], seen, strength=strength),)


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
