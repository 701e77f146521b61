"""Images enlarged where they are shown: undone, used again, fetched again, cancelled, refused."""

import json
import time

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import exr, material, presets, upscale
from bl_ext.user_default.bottega.client import BottegaError
from bl_ext.user_default.bottega.operators import painting
from bl_ext.user_default.bottega.panels import entries, image, sidebar
from bl_ext.user_default.bottega.params import KEY
from images import blobs, filed, painted, stored

here = stage.enable()
here.main.clock = time.thread_time
settings = bpy.context.scene.bottega
facts: dict = {"refused": {}}
rgb = blobs(45, 33, 3)


def refused(operator=bpy.ops.bottega.upscale, **options) -> str:
    """What an operator says that fails."""
    try:
        operator(**options)
    except RuntimeError as error:
        return str(error)
    return ""


def result() -> bpy.types.Image:
    """The last job's."""
    return bpy.data.images[here.works[0].results[0]]


# A texture of ours, seamless as it was made: shown in the editor and in the active node; one step back, and one forth.
cube = stage.cube()
settings.prompt, settings.seed, settings.random_seed, settings.maps = "red brick", 7, False, False
settings.seamless_x, settings.seamless_y = True, False
bpy.ops.bottega.texture()
wall = result()
node = cube.active_material.node_tree.nodes.active
editor, other = stage.editor(0), stage.editor(1)
editor.image, other.image = wall, None
bpy.ops.ed.undo_push(message="before")


def shown() -> list:
    """What the node, the editors and the list of images show."""
    node = bpy.context.object.active_material.node_tree.nodes.active
    spaces = [area.spaces.active for area in bpy.context.window_manager.windows[0].screen.areas[:2]]
    return [node.image.name, *(space.image and space.image.name for space in spaces), len(bpy.data.images)]


settings.times = 0
facts["shown"] = [shown()]
facts["wall"] = [list(bpy.ops.bottega.upscale()), result().name, list(result().size)]
np.save(stage.OUT / "wall.npy", stage.array(wall))
np.save(stage.OUT / "wall_made.npy", stage.array(result()))
facts["wall_travels"], facts["seamless"] = json.loads(result()[KEY]), here.works[0].params.seamless
facts["lists"] = [here.works[0].title, material.JOB in result(), result().use_fake_user]
facts["shown"].append(shown())
bpy.ops.ed.undo()
facts["shown"].append(shown())
bpy.ops.ed.redo()
facts["shown"].append(shown())
bpy.ops.ed.undo()
settings = bpy.context.scene.bottega
settings.prompt, settings.seed = "nothing", 1
facts["gone"] = facts["wall"][1] not in bpy.data.images
wall = bpy.data.images[facts["shown"][0][0]]

bpy.ops.bottega.new_mask(image=wall.name)
facts["mask"] = [shown()[1]]
bpy.ops.ed.undo()
facts["mask"].append(shown()[1])
wall, settings = bpy.data.images[facts["shown"][0][0]], bpy.context.scene.bottega

# What else shows it stays; a node that shows something else by then is left alone.
settings.times, settings.axes = 2, "NONE"
bpy.ops.bottega.upscale(image=wall.name, wait=0)
mine = painted("mine", rgb, alpha=False)
bpy.context.object.active_material.node_tree.nodes.active.image = mine
stage.pump(lambda: here.works[0].ended)
facts["meanwhile"] = [shown()[0], here.works[0].state, here.works[0].params.seamless]
used = result()
facts["again"] = [list(bpy.ops.bottega.use_again(image=used.name)), settings.prompt, settings.seed]
bpy.ops.bottega.upscale(image="mine")
settings.times, settings.axes = 0, "AUTO"
outcome = list(bpy.ops.bottega.use_again(image=result().name))
facts["again_mine"] = [outcome, settings.times, settings.axes, settings.prompt]
settings.axes = "AUTO"
bpy.ops.bottega.upscale(image="mine")
settings.axes = "XY"
bpy.ops.bottega.use_again(image=result().name)
facts["again_axes"] = [settings.axes, "axes" in presets.NAMES]

