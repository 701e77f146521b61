"""Presets as Blender has them: files in the user's own folder, in the menu of the panel."""

import bpy
from bl_operators.presets import AddPresetBase

NAMES = (
    "negative_prompt", "checkpoint", "sampler", "schedule", "steps", "guidance", "count", "width", "height",
    "seamless_x", "seamless_y", "strength", "target", "maps", "depth", "outlines", "pose", "from_camera", "views",
    "texture_size",
)  # fmt: skip


class BOTTEGA_MT_presets(bpy.types.Menu):
    """The presets that were kept"""

    bl_label = "Bottega Presets"
    preset_subdir = "bottega"
    preset_operator = "script.execute_preset"
    draw = bpy.types.Menu.draw_preset


class BOTTEGA_OT_preset(AddPresetBase, bpy.types.Operator):
    """Keep these settings under a name, or forget a preset"""

    bl_idname = "bottega.preset"
    bl_label = "Keep as Preset"
    preset_menu = "BOTTEGA_MT_presets"
    preset_subdir = "bottega"
    preset_defines = ["settings = bpy.context.scene.bottega"]
    preset_values = [f"settings.{name}" for name in NAMES]


CLASSES = (BOTTEGA_MT_presets, BOTTEGA_OT_preset)
