"""What collections hide from renders, asked of Blender's own renderer; and a render of another window's scene."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import running
from bl_ext.user_default.bottega.params import Params
from bl_ext.user_default.bottega.render import controls_of
from bl_ext.user_default.bottega.scene import gather, graphs, views

here = stage.enable()
scene = bpy.context.scene
CELL = 8
places: dict[str, int] = {}
data = bpy.data.meshes.new("Square")
data.from_pydata([(-0.4, 0, -0.4), (0.4, 0, -0.4), (0.4, 0, 0.4), (-0.4, 0, 0.4)], [], [(0, 1, 2, 3)])
root = scene.collection


def collection(name, parent=root, **options):
    """A collection in another one, or nowhere."""
    made = bpy.data.collections.new(name)
    if parent:
        parent.children.link(made)
    for option, value in options.items():
        setattr(made, option, value)
    return made


def thing(name, *collections, kind=data, **options):
    """A square in a place of its own in the row that the camera looks at."""
    made = bpy.data.objects.new(name, kind)
    for each in collections:
        each.objects.link(made)
    for option, value in options.items():
        setattr(made, option, value)
    if kind or options.get("instance_collection"):
        places[name] = len(places)
        made.location.x = places[name]
    return made


def instance(name, of, *collections, **options):
    """Shows a collection of one square at its own place."""
    return thing(name, *collections, kind=None, instance_type="COLLECTION", instance_collection=of, **options)


def kept(name, parent=None, **options):
    """A collection that only instances show, with a square at its origin."""
    made = collection(name, parent, **options)
    made.objects.link(bpy.data.objects.new(f"{name} square", data))
    return made


hidden = collection("Hidden", hide_render=True)
thing("plain", root)
thing("hidden itself", root, hide_render=True)
thing("not for cameras", root, visible_camera=False)
thing("in hidden", hidden)
thing("below hidden", collection("Below", hidden))
thing("in both", root, hidden)
thing("excluded", collection("Excluded"))
thing("hole", collection("Hole"))
thing("hole itself", root, is_holdout=True)
thing("indirect", collection("Indirect"))
whole = kept("Whole")
instance("instance", whole, root)
instance("instance of hidden", kept("Kept hidden", hide_render=True), root)
outer = bpy.data.collections.new("Outer")
kept("Inner hidden", outer, hide_render=True)
instance("instance of what holds hidden", outer, root)
nested = bpy.data.collections.new("Nested")
nested.objects.link(bpy.data.objects.new("Inner instance", None))
nested.objects[0].instance_type, nested.objects[0].instance_collection = "COLLECTION", whole
instance("instance of an instance", nested, root)
instance("hidden instance", whole, root, hide_render=True)
instance("instance in hidden", whole, hidden)
layer = bpy.context.view_layer.layer_collection
layer.children["Excluded"].exclude = layer.children["Hole"].holdout = True
layer.children["Indirect"].indirect_only = True
count = len(places)
camera = stage.camera(((count - 1) / 2, -5, 0), (90, 0, 0), type="ORTHO", ortho_scale=float(count))
render = scene.render
render.engine, render.film_transparent, scene.cycles.samples = "CYCLES", True, 1
render.resolution_x, render.resolution_y, render.resolution_percentage = count * CELL, CELL, 100
render.filepath, scene.cycles.use_denoising = str(stage.OUT / "seen.png"), False
bpy.ops.render.render(write_still=True)
alpha = stage.array(bpy.data.images.load(render.filepath))[CELL // 2, CELL // 2 :: CELL, 3]
facts: dict = {"renderer": sorted(name for name, place in places.items() if alpha[place] > 0.5)}
graph = graphs.of(bpy.context)
found = gather.Scene()
for _ in gather.gather(graph, found):
    pass
view = views.of_camera(camera, graph(), count * CELL, CELL)
(control,) = controls_of(Params(kind="render", controls={"depth": 1.0}), found, [], view)
depth = np.frombuffer(control.hint.z.data, np.float32).reshape(CELL, -1)[CELL // 2, CELL // 2 :: CELL]
facts["ours"] = sorted(name for name, place in places.items() if np.isfinite(depth[place]))
facts["names"] = sorted(places)

# A render that is asked for in one scene and view layer, and read while another one is shown.
other = bpy.data.scenes.new("Other")
alone = other.view_layers.new("Alone")
near, far = collection("Near", other.collection), collection("Far", other.collection)
for where, distance in ((near, 2.0), (far, 3.0)):
    square = bpy.data.objects.new(f"at {distance}", data)
    square.location.y, square.scale = distance, (9, 1, 9)
    where.objects.link(square)
alone.layer_collection.children["Near"].exclude = True
eye = bpy.data.objects.new("Eye", bpy.data.cameras.new("Eye"))
eye.rotation_euler.x = np.pi / 2
other.collection.objects.link(eye)
other.camera = eye
settings = other.bottega
settings.prompt, settings.width, settings.height, settings.steps = "grey", 64, 64, 1
asked = []
submit = running.Round._submit
running.Round._submit = lambda self, which, task: asked.append(task) or submit(self, which, task)


def asked_there():
    """A render, from a window that shows the other scene; then it shows what it did before."""
    window, before = bpy.context.window, bpy.context.scene
    window.scene, window.view_layer = other, alone
    bpy.ops.bottega.render(wait=0)
    window.scene = before


asked_there()
stage.pump(lambda: here.works[0].ended)
sent = np.frombuffer(asked[0].controls[0].hint.z.data, np.float32)
facts["other"] = [here.works[0].state, round(float(sent.min()), 4), round(float(sent.max()), 4)]
asked_there()
bpy.data.scenes.remove(other)
stage.pump(lambda: here.works[0].ended)
error = here.works[0].error
facts["removed"] = [here.works[0].state, error and f"{error.message} {error.remedy}"]
stage.report(**facts)
