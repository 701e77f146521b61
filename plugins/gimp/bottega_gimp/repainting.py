"""Requests for a part of a picture: what is selected, what is transparent, what lies beyond the canvas, or all."""

from __future__ import annotations

from dataclasses import replace

from gi.repository import Gimp

from . import canvas
from .client import BottegaError, Bounds, Choices, Extent, Inpaint, Margin, Pixels, Plan, plan, seen_alone
from .laying import Place
from .pixels import Kind, mask_kind
from .scene import Asked, Draft, Scene, controls, image_of, layer_of, leader, pair
from .words import _


def inpaint(scene: Scene) -> Draft:
    image = image_of(scene)
    selection = canvas.selected(image)
    if selection is None:
        remedy = _("Select what is to be painted anew, with any selection tool.")
        raise BottegaError(_("Nothing is selected."), remedy=remedy)
    leader(scene)
    found = _plan(scene, canvas.extent_of(image), selection)
    own = layer_of(scene) if scene.wish["source"] == "layer" else None

    def read() -> Asked:
        picture = _read(scene, own, found.context)
        mask = canvas.selection(image, found.context, scene.kind)
        task = _repaint(scene, found, picture, mask, found.context)
        return _asked(found, task, Place(image, scene.layer, found.context), own)

    return Draft(read, found.passes[0].content, found.context, own, "selection")


def refine(scene: Scene) -> Draft:
    image = image_of(scene)
    if canvas.selected(image):
        return inpaint(scene)
    leader(scene)
    own = layer_of(scene) if scene.wish["source"] == "layer" else None
    bounds = canvas.layer_bounds(own) if own else canvas.extent_of(image).bounds
    found = _plan(scene, bounds.extent, bounds.extent.bounds)
    context = found.context.moved(bounds.x, bounds.y)

    def read() -> Asked:
        picture = _read(scene, own, context)
        alpha = (
            canvas.alone_alpha(own, context, scene.kind) if own else canvas.visible_alpha(image, context, scene.kind)
        )
        shown = None if alpha.data.count(255) == len(alpha.data) else alpha
        white = _filled(context.extent, scene.kind)
        task = replace(_repaint(scene, found, picture, white, context), grow=Margin(), feather=Margin())
        return _asked(found, task, Place(image, own or scene.layer, context, shown), own)

    return Draft(read, found.passes[0].content, context, own, "all")


def outpaint(scene: Scene) -> Draft:
    image, wish = image_of(scene), scene.wish
    whole = canvas.extent_of(image)
    left, right, top, bottom = (wish[side] for side in ("left", "right", "top", "bottom"))
    room = Bounds.between(-left, -top, whole.width + right, whole.height + bottom)
    selection = _added(whole, room) if room != whole.bounds else _transparent(scene, image)
    found = _plan(scene, whole, selection)
    context = found.context

    def read() -> Asked:
        picture, mask = canvas.visible(image, context, scene.kind), _beyond(whole, context, scene.kind)
        task = replace(_repaint(scene, found, picture, mask, context), outpaint=True)
        return _asked(found, task, Place(image, scene.layer, context, room=room if room != whole.bounds else None))

    return Draft(read, found.passes[0].content, context, None, "beyond")


def _read(scene: Scene, own: Gimp.Layer | None, bounds: Bounds) -> Pixels:
    """A part of what the job begins from: what a layer shows alone, or all of them together."""
    if own is not None:
        return canvas.alone(own, bounds, scene.kind)
    return canvas.visible(image_of(scene), bounds, scene.kind)


def _asked(found: Plan, task: Inpaint, place: Place, source: Gimp.Layer | None = None) -> Asked:
    """One job where the model bears it at once, else the plan to carry out."""
    at_once = len(found.passes) == 1 and not found.last.tiles
    return Asked(task, place, None if at_once else seen_alone(found), source)


def _added(whole: Extent, room: Bounds) -> Bounds:
    """What is new of a larger canvas: a strip if it grows to one side, else all of it."""
    strips = (
        Bounds.between(room.x, room.y, 0, room.bottom),
        Bounds.between(room.x, room.y, room.right, 0),
        Bounds.between(whole.width, room.y, room.right, room.bottom),
        Bounds.between(room.x, whole.height, room.right, room.bottom),
    )
    found = [strip for strip in strips if strip]
    return found[0] if len(found) == 1 else room


def _transparent(scene: Scene, image: Gimp.Image) -> Bounds:
    bounds = scene.holes(image)
    if bounds is None:
        remedy = _("Say by how many pixels the canvas is to grow.")
        raise BottegaError(_("The canvas has no transparent part to be filled."), remedy=remedy)
    return bounds


def _beyond(whole: Extent, context: Bounds, kind: Kind) -> Pixels:
    """A mask of the context: white where no canvas is."""
    depth = mask_kind(kind).depth
    white, black = (b"\xff", b"\0") if depth == "u8" else (b"\xff\xff", b"\0\0")
    inside = context.within(whole.bounds).seen_from(context)
    row = white * inside.x + black * inside.width + white * (context.width - inside.right)
    above, below = inside.y, context.height - inside.bottom
    blank = white * context.width
    return Pixels(*pair(context.extent), 1, depth, "data", blank * above + row * inside.height + blank * below)


def _filled(extent: Extent, kind: Kind) -> Pixels:
    depth = mask_kind(kind).depth
    return Pixels(*pair(extent), 1, depth, "data", b"\xff" * (extent.pixels * (1 if depth == "u8" else 2)))


def _plan(scene: Scene, whole: Extent, selection: Bounds) -> Plan:
    """What is sent around the selection, as the wish says."""
    wish, chosen = scene.wish, Choices()
    if wish["detail"] is not None:
        margin = 0.0 if wish["context"] == "selection" else None
        include = whole.bounds if wish["context"] == "image" else None
        strength = 1.0 if wish["strength"] is None else wish["strength"]
        chosen = Choices(wish["grow"], wish["feather"], wish["detail"], None, margin, include, strength)
    return plan(whole, selection, scene.native, chosen)


def _repaint(scene: Scene, found: Plan, picture: Pixels, mask: Pixels, context: Bounds) -> Inpaint:
    wish, size = scene.wish, found.passes[0].content
    return Inpaint(
        picture,
        mask,
        wish["prompt"],
        wish["strength"],
        wish["fill"] or "auto",
        grow=Margin(wish["grow"]),
        feather=Margin(wish["feather"]),
        width=size.width,
        height=size.height,
        controls=controls(scene, context),
        **wish.how(),
    )
