"""What Image Editors show after steps back and forth over enlargements, and where an artist works meanwhile."""

import bpy
import stage
from bl_ext.user_default.bottega import targets
from images import blobs, painted

here = stage.enable()
settings = bpy.context.scene.bottega
facts: dict = {}
settings.times = 2
for name in ("mine", "other"):
    painted(name, blobs(12, 8, 3), alpha=False).pack()
for number in range(4):
    stage.editor(number)
cube = stage.cube()
cube.data.materials.append(bpy.data.materials.new("own"))
cube.active_material.use_nodes = True
tree = cube.active_material.node_tree
tree.nodes.active = tree.nodes.new("ShaderNodeTexImage")
tree.nodes.active.image = bpy.data.images["mine"]
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "exchanged.blend"))


def areas() -> list:
    """The window's."""
    return bpy.context.window_manager.windows[0].screen.areas[:4]


def choose(name: str, number: int = 0) -> None:
    """Show an image in an editor, or nothing, as its artist does."""
    space = areas()[number].spaces.active
    space.image = bpy.data.images.get(name)
    space.use_image_pin = False  # Blender pins it in UV editors


def shown() -> list[str]:
    """What the editors show."""
    return [area.spaces.active.image.name if area.spaces.active.image else "" for area in areas()]


def opened() -> None:
    """The file as it was."""
    bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "exchanged.blend"))
    bpy.ops.ed.undo_push(message="begin")


def enlarged(*chosen: str) -> None:
    """An image that is shown in the first editor, or as is said, enlarged there."""
    opened()
    for number, name in enumerate(chosen or ("mine", "", "", "")):
        choose(name, number)
    bpy.ops.bottega.upscale(image="mine")


def edit() -> None:
    """Something else that is a step of its own."""
    bpy.context.scene.bottega.prompt += "a"
    bpy.ops.ed.undo_push(message="Type")


def after(*steps) -> list[str]:
    """What the first editor shows after each step."""
    told = []
    for step in steps:
        step()
        told.append(shown()[0])
    return told


def walked(step) -> int:
    """How many things are looked at in a step."""
    count, key = [], targets.key
    targets.key = lambda thing: count.append(thing) or key(thing)
    step()
    targets.key = key
    return len(count)


undo, redo = bpy.ops.ed.undo, bpy.ops.ed.redo

# Two in the place of one another: one step each, and all at once.
enlarged()
bpy.ops.bottega.upscale(image="mine.001")
facts["chain"] = after(lambda: None, undo, undo, redo, redo)
facts["jump"] = after(lambda: bpy.ops.ed.undo_history(item=0), lambda: bpy.ops.ed.undo_history(item=2))

# An editor that its artist has emptied stays so: while the enlarged image is there, and once it is gone.
enlarged()
choose("")
edit()
facts["emptied"] = after(undo, undo, redo)
enlarged()
undo()
facts["used"] = [shown()[0]]
choose("")
edit()
facts["used"] += after(undo, redo, undo)

# One that was emptied while a step was undone shows what it is given then, through steps of other things.
enlarged()
undo()
choose("")
redo()
choose("mine")
edit()
facts["given"] = after(undo, redo)

# One whose image was taken while none was to be put in its place stays empty: pinned, or of another type.
enlarged()
areas()[0].spaces.active.use_image_pin = True
facts["pinned"] = after(undo)
areas()[0].spaces.active.use_image_pin = False
edit()
facts["pinned"] += after(undo)
enlarged()
areas()[0].ui_type = "TEXT_EDITOR"
undo()
areas()[0].ui_type = "IMAGE_EDITOR"
edit()
facts["type"] = after(undo)

# What the artist has chosen stays, and what was shown before it is forgotten; as it all is with another file.
enlarged()
facts["remembered"] = walked(undo) > 0
redo()
choose("other")
facts["chosen"] = after(undo, redo)
facts["forgotten"] = [walked(undo)]
enlarged()
opened()
edit()
facts["forgotten"] += [walked(undo), walked(redo)]

# Where the artist works the image stays; a new mask is shown there, to be painted.
opened()
for number, mode in ((1, "UV"), (2, "PAINT"), (3, "MASK")):
    areas()[number].spaces.active.mode = mode
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "exchanged.blend"))
enlarged(*["mine"] * 4)
facts["busy"] = [*shown(), bpy.context.object.active_material.node_tree.nodes.active.image.name]
bpy.ops.bottega.new_mask(image="mine")
facts["mask"] = shown()

# Another add-on has cleared a list of handlers: ours is left all the same.
bpy.app.handlers.undo_post.clear()
stage.report(**facts)
