"""Every panel, menu and entry of ours, drawn by Blender itself in its window: without a daemon, with one, without it
again, and in German. What was drawn where, and what broke, is reported."""

import json
import sys
import traceback
from pathlib import Path

import bpy
from bl_ext.user_default.bottega import panels, studio, words

sys.path.append(str(Path(__file__).parent))
import two
import windowed

drawn: dict[str, set[str]] = {}
broken: list[str] = []
facts: dict = {"stages": {}}
SETTLED = 15.0
OPENED = {
    "VIEW3D_MT_object": "VIEW_3D",
    "TOPBAR_MT_render": "VIEW_3D",
    "IMAGE_MT_image": "IMAGE_EDITOR",
    "BOTTEGA_MT_loras": "VIEW_3D",
    "BOTTEGA_MT_embeddings": "VIEW_3D",
}
"""Menus, and where they are opened."""


def watched(name, draw):
    """A draw function that is noted with the place it was drawn in."""

    def drawing(self, context):
        try:
            draw(self, context)
        except Exception:
            broken.append(f"{name}: {traceback.format_exc()}")
            raise
        drawn.setdefault(name, set()).add(context.area.type if context.area else "")

    return drawing


def watch() -> None:
    """Watch all of ours, and open the panels that are closed at first."""
    for each in panels.CLASSES:
        if "DEFAULT_CLOSED" in getattr(each, "bl_options", ()):
            bpy.utils.unregister_class(each)
            each.bl_options = set()
            bpy.utils.register_class(each)
        each.draw = watched(each.__name__, each.draw)
    for name, entry in panels.MENUS.items():
        menu = getattr(bpy.types, name)
        menu.remove(entry)
        menu.append(watched(f"{name}.entry", entry))


def stage(name: str, wanted=lambda: True):
    """Have everything drawn anew, until all panels were or some seconds are over."""
    drawn.clear()
    windowed.sidebars()
    for _ in range(int(SETTLED / 0.5)):
        for each in windowed.window().screen.areas:
            each.tag_redraw()
        yield 0.5
        if wanted() and all(each.__name__ in drawn for each in panels.CLASSES if issubclass(each, bpy.types.Panel)):
            break
    facts["stages"][name] = {what: sorted(where) for what, where in sorted(drawn.items())}


def popped(name: str, kind: str):
    """A menu of Blender's that has an entry of ours, opened and shut."""
    with windowed.within(windowed.area(kind)):
        bpy.ops.wm.call_menu(name=name)
    for _ in range(20):
        yield 0.2
        if f"{name}.entry" in drawn or name in drawn:
            break
    (windowed.OUT / "escape").touch()
    yield from windowed.until(lambda: not (windowed.OUT / "escape").exists())


def properties(context: str):
    """Show a tab of the Properties editor, once Blender has found that there is one."""
    while True:
        yield 0.2
        try:
            windowed.area("PROPERTIES").spaces.active.context = context
        except TypeError:
            continue
        return


def ours(work) -> int:
    """How many images a job has made."""
    return sum(each.get("bottega_job") == work.mark for each in bpy.data.images)


def previews(here, settings):
    """Look at a job's step previews while it runs, and when it has ended."""
    settings.steps = 40
    with windowed.within(windowed.area("VIEW_3D")):
        bpy.ops.bottega.texture()
    work = here.works[0]
    drawn.clear()
    sizes, kinds = set(), set()
    while not work.ended:
        if here.previews.icon(work.number):
            shown = here.previews._shown[str(work.number)]
            sizes.add(tuple(shown.image_size))
            kinds.add(hash(tuple(shown.image_pixels_float[:64])))
        yield 0.1
    facts["previews"] = {
        "sizes": sorted(sizes),
        "kinds": len(kinds),
        "drawn": "BOTTEGA_PT_jobs" in drawn,
        "after": here.previews.icon(work.number),
    }


def dragged(here, settings):
    """A job that ends while an object is dragged."""
    settings.steps = 2
    with windowed.within(windowed.area("VIEW_3D")):
        bpy.ops.object.mode_set(mode="OBJECT")
        bpy.ops.bottega.texture()
        work = here.works[0]
        bpy.ops.transform.translate("INVOKE_DEFAULT")
    yield from windowed.until(lambda: work.arriving)
    yield 1.0
    facts["dragging"] = [work.state, work.note, ours(work)]
    (windowed.OUT / "escape").touch()
    yield from windowed.until(lambda: work.ended)
    came = ours(work)
    with bpy.context.temp_override(window=windowed.window()):
        bpy.ops.ed.undo()
    yield 0.5
    rig = windowed.window().view_layer.objects.active
    facts["dropped"] = [work.state, came, ours(work), list(rig.location)]
    with windowed.within(windowed.area("VIEW_3D")):
        bpy.ops.object.mode_set(mode="POSE")


