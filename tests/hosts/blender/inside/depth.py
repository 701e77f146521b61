"""Depth, normals and poses of scenes whose geometry is known, and that reading them touches nothing."""

import dataclasses
import math

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega.client import Unready
from bl_ext.user_default.bottega.scene import buffers, gather, pose, views
from bl_ext.user_default.bottega.scene.raster import see

here = stage.enable()
W, H = 240, 160
slices: list[int] = []
WATCHED = (
    "scenes.Scene.render.resolution_x", "scenes.Scene.cycles.samples", "scenes.Scene.view_settings.exposure",
    "scenes.Scene.view_layers.ViewLayer.use_pass_z", "scenes.Scene.view_layers.ViewLayer.Row",
    "scenes.Scene.view_layers.ViewLayer.active", "scenes.Second.render.filepath", "worlds.Sky.node_tree.nodes.",
    "cameras.Camera.lens", "objects.Row.modifiers.array.count", "objects.Row.hide_render", "frame_subframe",
    "collections.Kept.objects.Post", "scenes.Scene.collection.children", "scenes.Scene.node_tree.nodes.Blur",
    "node_groups.Finish.nodes.Blur",
)  # fmt: skip


def surface(thing):
    """What a camera sees, as the plug-in reads it."""
    found = gather.Scene()
    graph = bpy.context.evaluated_depsgraph_get
    slices.append(sum(1 for _ in gather.gather(graph, found)))
    view = views.of_camera(thing, graph(), W, H)
    world = found.world()
    seen = see(world.batches(view), view)
    return seen, world.normals, view, [found.placed[k][1] for k in world.owner(np.arange(len(world)))]


# A floor through the camera's plane and far away, a cube by an array modifier, an instance of a collection, text.
bpy.ops.mesh.primitive_plane_add(size=80, location=(0, 20, -1))
bpy.context.object.name = "Floor"
cube = stage.cube("Row", size=1.0, location=(-2, 6, 0))
array = cube.modifiers.new("array", "ARRAY")
array.count, array.use_relative_offset, array.use_constant_offset = 3, False, True
array.constant_offset_displace = (2, 0, 0)
hidden = stage.cube("Hidden", size=1.0, location=(0, 3, 0))
hidden.hide_render = True
collection = bpy.data.collections.new("Kept")
post = stage.cube("Post", size=1.0, location=(0, 0, 0))
bpy.context.scene.collection.objects.unlink(post)
collection.objects.link(post)
empty = bpy.data.objects.new("Instance", None)
empty.instance_type, empty.instance_collection, empty.location = "COLLECTION", collection, (0, 12, 2)
bpy.context.scene.collection.objects.link(empty)
camera = stage.camera((0, 0, 0), (90, 0, 0), lens=30.0, clip_start=0.1, shift_x=0.1)
camera.scale = (2, 2, 2)
bpy.context.view_layer.update()
bpy.ops.object.select_all(action="DESELECT")
cube.select_set(True)

stage.surroundings()
before = stage.everything()
seen, normals, view, owner = surface(camera)
after = stage.everything()
np.save(stage.OUT / "z.npy", seen.z)
names = sorted({owner[k] for k in np.unique(seen.triangle) if k >= 0})
picture = buffers.normals(seen, normals, view)
np.save(stage.OUT / "normals.npy", np.frombuffer(picture.data, np.uint8).reshape(H, W, 3))
bpy.context.view_layer.objects.active = cube
bpy.ops.object.mode_set(mode="EDIT")
edited = bool(np.array_equal(surface(camera)[0].z, seen.z))
bpy.ops.object.mode_set(mode="OBJECT")
camera.data.type, camera.data.ortho_scale = "ORTHO", 12.0
np.save(stage.OUT / "ortho.npy", surface(camera)[0].z)


def clipped(name):
    """What the camera sees between its clipping planes, and where Blender itself draws anything."""
    np.save(stage.OUT / f"{name}.npy", surface(camera)[0].z)
    render.filepath = str(stage.OUT / f"{name}.png")
    bpy.ops.render.render(write_still=True)
    np.save(stage.OUT / f"{name}_drawn.npy", stage.array(bpy.data.images.load(render.filepath))[..., 3] > 0.5)


