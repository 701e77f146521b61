"""Buttons pressed one after another: what one click leaves to the next, and to other things than its own."""

import json

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega.params import KEY, SEEDS, Params

here = stage.enable()
settings = bpy.context.scene.bottega
facts: dict = {}

# What a button leaves out is the default, not what the last one said.
kinds = [getattr(bpy.ops.bottega, name).get_rna_type() for name in dir(bpy.ops.bottega)]
each_of = [(kind, each) for kind in kinds for each in kind.properties if each.identifier != "rna_type"]
facts["properties"] = len(each_of)
facts["remembered"] = [f"{kind.identifier}.{each.identifier}" for kind, each in each_of if not each.is_skip_save]


def corners(thing, layer=0):
    """One of an object's UV maps."""
    values = np.empty(len(thing.data.loops) * 2, np.float32)
    thing.data.uv_layers[layer].uv.foreach_get("vector", values)
    return values.tolist()


def parts(thing):
    """Which vertices, edges and faces are selected."""
    found = []
    for name in ("vertices", "edges", "polygons"):
        values = [False] * len(getattr(thing.data, name))
        getattr(thing.data, name).foreach_get("select", values)
        found.append(values)
    return found


def unwrapped(mode):
    """Two meshes, one face of each selected, in a mode; the active one gets a UV map. Whether the other one's UV map,
    all selections, and who is in which mode are as they were; and whether the active one's UV map is new."""
    bpy.ops.object.select_all(action="DESELECT")
    cubes = [stage.cube(name) for name in ("Own", "Other")]
    for cube in cubes:
        for name in ("vertices", "edges", "polygons"):
            getattr(cube.data, name).foreach_set("select", [False] * len(getattr(cube.data, name)))
        cube.data.polygons[2].select = True
        for vertex in cube.data.polygons[2].vertices:
            cube.data.vertices[vertex].select = True
        for edge in cube.data.edges:
            edge.select = all(cube.data.vertices[vertex].select for vertex in edge.vertices)
        cube.select_set(True)
    bpy.context.view_layer.objects.active = cubes[0]
    bpy.ops.object.mode_set(mode="EDIT")  # Blender settles what is selected
    bpy.ops.object.mode_set(mode="OBJECT")
    before = [corners(cubes[1]), [parts(cube) for cube in cubes]]
    old = corners(cubes[0])
    third = stage.cube("Third")
    third.select_set(mode != "EDIT")
    for cube in cubes:
        cube.select_set(True)
    bpy.context.view_layer.objects.active = cubes[0]
    bpy.ops.object.mode_set(mode=mode)
    modes = [[each.mode, each.select_get()] for each in (*cubes, third)]
    assert bpy.ops.bottega.unwrap() == {"FINISHED"}
    kept = modes == [[each.mode, each.select_get()] for each in (*cubes, third)]
    active = bpy.context.view_layer.objects.active == cubes[0]
    bpy.ops.object.mode_set(mode="OBJECT")
    after = [corners(cubes[1]), [parts(cube) for cube in cubes]]
    fresh = corners(cubes[0]) == old and corners(cubes[0], "Bottega") != old
    for each in (*cubes, third):
        bpy.data.objects.remove(each)
    return {"other": after[0] == before[0], "selected": after[1] == before[1], "modes": [kept, active], "new": fresh}


facts["unwrap"] = {mode: unwrapped(mode) for mode in ("OBJECT", "EDIT", "VERTEX_PAINT")}

# Seeds at the end of what the panel can hold.
settings.random_seed, settings.seed, settings.count = False, SEEDS - 1, 3
facts["seed"] = [settings.params("texture").seed, settings.seed, SEEDS]
image = bpy.data.images.new("Later", 8, 8)
for name, seed in (("beyond", SEEDS), ("last", SEEDS - 1), ("other", "seven")):
    image[KEY] = json.dumps({**Params(prompt=name).plain(), "seed": seed})
    facts[name] = [*bpy.ops.bottega.use_again(image="Later"), settings.prompt]

# An image of numbers stays one; what 8 bits cannot hold is not repainted.
numbers = bpy.data.images.new("Numbers", 64, 64, is_data=True)
values = np.random.default_rng(0).integers(0, 256, (64, 64, 4)).astype(np.float32) / 255
values[..., 3] = 1.0
numbers.pixels.foreach_set(values.ravel())
bpy.ops.bottega.new_mask(image="Numbers")
white = np.zeros((64, 64, 4), np.float32)
white[20:40, 10:30] = 1.0
settings.mask.pixels.foreach_set(white.ravel())
bpy.ops.bottega.connect()
stage.settle()
settings.prompt, settings.seed, settings.count, settings.feather, settings.strength = "moss", 3, 1, 0, 1.0
facts["repaint"] = list(bpy.ops.bottega.repaint(image="Numbers"))
made = bpy.data.images[here.works[0].results[0]]
moved = np.abs(stage.array(made)[..., :3] - stage.array(numbers)[..., :3]).max(2)
inside = white[::-1, :, 0] > 0
facts["numbers"] = [made.colorspace_settings.name, float(moved[~inside].max()), bool(moved[inside].mean() > 0.02)]
facts["refused"] = {}
for name, is_data in (("Heights", True), ("Light", False)):
    bpy.data.images.new(name, 64, 64, float_buffer=True, is_data=is_data)
    try:
        bpy.ops.bottega.repaint(image=name)
    except RuntimeError as error:
        facts["refused"][name] = str(error)
stage.report(**facts)
