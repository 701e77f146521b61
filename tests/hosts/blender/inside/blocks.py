"""How long single steps hold the main thread, for `python -m benchmarks.blender_blocks`."""

import threading
import time

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import pixels
from bl_ext.user_default.bottega.scene import gather, views
from bl_ext.user_default.bottega.scene.raster import see

here = stage.enable()
times: dict[str, float] = {}


def timed(name, function):
    """Note the longest time of a kind of step: the processor's, so that a busy machine tells the same."""
    begun = time.thread_time()
    result = function()
    times[name] = max(times.get(name, 0.0), (time.thread_time() - begun) * 1000)
    return result


bpy.ops.mesh.primitive_monkey_add(size=2)
subdivision = bpy.context.object.modifiers.new("fine", "SUBSURF")
subdivision.levels = 4
for number in range(200):
    stage.cube(f"Cube {number}", size=0.1, location=(number % 20 * 0.2 - 2, 2, number // 20 * 0.2 - 1))
camera = stage.camera((0, -6, 0), (90, 0, 0))
graph = bpy.context.evaluated_depsgraph_get
timed("evaluate the scene (Blender's own call)", graph)

names = {reader: f"gather: {reader.__name__.strip('_')} of 258,048 triangles" for reader in gather.READERS}
gather.READERS = tuple((lambda mesh, reader=reader: timed(names[reader], lambda: reader(mesh))) for reader in names)
found = gather.Scene()
steps = gather.gather(graph, found)
times["gather: a slice with all of it"] = 0.0
while timed("gather: a slice with all of it", lambda: next(steps, "end")) != "end":
    pass

view = views.of_camera(camera, graph(), 512, 512)
done = threading.Event()


def work() -> None:
    see(found.corners()[0], view)
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
    image = timed(f"take a result of {side}²", lambda: pixels.new_image("big", data, side, side, "sRGB"))
    timed(f"Blender decodes it when it is drawn first, {side}²", lambda: pixels.read(image))
    timed(f"read an image of {side}²", lambda: pixels.read(image))


pictures(1024)
pictures(2048)
stage.report(times=times)
