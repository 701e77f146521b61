"""Masks for repainting: images to paint white on, black all over or white where faces are selected."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeAlias

import bpy
import numpy as np

from . import editors, material, pixels, targets, undo
from .client import Unready
from .scene.atlas import covered
from .scene.readers import chosen, points, shown_uv, starts, vertices
from .scene.shapes import Changed, Shape, arrays, cut
from .studio import Studio

Array: TypeAlias = "np.ndarray[Any, Any]"
Ended: TypeAlias = "Callable[[Exception | None], object]"
SPREAD = 2
"""Pixels by which a face's mask is widened, lest a seam of the old picture stay."""
SLACK = 1e-4
"""How far from the image in its sizes a face may lie, by rounding."""
STEP = "Bottega: New Mask"
PICTURE = "bottega_picture"
"""Custom property of masks: the image that they are for."""


def new_mask(studio: Studio, scene: bpy.types.Scene, image: bpy.types.Image, ended: Ended) -> None:
    """A black mask, to be painted white where the picture is to be repainted. `ended` hears None when it is chosen:
    at once, or where Blender could not undo it alone as soon as it can. A file that is changed without a step there
    has, a few undos later, a mask that Blender has freed."""
    keys = targets.key(scene), targets.key(image)
    if undo.hindrance():
        studio.main.moment(lambda: not undo.hindrance(), partial(_made, _black, *keys, ended), ended)
    else:
        _made(_black, *keys, ended)


def _black(image: bpy.types.Image) -> bpy.types.Image:
    mask = bpy.data.images.new(_named(image), *image.size, alpha=False, is_data=True)
    mask.generated_color = (0.0, 0.0, 0.0, 1.0)
    return mask


def picture_of(shown: bpy.types.Image | None) -> bpy.types.Image:
    """What is meant where an image is shown: the picture of a mask, any other itself. Raises Unready if it is gone."""
    if shown is None:
        raise Unready("No image is shown.", remedy="Show one in the Image Editor.")
    picture = shown.get(PICTURE, shown)
    if picture is None:
        raise _gone()
    return picture


def pair(
    shown: bpy.types.Image | None, chosen: bpy.types.Image | None
) -> tuple[bpy.types.Image, bpy.types.Image | None]:
    """The picture that is meant and its mask: the one that is chosen, else the one that is shown. Raises Unready if
    there is no picture."""
    picture = picture_of(shown)
    return picture, shown if picture != shown and chosen in (None, picture) else chosen


def choose(scene: bpy.types.Scene, image: bpy.types.Image, mask: bpy.types.Image) -> None:
    """Have a mask be the scene's, and show it wherever its image or another mask of it was shown, as one undo step."""
    family = [image, *(each for each in bpy.data.images if each.get(PICTURE) == image)]
    scene.bottega.mask, mask[PICTURE] = mask, image
    for window in bpy.context.window_manager.windows:
        editors.exchange(window.screen, family, mask)
    undo.remember(STEP)


def of_faces(
    studio: Studio, scene: bpy.types.Scene, thing: bpy.types.Object | None, image: bpy.types.Image, ended: Ended
) -> None:
    """A mask that is white where the selected faces of a mesh lie on an image. `ended` hears None when it is chosen, or
    what went wrong. Everything is looked up anew in each slice: it may be gone by then.

    Raises Unready if no mesh can have such faces.
    """
    if thing is None or thing.type != "MESH" or not thing.data.uv_layers.active:
        raise Unready("No mesh with a UV map is active.", remedy="Select the mesh that shows the image.")
    keys, size, mesh = (targets.key(scene), targets.key(image)), tuple(image.size), targets.key(thing)

    uv = material.map_of(thing, image)

    def steps() -> Iterator[None]:
        triangles = yield from selected(mesh, uv)
        studio.main.aside(partial(_white, triangles, *size), arrived, ended)

    def arrived(data: bytes) -> None:
        studio.main.moment(lambda: not undo.hindrance(), partial(_made, partial(_filled, data), *keys, ended), ended)

    studio.main.chore("faces", steps(), ended)


def _white(triangles: Callable[[], Array], width: int, height: int) -> bytes:
    uv = triangles()
    if uv.min() < -SLACK or uv.max() > 1 + SLACK:
        remedy = "Move them into the first tile, in the UV Editor."
        raise Unready("Selected faces leave the square from 0 to 1 in the UV map.", remedy=remedy)
    return pixels.png(covered(uv, width, height, SPREAD).astype(np.uint8) * 255)


def _filled(data: bytes, image: bpy.types.Image) -> bpy.types.Image:
    return pixels.new_image(_named(image), data, "Non-Color")


def _made(make: Callable[[bpy.types.Image], bpy.types.Image], scene: int, image: int, ended: Ended) -> None:
    owner, shown = targets.found(bpy.data.scenes, scene), targets.found(bpy.data.images, image)
    if owner is None or shown is None:
        raise _gone()
    choose(owner, shown, make(shown))
    ended(None)


def _gone() -> Unready:
    return Unready("The image that the mask was for is gone.", remedy="Show another one, and make the mask for it.")


def _named(image: bpy.types.Image) -> str:
    return f"{image.name[:50]} mask"


def selected(key: int, uv_map: str = "") -> Generator[None, None, Callable[[], Array]]:
    """What gives the texture coordinates (t, 3, 2) of the triangles of a mesh's selected faces, in the background; read
    in slices, from a UV map or the one that is shown. Raises Unready if there are none."""
    thing = targets.found(bpy.data.objects, key)
    if thing:
        thing.update_from_editmode()
    yield
    places = partial(shown_uv, name=uv_map)
    try:
        found = yield from arrays(partial(_plain, key), (chosen, points, vertices, starts, places))
        faces, shape = found[0], Shape(found[1].reshape(-1, 3), found[2], found[3], np.empty((0, 3)))
        shape.cut = yield from cut(partial(_plain, key), shape)
        uv = found[4].reshape(-1, 2)
        if len(faces) != len(shape.starts) or len(uv) != len(shape.vertices):
            raise Changed
    except Changed:
        raise Unready("The mesh changed while its faces were read.", remedy="Try again.") from None
    if not faces.any():
        raise Unready("No face is selected.", remedy="Select faces in Edit Mode.")

    def triangles() -> Array:
        owner = np.searchsorted(shape.starts, shape.loops[:, 0], "right") - 1
        return uv[shape.loops[faces[owner]]]

    return triangles


@contextmanager
def _plain(key: int) -> Iterator[bpy.types.Mesh | None]:
    """An object's own mesh without its modifiers, also while it is edited; None if it is gone."""
    thing = targets.found(bpy.data.objects, key)
    if thing is None or thing.type != "MESH":
        yield None
        return
    try:
        yield thing.to_mesh()
    finally:
        thing.to_mesh_clear()
