"""Projection onto meshes that modifiers make, and onto one of two objects that share a mesh."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import material, pixels
from bl_ext.user_default.bottega.client import Picture, Pixels
from bl_ext.user_default.bottega.params import Params
from bl_ext.user_default.bottega.projection.reading import Wish, read
from bl_ext.user_default.bottega.projection.recipe import recipe
from bl_ext.user_default.bottega.projection.sights import seen
from bl_ext.user_default.bottega.scene import gather, views
from bl_ext.user_default.bottega.scene.atlas import weights

here = stage.enable()
settings = bpy.context.scene.bottega
settings.prompt, settings.texture_size, settings.views, settings.steps = "moss", "512", 1, 1
facts: dict = {}
SIDE = 192
graph = bpy.context.evaluated_depsgraph_get
camera = stage.camera((0, -7, 0), (90, 0, 0), lens=60.0)
params = Params(kind="projection", seed=1, width=SIDE, height=SIDE, controls={"depth": 1.0})


def scene():
    """What is shown."""
    found = gather.Scene()
    for _ in gather.gather(graph, found):
        pass
    return found


def painted(thing, picture, size):
    """A texture for an object from the camera, with a known picture in the daemon's place; and what it was laid on."""
    view = views.of_camera(camera, graph(), SIDE, SIDE)
    wish, found = Wish(thing.name, size, params, thing.session_uid, (view,)), scene()
    steps = recipe(wish, found)
    next(steps)
    made = steps.send([[Picture("job", 0, 1, Pixels.of(picture))]])
    return pixels.new_image("Known", made.files["color"], "sRGB"), read(wish, found), view


def outcome(thing):
    """What the operator says of an object: "" if it painted it."""
    bpy.context.view_layer.objects.active = thing
    try:
        bpy.ops.bottega.project()
    except RuntimeError as error:
        return str(error)
    return ""


def glowing(image):
    """A material that shows an image as it is."""
    made = material.ready("Glow", {"color": image})
    glow = made.node_tree.nodes.new("ShaderNodeEmission")
    nodes = {node.type: node for node in made.node_tree.nodes}
    made.node_tree.links.new(nodes["TEX_IMAGE"].outputs["Color"], glow.inputs["Color"])
    made.node_tree.links.new(glow.outputs["Emission"], nodes["OUTPUT_MATERIAL"].inputs["Surface"])
    return made


# What a camera projects onto a subdivided cube is seen again where it came from, by Blender's own renderer.
ball = stage.cube("Ball", rotation=(0.3, 0.2, 0.7))
subdivision = ball.modifiers.new("fine", "SUBSURF")
subdivision.levels = subdivision.render_levels = 3
ys, xs = np.mgrid[:SIDE, :SIDE]
checker = np.repeat((((ys // 32 + xs // 32) % 2) * 140 + 50)[..., None], 3, 2).astype(np.uint8)
checker[..., 1] = xs
image, target, view = painted(ball, checker, 1024)
facts["faces"] = [len(ball.data.polygons), target.mine[1] - target.mine[0]]
now = seen(target, view)
well = weights(target.texels, now.view, now.surface, now.mine)
sure = np.zeros((SIDE, SIDE), bool)
good = well[0] > 0.3
sure[np.rint(well[2][good]).astype(int), np.rint(well[1][good]).astype(int)] = True
material.wear(ball, glowing(image))
render, cycles = bpy.context.scene.render, bpy.context.scene.cycles
render.engine, render.resolution_x, render.resolution_y, render.dither_intensity = "CYCLES", SIDE, SIDE, 0.0
cycles.samples, cycles.use_denoising, cycles.pixel_filter_type = 16, False, "BOX"
bpy.context.scene.view_settings.view_transform = "Standard"
render.filepath = str(stage.OUT / "seen.png")
bpy.ops.render.render(write_still=True)
again = stage.array(bpy.data.images.load(render.filepath))[..., :3]
facts["psnr"] = float(-10 * np.log10(((again - checker / 255.0)[sure] ** 2).mean()))
facts["sure"] = float(sure.sum() / now.mine.sum())
facts["subdivided"] = outcome(ball)
bpy.data.objects.remove(ball)

# Copies of faces lie over each other in the texture, unless they are given places of their own there.
row = stage.cube("Row")
array = row.modifiers.new("row", "ARRAY")
array.count = 2
facts["array"] = outcome(row)
uv = np.empty(len(row.data.loops) * 2, np.float32)
row.data.uv_layers.active.uv.foreach_get("vector", uv)
uv[::2] *= 0.5
row.data.uv_layers.active.uv.foreach_set("vector", uv)
array.offset_u = 0.5
facts["array_apart"] = outcome(row)
row.modifiers.clear()
row.modifiers.new("thick", "SOLIDIFY").thickness = 0.1
facts["thick"] = outcome(row)
row.modifiers.clear()
row.modifiers.new("mirror", "MIRROR").use_mirror_u = True
row.location.x = 1.5
row.data.transform(row.matrix_world)
facts["mirror_apart"] = outcome(row)
halves = np.zeros((SIDE, SIDE, 3), np.uint8)
halves[:, : SIDE // 2, 0] = halves[:, SIDE // 2 :, 2] = 200
row.location = (0, 0, 0)
bpy.context.view_layer.update()
image, target, view = painted(row, halves, 256)
values, texels = stage.array(image)[..., :3], target.texels
facts["halves"] = [
    np.unique(
        np.rint(values[texels.ys, texels.xs][(texels.normals[:, 1] < -0.9) & (texels.points[:, 0] * side > 0.7)] * 255),
        axis=0,
    ).tolist()
    for side in (-1, 1)
]
bpy.data.objects.remove(row)

# Of two objects that share a mesh one is painted, whether the mesh has a material or none.
facts["shared"] = []
for own in (None, "own"):
    one = stage.cube("One")
    if own:
        one.data.materials.append(bpy.data.materials.new(own))
    other = bpy.data.objects.new("Other", one.data)
    other.location.x = 3.0
    bpy.context.scene.collection.objects.link(other)
    bpy.context.view_layer.update()
    before = stage.everything()
    said = outcome(one)
    after = stage.everything()
    shown = other.evaluated_get(graph())
    facts["shared"].append(
        {
            "said": said,
            "one": material.active_image_node(one).image.name == here.works[0].results[0],
            "other": [slot.material and slot.material.name for slot in shown.material_slots],
            "changed": sorted(
                name.rpartition(".")[2]
                for name in before
                if before[name] != after.get(name) and name.startswith(("objects.Other.", "meshes."))
            ),
        }
    )
    for thing in (one, other):
        bpy.data.objects.remove(thing)
stage.report(**facts)
