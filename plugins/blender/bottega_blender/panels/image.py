"""The sidebar of the Image Editor."""

from __future__ import annotations

import bpy

from .. import editors, studio
from .parts import draw_connection, draw_image, draw_upscale, draw_works


class BOTTEGA_PT_image(bpy.types.Panel):
    """Results in the Image Editor"""

    bl_label = "Bottega"
    bl_space_type = "IMAGE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Bottega"

    def draw(self, context: bpy.types.Context) -> None:
        """The image's own facts, then what can be asked for, then the jobs."""
        here, layout, settings = studio.here(), self.layout, context.scene.bottega
        draw_connection(layout)
        draw_image(layout, editors.shown_image(context))
        layout.prop(settings, "prompt", text="", placeholder="Prompt")
        row = layout.row(align=True)
        row.operator("bottega.texture", icon="TEXTURE")
        row.operator("bottega.render", icon="RENDER_STILL")
        layout.label(text="Mask")
        row = layout.row(align=True)
        row.prop(settings, "mask", text="")
        row.operator("bottega.new_mask", text="", icon="ADD").faces = False
        row.operator("bottega.new_mask", text="", icon="FACESEL").faces = True
        layout.prop(settings, "strength")
        layout.prop(settings, "feather")
        layout.operator("bottega.repaint", icon="BRUSH_DATA")
        layout.label(text="Upscale")
        draw_upscale(layout, settings)
        draw_works(layout, here.works, here.previews)


CLASSES = (BOTTEGA_PT_image,)
