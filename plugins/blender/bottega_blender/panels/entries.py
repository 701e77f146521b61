"""Entries of Blender's own menus, and the joint of a bone in its properties."""

from __future__ import annotations

import bpy

from .. import menus
from ..scene import pose
from ..words import say


class BOTTEGA_PT_joint(bpy.types.Panel):
    """Which joint of a figure lies at the bone's head"""

    bl_label = "Bottega"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "bone"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where a bone is active."""
        return context.active_pose_bone is not None

    def draw(self, context: bpy.types.Context) -> None:
        """What is said, else what its name says."""
        bone = context.active_pose_bone
        said = str(bone.get(pose.OVERRIDE, "")) or pose.joint_of(bone.name) or "none"
        self.layout.operator_menu_enum("bottega.joint", "joint", text=f"{say('Joint')}: {said.replace('_', ' ')}")


def in_material_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """The entry in the material slots' menu and in the shader editor's Add menu."""
    menu.layout.separator()
    menu.layout.operator("bottega.texture", icon="TEXTURE")


def in_render_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """The entry in Blender's Render menu."""
    menu.layout.separator()
    menu.layout.operator("bottega.render", icon="RENDER_STILL")


def in_object_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """The entry in the 3D View's Object menu."""
    menu.layout.separator()
    menu.layout.operator("bottega.project", icon="MOD_UVPROJECT")


def in_image_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """The entries in the Image Editor's Image menu."""
    menu.layout.separator()
    menu.layout.operator("bottega.repaint", icon="BRUSH_DATA")
    if menus.upscalers(context.scene.bottega, context, ""):
        menu.layout.operator("bottega.upscale", icon="FULLSCREEN_ENTER")


MENUS = {
    "MATERIAL_MT_context_menu": in_material_menu,
    "NODE_MT_context_menu": in_material_menu,
    "TOPBAR_MT_render": in_render_menu,
    "VIEW3D_MT_object": in_object_menu,
    "IMAGE_MT_image": in_image_menu,
}
CLASSES = (BOTTEGA_PT_joint,)
