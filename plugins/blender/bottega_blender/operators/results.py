"""Operators on jobs and on what came of them."""

import bpy
from bpy.props import IntProperty, StringProperty

from .. import editors, material, preferences, studio, texture, upscale
from ..editors import shown_image
from ..params import KEY, SEEDS, of, parsed
from ..render import kept, offered
from ..words import say
from ..work import Ask, Recipe, Work
from .asking import FRESH, Asking


class BOTTEGA_OT_cancel(bpy.types.Operator):
    """End a job"""

    bl_idname = "bottega.cancel"
    bl_label = "Cancel Job"
    number: IntProperty(name="Job", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the job of this number to end; 0 asks all."""
        for work in studio.here().works:
            if work.number == self.number or (not self.number and not work.ended):
                studio.here().cancel(work)
        return {"FINISHED"}


class BOTTEGA_OT_variation(bpy.types.Operator):
    """Show another variation of this job in its place: in materials' image nodes and this window's Image Editors"""

    bl_idname = "bottega.variation"
    bl_label = "Next Variation"
    bl_options = {"REGISTER", "UNDO"}
    image: StringProperty(name="Image", options=FRESH)
    step: IntProperty(name="Step", default=1, options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Exchange the images of one variation for those of another."""
        shown = bpy.data.images.get(self.image) if self.image else shown_image(context)
        found = texture.siblings(shown) if shown else []
        at = next((i for i, each in enumerate(found) if shown in each.values()), None)
        if at is None or len(found) < 2:
            self.report({"WARNING"}, "This image has no other variations")
            return {"CANCELLED"}
        new = found[(at + self.step) % len(found)]
        if left := material.exchange(found[at], new):
            self.report(
                {"WARNING"}, say("Linked from another file, and left as they are: {names}", names=", ".join(left))
            )
        editors.exchange(context.screen, [shown], new[shown.get(material.ROLE, "color")])
        return {"FINISHED"}


class BOTTEGA_OT_use_again(bpy.types.Operator):
    """Fill the panel with what made this image"""

    bl_idname = "bottega.use_again"
    bl_label = "Use These Again"
    bl_options = {"REGISTER", "UNDO"}
    image: StringProperty(name="Image", options=FRESH)
    entry: StringProperty(name="Entry", description="Of the history, instead of an image", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Take the parameters that travelled with an image, or that the history kept."""
        entry = studio.here().history.find(self.entry)
        image = bpy.data.images.get(self.image) if self.image else shown_image(context)
        try:
            if entry:
                params = of({**entry.parameters, "seed": entry.seeds[0]})
            else:
                params = parsed(image.get(KEY, "")) if image else None
            if params and params.seed >= SEEDS:
                self.report({"WARNING"}, "Its seed is larger than the panel can hold")
                return {"CANCELLED"}
            if params:
                context.scene.bottega.take(params)
                return {"FINISHED"}
        except (ValueError, TypeError, AttributeError, IndexError):
            pass  # another program's, or not ours at all
        self.report({"WARNING"}, "No parameters travelled with this image")
        return {"CANCELLED"}


class BOTTEGA_OT_fetch(bpy.types.Operator, Asking):
    """Fetch this job's pictures once more, as long as the daemon keeps them"""

    bl_idname = "bottega.fetch"
    bl_label = "Fetch Pictures"
    bl_options = {"REGISTER"}
    entry: StringProperty(name="Entry", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask for them; they come as images."""
        here = studio.here()
        entry = here.history.find(self.entry)
        if entry is None or not entry.job_id:
            self.report({"WARNING"}, "The daemon has no pictures of this job")
            return {"CANCELLED"}

        def begin() -> Work:
            params = of({**entry.parameters, "seed": entry.seeds[0]})
            shown = editors.noted()
            enlarged = params.kind == "upscale"
            keep, make = (upscale.keep, upscale.made_of) if enlarged else (kept, texture.made_of)
            deliver, lane = lambda work, made: offered(work, keep(work, made), shown), upscale.LANE if enlarged else ""
            work = here.work(params, preferences.session(), deliver, lane)

            def recipe() -> Recipe:
                yield Ask([entry.job_id], each=lambda picture: make(picture, params))

            here.begin(work, recipe)
            return work

        return self.ask(begin)


class BOTTEGA_OT_clear_history(bpy.types.Operator):
    """Forget all jobs of the history; images stay"""

    bl_idname = "bottega.clear_history"
    bl_label = "Clear History"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask whether that is meant."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Forget them."""
        studio.here().history.clear()
        return {"FINISHED"}


class BOTTEGA_OT_show(bpy.types.Operator):
    """Show a result in the Image Editor"""

    bl_idname = "bottega.show"
    bl_label = "Show Result"
    image: StringProperty(name="Image", options=FRESH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Show it in this Image Editor, or in one of this window's."""
        image = bpy.data.images.get(self.image)
        if image is None:
            self.report({"WARNING"}, "That image is gone")
            return {"CANCELLED"}
        if not editors.show(context, image):
            self.report({"WARNING"}, "No Image Editor of this window is free")
            return {"CANCELLED"}
        return {"FINISHED"}


CLASSES = (
    BOTTEGA_OT_cancel,
    BOTTEGA_OT_variation,
    BOTTEGA_OT_use_again,
    BOTTEGA_OT_fetch,
    BOTTEGA_OT_clear_history,
    BOTTEGA_OT_show,
)
