"""Where results are shown while several Image Editors are open, and what their artist does there."""

import bpy
import stage

here = stage.enable()
settings = bpy.context.scene.bottega
settings.prompt, settings.count = "moss", 1
stage.cube()
stage.camera((0, -6, 0), (90, 0, 0))
mine = {name: bpy.data.images.new(name, 8, 8) for name in ("reference", "unwrapped", "painted", "other")}
editors = [stage.editor(number, "UV" if number == 1 else "IMAGE_EDITOR") for number in range(4)]
for editor, name in zip(editors, ("reference", "unwrapped", "painted"), strict=False):
    editor.image = mine[name]
editors[2].mode = "PAINT"
facts: dict = {}


def shown() -> list[str]:
    """What the editors show; a result of the last job by its place."""
    names = [each.image.name if each.image else "" for each in editors]
    results = here.works[0].results
    return [f"result {results.index(name)}" if name in results else name for name in names]


bpy.ops.bottega.render()
facts["empty"] = shown()
first = editors[3].image
bpy.ops.bottega.render()
facts["another"] = [*shown(), editors[3].image != first]

# What is not as it was at the click stays, and so does all where no editor is free.
bpy.ops.bottega.render(wait=0)
editors[3].image = mine["other"]
stage.pump(lambda: here.works[0].ended)
facts["changed"] = shown()
bpy.ops.bottega.render(wait=0)
editors[3].image = None
editors[0].image = None
stage.pump(lambda: here.works[0].ended)
facts["emptied"] = shown()
editors[0].image, editors[3].image = mine["reference"], mine["other"]
bpy.ops.bottega.render()
facts["none_free"] = shown()

# Blender's own render gives way; a pinned one does not.
bpy.context.scene.render.engine = "CYCLES"
bpy.context.scene.render.resolution_x = bpy.context.scene.render.resolution_y = 8
bpy.context.scene.cycles.samples = 1
bpy.ops.render.render()
editors[0].image, editors[3].image = bpy.data.images["Render Result"], None
bpy.ops.bottega.render()
facts["rendered"] = shown()
editors[0].use_image_pin = True
old = editors[0].image.name
bpy.ops.bottega.render()
facts["pinned"] = [editors[0].image.name == old, *shown()[1:]]

# Pictures that are fetched again, and the button.
editors[0].use_image_pin = False
editors[0].image, editors[3].image = mine["reference"], None
stage.pump(lambda: here.history.entries)
bpy.ops.bottega.fetch(entry=here.history.entries[0].name)
facts["fetched"] = shown()
editors[3].image = None
facts["show"] = [list(bpy.ops.bottega.show(image=here.works[0].results[0])), *shown()]
editors[3].mode = editors[0].mode = "MASK"
editors[3].image = None
facts["busy"] = [list(bpy.ops.bottega.show(image=here.works[0].results[0])), *shown()]
stage.report(**facts)