# The history brings it once more, as it was.
stage.pump(lambda: here.history.load() or here.history.entries)
stage.pump(lambda: here.history.entries[0].parameters.get("start") == "mine")
newest, old = here.history.entries[0], result()
facts["fetch"] = list(bpy.ops.bottega.fetch(entry=newest.name))
facts["fetched"] = [bool((stage.array(result()) == stage.array(old)).all()), stored(result()) == stored(old), old.name]
facts["history_panel"] = newest.parameters["kind"]

# Several at once, one of them cancelled while it is enlarged.
settings.times = 4
large = painted("large", blobs(512, 512, 3), alpha=False)
heard = set()
for name in ("large", "mine", "mine"):
    bpy.ops.bottega.upscale(image=name, wait=0)
big = here.works[2]
stage.pump(lambda: heard.add(big.note) or "Enlarging" in heard)
bpy.ops.bottega.cancel(number=big.number)
stage.pump(lambda: all(work.ended for work in here.works))
facts["several"] = [[work.state, len(work.results)] for work in here.works[:3]]

# How long the main thread is held: the longest step of each kind.
here.main.blocks.clear()
settings.times = 2
begun = time.thread_time()
bpy.ops.bottega.upscale(image="large", wait=0)
facts["click"] = (time.thread_time() - begun) * 1000
stage.pump(lambda: here.works[0].ended)
facts["held"] = {name: seconds * 1000 for name, seconds in here.main.blocks.items()}
facts["held_state"] = here.works[0].state

# What cannot be.
nothing = stage.editor(0)
nothing.image = None
bpy.context.object.active_material.node_tree.nodes.active.image = None
facts["refused"]["none"] = refused()
for source in ("MOVIE", "SEQUENCE", "TILED"):
    bpy.data.images.new(source, 8, 8).source = source
    facts["refused"][source] = refused(image=source)
bpy.data.images.new("missing", 8, 8).source = "FILE"
facts["refused"]["empty"] = refused(image="missing")
scene = bpy.context.scene
stage.camera((0, -6, 0), (90, 0, 0))
bpy.data.images.new("wide", 5000, 8)
settings.times = 4
facts["refused"]["large"] = refused(image="wide")
huge = bpy.data.images.new("huge", 16385, 1)
facts["refused"]["huge"] = refused(image="huge")
strange = filed("strange", exr.exr(rgb), "Filmic Log")
facts["refused"]["space"] = refused(image="strange")
settings.upscaler = "gone"
facts["refused"]["upscaler"] = refused(image="mine")
settings.upscaler = "starter-4x"
facts["named"] = list(bpy.ops.bottega.upscale(image="mine"))
nothing.image = bpy.data.images["mine"]
bpy.ops.bottega.new_mask(image="mine")
painting.shown_image = lambda context: nothing.image  # no overridden context: undo steps are made meanwhile (`undo.py`)
facts["masked"] = [nothing.image.name, list(bpy.ops.bottega.upscale()), here.works[0].params.start]
bpy.data.images.remove(bpy.data.images["mine mask"])
nothing.image = None
scene.render.engine, scene.render.resolution_x, scene.render.resolution_y = "CYCLES", 8, 8
scene.cycles.samples = 1
bpy.ops.render.render()
facts["refused"]["Render Result"] = refused(image="Render Result")
viewed = type("Viewed", (), {"source": "VIEWER", "type": "COMPOSITING", "name": "Viewer Node"})
try:  # Blender makes none without a compositor
    upscale.check(viewed)
except BottegaError as error:
    facts["refused"][viewed.name] = f"{error} {error.remedy}"

# Panels and menus, with an upscaler, and with a daemon that has none.
nothing.image = bpy.data.images["mine"]
bpy.context.object.active_material.node_tree.nodes.active.image = bpy.data.images["mine"]


def drawn() -> list:
    """What offers it."""
    places = (image.BOTTEGA_PT_image, sidebar.BOTTEGA_PT_texture, entries.in_image_menu)
    return ["Upscale Image" in stage.draw(place) for place in places]


facts["offered"], facts["fields"] = drawn(), stage.draw(image.BOTTEGA_PT_image)
stage.report(**facts)