def shown(here):
    """A render and a repaint of its mask, in an editor that shows images and one that is pinned."""
    facts["shown"] = []
    editor = windowed.area("IMAGE_EDITOR")
    for each in ("render", "repaint"):
        with windowed.within(windowed.area("VIEW_3D") if each == "render" else editor):
            getattr(bpy.ops.bottega, each)()
        work = here.works[0]
        yield from windowed.until(lambda work=work: work.ended)
        image = editor.spaces.active.image
        facts["shown"].append([work.params.kind, work.state, bool(image) and image.name == work.results[0]])
        yield 0.5  # drawn
        if each == "render":
            with windowed.within(editor):
                bpy.ops.bottega.new_mask()
            mask = bpy.context.scene.bottega.mask
            facts["shown"].append(["mask", editor.spaces.active.image == mask])
            mask.pixels[:] = [1.0] * len(mask.pixels)
    editor.spaces.active.use_image_pin = True
    with windowed.within(windowed.area("VIEW_3D")):
        bpy.ops.bottega.render()
    yield from windowed.until(lambda: here.works[0].ended)
    facts["pinned"] = [here.works[0].state, editor.spaces.active.image.name == work.results[0]]
    editor.spaces.active.use_image_pin = False


def steps():
    """What is looked at."""
    watch()
    windowed.split()
    here, settings = studio.here(), bpy.context.scene.bottega
    yield from windowed.until(lambda: here.link.connection.state == "lost")
    facts["opened"] = [bpy.data.filepath, here.link.session is not None]
    armature = bpy.data.armatures.new("Rig")
    rig = bpy.data.objects.new("Rig", armature)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    with windowed.within(windowed.area("VIEW_3D")):
        bpy.ops.object.mode_set(mode="EDIT")
        armature.edit_bones.new("Hand").tail = (0, 0, 1)
        bpy.ops.object.mode_set(mode="POSE")
    armature.bones.active = armature.bones["Hand"]
    yield from properties("BONE")
    yield from stage("unmet")
    (windowed.OUT / "daemon").touch()
    yield from windowed.until(lambda: here.link.connection.state == "connected" and here.link.catalog)
    settings.prompt, settings.steps, settings.width, settings.height, settings.target = "moss", 2, 128, 128, "IMAGE"
    yield from previews(here, settings)
    yield from dragged(here, settings)
    yield from shown(here)
    yield from two.elsewhere(facts)
    yield from two.both(facts, here)
    bpy.ops.bottega.add_lora(name=here.link.catalog.loras[0].name)
    with windowed.within(windowed.area("VIEW_3D")):
        bpy.ops.bottega.texture()
    yield from windowed.until(lambda: here.works[0].ended)
    facts["job"] = here.works[0].state
    windowed.area("IMAGE_EDITOR").spaces.active.image = bpy.data.images[here.works[0].results[0]]
    yield from windowed.until(lambda: here.history.entries)
    yield from stage("online")
    for name, kind in OPENED.items():
        yield from popped(name, kind)
    windowed.area("IMAGE_EDITOR").ui_type = "ShaderNodeTree"
    yield 0.5
    yield from popped("NODE_MT_context_menu", "NODE_EDITOR")
    yield from properties("OBJECT")
    yield from popped("MATERIAL_MT_context_menu", "PROPERTIES")
    facts["menus"] = sorted(drawn)
    windowed.area("NODE_EDITOR").ui_type = "IMAGE_EDITOR"
    yield from properties("BONE")
    (windowed.OUT / "away").touch()
    yield from windowed.until(lambda: here.link.connection.state == "lost")
    yield from stage("lost")
    windowed.german()
    yield from stage("german")
    # At first the connection broke; a look later no daemon is there.
    yield from windowed.until(lambda: "bottega serve" in here.link.connection.error.remedy)
    facts["said"] = words.said(here.link.connection.error)
    try:
        with windowed.within(windowed.area("VIEW_3D")):
            bpy.ops.bottega.project()
    except RuntimeError as error:
        facts["refused"] = str(error)
    facts["complaint"] = words.said(here.complaint)
    yield from stage("complaint")
    facts["broken"] = broken
    (windowed.OUT / "report.json").write_text(json.dumps(facts))


windowed.run(steps())
