"""A camera of the scene as the rasterizer's view, and the size of its picture."""

from __future__ import annotations

import math

import bpy
import numpy as np

from .. import targets
from ..client import Unready
from .raster import View

CELL = 8
"""Pictures have sides of whole cells of the model's latents."""


def extent(scene: bpy.types.Scene, width: int, height: int, native: int) -> tuple[int, int]:
    """The picture's size: what was wished, else the render's shape with as many pixels as the model likes."""
    if width and height:
        return width, height
    render = scene.render
    across = render.resolution_x * render.pixel_aspect_x
    aspect = across / (render.resolution_y * render.pixel_aspect_y)
    if width or height:
        wanted = (width, width / aspect) if width else (height * aspect, height)
    else:
        wanted = (native * math.sqrt(aspect), native / math.sqrt(aspect))
    first, second = (max(round(side / CELL) * CELL, CELL) for side in wanted)
    return (width or first), (height or second)


def check(camera: bpy.types.Object) -> bpy.types.Object:
    """A camera whose picture is plane. Raises Unready for a panorama, and for a lamp or an empty that stands in for
    one: Blender looks through these, too."""
    if camera.type != "CAMERA":
        remedy = "Choose a camera as the scene's (Scene properties)."
        raise Unready("{name} is no camera.", remedy=remedy, name=camera.name)
    if camera.data.type == "PANO":
        remedy = "Choose Perspective or Orthographic as its lens type."
        raise Unready("{name} is a panorama; its depth is no picture plane's.", remedy=remedy, name=camera.name)
    return camera


def again(key: int) -> bpy.types.Object:
    """The camera of this key (`targets.key`). Raises Unready if it is gone, or a panorama by now."""
    camera = targets.found(bpy.data.objects, key)
    if camera is None or camera.type != "CAMERA":
        raise Unready("A camera that was to be looked through is gone.", remedy="Ask for it again, from another one.")
    return check(camera)


def of_camera(camera: bpy.types.Object, depsgraph: bpy.types.Depsgraph, width: int, height: int) -> View:
    """What a camera sees in a picture of this size; pixels are square."""
    seen = camera.evaluated_get(depsgraph)
    projection = np.array(seen.calc_matrix_camera(depsgraph, x=width, y=height), np.float64)
    world = np.array(seen.matrix_world.normalized(), np.float64)  # a camera's scale does not change what it sees
    near, far = float(seen.data.clip_start), float(seen.data.clip_end)
    return View(width, height, np.linalg.inv(world), projection, near, far)
