"""What another file's things are asked for, and meshes that textures have no place on."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import material

here = stage.enable()
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "empty.blend"))
settings = bpy.context.scene.bottega
facts: dict = {}
LIBRARY = str(stage.OUT / "library.blend")


def refused(operator) -> str:
    """What an operator says that fails."""
    try:
        operator()
    except RuntimeError as error:
        return str(error)
    return ""


# Another file with a painted material, and with an object that wears it.
settings.prompt, settings.count, settings.seed, settings.random_seed, settings.maps = "moss", 2, 3, False, False
wearer = stage.cube("Wearer")
bpy.ops.bottega.texture()
wearer.active_material.name = "Painted"
bpy.ops.wm.save_as_mainfile(filepath=LIBRARY)

# Here they are linked, and shared by an object of this file's own.
bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "empty.blend"))
stage.settle()
settings = bpy.context.scene.bottega
with bpy.data.libraries.load(LIBRARY, link=True) as (_, to):
    to.materials, to.objects = ["Painted"], ["Wearer"]
shared, foreign = bpy.data.materials["Painted"], bpy.data.objects["Wearer"]
bpy.context.scene.collection.objects.link(foreign)
own = stage.cube("Own")
own.data.materials.append(shared)
settings.prompt, settings.target = "moss", "NODE"
facts["node"] = refused(bpy.ops.bottega.texture)
bpy.context.view_layer.objects.active = foreign
facts["object"], facts["projection"] = refused(bpy.ops.bottega.texture), refused(bpy.ops.bottega.project)

# Flipping through variations changes what is this file's.
with bpy.data.libraries.load(LIBRARY, link=True) as (there, to):
    to.images = [name for name in there.images if name.startswith("moss")]
first, second = sorted(to.images, key=lambda each: each["bottega_seed"])
mine = material.ready("Mine", {"color": first})
own.data.materials.append(mine)
facts["before"] = shared.node_tree.nodes.active.image == first
facts["flip"] = list(bpy.ops.bottega.variation(image=first.name))
facts["flipped"] = [mine.node_tree.nodes.active.image == second, shared.node_tree.nodes.active.image == first]
facts["left"] = material.exchange({"color": first}, {"color": second})
settings.target = "MATERIAL"

# A projection leaves what the slots had as it is, also where that is linked.
bpy.context.view_layer.objects.active = own
bpy.data.meshes.remove(foreign.data)
own.data.materials.clear()
own.data.materials.append(shared)
facts["users"] = shared.users
settings.views, settings.texture_size, settings.count = 1, "512", 1
facts["projected"] = [list(bpy.ops.bottega.project()), shared.use_fake_user, shared.name in bpy.data.materials]

# A texture's place on a mesh is its UV map, be it one of a modifier's.
bare = stage.cube("Bare")
bare.data.uv_layers.remove(bare.data.uv_layers[0])
settings.target = "MATERIAL"
facts["bare"] = [refused(bpy.ops.bottega.texture), here.complaint.fix]
bpy.ops.bottega.unwrap()
facts["unwrapped"] = list(bpy.ops.bottega.texture())
uv = np.empty(len(bare.data.loops) * 2, np.float32)
bare.data.uv_layers[0].uv.foreach_get("vector", uv)
facts["spread"] = float(uv.max() - uv.min())
tree = bpy.data.node_groups.new("Maps", "GeometryNodeTree")
for way in ("INPUT", "OUTPUT"):
    tree.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
store = tree.nodes.new("GeometryNodeStoreNamedAttribute")
store.data_type, store.domain = "FLOAT2", "CORNER"
store.inputs["Name"].default_value = "Made"
inside, outside = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
tree.links.new(inside.outputs[0], store.inputs["Geometry"])
tree.links.new(store.outputs["Geometry"], outside.inputs[0])
made = stage.cube("Made")
made.data.uv_layers.remove(made.data.uv_layers[0])
made.modifiers.new("Maps", "NODES").node_group = tree
facts["modifier"] = list(bpy.ops.bottega.texture())
stage.report(**facts)
