"""What the camera sees, painted: the picture follows the scene's true depth, its outlines and its figures.

Nothing is rendered for it. The scene is read through the viewport's depsgraph and rasterized by numpy on a helper
thread, so that no render setting, compositor, frame or selection is touched.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import bpy

from . import editors, texture
from .client import BottegaError, Control, Generate, Picture, Session, canny_control, depth_control, pose_control
from .params import Params
from .scene import buffers, gather, pose, views
from .scene.raster import View, see
from .studio import Studio, Work

NATIVE = 512
"""Side of a picture where no catalog says what the model likes."""
NO_CAMERA = "The scene has no camera."


def start(studio: Studio, session: Session, context: bpy.types.Context, params: Params) -> Work:
    """Ask for a picture from the scene's camera. Raises BottegaError if it has none or one that is no plane."""
    scene = context.scene
    if scene.camera is None:
        raise BottegaError(NO_CAMERA, remedy="Add one (Add > Camera) and let it look at the scene.")
    graph = context.evaluated_depsgraph_get
    size = views.extent(scene, params.width, params.height, native(studio, params.checkpoint))
    view = views.of_camera(scene.camera, graph(), *size)
    params = dataclasses.replace(params, width=size[0], height=size[1])
    found = gather.Scene()
    armatures = seen_armatures(graph()) if "pose" in params.controls else []
    work = studio.work(params, lambda picture: texture.prepared(picture, params, None), delivered)

    def steps() -> Iterator[None]:
        graph()  # an evaluation that is due is one call of Blender, so it has a slice of its own
        yield
        yield from gather.gather(graph, found)
        studio.submit(work, session, task_of(params, found, armatures, view))

    studio.main.chore("scene", steps(), lambda error: studio.fail(work, readable(error)))
    return work


def native(studio: Studio, checkpoint: str) -> int:
    """The side of the square that a model was trained at."""
    catalog = studio.catalog
    name = checkpoint or (catalog.defaults.checkpoint if catalog and catalog.defaults else "")
    for each in catalog.checkpoints if catalog else ():
        if each.name == name and each.native and each.native.width:
            return each.native.width
    return NATIVE


def seen_armatures(depsgraph: bpy.types.Depsgraph) -> list[pose.Armature]:
    """The poses of the armatures that can be seen, also those hidden in renders: rigs usually are."""
    things = [each.original for each in depsgraph.objects if each.type == "ARMATURE" and each.pose]
    return [pose.read(thing, depsgraph) for thing in things]


def task_of(params: Params, found: gather.Scene, armatures: list[pose.Armature], view: View) -> Callable[[], Generate]:
    """Makes the request in the background; raises BottegaError there if the camera sees nothing to follow."""

    def make() -> Generate:
        corners, normals, _ = found.corners()
        surface = see(corners, view)
        if not (surface.triangle >= 0).any() and {"depth", "canny"} & params.controls.keys():
            raise BottegaError("The camera sees no surface.", remedy="Point it at the scene, or set Depth to 0.")
        controls: list[Control] = []
        for kind, strength in params.controls.items():
            if kind == "depth":
                controls.append(depth_control(buffers.depth(surface), strength=strength))
            elif kind == "canny":
                controls.append(canny_control(buffers.normals(surface, normals, view), strength=strength))
            elif figures := pose.figures(armatures, view):
                controls.append(pose_control(figures, strength=strength))
            else:
                remedy = "Name its bones as rigs do, give them the property bottega_joint, or set Pose to 0."
                raise BottegaError("The camera sees no armature whose bones are known.", remedy=remedy)
        return params.task(controls=tuple(controls))

    return make


def delivered(work: Work, picture: Picture, files: dict[str, bytes]) -> Iterator[None]:
    """Make the image, and show the first in the Image Editors."""
    image = texture.keep(work, picture, "color", files["color"])
    yield
    work.results.append(image.name)
    if len(work.results) == 1:
        for window in bpy.context.window_manager.windows:
            editors.show_on(window.screen, image)
    yield


def readable(error: Exception) -> Exception:
    """What went wrong while the scene was read, in words."""
    if isinstance(error, gather.Changed):
        return BottegaError("The scene changed all the while it was read.", remedy="Stop the playback and try again.")
    return error
