"""One undo step for all that a job brings: when it may be made, and making it.

Blender has a history for the whole file and histories of some modes. A step made now is one of its own, whatever was
done before and is done after it, in the modes of EXACT; not in Sculpt Mode, where undoing it leaves the file as it is,
nor in Texture Paint, where Blender 4.2 and 4.5 make it a step of the painted images alone, nor while something is being
dragged or painted, whose half would be in it.
"""

from __future__ import annotations

import bpy

from .words import say

EXACT = frozenset({"OBJECT", "EDIT", "POSE", "WEIGHT_PAINT", "VERTEX_PAINT"})
UNDER_WAY = frozenset({"UNDO", "BLOCKING"})
"""Options of operators that change the file and are not done yet: drags, strokes."""
JOBS = ("RENDER", "OBJECT_BAKE")
"""What reads the file in threads, and refuses to undo meanwhile."""


def hindrance() -> str:
    """Why no step can be made now, in the user's language; "" if it can."""
    if any(bpy.app.is_job_running(job) for job in JOBS):
        return say("Waits until Blender has rendered")
    shown = bpy.context.view_layer
    for window in bpy.context.window_manager.windows:
        thing = window.view_layer.objects.active
        exact = EXACT if window.view_layer == shown else {"OBJECT"}  # a step is made for the mode of one window alone
        if thing and thing.mode not in exact:
            mode = thing.bl_rna.properties["mode"].enum_items[thing.mode].name
            return say("Waits until you leave {mode}", mode=say(mode))
        if any(UNDER_WAY & each.bl_options for each in getattr(window, "modal_operators", ())):  # 4.2 does not tell
            return say("Waits until you are done")
    return ""


def remember(name: str) -> None:
    """One undo step, named, for the window that Blender has at hand.

    No context is overridden for it: Blender lets go of Python's lock while an operator runs, and with Python 3.11 (4.2
    to 5.0) still looks into an overridden context's dictionary. While another thread runs Python, that is a crash.
    """
    bpy.ops.ed.undo_push(message=name)
