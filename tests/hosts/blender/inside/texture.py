"""Textures: into a material, into a node, from an image; variations, parameters, undo."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import material

here = stage.enable()
settings = bpy.context.scene.bottega
mine = bpy.data.images.new("mine", 128, 128)
mine.pixels.foreach_set(np.random.default_rng(1).random(128 * 128 * 4, np.float32))
before_mine = stage.array(mine)
other, cube = stage.cube("Other"), stage.cube("Cube")
other.data = cube.data  # shares the mesh: its look must stay
own = bpy.data.materials.new("own")
cube.data.materials.append(own)
bpy.ops.ed.undo_push(message="begin")

settings.prompt, settings.seed, settings.random_seed, settings.count = "red brick", 7, False, 2
outcome = list(bpy.ops.bottega.texture())
first = list(here.works[0].results)
colors = [stage.array(bpy.data.images[name])[..., :3] for name in first]
np.save(stage.OUT / "colors.npy", np.stack(colors))
shown = cube.active_material
tree = shown.node_tree
links = sorted(f"{each.from_node.type}>{each.to_node.type}.{each.to_socket.name}" for each in tree.links)
role = {node[material.ROLE]: node.image for node in tree.nodes if material.ROLE in node}
for name in ("height", "normal", "roughness"):
    np.save(stage.OUT / f"{name}.npy", stage.array(role[name])[..., :3])
facts = {
    "outcome": outcome,
    "names": first,
    "links": links,
    "spaces": {name: image.colorspace_settings.name for name, image in role.items()},
    "packed": {name: bool(image.packed_file) for name, image in role.items()},
    "travels": bpy.data.images[first[0]]["bottega"],
    "other": other.material_slots[0].material.name,
    "cube_slot": cube.material_slots[0].link,
    "unlike": shown.name != own.name,
}
facts["flip"] = list(bpy.ops.bottega.variation(image=first[0]))
facts["flipped"] = {name: node.image.name for node in tree.nodes if (name := node.get(material.ROLE))}

settings.steps = 4
facts["preset"] = list(bpy.ops.bottega.preset(name="Four steps"))
settings.steps = 3
kept = bpy.utils.preset_paths("bottega")[0]
bpy.ops.script.execute_preset(filepath=f"{kept}/Four_steps.py", menu_idname="BOTTEGA_MT_presets")
facts["preset_steps"], settings.steps = settings.steps, 3
settings.prompt, settings.seed, settings.target, settings.maps = "nothing like it", 1, "IMAGE", False
facts["again"] = list(bpy.ops.bottega.use_again(image=first[1]))
facts["taken"] = [settings.prompt, settings.seed, settings.count, settings.target, settings.maps]

settings.target, settings.count, settings.start, settings.strength = "NODE", 1, mine, 0.5
node = tree.nodes.active
facts["into_node"] = list(bpy.ops.bottega.texture())
facts["node_shows"], facts["node_wanted"] = node.image.name, here.works[0].results[0]
np.save(stage.OUT / "from_mine.npy", stage.array(node.image)[..., :3])
np.save(stage.OUT / "mine.npy", before_mine)
facts["mine_untouched"] = bool((stage.array(mine) == before_mine).all())

bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "saved.blend"))
steps = 0
while first[0] in bpy.data.images and steps < 9:
    bpy.ops.ed.undo()
    steps += 1
facts["undo_steps"], facts["after_undo"] = steps, sorted(each.name for each in bpy.data.images)
bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "saved.blend"))
facts["reopened"] = bool(np.abs(stage.array(bpy.data.images[first[0]])[..., :3] - colors[0]).max() == 0)
stage.report(**facts)
