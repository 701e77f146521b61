"""How long single steps hold the main thread, for `python -m benchmarks.blender_blocks`."""

import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import arrivals, masks, pixels, preferences, running, texture
from bl_ext.user_default.bottega.client import Picture, Pixels
from bl_ext.user_default.bottega.panels import library, sidebar
from bl_ext.user_default.bottega.params import Params
from bl_ext.user_default.bottega.scene import gather, pose, shapes, views
from bl_ext.user_default.bottega.scene.raster import see
from bl_ext.user_default.bottega.work import Made

here = stage.enable()
here.main.clock = time.thread_time
settings = bpy.context.scene.bottega
times: dict[str, float] = {}
OWN = " (one call of Blender)"


def timed(name, function):
    """Note the longest time of a kind of step: the processor's, so that a busy machine tells the same."""
    begun = time.thread_time()
    result = function()
    times[name] = max(times.get(name, 0.0), (time.thread_time() - begun) * 1000)
    return result


bpy.ops.mesh.primitive_monkey_add(size=2)
monkey = bpy.context.object
bpy.ops.bottega.unwrap()
subdivision = monkey.modifiers.new("fine", "SUBSURF")
subdivision.levels = 4
for number in range(200):
    stage.cube(f"Cube {number}", size=0.1, location=(number % 20 * 0.2 - 2, 2, number // 20 * 0.2 - 1))
bpy.ops.object.empty_add()
flock = bpy.data.collections.new("Flock")
flock.objects.link(bpy.data.objects["Cube 0"])
for number in range(100):
    empty = bpy.data.objects.new("Many", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", flock
    empty.location = (number % 10 * 0.3 - 1.5, 3, number // 10 * 0.3 - 1.5)
    bpy.context.scene.collection.objects.link(empty)
camera = stage.camera((0, -6, 0), (90, 0, 0))
graph = bpy.context.evaluated_depsgraph_get
timed("evaluate the scene" + OWN, graph)

names = {reader: f"gather: {reader.__name__.strip('_')} of 258,048 triangles" for reader in shapes.READERS}
shapes.READERS = tuple((lambda mesh, reader=reader: timed(names[reader], lambda: reader(mesh))) for reader in names)
found = gather.Scene()
steps = gather.gather(graph, found)
meshes = sum(each.type == "MESH" for each in graph().objects)
next(steps)  # an evaluation, if one is due
for _ in range(meshes):
    timed(f"finish a mesh of 258,048 triangles{OWN}", lambda: next(steps))
timed("gather: the list of 301 things", lambda: next(steps))
while timed("gather: any other slice", lambda: next(steps, "end")) != "end":
    pass
shapes.READERS = tuple(names)


def read_again(name: str) -> None:
    """Gather once more, and time what comes after Blender has finished its meshes."""
    steps = gather.gather(graph, gather.Scene())
    for _ in range(1 + sum(each.type == "MESH" for each in graph().objects)):
        next(steps)
    while timed(name, lambda: next(steps, "end")) != "end":
        pass


bpy.ops.mesh.primitive_grid_add(x_subdivisions=360, y_subdivisions=360, location=(9, 9, 0))
dense = bpy.context.object
bpy.ops.object.mode_set(mode="EDIT")
graph()
with ExitStack() as stack:
    opened = shapes.by_name(graph, dense.name)
    arrays = f"make arrays of 259,200 triangles in Edit Mode{OWN}"
    assert len(timed(arrays, lambda: stack.enter_context(opened)).polygons) == 129_600
read_again("gather: any other slice, with these in Edit Mode")
bpy.ops.object.mode_set(mode="OBJECT")
bpy.data.objects.remove(dense)
crowd = bpy.data.meshes.new("Crowd")
crowd.from_pydata([(x * 0.1, 4, y * 0.1) for x in range(100) for y in range(100)], [], [])
many = bpy.data.objects.new("Crowd", crowd)
bpy.context.scene.collection.objects.link(many)
many.instance_type = "VERTS"
bpy.data.objects["Cube 1"].parent = many
graph()
timed(f"go through a list of 10,302 things{OWN}", lambda: len(graph().object_instances))
read_again("gather: any slice with a list of 10,302 things")
bpy.data.objects["Cube 1"].parent = None
bpy.data.objects.remove(many)
graph()

view = views.of_camera(camera, graph(), 512, 512)
done = threading.Event()


def work() -> None:
    see(found.world().batches(view), view)
    done.set()


thread = threading.Thread(target=work)
late = "main thread late by, while a thread rasterizes (wall)"
begun = beat = time.perf_counter()
thread.start()
while not done.is_set():
    time.sleep(0.001)
    now = time.perf_counter()
    times[late], beat = max(times.get(late, 0.0), (now - beat) * 1000 - 1.0), now
times["(rasterizing took, on its thread, wall)"] = (time.perf_counter() - begun) * 1000


def pictures(side: int) -> None:
    """A result of this side comes, is drawn, and is read."""
    values = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    data = pixels.png(values)
    image = timed(f"take a result of {side}²", lambda: pixels.new_image("big", data, "sRGB"))
    timed(f"decode a result of {side}² when it is first drawn{OWN}", lambda: pixels.read(image))
    timed(f"read an image of {side}²{OWN}", lambda: pixels.read(image))


pictures(1024)
pictures(2048)

timed("connect", preferences.session)
stage.pump(lambda: here.link.connection.state == "connected" and here.link.catalog)
settings.prompt, settings.maps, settings.count = "red brick", True, 2
bpy.context.view_layer.objects.active = monkey
settings.views, settings.texture_size, settings.outlines = 2, "1024", 0.5


def job(name: str, operator) -> None:
    """Ask for something, wait for it, and note the longest steps."""
    for each in graph().objects:  # Blender would evaluate and finish what has changed since
        each.data  # noqa: B018
    here.main.blocks.clear()
    timed(f"{name}: the click", lambda: operator(wait=0))
    stage.pump(lambda: not any(not work.ended for work in here.works))
    assert here.works[0].state == "done", here.works[0].error
    for kind, seconds in here.main.blocks.items():
        times[f"{name}: {kind}"] = seconds * 1000


def together(count: int) -> None:
    """The results of one texture with this many variations, of noise, go in."""
    noise = np.random.default_rng(1).integers(0, 255, (512, 512, 3), np.uint8)
    where = texture.goal("MATERIAL", True, monkey)
    work = here.work(Params(), preferences.session(), lambda work, each: texture.delivered(work, each, where))
    made = texture.made_of(Picture("", 0, 0, Pixels.of(noise)), Params(), (True, True))
    work.made = [
        Made(replace(made.picture, seed=seed), {role: bytes(bytearray(data)) for role, data in made.files.items()})
        for seed in range(count)
    ]
    name = f"taking {count} variations of 512², 4 images each"
    while arrivals.copying(work):
        timed(f"{name}: copying, in slices", lambda: arrivals.copy(work))
    timed(name, lambda: running._deliver(work))
    here.end(work, None)


together(1)
together(16)

# What else comes while jobs run: previews, poses, and faces that become a mask.
small = bpy.data.images.new("small", 512, 512)
small.pixels.foreach_set(np.random.default_rng(2).random(512 * 512 * 4, np.float32))
small.file_format, small.filepath_raw = "JPEG", str(Path(stage.OUT) / "small.jpg")
small.save()
jpeg = Path(small.filepath_raw).read_bytes()
for number in range(3):
    timed("a step preview of 512²", lambda number=number: here.previews.show(number, jpeg))
    here.previews.forget(number)
armature = bpy.data.armatures.new("Rig")
rig = bpy.data.objects.new("Rig", armature)
bpy.context.scene.collection.objects.link(rig)
bpy.context.view_layer.objects.active = rig
bpy.ops.object.mode_set(mode="EDIT")
for number in range(800):
    armature.edit_bones.new(f"DEF-bone.{number}").tail = (0, 0, 1)
bpy.ops.object.mode_set(mode="OBJECT")
bones = timed("pose: a rig of 800 bones", lambda: pose.copied(rig, graph()))
bpy.data.objects.remove(rig)
bpy.ops.mesh.primitive_grid_add(x_subdivisions=360, y_subdivisions=360, location=(9, 9, 0))
grid = bpy.context.object
bpy.ops.object.mode_set(mode="EDIT")
steps = masks.selected(grid.session_uid)
timed(f"bring 259,200 triangles out of Edit Mode{OWN}", lambda: next(steps))
while timed("a mask from the faces of 259,200 triangles, in slices", lambda: next(steps, "end")) != "end":
    pass
bpy.ops.object.mode_set(mode="OBJECT")
bpy.data.objects.remove(grid)
bpy.context.view_layer.objects.active = monkey
graph()
settings.width = settings.height = 512
settings.steps = 1
job("texture of 512², 2 x 4 maps", bpy.ops.bottega.texture)
settings.width = settings.height = 128
job("render", bpy.ops.bottega.render)
settings.count = 1
job("projection, 1024²", bpy.ops.bottega.project)
name = here.works[0].results[0]
bpy.ops.bottega.new_mask(image=name)
white = np.zeros((1024, 1024, 4), np.float32)
white[400:500, 300:420] = 1.0
settings.mask.pixels.foreach_set(white.ravel())
job("repaint of 1024²", lambda **options: bpy.ops.bottega.repaint(image=name, **options))
settings.times = 2
for name, options in (("8 bits", {}), ("floats", {"float_buffer": True})):
    wide = bpy.data.images.new(name, 1024, 1024, **options)
    wide.pixels.foreach_set(np.random.default_rng(3).random(1024 * 1024 * 4, np.float32))
    job(f"enlarging 1024² of {name} twice", lambda name=name, **options: bpy.ops.bottega.upscale(image=name, **options))
stage.pump(lambda: here.history.entries)
for panel in (*sidebar.CLASSES, *library.CLASSES):
    timed("draw a panel (without Blender's own part)", lambda panel=panel: stage.draw(panel))
assert Path(stage.OUT).exists()
stage.report(times=times)
