"""A projection as an artist asks for it: what is checked before, and where its texture goes."""

from __future__ import annotations

import dataclasses
import re

import bpy

from .. import material, render, targets, texture
from ..client import Session, Unready
from ..host import SCENES
from ..params import Params
from ..scene import gather, graphs, views
from ..scene.raster import View
from ..scene.readers import OWN, painted_map
from ..studio import Studio
from ..unwrapping import missing
from ..work import Made, Recipe, Work
from .reading import Wish
from .recipe import recipe


def start(studio: Studio, session: Session, context: bpy.types.Context, params: Params) -> Work:
    """Paint the active object from where the parameters say. Raises Unready where it cannot."""
    thing = checked(context.object)
    graph, found, own = graphs.of(context), gather.Scene(), list[View]()
    side = render.native(studio.link.catalog, params.checkpoint)
    cameras: list[int] = []
    if params.views_from == "AROUND":
        side = params.width or side
        params = dataclasses.replace(params, width=side, height=side)
    else:
        width, height = views.extent(context.scene, params.width, params.height, side)
        cameras = [targets.key(views.check(each)) for each in chosen_cameras(context, params.views_from)]
        params = dataclasses.replace(params, width=width, height=height, views=0)
    name, goal = thing.name, targets.key(thing)
    uv: list[str] = []
    work = studio.work(params, session, lambda work, made: delivered(work, made, goal, *uv), SCENES)
    found.check = work.check

    def placing(depsgraph: bpy.types.Depsgraph) -> None:
        uv[:] = [own_map(goal, depsgraph)]
        size = params.width, params.height
        own[:] = [views.of_camera(views.again(key), depsgraph, *size) for key in cameras]

    def wished() -> Recipe:
        return recipe(Wish(name, params.texture_size, params, goal, tuple(own)), found)

    studio.begin(work, wished, gather.gather(graph, found, placing))
    return work


def checked(thing: bpy.types.Object | None) -> bpy.types.Object:
    """The object, if it can be painted on. Raises Unready."""
    if thing is None or thing.type != "MESH":
        raise Unready("No mesh is active.", remedy="Select a mesh; convert curves and text to one.")
    texture.local(thing, thing.data)
    if thing.hide_render:
        raise Unready("{name} is hidden in renders.", remedy="Show it in renders (Outliner, camera).", name=thing.name)
    if thing.mode == "EDIT":
        leave = "object.editmode_toggle"
        raise Unready("{name} is being edited.", remedy="Leave Edit Mode first.", fix=leave, name=thing.name)
    if not thing.data.uv_layers:
        raise missing(thing.name)
    return thing


def chosen_cameras(context: bpy.types.Context, views_from: str) -> list[bpy.types.Object]:
    """The scene's camera, or those that are selected in the order of their names, "Camera 2" before "Camera 10"."""
    if views_from == "CAMERA":
        return [render.scene_camera(context.scene)]
    found = [each for each in context.selected_objects if each.type == "CAMERA"]
    if not found:
        raise Unready("No camera is selected.", remedy="Select cameras, then the mesh as the last of all.")
    return sorted(found, key=lambda each: [int(part) if part.isdigit() else part for part in _parts(each.name)])


def _parts(name: str) -> list[str]:
    """Text and numbers in turn."""
    return re.split(r"(\d+)", name)


def own_map(goal: int, depsgraph: bpy.types.Depsgraph) -> str:
    """The name of our UV map, if it is the one that an object is painted on: whatever renders use, its material has to
    show the texture there."""
    thing = targets.found(bpy.data.objects, goal)
    seen = thing.evaluated_get(depsgraph).data if thing else None
    layer = painted_map(seen) if isinstance(seen, bpy.types.Mesh) else None
    return OWN if layer and layer.name == OWN else ""


def delivered(work: Work, made: Made, goal: int, uv: str = "") -> None:
    """Make the image; the first is put onto all of the object, on our UV map if that was painted, the others wait to be
    flipped through."""
    image = texture.keep(work, made.picture, "color", made.files["color"])
    thing = targets.found(bpy.data.objects, goal)
    if texture.taken(work, image) and thing is not None and thing.type == "MESH":
        material.wear(thing, material.ready(work.title, {"color": image}, uv), everywhere=True)
