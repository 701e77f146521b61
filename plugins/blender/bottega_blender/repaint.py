"""Repaint the masked part of an image: a new image, equal to the old one in every value outside of the mask's reach."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import bpy
import numpy as np

from . import editors, pixels, texture
from .client import BottegaError, Bounds, Inpaint, Picture, Pixels, Session, bounds_of, cut, native_of, pasted, plan
from .params import Params
from .studio import Studio, Work

Array: TypeAlias = "np.ndarray[Any, Any]"
NO_MASK = "There is no mask."


@dataclass
class Canvas:
    """What is repainted; filled in the background."""

    picture: Pixels | None = None
    context: Bounds | None = None
    alpha: Array | None = None
    """(height, width) uint8 of the image, None if it is opaque"""


def start(
    studio: Studio, session: Session, params: Params, image: bpy.types.Image | None, mask: bpy.types.Image | None
) -> Work:
    """Ask for an image with its masked part painted anew. Raises BottegaError for what cannot be."""
    if image is None:
        raise BottegaError("No image is shown.", remedy="Show one in the Image Editor.")
    if mask is None or mask == image:
        raise BottegaError(NO_MASK, remedy="Make one with New Mask, and paint white what is to be repainted.")
    if tuple(mask.size) != tuple(image.size):
        raise BottegaError("The mask has not the image's size.", remedy="Make one with New Mask.")
    try:
        picture, white = pixels.read(image), pixels.read(mask)
    except ValueError as error:
        raise BottegaError(str(error), remedy="Choose an image that can be seen in the Image Editor.") from error
    if picture.is_float and not picture.is_data:
        raise BottegaError(f"{image.name} holds floating point colours.", remedy="Repaint an 8-bit copy of it.")
    canvas = Canvas()
    params = dataclasses.replace(params, kind="inpaint", start=image.name)
    work = studio.work(params, lambda made: laid_back(canvas, params, made), delivered)
    studio.submit(work, session, lambda: asked(studio, canvas, params, picture, white))
    return work


def asked(studio: Studio, canvas: Canvas, params: Params, picture: pixels.Copy, white: pixels.Copy) -> Inpaint:
    """The request: the context of the masked part alone. Raises BottegaError if nothing is masked."""
    canvas.picture = pixels.encoded(picture)
    if picture.values.shape[2] == 4:
        canvas.alpha = np.rint(np.clip(picture.values[::-1, :, 3], 0, 1) * 255).astype(np.uint8)
    mask = Pixels.of(np.rint(np.clip(white.values[::-1, :, 0], 0, 1) * 255).astype(np.uint8), "data")
    selection = bounds_of(mask)
    if selection is None:
        raise BottegaError("Nothing is masked.", remedy="Paint white in the mask what is to be repainted.")
    catalog = studio.catalog
    if catalog is None:
        raise BottegaError("The daemon's models are not known yet.", remedy="Connect to the daemon, then try again.")
    found = plan(canvas.picture.extent, selection, native_of(catalog, params.checkpoint))
    canvas.context = found.context
    free = dataclasses.replace(params, seamless="none").task()
    common = {each.name: getattr(free, each.name) for each in dataclasses.fields(free) if each.kw_only}
    parts = cut(canvas.picture, found.context), cut(mask, found.context, 1.0)
    return Inpaint(*parts, params.prompt, params.strength, **common)


def laid_back(canvas: Canvas, params: Params, made: Picture) -> bytes:
    """The whole image with the new part, as a file."""
    assert canvas.picture is not None and canvas.context is not None
    whole = pixels.as_bytes(pasted(canvas.picture, made.pixels, canvas.context))
    if canvas.alpha is not None and canvas.alpha.min() < 255:
        whole = np.concatenate([whole, canvas.alpha[..., None]], 2)
    return pixels.png(whole, [("bottega", params.text(seed=made.seed, count=1))])


def delivered(work: Work, made: Picture, data: bytes) -> Iterator[None]:
    """A new image beside the old one, shown in its place."""
    image = texture.keep(work, made, "color", data)
    yield
    work.results.append(image.name)
    old = bpy.data.images.get(work.params.start)
    if len(work.results) == 1 and old is not None:
        for window in bpy.context.window_manager.windows:
            editors.show_on(window.screen, image, instead_of=old)
    yield


def new_mask(image: bpy.types.Image) -> bpy.types.Image:
    """A black image of the same size, to be painted white where the picture is to be repainted."""
    mask = bpy.data.images.new(f"{image.name[:50]} mask", *image.size, alpha=False, is_data=True)
    mask.generated_color = (0.0, 0.0, 0.0, 1.0)
    return mask
