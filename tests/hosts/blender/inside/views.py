"""A projection from several cameras, driven by hand in the daemon's place, and seen again by Blender itself."""

import dataclasses

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import material, pixels
from bl_ext.user_default.bottega.client import Generate, Picture, Pixels, messages
from bl_ext.user_default.bottega.params import Params
from bl_ext.user_default.bottega.projection import start
from bl_ext.user_default.bottega.projection.reading import Wish, read
from bl_ext.user_default.bottega.projection.recipe import recipe
from bl_ext.user_default.bottega.scene import gather, views
from bl_ext.user_default.bottega.scene.atlas import atlas, blank, painted
from bl_ext.user_default.bottega.scene.readers import READERS
from bl_ext.user_default.bottega.scene.triangles import triangles
from bl_ext.user_default.bottega.work import Made

here = stage.enable()
facts: dict = {}
SIDE = 192
cube = stage.cube("Cube")
front = stage.camera((0, -7, 0), (90, 0, 0), lens=60.0)
front.name = "Camera 2"
back = stage.camera((0, 7, 0), (90, 0, 180), lens=60.0)
back.name = "Camera 10"
away = stage.camera((0, -7, 0), (90, 0, 180), lens=60.0)
away.name = "Camera 11"
graph = bpy.context.evaluated_depsgraph_get
for thing in (back, front, away):
    thing.select_set(True)
facts["order"] = [each.name for each in start.chosen_cameras(bpy.context, "SELECTED")]


def scene() -> gather.Scene:
    """What the scene shows."""
    found = gather.Scene()
    for _ in gather.gather(graph, found):
        pass
    return found


def driven(wish, colours):
    """A recipe's results, each view's picture of one colour, and what was asked for."""
    steps, asked, made = recipe(wish, scene()), [], []
    item, painter = next(steps), iter(colours)
    while True:
        try:
            if isinstance(item, Made):
                made.append(item)
                item = next(steps)
                continue
            colour = next(painter)
            asked.append(list(item.tasks))
            item = steps.send([[picture(task, colour, k) for k in range(task.count)] for task in item.tasks])
        except StopIteration:
            return made, asked


def picture(task, colour, index):
    """The daemon's answer: the colour, less bright for later variations."""
    size = (task.height, task.width) if isinstance(task, Generate) else (task.picture.height, task.picture.width)
    values = np.empty((*size, 3), np.uint8)
    values[:] = np.array(colour) // (task.seed - 20 + index + 1)
    if isinstance(task, Generate):
        return Picture("job", index, task.seed + index, Pixels.of(values))
    alpha = np.frombuffer(task.mask.data, np.uint8).reshape(*size, 1)
    bounds = messages.Bounds(x=0, y=0, width=size[1], height=size[0])
    return Picture("job", index, task.seed, Pixels.of(np.concatenate([values, alpha], 2)), bounds)


def values(made):
    """A finished texture (size, size, 3)."""
    return np.frombuffer(made.picture.pixels.data, np.uint8).reshape(wish.size, wish.size, 3).astype(int)


own = tuple(views.of_camera(each, graph(), SIDE, SIDE) for each in (front, back, away))
params = Params(
    kind="projection", seed=20, count=2, width=SIDE, height=SIDE, controls={"depth": 1.0, "canny": 0.5, "normal": 0.5}
)
wish = Wish("Cube", 256, params, cube.session_uid, own)
made, asked = driven(wish, [(200, 0, 0), (0, 0, 200), (0, 200, 0)])
target = read(wish, scene())
place = target.texels.ys, target.texels.xs
front_texels, back_texels = (target.texels.normals[:, 1] * side > 0.9 for side in (-1, 1))
facts["rounds"] = [[type(task).__name__ for task in tasks] for tasks in asked]
facts["controls"] = [[each.kind for each in task.controls] for tasks in asked for task in tasks]
facts["seeds"] = [[task.seed for task in tasks] for tasks in asked]
facts["made_seeds"] = [each.picture.seed for each in made]
facts["front"] = [np.unique(values(each)[place][front_texels], axis=0).tolist() for each in made]
facts["back"] = [np.unique(values(each)[place][back_texels], axis=0).tolist() for each in made]
facts["unseen"] = [int(values(each)[place].sum(1).min()) for each in made]

