"""Operators that ask for pictures."""

import bpy
from bpy.props import BoolProperty, StringProperty

from .. import masks, pixels, preferences, render, repaint, studio, texture, undo, upscale
from ..client import BottegaError
from ..editors import shown_image
from ..projection import start
from ..work import Work
from .asking import FRESH, Asking, refuse


class BOTTEGA_OT_texture(bpy.types.Operator, Asking):
    """Paint a texture from the prompt, and put it where the result goes"""

    bl_idname = "bottega.texture"
    bl_label = "Paint Texture"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the texture that the scene's settings describe."""
        settings = context.scene.bottega

        def begin() -> Work:
            wanted = settings.params("texture")
            where, session = texture.goal(wanted.target, wanted.maps, context.object), preferences.session()
            return texture.start(studio.here(), session, wanted, where, settings.start)

        return self.ask(begin)


class BOTTEGA_OT_render(bpy.types.Operator, Asking):
    """Paint what the camera sees: the picture follows the scene's true depth, outlines, normals and poses"""

    bl_idname = "bottega.render"
    bl_label = "Paint Render"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for a picture of the scene from its camera."""
        settings = context.scene.bottega

        def begin() -> Work:
            session, wanted = self.met(), settings.params("render")
            return render.start(studio.here(), session, context, wanted)

        return self.ask(begin)


class BOTTEGA_OT_project(bpy.types.Operator, Asking):
    """Paint the active object from all sides or from cameras, into a texture on its UV map"""

    bl_idname = "bottega.project"
    bl_label = "Paint Object"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the views one after another."""
        settings = context.scene.bottega

        def begin() -> Work:
            session, wanted = self.met(), settings.params("projection")
            return start.start(studio.here(), session, context, wanted)

        return self.ask(begin)


class BOTTEGA_OT_repaint(bpy.types.Operator, Asking):
    """Paint the masked part of the image anew, in a new image"""

    bl_idname = "bottega.repaint"
    bl_label = "Repaint Masked"
    bl_options = {"REGISTER"}
    image: StringProperty(name="Image", description="Empty: the image that is shown", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the image shown, with what the mask says painted anew."""
        settings = context.scene.bottega
        shown = bpy.data.images.get(self.image) if self.image else shown_image(context)

        def begin() -> Work:
            session, wanted = self.met(), settings.params("inpaint")
            return repaint.start(studio.here(), session, wanted, *masks.pair(shown, settings.mask))

        return self.ask(begin)


class BOTTEGA_OT_upscale(bpy.types.Operator, Asking):
    """Enlarge the image by a network that finds details again, into a new image"""

    bl_idname = "bottega.upscale"
    bl_label = "Upscale Image"
    bl_options = {"REGISTER"}
    image: StringProperty(name="Image", description="Empty: the image that is shown", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the image shown, as large as the scene's settings say; where a mask is shown for its picture."""
        settings = context.scene.bottega

        def begin() -> Work:
            image = bpy.data.images.get(self.image) if self.image else masks.picture_of(shown_image(context))
            session = self.met(lambda catalog: catalog.upscalers)
            return upscale.start(studio.here(), session, settings.wish(), image, context.object)

        return self.ask(begin)


class BOTTEGA_OT_new_mask(bpy.types.Operator, Asking):
    """Make a mask as large as the image, to paint white what is to be repainted"""

    bl_idname = "bottega.new_mask"
    bl_label = "New Mask"
    bl_options = {"REGISTER"}
    image: StringProperty(name="Image", description="Empty: the image that is shown", options=FRESH)
    faces: BoolProperty(
        name="From Faces", description="White where the selected faces of the active mesh lie", options=FRESH
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make it and choose it; it is shown, ready for the editor's Paint mode. In modes that it could not be undone
        in it comes when they are left."""
        here = studio.here()
        shown = bpy.data.images.get(self.image) if self.image else shown_image(context)
        errors: list[BottegaError | None] = []

        def ended(error: Exception | None) -> None:
            errors.append(studio.worded(error) if error else None)
            here.complain(errors[0])

        try:
            picture = masks.picture_of(shown)
            pixels.check(picture)
            if self.faces:
                masks.of_faces(here, context.scene, context.object, picture, ended)
            else:
                masks.new_mask(here, context.scene, picture, ended)
        except BottegaError as error:
            return refuse(self, error)
        if not errors and (hindrance := undo.hindrance()):
            self.report({"INFO"}, hindrance)
        if (seconds := self.seconds()) and here.main.wait(lambda: errors, seconds) and errors[0]:
            return refuse(self, errors[0])
        return {"FINISHED"}


CLASSES = (
    BOTTEGA_OT_texture,
    BOTTEGA_OT_render,
    BOTTEGA_OT_project,
    BOTTEGA_OT_repaint,
    BOTTEGA_OT_upscale,
    BOTTEGA_OT_new_mask,
)
