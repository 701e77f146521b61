"""The panels in the sidebars of the 3D View and the Image Editor, and entries of menus where artists look."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from . import editors, material, studio
from .client import DaemonNotFound
from .params import KEY
from .previews import Previews
from .studio import Work

ICONS = {"done": "CHECKMARK", "failed": "ERROR", "cancelled": "X"}
LINE = 38
"""Characters that a narrow sidebar shows in a line."""


def words(layout: bpy.types.UILayout, text: str, icon: str = "NONE") -> None:
    """A label that breaks its line: sidebars are narrow."""
    line = ""
    column = layout.column(align=True)
    for word in text.split():
        if line and len(line) + len(word) >= LINE:
            column.label(text=line, icon=icon, translate=False)
            line, icon = "", "BLANK1" if icon != "NONE" else "NONE"
        line = f"{line} {word}".strip()
    column.label(text=line, icon=icon, translate=False)


def draw_connection(layout: bpy.types.UILayout) -> None:
    """Nothing where all is well; else what is wrong, and a button that helps."""
    here = studio.here()
    if here.session is None:
        layout.operator("bottega.connect", icon="LINKED")
    elif here.connection.state == "connecting":
        layout.label(text="Connecting …", icon="SORTTIME")
    elif here.connection.state == "lost" and here.connection.error:
        box = layout.box()
        words(box, str(here.connection.error), "UNLINKED")
        if isinstance(here.connection.error, DaemonNotFound) and here.command:
            box.operator("bottega.start_daemon", icon="PLAY")


def draw_works(layout: bpy.types.UILayout, works: Sequence[Work], previews: Previews) -> None:
    """The jobs, newest first."""
    for work in works:
        box = layout.box()
        row = box.row(align=True)
        row.label(text=work.title, icon=ICONS.get(work.state, "RENDER_STILL"), translate=False)
        if not work.ended:
            row.operator("bottega.cancel", text="", icon="X").number = work.number
            box.progress(factor=work.fraction, text=work.note or work.state.capitalize())
        if icon := previews.icon(work.number):
            box.template_icon(icon_value=icon, scale=6.0)
        if work.error and work.state == "failed":
            words(box, str(work.error), "ERROR")
        for name in work.results:
            row = box.row(align=True)
            row.operator("bottega.show", text=name, icon="IMAGE_DATA", translate=False).image = name
            row.operator("bottega.use_again", text="", icon="LOOP_BACK").image = name


def draw_image(layout: bpy.types.UILayout, image: bpy.types.Image | None) -> None:
    """What travelled with an image, and its other variations."""
    if image is None or KEY not in image:
        return
    row = layout.row(align=True)
    row.operator("bottega.variation", text="", icon="TRIA_LEFT").step = -1
    row.label(text=f"Seed {image.get('bottega_seed', '')}", translate=False)
    row.operator("bottega.variation", text="", icon="TRIA_RIGHT").step = 1
    layout.operator("bottega.use_again", icon="LOOP_BACK").image = image.name


class Panel:
    """Where all of them are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Bottega"


class BOTTEGA_PT_main(Panel, bpy.types.Panel):
    """Prompt and jobs"""

    bl_label = "Bottega"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """The presets, where Blender has them."""
        row = self.layout.row(align=True)
        row.menu("BOTTEGA_MT_presets", text="", icon="PRESET")
        row.operator("bottega.preset", text="", icon="ADD")

    def draw(self, context: bpy.types.Context) -> None:
        """The wish, and the buttons that ask."""
        layout, settings = self.layout, context.scene.bottega
        draw_connection(layout)
        layout.prop(settings, "prompt", text="", placeholder="Prompt")
        layout.prop(settings, "negative_prompt", text="", placeholder="Negative Prompt")
        row = layout.row(align=True)
        row.prop(settings, "seed")
        row.prop(settings, "random_seed", text="", icon="FILE_REFRESH")
        layout.prop(settings, "count")


