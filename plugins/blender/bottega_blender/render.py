"""What the camera sees, painted: the picture follows the scene's true depth, its outlines, its normals and its figures.

Nothing is rendered for it. The scene is read through the viewport's depsgraph and rasterized by numpy on a helper
thread, so that no render setting, compositor, frame or selection is touched.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import bpy
import numpy as np

from . import editors, targets, texture
from .client import Control, Session, Unready, canny_control, depth_control, messages, normal_control, pose_control
from .host import SCENES
from .params import Params
from .scene import buffers, gather, graphs, pose, shapes, views
from .scene.raster import Surface, View, see
from .scene.world import Rows, World
from .studio import Studio
from .work import Ask, Made, Recipe, Work

NATIVE = 512
"""Side of a picture where no catalog says what the model likes."""
SURFACES = frozenset({"depth", "canny", "normal"})
"""Kinds of control that are made of what a view sees."""


def start(studio: Studio, session: Session, context: bpy.types.Context, params: Params) -> Work:
    """Ask for a picture from the scene's camera. Raises Unready if it has none or one that is no plane."""
    graph, camera = graphs.of(context), targets.key(views.check(scene_camera(context.scene)))
    size = views.extent(context.scene, params.width, params.height, native(studio.link.catalog, params.checkpoint))
    params = dataclasses.replace(params, width=size[0], height=size[1])
    found = gather.Scene()
    rigs: list[pose.Bones] = []
    seen: list[View] = []
    shown = editors.noted()
    work = studio.work(params, session, lambda work, made: offered(work, kept(work, made), shown), SCENES)
    found.check = work.check

    def placing(depsgraph: bpy.types.Depsgraph) -> None:
        seen[:] = [views.of_camera(views.again(camera), depsgraph, *size)]

    def reading(still: shapes.Graph) -> Iterator[None]:
        rigs.clear()
        if "pose" in params.controls:
            yield from armatures(still, rigs)
        yield from gather.once(still, found, placing)

    def recipe() -> Recipe:
        task = params.task(controls=controls_of(params, found, [pose.known(each) for each in rigs], seen[0]))
        yield Ask([task], each=lambda picture: texture.made_of(picture, params))

    studio.begin(work, recipe, gather.at_rest(graph, reading))
    return work


def scene_camera(scene: bpy.types.Scene) -> bpy.types.Object:
    """The scene's own. Raises Unready if there is none."""
    if scene.camera is None:
        remedy = "Add one, and let it look at the scene."
        raise Unready("The scene has no camera.", remedy=remedy, fix="object.camera_add")
    return scene.camera


def native(catalog: messages.Catalog | None, checkpoint: str) -> int:
    """The side of the square that a model was trained at."""
    name = checkpoint or (catalog.defaults.checkpoint if catalog and catalog.defaults else "")
    for each in catalog.checkpoints if catalog else ():
        if each.name == name and each.native and each.native.width:
            return each.native.width
    return NATIVE


def armatures(depsgraph: shapes.Graph, rigs: list[pose.Bones]) -> Iterator[None]:
    """Copy the poses of the armatures that can be seen, also those hidden in renders: rigs usually are. One in each
    slice; what is gone by then is left out."""
    keys = [targets.key(each.original) for each in depsgraph().objects if each.type == "ARMATURE" and each.pose]
    for key in keys:
        yield
        thing = targets.found(bpy.data.objects, key)
        if thing is not None and thing.pose:
            rigs.append(pose.copied(thing, depsgraph()))
    yield


def controls_of(params: Params, found: gather.Scene, seen: list[pose.Armature], view: View) -> tuple[Control, ...]:
    """What the picture is to follow; `seen` are armatures. Raises Unready if the camera sees nothing of it."""
    world = found.world()
    surface = see(world.batches(view), view)
    without(surface, world, found.holes)
    if not (surface.triangle >= 0).any() and SURFACES & params.controls.keys():
        remedy = "Point it at the scene, have that lie within its clipping range, or follow nothing that it sees."
        raise Unready("The camera sees no surface.", remedy=remedy)
    controls = surface_controls(params, surface, world.normals, view)
    if strength := params.controls.get("pose"):
        figures = pose.figures(seen, view)
        if not figures:
            remedy = (
                "Show the armature in the viewport, name its bones as rigs do, choose their joints in the bones' "
                "properties, or set Pose to 0."
            )
            raise Unready("The camera sees no armature whose bones are known.", remedy=remedy)
        controls.append(pose_control(figures, strength=strength))
    return tuple(controls)


def without(surface: Surface, world: World, holes: set[int]) -> None:
    """Have nothing be seen where holdouts are; these are numbers of what is placed in the world."""
    if holes:
        hole = (surface.triangle >= 0) & np.isin(world.owner(surface.triangle), list(holes))
        surface.triangle[hole], surface.z[hole] = -1, np.inf


def surface_controls(params: Params, surface: Surface, normals: gather.Array | Rows, view: View) -> list[Control]:
    """Depth, outlines and normals of what a view sees, as far as wished; `normals` has the triangles' (t, 3, 3)."""
    controls: list[Control] = []
    if strength := params.controls.get("depth"):
        controls.append(depth_control(buffers.depth(surface), strength=strength))
    if not {"canny", "normal"} & params.controls.keys():
        return controls
    seen = buffers.normals(surface, normals, view)
    if strength := params.controls.get("canny"):
        controls.append(canny_control(seen, strength=strength))
    if strength := params.controls.get("normal"):
        controls.append(normal_control(dataclasses.replace(seen, color_space="data"), strength=strength))
    return controls


def kept(work: Work, made: Made) -> bpy.types.Image:
    """Make the image of a picture."""
    return texture.keep(work, made.picture, "color", made.files["color"])


def offered(work: Work, image: bpy.types.Image, shown: dict[int, int]) -> None:
    """List a result, and show the first in an Image Editor that shows what it did when it was asked for
    (`editors.noted`)."""
    if texture.taken(work, image):
        editors.offer(image, shown)
