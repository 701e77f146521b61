"""Jobs side by side, cancelled and refused; a render that follows the scene; a daemon that is not there."""

import os
import time

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega.client import BottegaError

here = stage.enable()
settings = bpy.context.scene.bottega
settings.target = "IMAGE"
scene = bpy.context.scene
facts: dict = {}


def refused(operator) -> str:
    """What an operator says that fails."""
    try:
        operator()
    except RuntimeError as error:
        return str(error)
    return ""


settings.target = "MATERIAL"
facts["no_object"] = refused(bpy.ops.bottega.texture)
facts["no_camera"] = refused(bpy.ops.bottega.render)
settings.target = "IMAGE"

begun = time.perf_counter()
settings.prompt, settings.random_seed = "green grass", True
for count in (1, 1, 2):
    settings.count = count
    bpy.ops.bottega.texture(wait=0)
facts["asked_in_ms"] = (time.perf_counter() - begun) * 1000
settings.steps = 300
bpy.ops.bottega.texture(wait=0)
facts["in_flight"] = sum(not work.ended for work in here.works)
stage.pump(lambda: here.works[0].state == "running" and here.works[0].fraction > 0)
bpy.ops.bottega.cancel(number=here.works[0].number)
stage.pump(lambda: all(work.ended for work in here.works))
facts["states"] = [work.state for work in here.works]
facts["seeds"] = [work.params.seed for work in here.works]
facts["results"] = [len(work.results) for work in here.works]

settings.steps, settings.sampler = 3, "nope"
facts["refused"] = refused(bpy.ops.bottega.texture)
settings.sampler = ""

for kind, data in (("empty", None), ("lamp", bpy.data.lights.new("Lamp", "SUN"))):
    scene.camera = bpy.data.objects.new(kind, data)
    scene.collection.objects.link(scene.camera)
    facts[f"{kind}_camera"] = refused(bpy.ops.bottega.render)
    bpy.data.objects.remove(scene.camera)

bpy.ops.mesh.primitive_uv_sphere_add(radius=1.5, segments=96, ring_count=64, location=(0, 6, 0))
bpy.ops.mesh.primitive_plane_add(size=40, location=(0, 10, 0), rotation=(1.5708, 0, 0))
stage.camera((0, 0, 0), (90, 0, 0), lens=50.0)
settings.prompt, settings.seed, settings.random_seed, settings.count = "a blue sphere", 3, False, 1
settings.depth, settings.outlines = 1.0, 0.6
before = stage.everything()
facts["render"] = list(bpy.ops.bottega.render())
after = stage.everything()
made = here.works[0].results[0]
facts["changed"] = [name for name in before if before[name] != after.get(name) and not name.startswith("images.")]
np.save(stage.OUT / "render.npy", stage.array(bpy.data.images[made])[..., :3])
bpy.ops.object.armature_add()
bpy.context.object.hide_set(True)
settings.pose = 1.0
facts["hidden_rig"] = refused(bpy.ops.bottega.render)
settings.pose = 0.0
facts["travels"] = bpy.data.images[made]["bottega"]

photo = bpy.data.images.new("photo", 203, 149)
ramp = np.ones((149, 203, 4), np.float32)
ramp[..., :3] = np.mgrid[:149, :203, :3].sum(0) / 360
photo.pixels.foreach_set(ramp.ravel())
bpy.ops.bottega.new_mask(image="photo")
facts["unmasked"] = refused(lambda: bpy.ops.bottega.repaint(image="photo"))
mask = settings.mask
white = np.zeros((149, 203, 4), np.float32)
white[60:100, 30:90] = 1.0
mask.pixels.foreach_set(white.ravel())
old = stage.array(photo)
settings.strength, settings.feather = 1.0, 0
facts["repaint"] = list(bpy.ops.bottega.repaint(image="photo"))
new = stage.array(bpy.data.images[here.works[0].results[0]])
inside = white[::-1, :, 0] > 0
facts["outside_moved"] = float(np.abs(new - old)[..., :3][~inside].max())
facts["inside_moved"] = float(np.abs(new - old)[..., :3][inside].mean())
facts["photo_moved"] = float(np.abs(stage.array(photo) - old).max())

try:
    here.link.connect("studio-box:7868")
except BottegaError as error:
    facts["offline"] = [str(error), error.remedy]
os.environ["BOTTEGA_HOME"] = str(stage.OUT / "nowhere")
here.link.disconnect()
here.link.connect()
stage.pump(lambda: here.link.connection.state == "lost")
facts["lost"] = [type(here.link.connection.error).__name__, here.link.connection.error.remedy]
stage.report(**facts)
