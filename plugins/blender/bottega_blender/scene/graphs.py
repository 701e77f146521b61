"""The evaluated scene of the window in which something was asked for, also when another window shows another one."""

from __future__ import annotations

import bpy

from .. import targets
from ..client import Unready
from .shapes import Graph


def of(context: bpy.types.Context) -> Graph:
    """What gives the depsgraph of this context's scene and view layer, evaluated anew, whenever it is called; it raises
    Unready once they are gone."""
    scene, layer = targets.key(context.scene), context.view_layer.name

    def graph() -> bpy.types.Depsgraph:
        owner = targets.found(bpy.data.scenes, scene)
        shown = owner.view_layers.get(layer) if owner else None
        if shown is None:
            raise Unready("The scene that was to be read is gone.", remedy="Ask for it again, in another one.")
        with bpy.context.temp_override(scene=owner, view_layer=shown):
            return bpy.context.evaluated_depsgraph_get()

    return graph
