"""Operators that ask for pictures."""

import bpy
from bpy.props import BoolProperty, StringProperty

from .. import masks, preferences, render, repaint, studio, texture
from ..client import BottegaError
from ..editors import show_on, shown_image
from ..projection import start
from ..work import Work
from .asking import Asking, refuse


class BOTTEGA_OT_texture(bpy.types.Operator, Asking):
    """Paint a texture from the prompt, and put it where the result goes"""

    bl_idname = "bottega.texture"
    bl_label = "Paint Texture"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the texture that the scene's settings describe."""
        settings = context.scene.bottega

        def begin() -> Work:
            where = texture.goal(settings.target, settings.maps, context.object)
            session, wanted = preferences.session(), settings.params("texture")
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
            session, wanted = preferences.session(), settings.params("render")
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
            session, wanted = preferences.session(), settings.params("projection")
            wishes = settings.views_from, int(settings.texture_size)
            return start.start(studio.here(), session, context, wanted, *wishes)

        return self.ask(begin)


class BOTTEGA_OT_repaint(bpy.types.Operator, Asking):
    """Paint the masked part of the image anew, in a new image"""

    bl_idname = "bottega.repaint"
    bl_label = "Repaint Masked"
    bl_options = {"REGISTER"}
    image: StringProperty(name="Image", description="Empty: the image that is shown")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the image shown, with what the mask says painted anew."""
        settings = context.scene.bottega
        shown = bpy.data.images.get(self.image) if self.image else shown_image(context)

        def begin() -> Work:
            session, wanted = preferences.session(), settings.params("inpaint")
            return repaint.start(studio.here(), session, wanted, shown, settings.mask)

        return self.ask(begin)


class BOTTEGA_OT_new_mask(bpy.types.Operator, Asking):
    """Make a mask as large as the image, to paint white what is to be repainted"""

    bl_idname = "bottega.new_mask"
    bl_label = "New Mask"
    bl_options = {"REGISTER", "UNDO"}
    image: StringProperty(name="Image", description="Empty: the image that is shown")
    faces: BoolProperty(name="From Faces", description="White where the selected faces of the active mesh lie")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make it and choose it; it is shown, ready for the editor's Paint mode."""
        here, settings, screen = studio.here(), context.scene.bottega, context.screen
        shown = bpy.data.images.get(self.image) if self.image else shown_image(context)
        if shown is None or not shown.size[0]:
            self.report({"WARNING"}, "No image is shown")
            return {"CANCELLED"}
        answers: list[object] = []

        def made(mask: bpy.types.Image) -> None:
            settings.mask = mask
            if screen:
                show_on(screen, mask, instead_of=shown)
            answers.append(mask)

        if not self.faces:
            made(masks.new_mask(shown))
            return {"FINISHED"}
        try:
            masks.of_faces(here, context.object, shown, made, answers.append)
        except BottegaError as error:
            return refuse(self, error)
        here.main.wait(lambda: answers, self.seconds())
        return {"FINISHED"}


CLASSES = (
    BOTTEGA_OT_texture,
    BOTTEGA_OT_render,
    BOTTEGA_OT_project,
    BOTTEGA_OT_repaint,
    BOTTEGA_OT_new_mask,
)
