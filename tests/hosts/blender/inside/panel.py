"""Panels and menus with a daemon and without; LoRAs, embeddings and history at work; a daemon that is started."""

import os
import shutil

import bpy
import numpy as np
import stage
from bl_ext.user_default.bottega import menus, preferences, studio, words
from bl_ext.user_default.bottega.host import PACKAGE
from bl_ext.user_default.bottega.panels import CLASSES, MENUS, image, library, sidebar
from bl_ext.user_default.bottega.scene import pose

here = stage.enable()
settings = bpy.context.scene.bottega
settings.target = "IMAGE"
facts: dict = {}


def names(found) -> list[str]:
    """What a menu offers."""
    return [each.name for each in found]


def drawn() -> list[str]:
    """What all panels show."""
    panels = [each for each in CLASSES if getattr(each, "bl_space_type", "") in ("VIEW_3D", "IMAGE_EDITOR")]
    return [text for panel in panels for text in stage.draw(panel)]


# What the catalog offers, and what it does.
facts["before"] = stage.draw(sidebar.BOTTEGA_PT_main)
preferences.session()
stage.pump(lambda: here.link.connection.state == "connected" and here.link.catalog)
facts["loras"], facts["embeddings"] = (
    names(menus.fitting_loras(bpy.context)),
    names(menus.fitting_embeddings(bpy.context)),
)
facts["lora_menu"] = stage.draw(library.BOTTEGA_MT_loras)
settings.prompt, settings.seed, settings.random_seed, settings.count = "green", 4, False, 2
for _ in range(2):
    bpy.ops.bottega.add_lora(name="starter-mosaic")
settings.loras[0].weight = 0.75
bpy.ops.bottega.add_words(words="<starter-dots>")
facts["at_work"], facts["prompt"] = [list(each) for each in settings.params_loras()], settings.prompt
facts["model_panel"] = stage.draw(library.BOTTEGA_PT_model)
bpy.ops.bottega.texture()
first = list(here.works[0].results)
np.save(stage.OUT / "lora.npy", np.stack([stage.array(bpy.data.images[name])[..., :3] for name in first]))
bpy.ops.bottega.preset(name="Mosaic")
bpy.ops.bottega.remove_lora(index=0)
facts["without"] = [list(each) for each in settings.params_loras()]
preset = bpy.utils.preset_paths("bottega")[0]
bpy.ops.script.execute_preset(filepath=f"{preset}/Mosaic.py", menu_idname="BOTTEGA_MT_presets")
facts["preset"] = [list(each) for each in settings.params_loras()]
facts["shown"] = drawn()
facts["image_panel"] = stage.draw(image.BOTTEGA_PT_image)

# The history outlives the plug-in, and with it Blender.
stage.pump(lambda: here.history.entries)
bpy.ops.preferences.addon_disable(module=PACKAGE)
bpy.ops.preferences.addon_enable(module=PACKAGE)
here, settings = studio.here(), bpy.context.scene.bottega
stage.pump(lambda: here.history.load() or here.history.entries)
entry = here.history.entries[0]
facts["entry"] = {"seeds": list(entry.seeds), "small": [path.stat().st_size > 100 for path in entry.thumbnails]}
settings.prompt, settings.seed = "nothing", 99
settings.loras.clear()
bpy.ops.bottega.use_again(entry=entry.name)
facts["again"] = [settings.prompt, settings.seed, settings.count, [list(each) for each in settings.params_loras()]]
facts["history_panel"] = stage.draw(library.BOTTEGA_PT_history)
facts["fetch"] = list(bpy.ops.bottega.fetch(entry=entry.name))
fetched = [bpy.data.images[name] for name in here.works[0].results]
old = [bpy.data.images[name] for name in first]
pairs = zip(fetched, old, strict=True)
facts["fetched_equal"] = [bool((stage.array(a) == stage.array(b)).all()) for a, b in pairs]
stage.pump(lambda: len(here.history.entries) == 2)
bpy.ops.bottega.clear_history()
stage.pump(lambda: not here.history.entries)

# Without a daemon: the menus are those of the last time, and a daemon can be started.
home, away = stage.OUT / "away", os.environ["BOTTEGA_HOME"]
shutil.copytree(f"{away}/cache", home / "cache")
command = stage.OUT / "bin" / "bottega"
command.parent.mkdir()
command.write_text(f'#!/bin/sh\necho "$@" >"{stage.OUT}/started"\n')
command.chmod(0o755)
os.environ |= {"BOTTEGA_HOME": str(home), "PATH": f"{command.parent}:{os.environ['PATH']}"}
here.link.disconnect()
preferences.session()
stage.pump(lambda: here.link.connection.state == "lost")
facts["offline_models"] = menus.checkpoints(settings, bpy.context, "")
facts["offline_loras"] = names(menus.fitting_loras(bpy.context))
facts["offline_shown"] = drawn()
facts["start"] = list(bpy.ops.bottega.start_daemon())
stage.pump((stage.OUT / "started").exists)
facts["started"] = (stage.OUT / "started").read_text().strip()

# Entries, joints, buttons that mend.
facts["entries"] = {name: stage.draw(entry) for name, entry in MENUS.items()}
facts["in_menus"] = [name for name, entry in MENUS.items() if entry in getattr(bpy.types, name).draw._draw_funcs]
kinds = [getattr(bpy.ops.bottega, name).get_rna_type() for name in dir(bpy.ops.bottega)]
facts["nameless"] = [each.identifier for each in kinds if not each.name or not each.description]
german = words.translations()["de"]
shown = {text for kind in kinds for text in (kind.name, kind.description)}
for owner in (*kinds, type(settings).bl_rna, type(settings.loras[0]).bl_rna):
    for each in owner.properties:
        if each.identifier not in ("rna_type", "name") and not each.is_readonly:
            shown |= {each.name, each.description}
            items = each.enum_items if each.type == "ENUM" else ()
            shown |= {text for item in items for text in (item.name, item.description) if not item.name.isdigit()}
shown |= {each.bl_label for each in CLASSES}
facts["untranslated"] = sorted(text for text in shown if text and ("*", text) not in german)
armature = bpy.data.armatures.new("Rig")
rig = bpy.data.objects.new("Rig", armature)
bpy.context.scene.collection.objects.link(rig)
bpy.context.view_layer.objects.active = rig
bpy.ops.object.mode_set(mode="EDIT")
armature.edit_bones.new("Oddly").tail = (0, 0, 1)
bpy.ops.object.mode_set(mode="POSE")
bone, armature.bones.active = rig.pose.bones["Oddly"], armature.bones["Oddly"]
facts["joint"] = list(bpy.ops.bottega.joint(joint="left_wrist"))
facts["joints"] = pose.known(pose.copied(rig, bpy.context.evaluated_depsgraph_get()))[1]
bpy.ops.bottega.joint(joint="NONE")
facts["no_joint"] = pose.OVERRIDE in bone
bpy.ops.object.mode_set(mode="OBJECT")
bare = stage.cube("Bare")
bare.data.uv_layers.remove(bare.data.uv_layers[0])
try:
    bpy.ops.bottega.project()
except RuntimeError:
    facts["complaint"] = [here.complaint.message, here.complaint.fix]
    facts["complains"] = stage.draw(sidebar.BOTTEGA_PT_main)
facts["mend"], facts["mended"] = list(bpy.ops.bottega.unwrap()), [len(bare.data.uv_layers), here.complaint is None]
stage.report(**facts)
