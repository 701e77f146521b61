"""The evaluated scene of the window in which something was asked for, also when another window shows another one."""

from __future__ import annotations

import bpy

from .. import targets
from ..client import Unready
from .shapes import Graph


def of(context: bpy.types.Context) -> Graph:
    """What gives the depsgraph of this context's scene and view layer, evaluated anew, whenever it is called; it raises
    Unready once they are gone.

    `evaluated_depsgraph_get` would need them in an overridden context, which Blender with Python 3.11 (4.2 to 5.0)
    looks into without Python's lock while it evaluates: a crash, as soon as another thread runs Python.
    """
    scene, layer = targets.key(context.scene), context.view_layer.name

    def graph() -> bpy.types.Depsgraph:
        owner = targets.found(bpy.data.scenes, scene)
        shown = owner.view_layers.get(layer) if owner else None
        if shown is None:
            raise Unready("The scene that was to be read is gone.", remedy="Ask for it again, in another one.")
        shown.update()
        return shown.depsgraph

    return graph
