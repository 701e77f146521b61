"""What can be done, by click, search or script.

In a Blender without windows `bpy.ops.bottega.texture()` returns when the result is there; `wait=0` returns at once.
"""

from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import FloatProperty, IntProperty, StringProperty

from . import material, preferences, project, render, repaint, studio, texture
from .client import BottegaError
from .editors import show, shown_image
from .params import KEY, parsed
from .studio import Work

PATIENCE = 3600.0


class Asking:
    """What operators have in common that begin a job."""

    wait: FloatProperty(
        name="Wait",
        description="Seconds to wait for the result; without a window as long as it takes",
        default=0.0,
        min=0.0,
        options={"SKIP_SAVE", "HIDDEN"},
    )

    def ask(self: Any, begin: Callable[[], Work]) -> set[str]:
        """Begin a job; where asked to, wait for its end."""
        try:
            work = begin()
        except BottegaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        set_by_caller = self.properties.is_property_set("wait")
        seconds = self.wait if set_by_caller else (PATIENCE if bpy.app.background else 0.0)
        if not seconds:
            return {"FINISHED"}
        if not studio.here().main.wait(lambda: work.ended, seconds):
            self.report({"WARNING"}, "The job goes on: it was not done in time")
        elif work.error or work.state != "done":
            self.report({"ERROR"}, str(work.error or "The job was cancelled"))
            return {"CANCELLED"}
        return {"FINISHED"}


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
    """Paint what the camera sees: the picture follows the scene's true depth, outlines and poses"""

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
    """Paint the active object from all sides, into a texture on its UV map"""

    bl_idname = "bottega.project"
    bl_label = "Paint Object"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for the views one after another."""
        settings = context.scene.bottega

        def begin() -> Work:
            session, wanted = preferences.session(), settings.params("projection")
            options = settings.from_camera, int(settings.texture_size)
            return project.start(studio.here(), session, context, wanted, options)

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


class BOTTEGA_OT_new_mask(bpy.types.Operator):
    """Make a black mask as large as the image, to paint white what is to be repainted"""

    bl_idname = "bottega.new_mask"
    bl_label = "New Mask"
    bl_options = {"REGISTER", "UNDO"}
    image: StringProperty(name="Image", description="Empty: the image that is shown")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make it and choose it; it is shown, ready for the editor's Paint mode."""
        shown = bpy.data.images.get(self.image) if self.image else shown_image(context)
        if shown is None or not shown.size[0]:
            self.report({"WARNING"}, "No image is shown")
            return {"CANCELLED"}
        context.scene.bottega.mask = repaint.new_mask(shown)
        show(context, context.scene.bottega.mask, instead_of=shown)
        return {"FINISHED"}


class BOTTEGA_OT_cancel(bpy.types.Operator):
    """End a job"""

    bl_idname = "bottega.cancel"
    bl_label = "Cancel Job"
    number: IntProperty(name="Job")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the job of this number to end; 0 asks all."""
        for work in studio.here().works:
            if work.number == self.number or (not self.number and not work.ended):
                studio.here().cancel(work)
        return {"FINISHED"}


class BOTTEGA_OT_variation(bpy.types.Operator):
    """Show another variation of the same job wherever this one is shown"""

    bl_idname = "bottega.variation"
    bl_label = "Next Variation"
    bl_options = {"REGISTER", "UNDO"}
    image: StringProperty(name="Image")
    step: IntProperty(name="Step", default=1)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Exchange the images of one variation for those of another."""
        shown = bpy.data.images.get(self.image) if self.image else shown_image(context)
        found = texture.siblings(shown) if shown else []
        at = next((i for i, each in enumerate(found) if shown in each.values()), None)
        if at is None or len(found) < 2:
            self.report({"WARNING"}, "This image has no other variations")
            return {"CANCELLED"}
        new = found[(at + self.step) % len(found)]
        material.exchange(found[at], new)
        show(context, new[shown.get(material.ROLE, "color")], instead_of=shown)
        return {"FINISHED"}


class BOTTEGA_OT_use_again(bpy.types.Operator):
    """Fill the panel with what made this image"""

    bl_idname = "bottega.use_again"
    bl_label = "Use These Again"
    bl_options = {"REGISTER", "UNDO"}
    image: StringProperty(name="Image")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Take the parameters that travelled with an image."""
        image = bpy.data.images.get(self.image) if self.image else shown_image(context)
        try:
            params = parsed(image.get(KEY, "")) if image else None
        except (ValueError, TypeError):
            params = None
        if params is None:
            self.report({"WARNING"}, "No parameters travelled with this image")
            return {"CANCELLED"}
        context.scene.bottega.take(params)
        return {"FINISHED"}


class BOTTEGA_OT_show(bpy.types.Operator):
    """Show a result in the Image Editor"""

    bl_idname = "bottega.show"
    bl_label = "Show Result"
    image: StringProperty(name="Image")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Show it in every Image Editor of this window that is not pinned."""
        image = bpy.data.images.get(self.image)
        if image is None:
            self.report({"WARNING"}, "That image is gone")
            return {"CANCELLED"}
        show(context, image)
        return {"FINISHED"}


class BOTTEGA_OT_connect(bpy.types.Operator):
    """Connect to the daemon that the preferences name"""

    bl_idname = "bottega.connect"
    bl_label = "Connect"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Begin a session; it goes on trying by itself."""
        try:
            preferences.session()
        except BottegaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class BOTTEGA_OT_start_daemon(bpy.types.Operator):
    """Start the daemon of this computer"""

    bl_idname = "bottega.start_daemon"
    bl_label = "Start the Daemon"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where the command was found."""
        return bool(studio.here().command)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start it; the session finds it by itself."""
        try:
            studio.here().start_daemon()
        except OSError as error:
            self.report({"ERROR"}, f"The daemon does not start: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


CLASSES = (
    BOTTEGA_OT_texture,
    BOTTEGA_OT_render,
    BOTTEGA_OT_project,
    BOTTEGA_OT_repaint,
    BOTTEGA_OT_new_mask,
    BOTTEGA_OT_cancel,
    BOTTEGA_OT_variation,
    BOTTEGA_OT_use_again,
    BOTTEGA_OT_show,
    BOTTEGA_OT_connect,
    BOTTEGA_OT_start_daemon,
)
