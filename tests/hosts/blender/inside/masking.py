"""Masks as the Image Editor's own panel makes and uses them, and what they leave in Blender's history."""

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import pixels, repaint, words
from bl_ext.user_default.bottega.client import native_of
from bl_ext.user_default.bottega.host import IDLE

here = stage.enable()
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "empty.blend"))
settings = bpy.context.scene.bottega
settings.feather, settings.strength = 0, 1.0
facts: dict = {}
editor = stage.editor(0)


def refused(operator) -> str:
    """What an operator says that fails."""
    try:
        operator()
    except RuntimeError as error:
        return str(error)
    return ""


def photo(name: str, side: int = 96) -> bpy.types.Image:
    """A picture of the artist's."""
    made = bpy.data.images.new(name, side, side)
    made.pixels.foreach_set(np.random.default_rng(3).random(side * side * 4, np.float32))
    made.use_fake_user = True
    return made


def whiten(mask: bpy.types.Image) -> None:
    """Paint the middle of a mask white."""
    side = mask.size[0]
    white = np.zeros((side, side, 4), np.float32)
    white[..., 3], white[side // 3 : side // 2, side // 3 : side // 2] = 1.0, 1.0
    mask.pixels.foreach_set(white.ravel())


# The mask takes the picture's place in the editor; what is pressed there is still meant for the picture.
picture = photo("picture")
old = stage.array(picture)
editor.image = picture
facts["new"] = list(bpy.ops.bottega.new_mask(image=editor.image.name))
first = settings.mask
facts["shown"] = editor.image == first
whiten(first)
facts["repaint"] = list(bpy.ops.bottega.repaint(image=editor.image.name))
result = bpy.data.images[here.works[0].results[0]]
inside = stage.array(first)[..., 0] > 0
facts["result"] = [editor.image == result, here.works[0].params.start, settings.mask == first]
facts["moved"] = [
    float(np.abs(stage.array(result) - old)[..., :3][inside].mean()),
    float(np.abs(stage.array(result) - old)[~inside].max()),
]

# A second mask, asked for while the first is shown, is the picture's too, and is shown in its place.
editor.image = first
bpy.ops.bottega.new_mask(image=editor.image.name)
facts["second"] = [settings.mask not in (first, picture), settings.mask.name, editor.image == settings.mask]
settings.mask = None
editor.image = first
facts["unchosen"] = list(bpy.ops.bottega.repaint(image=editor.image.name))

# What is transparent is no colour yet: it is painted, and shows as far as it was masked. A fourth channel of another
# meaning stays as it is.
facts["void"] = {}
for mode in ("STRAIGHT", "CHANNEL_PACKED"):
    clear = photo("clear")
    values = np.random.default_rng(4).integers(0, 256, (96, 96, 4)).astype(np.float32) / 255
    values[:, :48] = 0.0
    values[:, 48:, 3] = 1.0
    clear.alpha_mode = mode
    clear.pixels.foreach_set(values.ravel())
    bpy.ops.bottega.new_mask(image=clear.name)
    white = np.zeros((96, 96, 4), np.float32)
    white[40:60, 30:70] = 1.0
    settings.mask.pixels.foreach_set(white.ravel())
    copies = pixels.read(clear), pixels.read(settings.mask)
    (task,) = next(repaint.recipe(settings.params("inpaint"), native_of(here.link.catalog, ""), *copies)).tasks
    bpy.ops.bottega.repaint(image=clear.name)
    new, inside = stage.array(bpy.data.images[here.works[0].results[0]]), white[::-1, :, 0] > 0
    facts["void"][mode] = {
        "channels": task.picture.channels,
        "alpha": [float(new[inside][:, 3].min()), float(new[..., 3][:, :30].max()), float(new[..., 3][:, 70:].min())],
        "painted": float(new[..., :3][:, :48][inside[:, :48]].mean()),
        "kept": float(np.abs(np.rint(new * 255) - np.rint(values[::-1] * 255))[~inside].max()),
    }
settings.mask = first

# What a mask is for survives the file, and new names.
settings.mask = first
picture.name, first.name = "renamed", "other"
picture.pack()
first.pack()
bpy.ops.wm.save_as_mainfile(filepath=str(stage.OUT / "masks.blend"))
bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "masks.blend"))
settings = bpy.context.scene.bottega
first, picture = bpy.data.images["other"], bpy.data.images["renamed"]
facts["reopened"] = [list(bpy.ops.bottega.repaint(image="other")), here.works[0].params.start]
by_hand = photo("by hand")
settings.mask = by_hand
facts["mask_alone"] = refused(lambda: bpy.ops.bottega.repaint(image="by hand"))
settings.mask = first
bpy.data.images.remove(picture)
facts["lost"] = [refused(lambda: bpy.ops.bottega.repaint(image="other")), here.complaint.fix]
facts["gone_too"] = refused(lambda: bpy.ops.bottega.new_mask(image="other"))