class BOTTEGA_PT_texture(Panel, bpy.types.Panel):
    """Textures"""

    bl_label = "Texture"
    bl_parent_id = "BOTTEGA_PT_main"

    def draw(self, context: bpy.types.Context) -> None:
        """Where it goes and how it tiles."""
        layout, settings = self.layout, context.scene.bottega
        layout.use_property_split = True
        layout.prop(settings, "target")
        row = layout.row(heading="Seamless", align=True)
        row.prop(settings, "seamless_x", text="X", toggle=True)
        row.prop(settings, "seamless_y", text="Y", toggle=True)
        if settings.target != "NODE":
            layout.prop(settings, "maps")
        layout.prop(settings, "start")
        if settings.start:
            layout.prop(settings, "strength")
        layout.operator("bottega.texture", icon="TEXTURE")
        node = material.active_image_node(context.object)
        draw_image(layout, node.image if node else None)


class BOTTEGA_PT_render(Panel, bpy.types.Panel):
    """Renders"""

    bl_label = "Render"
    bl_parent_id = "BOTTEGA_PT_main"

    def draw(self, context: bpy.types.Context) -> None:
        """What it follows."""
        layout, settings = self.layout, context.scene.bottega
        layout.use_property_split = True
        for name in ("depth", "outlines", "pose"):
            layout.prop(settings, name, slider=True)
        if not context.scene.camera:
            layout.label(text="The scene has no camera", icon="ERROR")
        layout.operator("bottega.render", icon="RENDER_STILL")


class BOTTEGA_PT_project(Panel, bpy.types.Panel):
    """Projection"""

    bl_label = "Project"
    bl_parent_id = "BOTTEGA_PT_main"

    def draw(self, context: bpy.types.Context) -> None:
        """From where, and how fine."""
        layout, settings = self.layout, context.scene.bottega
        layout.use_property_split = True
        layout.prop(settings, "from_camera")
        if not settings.from_camera:
            layout.prop(settings, "views")
        layout.prop(settings, "texture_size")
        layout.operator("bottega.project", icon="MOD_UVPROJECT")


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


class BOTTEGA_PT_jobs(Panel, bpy.types.Panel):
    """Jobs"""

    bl_label = "Jobs"
    bl_parent_id = "BOTTEGA_PT_main"

    def draw(self, context: bpy.types.Context) -> None:
        """Those under way and those that were."""
        here = studio.here()
        draw_works(self.layout, here.works, here.previews)


class BOTTEGA_PT_image(bpy.types.Panel):
    """Results in the Image Editor"""

    bl_label = "Bottega"
    bl_space_type = "IMAGE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Bottega"

    def draw(self, context: bpy.types.Context) -> None:
        """The image's own facts, then the jobs."""
        here = studio.here()
        draw_connection(self.layout)
        draw_image(self.layout, editors.shown_image(context))
        self.layout.prop(context.scene.bottega, "prompt", text="", placeholder="Prompt")
        row = self.layout.row(align=True)
        row.operator("bottega.texture", icon="TEXTURE")
        row.operator("bottega.render", icon="RENDER_STILL")
        row = self.layout.row(align=True)
        row.prop(context.scene.bottega, "mask", text="")
        row.operator("bottega.new_mask", text="", icon="ADD")
        self.layout.prop(context.scene.bottega, "strength")
        self.layout.operator("bottega.repaint", icon="BRUSH_DATA")
        draw_works(self.layout, here.works, here.previews)


def in_material_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """The entry in the material slots' menu and in the shader editor's Add menu."""
    menu.layout.separator()
    menu.layout.operator("bottega.texture", icon="TEXTURE")


def in_render_menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """The entry in Blender's Render menu."""
    menu.layout.separator()
    menu.layout.operator("bottega.render", icon="RENDER_STILL")


MENUS = {
    "MATERIAL_MT_context_menu": in_material_menu,
    "NODE_MT_context_menu": in_material_menu,
    "TOPBAR_MT_render": in_render_menu,
}
CLASSES = (
    BOTTEGA_PT_main,
    BOTTEGA_PT_texture,
    BOTTEGA_PT_render,
    BOTTEGA_PT_project,
    BOTTEGA_PT_model,
    BOTTEGA_PT_jobs,
    BOTTEGA_PT_image,
)
