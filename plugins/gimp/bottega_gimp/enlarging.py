"""Requests for larger pictures: all that is visible, or one layer alone, into an image of its own."""

from __future__ import annotations

from math import floor, sqrt

from gi.repository import Gimp

from . import canvas
from .arguments import MOST_TIMES
from .client import MAX_PIXELS, MAX_SIDE, BottegaError, Extent, NotFound, Pixels, Upscale, messages
from .laying import Place
from .pixels import Kind, read, read_alpha
from .scene import Asked, Draft, Scene, image_of, layer_of, pair
from .words import _

STEP = 100
"""Parts of 1 that a factor is told in."""


def upscale(scene: Scene) -> Draft:
    image, upscaler = image_of(scene), _upscaler(scene)
    own = layer_of(scene) if scene.wish["source"] == "layer" else None
    bounds = canvas.layer_bounds(own) if own else canvas.extent_of(image).bounds
    size = _enlarged(bounds.extent, scene.wish["times"] or upscaler.scale)

    def read_it() -> Asked:
        with canvas.seen_alone(own, bounds) if own else canvas.seen(image) as shown:
            picture = _read(shown, bounds.extent, scene.kind)
        task = Upscale(picture, *pair(size), upscaler=upscaler.name, seamless=scene.wish["seamless"])
        return Asked(task, Place(), source=own)

    return Draft(read_it, size, bounds, own)


def _upscaler(scene: Scene) -> messages.Upscaler:
    """The one that was asked for, or the first. Raises NotFound."""
    name, known = scene.wish["upscaler"], scene.catalog.upscalers
    if not known:
        remedy = _("Put one into the folder upscalers of a model folder.")
        raise NotFound(_("The daemon has no upscaler."), remedy=remedy)
    for each in known:
        if name in (each.name, ""):
            return each
    remedy = _("There are: {a}.").format(a=", ".join(each.name for each in known))
    raise NotFound(_("There is no upscaler “{name}”.").format(name=name), remedy=remedy)


def _enlarged(own: Extent, times: float) -> Extent:
    """So many times as large. Raises BottegaError for what the daemon does not make."""
    if times < 1:
        remedy = _("Give a factor of 1 to {most}, or 0 for the upscaler's own scale.").format(most=MOST_TIMES)
        raise BottegaError(_("A factor of {times} makes nothing larger.").format(times=f"{times:g}"), remedy=remedy)
    size = _times(own, times)
    if _can_be(size):
        return size
    most = floor(STEP * min(times, MAX_SIDE / own.longest, sqrt(MAX_PIXELS / own.pixels)))
    while most > STEP and not _can_be(_times(own, most / STEP)):  # sides are rounded, which may be up
        most -= 1
    message = _("{size} pixels are more than can be made.").format(size=f"{size.width} × {size.height}")
    if most <= STEP:
        raise BottegaError(message, remedy=_("Scale the image down first, or crop it."))
    raise BottegaError(message, remedy=_("Give a factor of at most {most}.").format(most=f"{most / STEP:g}"))


def _times(own: Extent, times: float) -> Extent:
    return Extent(*(max(side, round(side * times)) for side in pair(own)))


def _can_be(size: Extent) -> bool:
    return size.longest <= MAX_SIDE and size.pixels <= MAX_PIXELS


def _read(shown: Gimp.Layer, extent: Extent, kind: Kind) -> Pixels:
    """All that a layer shows, in as many channels as that takes: what is grey stays grey and what is opaque opaque."""
    opaque = read_alpha(shown, extent.bounds, kind).data
    if opaque.count(255) < len(opaque):
        return read(shown, extent.bounds, kind, 4)
    return read(shown, extent.bounds, kind, 1 if shown.is_gray() else 3)