# What Blender has rendered has no pixels to read.
scene = bpy.context.scene
stage.camera((0, 0, 5), (0, 0, 0))
scene.render.engine, scene.render.resolution_x, scene.render.resolution_y = "CYCLES", 8, 8
scene.cycles.samples = 1
bpy.ops.render.render()
facts["rendered"] = [refused(lambda: bpy.ops.bottega.new_mask(image="Render Result"))]
facts["rendered"] += [refused(lambda: bpy.ops.bottega.repaint(image="Render Result"))]
settings.start, settings.target = bpy.data.images["Render Result"], "IMAGE"
facts["rendered"] += [refused(bpy.ops.bottega.texture)]
facts["remedy"] = words.say("Save it as an image first, and open that.")


# Where Blender could not undo it alone a mask waits, as results do.


def flood(number):
    """A stroke of a kind in Sculpt Mode."""
    bpy.ops.paint.mask_flood_fill("EXEC_DEFAULT", True, mode="VALUE", value=number / 4)


def type_in(number):
    """An edit of the file."""
    bpy.context.scene.bottega.prompt = str(number)
    bpy.ops.ed.undo_push(message="Type")


def state():
    """What an artist sees of the edits."""
    thing = bpy.context.object
    layer = thing.data.attributes.get(".sculpt_mask") if thing else None
    hidden = layer.data[0].value if layer and len(layer.data) else 0.0
    return [bpy.context.mode, round(hidden, 3), bpy.context.scene.bottega.prompt]


def there():
    """Whether the scene has a mask."""
    return bpy.context.scene.bottega.mask is not None


def waiting(mode, edit):
    """A mask asked for between two edits in a mode: whether it is there, and what an artist sees of the edits, before
    and after leaving, and after an undo."""
    bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "empty.blend"))
    stage.cube()
    photo("picture", 8)
    bpy.ops.ed.undo_push(message="begin")
    bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    edit(1)
    bpy.ops.bottega.new_mask(image="picture", wait=0)
    here.main.pump()
    edit(2)
    bpy.ops.ed.undo()
    bpy.ops.ed.redo()
    found = [there()]
    bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="OBJECT")
    found.append(state())
    while here.main.pump() != IDLE:
        pass
    found += [there(), state()]
    bpy.ops.ed.undo()
    return [*found, there(), state()]


modes = {"SCULPT": flood, "TEXTURE_PAINT": type_in}
facts["waiting"] = {mode: waiting(mode, edit) for mode, edit in modes.items()}
bpy.ops.wm.open_mainfile(filepath=str(stage.OUT / "empty.blend"))
photo("picture", 8)
bpy.ops.ed.undo_push(message="begin")
type_in(1)
bpy.ops.bottega.new_mask(image="picture", wait=0)
facts["step"] = [there(), state()]
bpy.ops.ed.undo()
facts["step"] += [there(), state()]
stage.report(**facts)
