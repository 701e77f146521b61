"""The sidebar of the 3D View."""

from __future__ import annotations

import bpy

from .. import material, studio
from ..settings import CONTROLS, PROPERTIES, BottegaSettings
from .parts import Panel, draw_connection, draw_image, draw_upscale, draw_works


class BOTTEGA_PT_main(Panel, bpy.types.Panel):
    """Prompt and seed"""

    bl_label = "Bottega"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """The presets, where Blender has them."""
        row = self.layout.row(align=True)
        row.menu("BOTTEGA_MT_presets", text="", icon="PRESET")
        row.operator("bottega.preset", text="", icon="ADD")

    def draw(self, context: bpy.types.Context) -> None:
        """The wish that all buttons below ask for."""
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
        if node and node.image:
            draw_upscale(layout, settings)


class BOTTEGA_PT_render(Panel, bpy.types.Panel):
    """Renders"""

    bl_label = "Render"
    bl_parent_id = "BOTTEGA_PT_main"

    def draw(self, context: bpy.types.Context) -> None:
        """What it follows."""
        layout, settings = self.layout, context.scene.bottega
        layout.use_property_split = True
        draw_controls(layout, settings, "render")
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
        layout.prop(settings, "views_from")
        if settings.views_from == "AROUND":
            layout.prop(settings, "views")
        draw_controls(layout, settings, "projection")
        layout.prop(settings, "texture_size")
        layout.operator("bottega.project", icon="MOD_UVPROJECT")


def draw_controls(layout: bpy.types.UILayout, settings: BottegaSettings, kind: str) -> None:
    """How strictly a job of a kind follows each thing that it can."""
    for name in CONTROLS[kind]:
        layout.prop(settings, PROPERTIES[name], slider=True)


class BOTTEGA_PT_jobs(Panel, bpy.types.Panel):
    """Jobs"""

    bl_label = "Jobs"
    bl_parent_id = "BOTTEGA_PT_main"

    def draw(self, context: bpy.types.Context) -> None:
        """Those under way and those that were."""
        here = studio.here()
        draw_works(self.layout, here.works, here.previews)


CLASSES = (
    BOTTEGA_PT_main,
    BOTTEGA_PT_texture,
    BOTTEGA_PT_render,
    BOTTEGA_PT_project,
    BOTTEGA_PT_jobs,
)
