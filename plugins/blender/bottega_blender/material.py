"""A ready material: the picture as colour, its maps wired, all of it ordinary nodes that an artist can change."""

from __future__ import annotations

import bpy

ROLE = "bottega_role"
"""Custom property of images and nodes: "color", "height", "normal" or "roughness"."""
JOB = "bottega_job"
"""Custom property of images: which job of this Blender made it, to flip through its variations."""

LOOK = {"color": (-700, 300), "roughness": (-700, 0), "normal": (-700, -300), "height": (-700, -600)}


def ready(name: str, images: dict[str, bpy.types.Image], uv: str = "") -> bpy.types.Material:
    """A new material whose Principled BSDF shows these images by role, on the UV map of a name, else on the one that
    renders use."""
    material = bpy.data.materials.new(name[:60])
    if not material.node_tree:
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    shader, output = tree.nodes.new("ShaderNodeBsdfPrincipled"), tree.nodes.new("ShaderNodeOutputMaterial")
    output.location = (300, 0)
    tree.links.new(shader.outputs["BSDF"], output.inputs["Surface"])
    mapping, place = tree.nodes.new("ShaderNodeMapping"), _place(tree, uv)
    mapping.location, place.location = (-950, 0), (-1150, 0)
    tree.links.new(place.outputs["UV"], mapping.inputs["Vector"])
    for role, image in images.items():
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image, node.location, node[ROLE] = image, LOOK[role], role
        tree.links.new(mapping.outputs["Vector"], node.inputs["Vector"])
        _wire(tree, role, node.outputs["Color"], shader, output)
    tree.nodes.active = next((node for node in tree.nodes if node.get(ROLE) == "color"), None)
    return material


def _place(tree: bpy.types.NodeTree, uv: str) -> bpy.types.Node:
    if not uv:
        return tree.nodes.new("ShaderNodeTexCoord")
    node = tree.nodes.new("ShaderNodeUVMap")
    node.uv_map = uv
    return node


def map_of(thing: bpy.types.Object, image: bpy.types.Image) -> str:
    """The UV map by whose name one of an object's materials shows an image as ours do; "" if none says one."""
    for tree in (slot.material.node_tree for slot in thing.material_slots if slot.material):
        for node in tree.nodes if tree else ():
            if node.type == "TEX_IMAGE" and node.image == image and (place := _before(_before(node))):
                return getattr(place, "uv_map", "")
    return ""


def _before(node: bpy.types.Node | None) -> bpy.types.Node | None:
    """Where a node's coordinates come from."""
    links = node.inputs["Vector"].links if node and "Vector" in node.inputs else ()
    return links[0].from_node if links else None


def _wire(
    tree: bpy.types.NodeTree,
    role: str,
    value: bpy.types.NodeSocket,
    shader: bpy.types.Node,
    output: bpy.types.Node,
) -> None:
    if role == "normal":
        node = tree.nodes.new("ShaderNodeNormalMap")
        node.location = (-350, -300)
        tree.links.new(value, node.inputs["Color"])
        tree.links.new(node.outputs["Normal"], shader.inputs["Normal"])
    elif role == "height":  # the normals show the relief already: displacement is wired and waits at 0
        node = tree.nodes.new("ShaderNodeDisplacement")
        node.location, node.inputs["Scale"].default_value = (0, -600), 0.0
        tree.links.new(value, node.inputs["Height"])
        tree.links.new(node.outputs["Displacement"], output.inputs["Displacement"])
    else:
        tree.links.new(value, shader.inputs["Base Color" if role == "color" else "Roughness"])


def wear(thing: bpy.types.Object, material: bpy.types.Material, everywhere: bool = False) -> None:
    """Put a material into an object's active slot, or into all of them. Other objects that share its mesh keep theirs;
    a material that nothing else uses stays in the file."""
    if not thing.material_slots:
        thing.data.materials.append(None if thing.data.users > 1 else material)
    for slot in thing.material_slots if everywhere else [thing.material_slots[thing.active_material_index]]:
        if everywhere and slot.material and slot.material.users == 1 and not slot.material.library:
            slot.material.use_fake_user = True
        if thing.data.users > 1:
            slot.link = "OBJECT"
        slot.material = material


def active_image_node(thing: bpy.types.Object | None) -> bpy.types.Node | None:
    """The image node that the artist chose last in the object's active material."""
    material = thing.active_material if thing else None
    node = material.node_tree.nodes.active if material and material.node_tree else None
    return node if node and node.type == "TEX_IMAGE" else None


def exchange(old: dict[str, bpy.types.Image], new: dict[str, bpy.types.Image]) -> list[str]:
    """Show other images wherever these are shown in materials; gives the names of the materials that are another
    file's, and left as they are."""
    by_old = {image: new[role] for role, image in old.items() if role in new}
    left: dict[str, None] = {}
    for material in bpy.data.materials:
        for node in material.node_tree.nodes if material.node_tree else ():
            if node.type == "TEX_IMAGE" and node.image in by_old:
                if material.library:
                    left[material.name] = None
                else:
                    node.image = by_old[node.image]
    return list(left)
