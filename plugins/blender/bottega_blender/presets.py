"""Presets as Blender has them: files in the user's own preset folder, in the menu of the panel."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from .operators.asking import FRESH

FOLDER = "bottega"
NAMES = (
    "negative_prompt", "checkpoint", "sampler", "schedule", "steps", "guidance", "count", "width", "height",
    "seamless_x", "seamless_y", "strength", "target", "maps", "depth", "outlines", "normals", "pose",
    "views_from", "views", "texture_size", "feather",
)  # fmt: skip


class BOTTEGA_MT_presets(bpy.types.Menu):
    """The presets that were kept"""

    bl_label = "Bottega Presets"
    preset_subdir = FOLDER
    preset_operator = "script.execute_preset"
    draw = bpy.types.Menu.draw_preset


class BOTTEGA_OT_preset(bpy.types.Operator):
    """Keep these settings under a name"""

    bl_idname = "bottega.preset"
    bl_label = "Keep as Preset"
    name: StringProperty(name="Name", default="My Preset", options=FRESH)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for the name."""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file that Blender's own preset menu runs."""
        settings = context.scene.bottega
        name = bpy.path.clean_name(self.name.strip())
        folder = bpy.utils.user_resource("SCRIPTS", path=f"presets/{FOLDER}", create=True)
        if not name or not folder:
            self.report({"ERROR"}, "Give the preset a name")
            return {"CANCELLED"}
        lines = ["import bpy", "settings = bpy.context.scene.bottega"]
        lines += [f"settings.{each} = {getattr(settings, each)!r}" for each in NAMES]
        lines.append(f"settings.set_loras({settings.params_loras()!r})")
        (Path(folder) / f"{name}.py").write_text("\n".join(lines) + "\n", "utf-8")
        return {"FINISHED"}


CLASSES = (BOTTEGA_MT_presets, BOTTEGA_OT_preset)
