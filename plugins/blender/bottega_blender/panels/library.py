"""Models, LoRAs and embeddings of the catalog, and the history."""

from __future__ import annotations

import bpy

from .. import menus, studio
from ..client import Entry
from .parts import Panel

SHOWN = 12
"""Entries of the history that the panel shows."""
NAMING = ("prompt", "start", "kind")
"""The parameters by the first of which a job is called."""


class BOTTEGA_MT_loras(bpy.types.Menu):
    """LoRAs that fit the model"""

    bl_label = "Add LoRA"

    def draw(self, context: bpy.types.Context) -> None:
        """One entry each."""
        found = menus.fitting_loras(context)
        for each in found:
            self.layout.operator("bottega.add_lora", text=each.name, translate=False).name = each.name
        if not found:
            self.layout.label(text="The daemon has none for this model")


class BOTTEGA_MT_embeddings(bpy.types.Menu):
    """Learned words that fit the model"""

    bl_label = "Add Embedding"

    def draw(self, context: bpy.types.Context) -> None:
        """One entry each."""
        found = menus.fitting_embeddings(context)
        for each in found:
            self.layout.operator("bottega.add_words", text=each.name, translate=False).words = f"<{each.name}>"
        if not found:
            self.layout.label(text="The daemon has none for this model")


class BOTTEGA_PT_model(Panel, bpy.types.Panel):
    """How it is painted"""

    bl_label = "Model"
    bl_parent_id = "BOTTEGA_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Everything that the daemon's menus offer."""
        layout, settings = self.layout, context.scene.bottega
        layout.use_property_split = True
        for name in ("checkpoint", "sampler", "schedule", "steps", "guidance", "width", "height"):
            layout.prop(settings, name)
        triggers = {each.name: list(each.trigger_words) for each in menus.fitting_loras(context)}
        for index, lora in enumerate(settings.loras):
            box = layout.box()
            row = box.row(align=True)
            row.prop(lora, "name", text="")
            row.operator("bottega.remove_lora", text="", icon="X").index = index
            box.prop(lora, "weight", slider=True)
            for words in triggers.get(lora.name, [])[:4]:
                box.operator("bottega.add_words", text=words, icon="ADD", translate=False).words = words
        row = layout.row(align=True)
        row.menu("BOTTEGA_MT_loras", icon="ADD")
        row.menu("BOTTEGA_MT_embeddings", icon="ADD")


class BOTTEGA_PT_history(Panel, bpy.types.Panel):
    """What was made before"""

    bl_label = "History"
    bl_parent_id = "BOTTEGA_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The newest first, also of earlier runs of Blender."""
        shelf = studio.here().history
        shelf.load()
        for entry in shelf.entries[:SHOWN]:
            draw_entry(self.layout, entry, shelf.icon(entry))
        if shelf.entries:
            self.layout.operator("bottega.clear_history", icon="TRASH")


def draw_entry(layout: bpy.types.UILayout, entry: Entry, icon: int) -> None:
    """One job: its first picture, its prompt, and what can be done with it."""
    row = layout.box().row()
    if icon:
        row.template_icon(icon_value=icon, scale=3.0)
    column = row.column()
    shown = next((str(said) for name in NAMING if (said := entry.parameters.get(name))), "")
    column.label(text=shown, translate=False)
    buttons = column.row(align=True)
    buttons.operator("bottega.use_again", icon="LOOP_BACK").entry = entry.name
    if entry.job_id:
        buttons.operator("bottega.fetch", text="", icon="IMPORT").entry = entry.name


MENUS = (BOTTEGA_MT_loras, BOTTEGA_MT_embeddings)
CLASSES = (BOTTEGA_PT_model, BOTTEGA_PT_history)
