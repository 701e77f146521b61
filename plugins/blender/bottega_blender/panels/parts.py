"""What several panels draw."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from .. import studio
from ..client import BottegaError
from ..params import KEY
from ..previews import Previews
from ..settings import BottegaSettings
from ..texture import SEED
from ..upscale import none
from ..words import said, say
from ..work import Work

ICONS = {"done": "CHECKMARK", "failed": "ERROR", "cancelled": "X"}
LINE = 38
"""Characters that a narrow sidebar shows in a line."""


class Panel:
    """Where most of them are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Bottega"


def lines(layout: bpy.types.UILayout, text: str, icon: str = "NONE") -> None:
    """A label that breaks its line: sidebars are narrow."""
    line = ""
    column = layout.column(align=True)
    for word in text.split():
        if line and len(line) + len(word) >= LINE:
            column.label(text=line, icon=icon, translate=False)
            line, icon = "", "BLANK1" if icon != "NONE" else "NONE"
        line = f"{line} {word}".strip()
    column.label(text=line, icon=icon, translate=False)


def draw_error(layout: bpy.types.UILayout, error: BottegaError, icon: str = "ERROR") -> None:
    """What is wrong, what to do, and a button where one does it."""
    lines(layout, said(error), icon)
    if fix := getattr(error, "fix", ""):
        layout.operator(fix)


def draw_connection(layout: bpy.types.UILayout) -> None:
    """Nothing where all is well; else what is wrong, and a button that helps."""
    here = studio.here()
    connection = here.link.connection
    if here.link.session is None:
        layout.operator("bottega.connect", icon="LINKED")
    elif connection.state in ("connecting", "starting"):
        text = "Connecting …" if connection.state == "connecting" else "The daemon is starting …"
        layout.label(text=text, icon="SORTTIME")
    if connection.error:
        box = layout.box()
        draw_error(box, connection.error, "UNLINKED")
        if connection.startable:
            box.operator("bottega.start_daemon", icon="PLAY")
    if here.complaint:
        draw_error(layout.box(), here.complaint)


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
            draw_error(box, work.error)
        for name in work.results:
            row = box.row(align=True)
            row.operator("bottega.show", text=name, icon="IMAGE_DATA", translate=False).image = name
            row.operator("bottega.use_again", text="", icon="LOOP_BACK").image = name


def draw_image(layout: bpy.types.UILayout, image: bpy.types.Image | None) -> None:
    """What travelled with an image, and its other variations."""
    if image is None or KEY not in image:
        return
    if SEED in image:
        row = layout.row(align=True)
        row.operator("bottega.variation", text="", icon="TRIA_LEFT").step = -1
        row.label(text=f"{say('Seed')} {image[SEED]}", translate=False)
        row.operator("bottega.variation", text="", icon="TRIA_RIGHT").step = 1
    layout.operator("bottega.use_again", icon="LOOP_BACK").image = image.name


def draw_upscale(layout: bpy.types.UILayout, settings: BottegaSettings) -> None:
    """How an image is enlarged, where the daemon can; else what to do."""
    catalog = studio.here().link.catalog
    if catalog is None:
        return
    if not catalog.upscalers:
        lines(layout, said(none()), "INFO")
        return
    for name in ("upscaler", "times", "axes"):
        layout.prop(settings, name)
    layout.operator("bottega.upscale", icon="FULLSCREEN_ENTER")
