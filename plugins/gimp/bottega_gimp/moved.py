"""An image as it was when a job was asked for: how far its pixels have moved since, and how another like it is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from gi.repository import Gimp

from . import canvas
from .client import Bounds, Extent

MARKS = 16
"""Layers whose places are remembered: reading one costs GIMP four answers."""


@dataclass(frozen=True)
class Was:
    """What is remembered of it."""

    extent: Extent
    marks: tuple[tuple[int, Bounds], ...]
    """Where its uppermost layers lay, by their tattoos: numbers that stay with them in the XCF file too."""
    selection: Bounds | None
    grey: bool
    precision: int
    profile: bytes
    """ICC; nothing for GIMP's own sRGB."""


def seen(image: Gimp.Image) -> Was:
    """The image as it is."""
    layers = image.get_layers()[:MARKS]
    own = image.get_color_profile()
    return Was(
        canvas.extent_of(image),
        tuple((layer.get_tattoo(), canvas.layer_bounds(layer)) for layer in layers),
        canvas.selected(image),
        image.get_base_type() == Gimp.ImageBaseType.GRAY,
        int(image.get_precision()),
        bytes(own.get_icc_profile()) if own else b"",
    )


def step(image: Gimp.Image, was: Was) -> tuple[int, int]:
    """How far to the right and down most pixels have moved: what most layers say that have kept their size, else the
    selection, if it has; else none. Layers that a crop has cut, or a resize has grown, cannot tell."""
    pairs = [(image.get_layer_by_tattoo(tattoo), bounds) for tattoo, bounds in was.marks]
    now = [(canvas.layer_bounds(layer), bounds) for layer, bounds in pairs if layer is not None]
    selection = canvas.selected(image)
    for found in (now, [(selection, was.selection)] if selection and was.selection else []):
        steps = [(new.x - old.x, new.y - old.y) for new, old in found if new.extent == old.extent]
        if steps:
            return Counter(steps).most_common(1)[0][0]
    return 0, 0


def grown(image: Gimp.Image, was: Was, room: Bounds, by: tuple[int, int]) -> Bounds | None:
    """What the canvas becomes to hold what was to be larger than the old one: on the sides where that was asked for,
    and never smaller than it is. None if it holds it."""
    now, room_now = canvas.extent_of(image), room.moved(*by)
    found = Bounds.between(
        min(room_now.x, 0) if room.x < 0 else 0,
        min(room_now.y, 0) if room.y < 0 else 0,
        max(room_now.right, now.width) if room.right > was.extent.width else now.width,
        max(room_now.bottom, now.height) if room.bottom > was.extent.height else now.height,
    )
    return None if found == now.bounds else found


def another(was: Was | None, extent: Extent) -> Gimp.Image:
    """An empty image of the same sort; an RGB one of 8 bits like none."""
    if was is None:
        return Gimp.Image.new(extent.width, extent.height, Gimp.ImageBaseType.RGB)
    base = Gimp.ImageBaseType.GRAY if was.grey else Gimp.ImageBaseType.RGB
    made = Gimp.Image.new_with_precision(extent.width, extent.height, base, Gimp.Precision(was.precision))
    if was.profile:
        made.set_color_profile(Gimp.ColorProfile.new_from_icc_profile(was.profile))
    return made