# Two islands of one colour each: what lies around them, up to eight texels away, has their colours.
corners = np.array([[(0, 0, 0), (1, 0, 0), (1, 1, 0)], [(0, 0, 0), (1, 1, 0), (0, 1, 0)]], float)
uv = np.array([[(0, 0), (1, 0), (1, 1)], [(0, 0), (1, 1), (0, 1)]], float) * 0.203 + 0.11
both = np.concatenate([uv, uv + np.array((0.5, 0.0))])
texels = atlas(np.concatenate([corners, corners + 5]), np.ones((4, 3, 3)), both, 128)
which = texels.triangle >= 2
texels.paint[:], texels.weight[:] = np.where(which[:, None], (0.1, 0.2, 0.9), (0.9, 0.2, 0.1)), 1.0
full = painted(texels)
ys, xs = np.mgrid[:128, :128]
off = [np.abs(full - colour).max(2) for colour in ((0.9, 0.2, 0.1), (0.1, 0.2, 0.9))]
distance = []
for island in (~which, which):
    near = np.full((128, 128), 99)
    for y, x in zip(texels.ys[island], texels.xs[island], strict=True):
        np.minimum(near, np.maximum(abs(ys - y), abs(xs - x)), out=near)
    distance.append(near)
facts["dilated"] = [float(off[k][distance[k] <= 4].max()) for k in (0, 1)]
covered = np.zeros((128, 128), bool)
covered[texels.ys, texels.xs] = True
middle = ((xs + 0.5) / 128, 1 - (ys + 0.5) / 128)
inside = [(abs(middle[0] - 0.2115 - k * 0.5) < 0.1015) & (abs(middle[1] - 0.2115) < 0.1015) for k in (0, 1)]
facts["uncovered"] = int((~covered & (inside[0] | inside[1])).sum())
facts["blank"] = float(blank(texels).weight.sum())

# The checker of the first camera, seen by Blender's own renderer.
size = 1024
wish = dataclasses.replace(wish, own=own[:1], size=size, params=dataclasses.replace(params, count=1))
ys, xs = np.mgrid[:SIDE, :SIDE]
checker = np.repeat((((ys // 32 + xs // 32) % 2) * 140 + 50)[..., None], 3, 2).astype(np.uint8)
checker[..., 1] = xs
steps = recipe(wish, scene())
next(steps)
result = steps.send([[Picture("job", 0, 20, Pixels.of(checker))]])
image = pixels.new_image("Checker", result.files["color"], "sRGB")
shown = material.ready("Checker", {"color": image})
tree = shown.node_tree
glow = tree.nodes.new("ShaderNodeEmission")
node = next(each for each in tree.nodes if each.type == "TEX_IMAGE")
tree.links.new(node.outputs["Color"], glow.inputs["Color"])
output = next(each for each in tree.nodes if each.type == "OUTPUT_MATERIAL")
tree.links.new(glow.outputs["Emission"], output.inputs["Surface"])
material.wear(cube, shown)
render = bpy.context.scene.render
render.engine, render.resolution_x, render.resolution_y = "CYCLES", SIDE, SIDE
bpy.context.scene.cycles.samples, bpy.context.scene.cycles.use_denoising = 16, False
bpy.context.scene.cycles.pixel_filter_type = "BOX"  # its own would blur over pixels
bpy.context.scene.view_settings.view_transform = "Standard"
bpy.context.scene.render.dither_intensity = 0.0
bpy.context.scene.camera = front
render.filepath = str(stage.OUT / "seen.png")
bpy.ops.render.render(write_still=True)
again = stage.array(bpy.data.images.load(render.filepath))[..., :3]
np.save(stage.OUT / "seen.npy", again)
np.save(stage.OUT / "checker.npy", checker)

# Faces of every kind are cut as Blender cuts them.
random = np.random.default_rng(3)
points, faces = [], []
for number in range(400):
    count = 3 + number % 2
    corners = random.normal(size=(count, 3)) if number % 3 else np.c_[random.normal(size=(count, 2)), np.zeros(count)]
    faces.append(list(range(len(points), len(points) + count)))
    points += corners.tolist()
mesh = bpy.data.meshes.new("Faces")
mesh.from_pydata(points, [], faces)
mesh.calc_loop_triangles()
theirs = np.empty(len(mesh.loop_triangles) * 3, np.int32)
mesh.loop_triangles.foreach_get("loops", theirs)
arrays = [read_(mesh) for read_ in READERS[:3]]
ours = triangles(arrays[0].reshape(-1, 3), *arrays[1:])
facts["cut_otherwise"] = int((ours != theirs.reshape(-1, 3)).any(1).sum())
facts["folded"] = int((ours[:, 0] + 1 != ours[:, 1]).sum())
stage.report(**facts)
