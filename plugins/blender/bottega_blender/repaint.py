"""Repaint the masked part of an image: a new image, equal to the old one in every bit that the mask leaves alone.

What is sent, and at which sizes it is painted, is the client's plan: of a large image its surroundings only, a small
mask enlarged, a large one composed small and refined.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeAlias

import bpy
import numpy as np

from . import editors, pixels, targets, texture
from .client import (
    Choices,
    Inpaint,
    Margin,
    Native,
    Overlay,
    Picture,
    Pixels,
    Session,
    Unready,
    bounds_of,
    native_of,
    pasted,
    plan,
    walk,
)
from .layers import HANDS, array_of, laid, showing
from .params import KEY, Params
from .studio import Studio
from .work import Ask, Made, Recipe, Work

Array: TypeAlias = "np.ndarray[Any, Any]"


def start(
    studio: Studio, session: Session, params: Params, image: bpy.types.Image, mask: bpy.types.Image | None
) -> Work:
    """Ask for an image with its masked part painted anew. Raises Unready for what cannot be."""
    pixels.check(image)
    if mask is None:
        remedy = "Make one with New Mask, and paint white what is to be repainted."
        raise Unready("There is no mask.", remedy=remedy, fix="bottega.new_mask")
    if mask == image:
        raise Unready("The mask itself is shown.", remedy="Show the image that it is for.")
    if tuple(mask.size) != tuple(image.size):
        raise Unready("The mask has not the image's size.", remedy="Make one with New Mask.", fix="bottega.new_mask")
    pixels.check(mask)
    if image.is_float:  # also 16-bit files: a picture of 8 bits would not keep what the mask leaves alone
        remedy = "Repaint an 8-bit copy of it."
        raise Unready("{name} holds more than 8 bits per channel.", remedy=remedy, name=image.name)
    catalog = studio.link.catalog
    if catalog is None:
        raise Unready("The daemon's models are not known yet.", remedy="Connect to it first.", fix="bottega.connect")
    native = native_of(catalog, params.checkpoint)
    params = dataclasses.replace(params, start=image.name)
    begun, white = targets.key(image), targets.key(mask)
    space = image.colorspace_settings.name
    work = studio.work(params, session, lambda work, made: delivered(work, made, (begun, white), space))
    copies: list[pixels.Copy] = []

    def reading() -> Iterator[None]:
        for key in (begun, white):
            copies.append(pixels.read(targets.image(key)))
            yield

    studio.begin(work, lambda: recipe(params, native, *copies), reading())
    return work


def recipe(params: Params, native: Native, picture: pixels.Copy, white: pixels.Copy) -> Recipe:
    """Carry the plan out. Raises Unready if nothing is masked."""
    canvas, alpha = pixels.encoded(picture), alpha_of(picture)
    if picture.see_through and alpha is not None:  # the daemon takes what does not show for unknown
        canvas, alpha = with_alpha(canvas, alpha), None
    mask = Pixels.of(np.rint(np.clip(white.values[::-1, :, 0], 0, 1) * 255).astype(np.uint8), "data")
    selection = bounds_of(mask)
    if selection is None:
        raise Unready("Nothing is masked.", remedy="Paint white in the mask what is to be repainted.")
    choices = Choices(feather=params.feather, strength=params.strength)
    found = plan(canvas.extent, selection, native, choices)
    free = dataclasses.replace(params, seamless="none").task()
    common = {each.name: getattr(free, each.name) for each in dataclasses.fields(free) if each.kw_only}
    feather = Margin(params.feather)
    over = Overlay(HANDS, showing)
    steps = walk(found, Inpaint(canvas, mask, params.prompt, params.strength, feather=feather, **common), over.hands)
    jobs, share = next(steps), 1.0 / len(found.passes)
    begun = 0.0
    while True:
        answers = yield Ask(jobs, begun, begun + (1.0 - begun) * share)
        begun += (1.0 - begun) * share
        try:
            jobs = steps.send(answers)
        except StopIteration as end:
            contexts = end.value
            break
    for context, layer in zip(contexts, over.layers(contexts, params.seed), strict=True):
        whole = pasted(canvas, laid(context.picture, [layer]), found.context)
        yield made_of(dataclasses.replace(layer, pixels=whole, bounds=None), params, alpha)


def alpha_of(picture: pixels.Copy) -> Array | None:
    """An image's fourth channel (height, width), None if it has none or is opaque."""
    if picture.values.shape[2] < 4 or picture.values[..., 3].min() >= 1.0:
        return None
    return np.rint(np.clip(picture.values[::-1, :, 3], 0, 1) * 255).astype(np.uint8)


def with_alpha(color: Pixels, alpha: Array) -> Pixels:
    """RGBA of RGB, both of 8 bits."""
    return Pixels.of(np.concatenate([array_of(color), alpha[..., None]], 2), color.color_space)


def made_of(picture: Picture, params: Params, alpha: Array | None) -> Made:
    """The whole image with the new part, as a file; `alpha` is a fourth channel that is kept as it is."""
    whole = array_of(picture.pixels if alpha is None else with_alpha(picture.pixels, alpha))
    return Made(picture, {"color": pixels.png(whole, [(KEY, params.text(seed=picture.seed, count=1))])})


def delivered(work: Work, made: Made, asked: tuple[int, int], space: str) -> None:
    """A new image beside the old one, and in its colour space: its numbers mean the same. The first is shown in place
    of that and of its mask, which are found by their keys."""
    image = texture.keep(work, made.picture, "color", made.files["color"], space)
    old = [each for each in bpy.data.images if targets.key(each) in asked]
    if texture.taken(work, image) and old:
        for window in bpy.context.window_manager.windows:
            editors.exchange(window.screen, old, image)
