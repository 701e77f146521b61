"""What an artist does while a job is under way: renames, undoes, opens another file, chooses another daemon."""

import bpy
import stage

here = stage.enable()
settings = bpy.context.scene.bottega
settings.target, settings.random_seed, settings.seed, settings.prompt = "MATERIAL", False, 3, "red brick"
facts: dict = {}


def own(thing, name):
    """A cube with a material of the artist's."""
    thing.data.materials.append(bpy.data.materials.new(name))
    return thing


def shows(thing, work):
    """Whether an object's material has a job's picture."""
    tree = thing.active_material.node_tree
    return any(node.type == "TEX_IMAGE" and node.image.name == work.results[0] for node in tree.nodes)


def running(steps):
    """A texture of some length, under way."""
    bpy.context.scene.bottega.steps = steps
    bpy.ops.bottega.texture(wait=0)
    stage.pump(lambda: here.works[0].state == "running" and here.works[0].fraction > 0)
    return here.works[0]


def ended(work):
    """Wait for it."""
    stage.pump(lambda: work.ended)
    return work.state


cube = own(stage.cube("Cube"), "own")
work = running(20)
cube.name = "Renamed"
other = own(stage.cube("Cube"), "other")
facts["renamed"] = [ended(work), shows(cube, work), other.active_material.name]

first = work
bpy.context.view_layer.objects.active = cube
again = running(3)
ended(again)
facts["marks"] = [bpy.data.images[each.results[0]]["bottega_job"] == each.mark for each in (first, again)]
facts["unlike"] = first.mark != again.mark

for name in ("left", "right"):
    own(other, name)
bpy.context.view_layer.objects.active = other
settings.views, settings.texture_size, settings.steps = 2, "512", 1
facts["project"] = list(bpy.ops.bottega.project())
facts["slots"] = [slot.material.name == other.active_material.name for slot in other.material_slots]
facts["kept"] = [bool(bpy.data.materials[name].use_fake_user) for name in ("other", "left", "right")]


def masked(meanwhile):
    """What is said of a mask from faces, if something happens before they are read."""
    here.complain(None)
    image = bpy.data.images.new("Masked", 64, 64)
    bpy.ops.bottega.new_mask(image=image.name, faces=True, wait=0)
    meanwhile(image)
    stage.pump(lambda: here.complaint or bpy.context.scene.bottega.mask)
    return f"{here.complaint.message} {here.complaint.remedy}" if here.complaint else ""


bpy.context.view_layer.objects.active = stage.cube("Unlucky")
facts["no_image"] = masked(bpy.data.images.remove)
facts["no_mesh"] = masked(lambda _: bpy.data.objects.remove(bpy.data.objects["Unlucky"]))
bpy.context.view_layer.objects.active = stage.cube("Lucky")
bpy.context.scene.bottega.start = bpy.data.images.new("Start", 64, 64)
work = bpy.ops.bottega.texture(wait=0) and here.works[0]
bpy.data.images.remove(bpy.data.images["Start"])
stage.pump(lambda: work.ended)
facts["no_start"] = f"{work.error.message} {work.error.remedy}"
bpy.ops.ed.undo_push(message="before the mask")
facts["mask"] = [masked(lambda _: None), tuple(bpy.context.scene.bottega.mask.size)]
bpy.ops.ed.undo()
facts["unmasked"] = [bpy.context.scene.bottega.mask is None, "Lucky" in bpy.data.objects]
cube, other = bpy.data.objects["Renamed"], bpy.data.objects["Cube"]
bpy.context.view_layer.objects.active = other
work = running(300)
here.link.connect("127.0.0.1:9")
facts["left"] = [ended(work), work.error.message, work.error.remedy]
here.link.connect()
stage.pump(lambda: here.link.connection.state == "connected")

bpy.context.view_layer.objects.active = cube
cube.name = "Goal"
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "first.blend"))
bpy.data.materials.new("stranger")
cube.material_slots[0].material = bpy.data.materials["stranger"]
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "second.blend"))
bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "first.blend"))
bpy.context.view_layer.objects.active = bpy.data.objects["Goal"]
work = running(40)
bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "second.blend"))
state, slots = ended(work), bpy.data.objects["Goal"].material_slots
facts["other_file"] = [state, [each.material and each.material.name for each in slots]]
facts["image"] = work.results[0] in bpy.data.images
stage.report(**facts)
