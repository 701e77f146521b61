"""Pictures of results for docs/blender.md, as they come: python -m scripts.blender_pictures."""

import math

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega.scene import gather, views
from bl_ext.user_default.bottega.scene.raster import see

here = stage.enable()
settings = bpy.context.scene.bottega
settings.steps, settings.guidance, settings.random_seed, settings.seed = 20, 5.0, False, 3
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.cycles.samples, scene.cycles.use_denoising = 24, False
scene.render.resolution_x = scene.render.resolution_y = 256
scene.view_settings.view_transform = "Standard"
world = bpy.data.worlds.new("Sky")
if not world.node_tree:
    world.use_nodes = True
world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.45, 0.48, 0.52, 1)
scene.world = world


def shoot(name: str) -> None:
    """Render with Cycles, and show that nothing but the scene is needed for it."""
    scene.render.filepath = str(stage.OUT / f"{name}.png")
    bpy.ops.render.render(write_still=True)


def save(image: bpy.types.Image, name: str) -> None:
    """An image as it is."""
    np.save(stage.OUT / f"{name}.npy", np.rint(stage.array(image)[..., :3] * 255).astype(np.uint8))


def looking(place, lens=50.0) -> None:
    """A camera that looks at the origin."""
    x, y, z = place
    flat = math.hypot(x, y)
    turn = (math.degrees(math.atan2(flat, z)), 0, math.degrees(math.atan2(x, -y)))
    stage.camera(place, turn, lens=lens)


sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
sun.data.energy, sun.rotation_euler = 2.0, (math.radians(50), 0, math.radians(30))
scene.collection.objects.link(sun)

# A texture, its maps and the object that wears them.
bpy.ops.mesh.primitive_uv_sphere_add(radius=1.25, segments=64, ring_count=48)
ball = bpy.context.object
bpy.ops.object.shade_smooth()
looking((2.2, -5.0, 1.6), 70)
settings.prompt = "red brick wall"
bpy.ops.bottega.texture()
tree = ball.active_material.node_tree
mapping = next(node for node in tree.nodes if node.type == "MAPPING")
mapping.inputs["Scale"].default_value = (6, 3, 1)
shoot("textured")
for node in tree.nodes:
    if node.type == "TEX_IMAGE":
        save(node.image, node["bottega_role"])
bpy.data.objects.remove(ball)

# A render that follows the scene's depth.
bpy.ops.mesh.primitive_plane_add(size=30, location=(0, 0, -0.5))
bpy.ops.mesh.primitive_plane_add(size=30, location=(0, 3, 0), rotation=(math.radians(90), 0, 0))
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.7, segments=64, ring_count=48, location=(0.15, 0, 0.2))
bpy.ops.object.shade_smooth()
for thing in [each for each in bpy.data.objects if each.type == "MESH"]:
    grey = bpy.data.materials.new("Grey")
    thing.data.materials.append(grey)
    if not grey.node_tree:
        grey.use_nodes = True
    grey.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.4, 0.4, 0.4, 1)
looking((0, -3.3, 1.0), 36)
shoot("scene")
settings.prompt = "a blue sphere on a white floor"
bpy.ops.bottega.render()
save(bpy.data.images[here.works[0].results[0]], "painted")
graph = bpy.context.evaluated_depsgraph_get
found = gather.Scene()
for _ in gather.gather(graph, found):
    pass
view = views.of_camera(scene.camera, graph(), 128, 128)
np.save(stage.OUT / "depth.npy", see(found.world().batches(view), view).z)
for thing in [each for each in bpy.data.objects if each.type == "MESH"]:
    bpy.data.objects.remove(thing)

# An object painted from around, seen from its unseen side.
bpy.ops.mesh.primitive_monkey_add(size=2.2)
head = bpy.context.object
bpy.ops.object.modifier_add(type="SUBSURF")
bpy.ops.object.modifier_apply(modifier=head.modifiers[0].name)
bpy.ops.object.shade_smooth()
bpy.ops.bottega.unwrap()
settings.prompt, settings.views, settings.texture_size = "orange checkerboard", 8, "1024"
bpy.ops.bottega.project()
save(head.active_material.node_tree.nodes.active.image, "atlas")
for name, place in (("front", (1.2, -5.5, 1.0)), ("behind", (2.5, 5.0, 1.6))):
    looking(place, 62)
    shoot(name)
bpy.data.objects.remove(head)

# A wall, and a part of it repainted.
settings.prompt, settings.seamless_x, settings.seamless_y, settings.target = "red brick wall", True, True, "IMAGE"
settings.width = settings.height = 256
bpy.ops.bottega.texture()
wall = bpy.data.images[here.works[0].results[0]]
save(wall, "wall")
bpy.ops.bottega.new_mask(image=wall.name)
white = np.zeros((256, 256, 4), np.float32)
ys, xs = np.mgrid[:256, :256]
white[(xs - 150) ** 2 + (ys - 120) ** 2 < 48**2] = 1.0
settings.mask.pixels.foreach_set(white.ravel())
settings.prompt, settings.strength, settings.width, settings.height = "yellow checkerboard", 1.0, 0, 0
bpy.ops.bottega.repaint(image=wall.name)
save(bpy.data.images[here.works[0].results[0]], "repainted")
np.save(stage.OUT / "mask.npy", (white[::-1, :, 0] * 255).astype(np.uint8))
stage.report()