render = bpy.context.scene.render
render.engine, render.resolution_x, render.resolution_y, render.use_compositing = "CYCLES", W, H, False
render.film_transparent, bpy.context.scene.cycles.samples = True, 1
bpy.context.scene.cycles.pixel_filter_type = "BOX"
camera.data.clip_start, camera.data.clip_end = 6.2, 11.8
clipped("cut_ortho")
camera.data.type = "PERSP"
clipped("cut")
camera.data.clip_start, camera.data.clip_end = 0.1, 1000.0


def placed(meanwhile=lambda: None):
    """Names and matrices of everything, and how many slices it took; something happens in the twentieth."""
    found = gather.Scene()
    for number, _ in enumerate(gather.gather(bpy.context.evaluated_depsgraph_get, found), 1):
        if number == 20:
            meanwhile()
    return [name for _, name, _ in found.placed], np.array([matrix for _, _, matrix in found.placed]), number


# A scene with more than is copied: said before the rest of it is.
most, gather.MOST = gather.MOST, 20
try:
    placed()
    too_many = ""
except Unready as error:
    too_many = f"{error.message} {error.remedy}"
gather.MOST = most

# A list of instances that takes many slices, and changes in one of them.
crowd = bpy.data.meshes.new("Crowd")
crowd.from_pydata([(x * 0.5, 4, 0) for x in range(200)], [], [])
many = bpy.data.objects.new("Crowd", crowd)
bpy.context.scene.collection.objects.link(many)
many.instance_type = "VERTS"
stage.cube("One of many", size=0.1).parent = many
bpy.context.view_layer.update()
whole = placed()
gather.SLICE = 0.0


def move() -> None:
    """Elsewhere."""
    many.location.z = 5.0
    bpy.context.view_layer.update()


sliced, moved = placed(), placed(move)
crowded = {
    "same": whole[0] == sliced[0] and bool((whole[1] == sliced[1]).all()),
    "slices": sliced[2] - whole[2],
    "moved": sorted({round(float(m[2, 3] - w[2, 3]), 3) for n, m, w in zip(moved[0], moved[1], whole[1], strict=True)
                     if n == "One of many"}),
}  # fmt: skip
gather.SLICE = 0.004
bpy.data.objects.remove(bpy.data.objects["One of many"])
bpy.data.objects.remove(many)

# Figures: Blender's own names, Mixamo's, and one bone that only the artist knows.
armature = bpy.data.armatures.new("Rig")
rig = bpy.data.objects.new("Rig", armature)
bpy.context.scene.collection.objects.link(rig)
bpy.context.view_layer.objects.active = rig
bpy.ops.object.mode_set(mode="EDIT")
bones = {
    "upper_arm.L": (1, 8, 1.0),
    "upper_arm.R": (-1, 8, 1.0),
    "mixamorig:LeftForeArm": (1.5, 8, 0.5),
    "Oddly": (-1.5, 8, 0.5),
    "thigh.R.001": (0, -8, 0),
}
for name, place in bones.items():
    bone = armature.edit_bones.new(name)
    bone.head, bone.tail = place, (place[0], place[1], place[2] + 0.3)
bpy.ops.object.mode_set(mode="OBJECT")
rig.pose.bones["Oddly"][pose.OVERRIDE] = "right_elbow"
rig.location.z = 0.25
bpy.context.view_layer.update()
rigs = [pose.known(pose.copied(rig, bpy.context.evaluated_depsgraph_get()))]
figure = pose.figures(rigs, view)[0]

stage.report(
    changed=[name for name in before if before[name] != after.get(name)]
    + [name for name in after if name not in before],
    properties=len(before),
    watched=[name for name in WATCHED if any(each.startswith(name) for each in before)],
    slices=slices[0],
    edited=edited,
    crowded=crowded,
    most=too_many,
    names=names,
    cut_off=[len(pose.figures(rigs, dataclasses.replace(view, **plane))) for plane in ({"near": 8.1}, {"far": 7.9})],
    pose={pose.JOINTS[k]: [joint.x, joint.y] for k, joint in enumerate(figure) if joint.confidence},
    shift=camera.data.shift_x,
    focal=30.0 / 36.0 * W,
    degrees=math.degrees(camera.rotation_euler.x),
)
