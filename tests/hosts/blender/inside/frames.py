"""The scene moves between the click and its reading, and while it is read: what is read is one frame of it."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import render
from bl_ext.user_default.bottega.client import Unready
from bl_ext.user_default.bottega.projection import start
from bl_ext.user_default.bottega.scene import gather, graphs, views

here = stage.enable()
settings, scene = bpy.context.scene.bottega, bpy.context.scene
settings.prompt, settings.texture_size, settings.steps, settings.views_from = "moss", "512", 1, "CAMERA"
facts: dict = {}
FIRST, LAST = 1, 10


def animated(thing, path, values):
    """Different values of a property in the first and in the last frame."""
    for frame, value in zip((FIRST, LAST), values, strict=True):
        setattr(thing, path, value)
        thing.keyframe_insert(path, frame=frame)


cube = stage.cube("Cube")
cube.shape_key_add(name="Basis")
key = cube.shape_key_add(name="Slanted")
for point in key.data:
    point.co.x += point.co.z * 0.5
animated(key, "value", (0.0, 1.0))
animated(cube, "location", ((0, 0, 0), (0.5, 0, 0.2)))
camera = stage.camera((0, -7, 0), (90, 0, 0))
animated(camera, "location", ((0, -7, 0), (0, -8, 1)))
animated(camera.data, "lens", (50.0, 60.0))
bpy.context.view_layer.objects.active = cube


def state(found, view):
    """What was read, as plain numbers."""
    shape = found.shapes[found.placed[found.own[cube.session_uid]][0]]
    matrix = found.placed[found.own[cube.session_uid]][2]
    return [np.round(each, 5).tolist() for each in (shape.points, shape.normals, matrix, view.camera, view.projection)]


def read(meanwhile=lambda number: None):
    """Gather, with something between the slices."""
    found, seen = gather.Scene(), []

    def placing(depsgraph):
        seen[:] = [views.of_camera(camera, depsgraph, 128, 128)]

    slices = 0
    for slices, _ in enumerate(gather.gather(graphs.of(bpy.context), found, placing), 1):
        meanwhile(slices)
    return state(found, seen[0]), slices


frames = {}
for frame in (FIRST, LAST):
    scene.frame_set(frame)
    frames[frame], slices = read()
facts["differ"] = [frames[FIRST][k] != frames[LAST][k] for k in range(5)]


def moved_at(which):
    """Read while the frame changes in this slice."""
    scene.frame_set(FIRST)
    return read(lambda number: number == which and scene.frame_set(LAST))[0]


facts["slices"] = slices
facts["one_frame"] = [moved_at(which) == frames[LAST] for which in range(1, slices)]
try:
    read(lambda number: scene.frame_set(FIRST + number % 9))
    facts["never_rests"] = ""
except Unready as error:
    facts["never_rests"] = f"{error.message} {error.remedy}"

noted = []
recipe, controls_of = start.recipe, render.controls_of
start.recipe = lambda wish, found: noted.append(state(found, wish.own[0])) or recipe(wish, found)
render.controls_of = lambda params, found, rigs, view: (
    noted.append(state(found, view)) or controls_of(params, found, rigs, view)
)
facts["clicked"] = []
for operator in (bpy.ops.bottega.project, bpy.ops.bottega.render):
    scene.frame_set(FIRST)
    operator(wait=0)
    scene.frame_set(LAST)
    stage.pump(lambda: here.works[0].ended)
    facts["clicked"].append([here.works[0].state, noted[-1] == frames[LAST]])

bpy.ops.bottega.render(wait=0)
bpy.data.objects.remove(camera)
stage.pump(lambda: here.works[0].ended)
error = here.works[0].error
facts["no_camera"] = [here.works[0].state, f"{error.message} {error.remedy}"]
stage.report(**facts)
