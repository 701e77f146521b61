"""A wish and an image made into a request: what is read of it, and where the results will go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gi.repository import Gimp

from . import canvas, moved
from .client import BottegaError, messages, native_of
from .painting import control, generate, texture
from .repainting import inpaint, outpaint, refine
from .scene import Asked, Scene
from .wishes import MOST_SEED, Wish, seed_of
from .words import _

_WAYS: dict[str, Callable[[Scene], Asked]] = {
    "generate": generate,
    "inpaint": inpaint,
    "outpaint": outpaint,
    "refine": refine,
    "texture": texture,
    "control": control,
}


def ask(
    wish: Wish,
    catalog: messages.Catalog,
    image: Gimp.Image | None,
    layers: Sequence[Gimp.Drawable],
    led_by: Gimp.Drawable | None,
) -> Asked:
    """Read what the wish needs of the image. Raises BottegaError for what cannot be done, with a remedy."""
    _check_seed(wish)
    if image is not None:
        canvas.refuse(image)
    asked = _WAYS[wish.kind](Scene(wish, native_of(catalog, wish["checkpoint"]), image, layers, led_by))
    return asked if image is None else replace(asked, place=replace(asked.place, was=moved.seen(image)))


def _check_seed(wish: Wish) -> None:
    try:
        seed_of(wish["seed"])
    except ValueError:
        remedy = _("Give a whole number of 0 to {most}.").format(most=MOST_SEED)
        message = _("{text} is no seed.").format(text=repr(wish["seed"]))
        raise BottegaError(message, remedy=remedy, field="seed") from None
