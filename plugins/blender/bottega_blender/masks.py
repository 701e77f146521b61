"""Masks for repainting: images to paint white on, black all over or white where faces are selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import bpy
import numpy as np

from . import pixels
from .client import Unready
from .scene.atlas import covered
from .scene.readers import loops
from .studio import Studio

Array: TypeAlias = "np.ndarray[Any, Any]"
SPREAD = 2
"""Pixels by which a face's mask is widened, lest a seam of the old picture stay."""


def new_mask(image: bpy.types.Image) -> bpy.types.Image:
    """A black image of the same size, to be painted white where the picture is to be repainted."""
    mask = bpy.data.images.new(f"{image.name[:50]} mask", *image.size, alpha=False, is_data=True)
    mask.generated_color = (0.0, 0.0, 0.0, 1.0)
    return mask


def of_faces(
    studio: Studio,
    thing: bpy.types.Object | None,
    image: bpy.types.Image,
    then: Callable[[bpy.types.Image], object],
    failed: Callable[[Exception], object],
) -> None:
    """A mask that is white where the selected faces of a mesh lie on an image; `then` is called when it is made.

    Raises Unready if there is no such face.
    """
    triangles = selected(thing)
    name, (width, height) = f"{image.name[:50]} mask", image.size

    def work() -> bytes:
        return pixels.png(covered(triangles, width, height, SPREAD).astype(np.uint8) * 255)

    studio.main.aside(work, lambda data: then(pixels.new_image(name, data, width, height, "Non-Color")), failed)


def selected(thing: bpy.types.Object | None) -> Array:
    """Texture coordinates (t, 3, 2) of the triangles of a mesh's selected faces. Raises Unready if there are none."""
    if thing is None or thing.type != "MESH" or not thing.data.uv_layers.active:
        raise Unready("No mesh with a UV map is active.", remedy="Select the mesh that shows the image.")
    thing.update_from_editmode()
    mesh = thing.data.copy()  # of a mesh that is being edited, Blender gives no coordinates
    try:
        chosen = np.empty(len(mesh.polygons), bool)
        mesh.polygons.foreach_get("select", chosen)
        if not chosen.any():
            raise Unready("No face is selected.", remedy="Select faces in Edit Mode.")
        mesh.calc_loop_triangles()
        corners, faces = loops(mesh), np.empty(len(mesh.loop_triangles), np.int32)
        mesh.loop_triangles.foreach_get("polygon_index", faces)
        uv = np.empty(len(mesh.loops) * 2, np.float32)
        mesh.uv_layers.active.uv.foreach_get("vector", uv)
    finally:
        bpy.data.meshes.remove(mesh)
    return uv.reshape(-1, 2)[corners[chosen[faces]]]
