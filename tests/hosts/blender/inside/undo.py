"""What a job leaves in Blender's history while its user goes on in each mode: one step that is ours alone."""

import time

import bmesh
import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import texture
from bl_ext.user_default.bottega.client import Picture, Pixels
from bl_ext.user_default.bottega.params import Params
from bl_ext.user_default.bottega.work import Ask

here = stage.enable()
facts: dict = {"modes": {}}
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "empty.blend"))


def move(number):
    """An edit in Object Mode."""
    bpy.ops.transform.translate("EXEC_DEFAULT", True, value=(number, 0, 0))


def subdivide(number):
    """An edit in Edit Mode."""
    bpy.ops.mesh.subdivide("EXEC_DEFAULT", True)


def weigh(number):
    """An edit in Weight Paint."""
    for group in bpy.context.object.vertex_groups:
        group.add(range(8), number / 4, "REPLACE")
    bpy.ops.ed.undo_push(message="Weigh")


def colour(number):
    """An edit in Vertex Paint."""
    bpy.context.object.data.color_attributes[0].data.foreach_set("color", np.full(24 * 4, number / 4, np.float32))
    bpy.ops.ed.undo_push(message="Colour")


def move_bone(number):
    """An edit in Pose Mode."""
    bpy.context.active_object.pose.bones[0].location.x = number
    bpy.ops.ed.undo_push(message="Move")


def flood(number):
    """A stroke of a kind in Sculpt Mode."""
    bpy.ops.paint.mask_flood_fill("EXEC_DEFAULT", True, mode="VALUE", value=number / 4)


EDITS = {"OBJECT": move, "EDIT": subdivide, "POSE": move_bone, "WEIGHT_PAINT": weigh, "VERTEX_PAINT": colour}


def mine():
    """What the user has made of the object."""
    thing = bpy.context.object
    if thing.type == "ARMATURE":
        return round(thing.pose.bones[0].location.x, 3)
    points = len(bmesh.from_edit_mesh(thing.data).verts) if thing.mode == "EDIT" else len(thing.data.vertices)
    weights = (
        0.0 if thing.mode == "EDIT" else sum(each.weight for point in thing.data.vertices for each in point.groups)
    )
    colours, mask = thing.data.color_attributes[0].data, thing.data.attributes.get(".sculpt_mask")
    shade = colours[0].color[0] if len(colours) else 0.0
    hidden = mask.data[0].value if mask and len(mask.data) else 0.0
    return [round(float(each), 3) for each in (thing.location.x, points, weights, shade, hidden)]


def ours(work):
    """How many images of a job there are, and whether the object wears its material; an armature wears none."""
    images = [each for each in bpy.data.images if each.get("bottega_job") == work.mark]
    worn = [slot.material.name for slot in bpy.context.object.material_slots if slot.material]
    return [len(images), worn not in ([], ["own"])]


def free(until):
    """Keep the plug-in going as Blender's timer does, with a user who could do something meanwhile."""
    deadline = time.monotonic() + stage.PATIENCE
    while not until():
        assert time.monotonic() < deadline
        time.sleep(min(here.main.pump(), 0.01))


def begun(mode):
    """An empty file with a cube that wears a material of the user's, in a mode."""
    bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "empty.blend"))
    stage.settle()
    settings = bpy.context.scene.bottega
    if mode == "POSE":
        bpy.ops.object.armature_add()
        settings.target = "IMAGE"
    else:
        cube = stage.cube()
        cube.data.materials.append(bpy.data.materials.new("own"))
        cube.vertex_groups.new(name="Group")
        cube.data.color_attributes.new("Colour", "FLOAT_COLOR", "CORNER")
    bpy.ops.ed.undo_push(message="begin")
    if mode != "OBJECT":
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    settings.prompt, settings.count, settings.steps = "red brick", 2, 3
    bpy.ops.ed.undo_push(message="typed")


def history(edit):
    """A job between two edits; then what is there before and after each step back and forth."""
    edit(1)
    bpy.ops.bottega.texture(wait=0)
    work = here.works[0]
    edit(2)
    between = mine()
    free(lambda: work.ended)
    assert work.state == "done", work.error
    arrived = [mine() == between, ours(work)]
    edit(3)
    told = []
    for step in (bpy.ops.ed.undo, bpy.ops.ed.undo, bpy.ops.ed.undo, bpy.ops.ed.redo, bpy.ops.ed.redo):
        step()
        told.append([mine() == between, ours(work)])
    return {"arrived": arrived, "undo": told[:3], "redo": told[3:]}


for name, edit in EDITS.items():
    begun(name)
    facts["modes"][name] = history(edit)

# In Sculpt Mode a result waits, and says so; it comes when the user leaves.
begun("SCULPT")
flood(1)
bpy.ops.bottega.texture(wait=0)
work = here.works[0]
free(lambda: work.arriving)
flood(2)
until = time.monotonic() + 0.5
free(lambda: time.monotonic() > until)
facts["waits"] = [work.state, work.note, ours(work)]
bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")
free(lambda: work.ended)
facts["left"] = [work.state, work.note, ours(work), mine()[-1]]
bpy.ops.ed.undo()
facts["unsculpted"] = [ours(work), bpy.context.mode, mine()[-1]]

# So it does in Texture Paint.
begun("TEXTURE_PAINT")
bpy.ops.bottega.texture(wait=0)
work = here.works[0]
free(lambda: work.arriving)
until = time.monotonic() + 0.5
free(lambda: time.monotonic() > until)
facts["painting"] = [work.state, work.note, ours(work)]
bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")
free(lambda: work.ended)
facts["painted"] = [work.state, ours(work)]
bpy.ops.ed.undo()
facts["unpainted"] = [ours(work), bpy.context.mode]

# What waits can be done without.
bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="SCULPT")
bpy.ops.bottega.texture(wait=0)
work = here.works[0]
free(lambda: work.arriving)
bpy.ops.bottega.cancel(number=work.number)
bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")
free(lambda: work.ended and here.main.pump())
facts["dropped"] = [work.state, ours(work)]


# What has arrived before a job is cancelled stays, as one step.
def recipe():
    """Two pictures at once, then a long job."""
    for index in range(2):
        values = np.full((8, 8, 3), 90 + index, np.uint8)
        yield texture.made_of(Picture("", index, index, Pixels.of(values)), Params(), (True, True))
    yield Ask([Params(prompt="red brick", steps=300, width=128, height=128).task()] * 2)


def interrupted():
    """That, cancelled while the long job runs."""
    where = texture.goal("MATERIAL", True, bpy.context.object)
    work = here.work(Params(), here.link.connect(), lambda work, made: texture.delivered(work, made, where))
    here.begin(work, recipe)
    free(lambda: work.state == "running")
    bpy.ops.bottega.cancel(number=work.number)
    return work


begun("OBJECT")
work = interrupted()
free(lambda: work.ended)
facts["cancelled"] = [work.state, len(work.results), ours(work)]
bpy.ops.ed.undo()
facts["uncancelled"] = ours(work)

# Where it has to wait, a second cancel does without it.
begun("SCULPT")
work = interrupted()
free(lambda: work.arriving)
until = time.monotonic() + 0.5
free(lambda: time.monotonic() > until)
facts["half"] = [work.state, work.note, ours(work)]
bpy.ops.bottega.cancel(number=work.number)
bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")
free(lambda: work.ended and here.main.pump())
facts["no_half"] = [work.state, ours(work)]
stage.report(**facts)
