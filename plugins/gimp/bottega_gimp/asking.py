"""A procedure's call and the image made into a request: what is read of it, and where the results will go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gi.repository import Gimp

from . import canvas, moved
from .arguments import Procedure
from .client import BottegaError, messages, native_of
from .enlarging import upscale
from .leading import noted
from .painting import control, generate, texture
from .repainting import inpaint, outpaint, refine
from .scene import Asked, Draft, Scene, layer_among
from .wishes import MOST_SEED, Wish, control_in, seed_of, wish_in
from .words import _

_WAYS: dict[str, Callable[[Scene], Draft]] = {
    "generate": generate,
    "inpaint": inpaint,
    "outpaint": outpaint,
    "refine": refine,
    "texture": texture,
    "control": control,
    "upscale": upscale,
}


@dataclass(frozen=True)
class Call:
    """What a procedure was called with."""

    wish: Wish
    control: Gimp.Drawable | None
    image: Gimp.Image | None
    layers: Sequence[Gimp.Drawable]


def call_in(
    procedure: Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image | None,
    layers: Sequence[Gimp.Drawable] | None,
) -> Call:
    """What a procedure's config says, about an image. A picture from a layer follows the selected one if none is
    named."""
    selected = list(layers or ())
    led_by = control_in(procedure, config)
    if led_by is None and procedure.kind == "control":
        led_by = layer_among(selected)
    wish = wish_in(procedure, config)
    if led_by is not None and led_by.is_valid():
        wish = replace(wish, led_by=noted(led_by, image))
    return Call(wish, led_by, image, selected)


def draft(call: Call, catalog: messages.Catalog, holes: canvas.Holes = canvas.holes) -> Draft:
    """What a call would send and where, by geometry alone. Raises BottegaError for what cannot be done, with a remedy.

    `holes` finds what is transparent, the one thing of which only pixels tell where it is."""
    wish, image = call.wish, call.image
    if wish.procedure.paints:
        _check_seed(wish)
        native_of(catalog, wish["checkpoint"])  # refuses one that is not there, also where no size depends on it
    if image is not None:
        canvas.refuse(image)
    return _WAYS[wish.kind](Scene(wish, catalog, image, call.layers, call.control, holes))


def ask(call: Call, catalog: messages.Catalog) -> Asked:
    """Read what the wish needs of the image. Raises as `draft` does."""
    asked = draft(call, catalog).read()
    image = call.image
    if image is None:
        return asked
    return replace(asked, place=replace(asked.place, was=moved.seen(image, asked.source)))


def _check_seed(wish: Wish) -> None:
    try:
        seed_of(wish["seed"])
    except ValueError:
        remedy = _("Give a whole number of 0 to {most}.").format(most=MOST_SEED)
        message = _("{text} is no seed.").format(text=repr(wish["seed"]))
        raise BottegaError(message, remedy=remedy, field="seed") from None
