"""Operators on the wish itself: LoRAs, words that models know, joints of bones."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..scene import pose
from .asking import FRESH

JOINTS = (
    ("NONE", "By Name", "What the bone's name says"),
    *((name, name.replace("_", " ").title(), "") for name in pose.JOINTS),
)


class BOTTEGA_OT_add_lora(bpy.types.Operator):
    """Add a LoRA"""

    bl_idname = "bottega.add_lora"
    bl_label = "Add LoRA"
    bl_options = {"REGISTER", "UNDO"}
    name: StringProperty(name="LoRA", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Put it to work, once."""
        loras = context.scene.bottega.loras
        if self.name not in loras:
            loras.add().name = self.name
        return {"FINISHED"}


class BOTTEGA_OT_remove_lora(bpy.types.Operator):
    """Do without this LoRA"""

    bl_idname = "bottega.remove_lora"
    bl_label = "Remove LoRA"
    bl_options = {"REGISTER", "UNDO"}
    index: IntProperty(name="Index", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Take it out."""
        context.scene.bottega.loras.remove(self.index)
        return {"FINISHED"}


class BOTTEGA_OT_add_words(bpy.types.Operator):
    """Write these words into the prompt"""

    bl_idname = "bottega.add_words"
    bl_label = "Add to Prompt"
    bl_options = {"REGISTER", "UNDO"}
    words: StringProperty(name="Words", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write them at its end."""
        settings = context.scene.bottega
        settings.prompt = ", ".join(part for part in (settings.prompt.strip(" ,"), self.words) if part)
        return {"FINISHED"}


class BOTTEGA_OT_joint(bpy.types.Operator):
    """Say which joint of a figure lies at this bone's head"""

    bl_idname = "bottega.joint"
    bl_label = "Joint"
    bl_options = {"REGISTER", "UNDO"}
    joint: EnumProperty(name="Joint", items=JOINTS, options=FRESH)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where a bone is active."""
        return context.active_pose_bone is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Note it on the bone."""
        bone = context.active_pose_bone
        if self.joint != "NONE":
            bone[pose.OVERRIDE] = self.joint
        elif pose.OVERRIDE in bone:
            del bone[pose.OVERRIDE]
        return {"FINISHED"}


CLASSES = (
    BOTTEGA_OT_add_lora,
    BOTTEGA_OT_remove_lora,
    BOTTEGA_OT_add_words,
    BOTTEGA_OT_joint,
)
