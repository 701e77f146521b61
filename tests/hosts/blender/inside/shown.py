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
instance("instance not for cameras", whole, root, visible_camera=False)
instance("hole of an instance", whole, root, is_holdout=True)


def holding(name, *held):
    """A collection that only instances show, with objects that it has or shares."""
    made = bpy.data.collections.new(name)
    for each in held:
        made.objects.link(each)
    return made


def bare(name, *collections, kind=data, **options):
    """A square at its collection's origin, of which no place in the row is known."""
    made = bpy.data.objects.new(name, kind)
    for each in collections:
        each.objects.link(made)
    for option, value in options.items():
        setattr(made, option, value)
    return made


bits = collection("Bits")
far_off = {"location": (0, 0, 50)}
source, shy = bare("source", bits), bare("shy", bits, visible_camera=False)
unseen = bare("unseen", root, hide_render=True, **far_off)
pierced = bare("pierced", bits, is_holdout=True)


def scattered(made, of, apart=False, given=False):
    """Geometry nodes have an object show another one, or a collection, as a whole or each object of it apart; the
    collection is the nodes' own, or given to them by the modifier."""
    tree = bpy.data.node_groups.new(made.name, "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    kind = "Collection" if isinstance(of, bpy.types.Collection) else "Object"
    node, end = tree.nodes.new(f"GeometryNode{kind}Info"), tree.nodes.new("NodeGroupOutput")
    node.inputs[kind].default_value = of
    if kind == "Object":
        node.inputs["As Instance"].default_value = True
    else:
        node.inputs["Separate Children"].default_value = apart
        node.inputs["Reset Children"].default_value = apart
    tree.links.new(node.outputs["Instances" if kind == "Collection" else "Geometry"], end.inputs[0])
    modifier = made.modifiers.new("Nodes", "NODES")
    modifier.node_group = tree
    if given:
        socket = tree.interface.new_socket("Of", in_out="INPUT", socket_type="NodeSocketCollection")
        tree.links.new(tree.nodes.new("NodeGroupInput").outputs["Of"], node.inputs[kind])
        node.inputs[kind].default_value = None
        if hasattr(modifier, "properties"):
            getattr(modifier.properties.inputs, socket.identifier).value = of
        else:  # before Blender 5.2
            modifier[socket.identifier] = of
    return made


def grouped(made):
    """The nodes of an object in a group of their own, which another tree uses."""
    modifier, tree = made.modifiers[0], bpy.data.node_groups.new(f"{made.name} outer", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    node, end = tree.nodes.new("GeometryNodeGroup"), tree.nodes.new("NodeGroupOutput")
    node.node_tree, modifier.node_group = modifier.node_group, tree
    tree.links.new(node.outputs[0], end.inputs[0])
    return made


def emitting(made, of):
    """One particle, at the only point of an object that is not seen itself, shows another one or a collection."""
    made.data = dot
    made.show_instancer_for_render = made.show_instancer_for_viewport = False
    made.modifiers.new("Particles", "PARTICLE_SYSTEM")
    particles = made.particle_systems[0].settings
    particles.count, particles.frame_start, particles.frame_end, particles.lifetime = 1, 1, 1, 100
    particles.emit_from, particles.physics_type, particles.particle_size = "VERT", "NO", 1.0
    if isinstance(of, bpy.types.Collection):
        particles.render_type, particles.instance_collection = "COLLECTION", of
    else:
        particles.render_type, particles.instance_object = "OBJECT", of
    return made


def placing(made, of):
    """A child of an object shown at each of its points."""
    made.data, made.instance_type, of.parent = dot, "VERTS", made
    made.show_instancer_for_render = made.show_instancer_for_viewport = False
    return made


dot = bpy.data.meshes.new("Dot")
dot.from_pydata([(0, 0, 0)], [], [])
block = bpy.data.meshes.new("Block")
block.from_pydata(
    [(x, y, z) for x in (-0.4, 0.4) for y in (-0.4, 0.4) for z in (-0.4, 0.4)],
    [],
    [(0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5)],
)
unseen_block = bare("unseen block", root, kind=block, hide_render=True, **far_off)
blocks = holding("Blocks", bare("a block", kind=block))
sealed, veiled = kept("Sealed", hide_render=True), holding("Veiled", unseen)
no_blocks = holding("No blocks", bare("hidden block", kind=block, hide_render=True))

# What nodes and particles show, they show whether it is hidden itself or not.
scattered(thing("nodes", root), source)
scattered(thing("nodes of hidden", root), unseen)
scattered(thing("nodes of what is not for cameras", root), shy)
scattered(thing("nodes of a hole", root), pierced)
scattered(thing("hidden nodes", root, hide_render=True), source)
scattered(thing("nodes of a collection", root), whole)
scattered(thing("nodes of each of a collection", root), whole, apart=True)
scattered(thing("nodes of each that is hidden", root), veiled, apart=True)
scattered(thing("nodes of a collection that hides", root), veiled)
scattered(thing("nodes given a collection that hides", root), veiled, given=True)
scattered(thing("nodes given each of what hides", root), veiled, apart=True, given=True)
grouped(scattered(thing("grouped nodes of a collection that hides", root), veiled))
scattered(thing("nodes of a hidden collection", root), sealed)
scattered(thing("nodes of each of a hidden collection", root), sealed, apart=True)
emitting(thing("particles of a collection that hides", root, kind=block), no_blocks)
emitting(thing("particles", root, kind=block), bare("another block", bits, kind=block))
emitting(thing("particles of hidden", root, kind=block), unseen_block)
emitting(thing("particles of a collection", root, kind=block), blocks)
emitting(thing("hidden particles", root, kind=block, hide_render=True), unseen_block)
placing(thing("points", root, kind=block), bare("child", root, kind=block))
placing(thing("points with a hidden child", root, kind=block), bare("hidden child", root, kind=block, hide_render=True))

# The same inside of collections that are instanced.
instance("instance of nodes", holding("C1", scattered(bare("c1"), source)), root)
instance("instance of hidden and other", holding("C2", bare("c2", hide_render=True), bare("c2 other")), root)
instance("instance of nodes of it", holding("C3", scattered(bare("c3"), unseen)), root)
instance("instance of hidden nodes", holding("C4", scattered(bare("c4", hide_render=True), source)), root)
instance("instance of a hidden thing", holding("C5", bare("c5", hide_render=True)), root)
instance("instance of particles", holding("C6", emitting(bare("c6", kind=block), unseen_block)), root)
child, hidden_child = bare("c7 child", kind=block), bare("c8 child", kind=block, hide_render=True)
instance("instance of points", holding("C7", placing(bare("c7", kind=block), child), child), root)
instance("instance of points of it", holding("C8", placing(bare("c8", kind=block), hidden_child), hidden_child), root)
deep = bare("c9", kind=None, instance_type="COLLECTION", instance_collection=bpy.data.collections["C3"])
instance("instance of an instance of nodes", holding("C9", deep), root)
shut = bare("c10", kind=None, instance_type="COLLECTION", instance_collection=whole, hide_render=True)
instance("instance of a hidden instance", holding("C10", shut), root)
both = bare("of both")
instance("instance of what is hidden in one of two", holding("C11", both), root)
inner = collection("C12 inner", None, hide_render=True)
inner.objects.link(both)
outer = holding("C12")
outer.children.link(inner)
instance("instance of what is hidden in the other", outer, root)
scattered(thing("nodes of an instance", root), deep)
instance("instance of what is not for cameras", holding("C13", shy), root)
instance("instance of a hole", holding("C14", pierced), root)

layer = bpy.context.view_layer.layer_collection
layer.children["Bits"].exclude = True
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
