"""The Image Editors: what they show, and showing results there."""

from __future__ import annotations

from collections.abc import Collection

import bpy

from . import material


def shown_image(context: bpy.types.Context) -> bpy.types.Image | None:
    """The image in this Image Editor, else that of the active image node."""
    space = context.space_data
    if space and space.type == "IMAGE_EDITOR" and space.image:
        return space.image
    node = material.active_image_node(context.object)
    return node.image if node else None


def show(context: bpy.types.Context, image: bpy.types.Image, instead_of: bpy.types.Image | None = None) -> None:
    """Show an image in this window's Image Editors; `instead_of`: only in those that show that one."""
    if context.screen:
        show_on(context.screen, image, [instead_of] if instead_of else ())


def show_on(screen: bpy.types.Screen, image: bpy.types.Image, instead_of: Collection[bpy.types.Image] = ()) -> None:
    """Show an image in the Image Editors of a screen that are not pinned; `instead_of`: only in those that show one of
    these."""
    for area in screen.areas:
        space = area.spaces.active
        wanted = area.type == "IMAGE_EDITOR" and not space.use_image_pin
        if wanted and (not instead_of or space.image in instead_of):
            space.image = image
