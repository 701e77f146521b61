"""A sphere and a tilted plane before a turned camera: their normals, and renders that follow them."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import render
from bl_ext.user_default.bottega.panels import sidebar
from bl_ext.user_default.bottega.params import Params
from bl_ext.user_default.bottega.scene import gather, pose, views

here = stage.enable()
settings = bpy.context.scene.bottega
facts: dict = {}
W, H = 192, 128

bpy.ops.mesh.primitive_uv_sphere_add(radius=1.5, segments=192, ring_count=96, location=(0.4, 6.0, 0.3))
bpy.ops.object.shade_smooth()
bpy.ops.mesh.primitive_plane_add(size=60, location=(0, 10, 0), rotation=(1.2, 0.3, 0.2))
camera = stage.camera((0.5, 0.2, -0.3), (84, 10, 7), lens=40.0, shift_x=0.05)


def sent() -> np.ndarray:
    """The picture of normals that a render from the camera sends."""
    found, graph = gather.Scene(), bpy.context.evaluated_depsgraph_get
    for _ in gather.gather(graph, found):
        pass
    params = Params(kind="render", width=W, height=H, controls={"normal": 1.0})
    (control,) = render.controls_of(params, found, [], views.of_camera(camera, graph(), W, H))
    normals = control.hint.normals
    facts["space"] = normals.color_space
    return np.frombuffer(normals.data, np.uint8).reshape(H, W, 3)


np.save(stage.OUT / "normals.npy", sent())
facts["world"] = [list(row) for row in camera.matrix_world]
facts["plane"] = [list(row) for row in bpy.data.objects["Plane"].matrix_world]
camera.data.type, camera.data.ortho_scale = "ORTHO", 9.0
np.save(stage.OUT / "ortho.npy", sent())
camera.data.type = "PERSP"

settings.prompt, settings.seed, settings.random_seed, settings.checkpoint = "red brick", 5, False, "tiny"
settings.width, settings.height, settings.depth, settings.normals = W, H, 0.0, 0.8
before = stage.everything()
facts["render"] = list(bpy.ops.bottega.render())
after = stage.everything()
facts["changed"] = [name for name in before if before[name] != after.get(name) and not name.startswith("images.")]
made = bpy.data.images[here.works[0].results[0]]
np.save(stage.OUT / "render.npy", stage.array(made)[..., :3])
facts["travels"] = made["bottega"]
settings.depth, settings.outlines = 1.0, 0.5
facts["together"] = list(bpy.ops.bottega.render())
facts["kinds"] = list(here.works[0].params.controls)
settings.checkpoint = "starter"
try:
    bpy.ops.bottega.render()
except RuntimeError as error:
    facts["refused"] = str(error)
facts["shown"] = {name: stage.draw(getattr(sidebar, f"BOTTEGA_PT_{name}")) for name in ("render", "project", "jobs")}
settings.outlines = settings.normals = 0.0
bpy.ops.bottega.use_again(image=made.name)
facts["again"] = [settings.depth, settings.outlines, settings.normals]
# A figure's pose goes through a real job.
armature = bpy.data.armatures.new("Rig")
rig = bpy.data.objects.new("Rig", armature)
bpy.context.scene.collection.objects.link(rig)
bpy.context.view_layer.objects.active = rig
bpy.ops.object.mode_set(mode="EDIT")
for name, (x, z) in {
    "upper_arm.L": (1, 0.3),
    "upper_arm.R": (-1, 0.3),
    "forearm.L": (1.3, 0),
    "thigh.R": (-0.4, -1),
}.items():
    bone = armature.edit_bones.new(name)
    bone.head, bone.tail = (x, 5, z), (x, 5, z - 0.4)
bpy.ops.object.mode_set(mode="OBJECT")
settings.checkpoint, settings.depth, settings.normals, settings.pose = "tiny", 0.0, 0.0, 0.7
facts["posed"] = list(bpy.ops.bottega.render())
posed = bpy.data.images[here.works[0].results[0]]
np.save(stage.OUT / "posed.npy", stage.array(posed)[..., :3])
facts["pose_travels"] = posed["bottega"]
graph = bpy.context.evaluated_depsgraph_get()
figures = pose.figures([pose.known(pose.copied(rig, graph))], views.of_camera(camera, graph, W, H))
facts["figures"] = [[[joint.x, joint.y, joint.confidence] for joint in figure] for figure in figures]
stage.report(**facts)
