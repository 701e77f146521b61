"""What runs on Blender's main thread while jobs of each kind are done: how much at a time, and what never does."""

import sys
import threading

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import exact, maps, masks, pixels, render
from bl_ext.user_default.bottega.projection import reading, sights
from bl_ext.user_default.bottega.scene import pose, shapes, triangles

here = stage.enable()
settings = bpy.context.scene.bottega
beside: dict[str, set[bool]] = {}
calls: list[int] = []
sockets: list[str] = []
NETWORK = {f"socket.{name}" for name in ("connect", "bind", "getaddrinfo", "gethostbyname", "sendto", "sendmsg")}


def on_main() -> bool:
    """Whether this is Blender's own thread."""
    return threading.current_thread() is threading.main_thread()


def watched(module, name: str) -> None:
    """Note on which thread a function runs."""
    function = getattr(module, name)

    def noting(*given, **named):
        beside.setdefault(name, set()).add(on_main())
        return function(*given, **named)

    setattr(module, name, noting)


def counted(reader):
    """A reader that is counted in the step that it runs in."""

    def reading_(*given, **named):
        calls[-1] += 1
        return reader(*given, **named)

    return reading_


for module, name in (
    (pixels, "png"), (pixels, "encoded"), (maps, "derive"), (render, "see"), (sights, "see"), (reading, "atlas"),
    (triangles, "triangles"), (masks, "covered"), (exact, "numbers"), (exact, "exr"),
):  # fmt: skip
    watched(module, name)
shapes.READERS = tuple(map(counted, shapes.READERS))
for name in ("chosen", "points", "vertices", "starts", "shown_uv"):
    setattr(masks, name, counted(getattr(masks, name)))
pose.copied = counted(pose.copied)
step = here.main._step
here.main._step = lambda: (calls.append(0), step())
sys.addaudithook(lambda event, _: sockets.append(event) if event in NETWORK and on_main() else None)

settings.prompt, settings.texture_size, settings.views, settings.outlines = "moss", "512", 2, 0.5
settings.pose = 0.5
for _ in range(2):
    bpy.ops.object.armature_add()
    bpy.context.object.pose.bones[0][pose.OVERRIDE] = "nose"
cube = stage.cube()
stage.camera((0, -6, 0), (90, 0, 0))
outcomes = [bpy.ops.bottega.texture(), bpy.ops.bottega.render()]
bpy.context.view_layer.objects.active = cube
outcomes.append(bpy.ops.bottega.project())
name = here.works[0].results[0]
outcomes.append(bpy.ops.bottega.new_mask(image=name, faces=True))
white = np.zeros((512, 512, 4), np.float32)
white[200:300, 200:300] = 1.0
settings.mask.pixels.foreach_set(white.ravel())
settings.start = bpy.data.images[name]
outcomes += [bpy.ops.bottega.repaint(image=name), bpy.ops.bottega.texture()]
bpy.data.images.new("lights", 64, 64, float_buffer=True)
outcomes.append(bpy.ops.bottega.upscale(image="lights"))
stage.report(
    outcomes=[list(each) for each in outcomes],
    beside={name: sorted(threads) for name, threads in beside.items()},
    at_once=max(calls),
    read=sum(calls),
    sockets=sockets,
)
