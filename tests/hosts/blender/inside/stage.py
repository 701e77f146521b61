"""What scripts inside Blender share: an empty scene, things to put into it, and a report for the test outside."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from bl_ext.user_default.bottega import studio
from bl_ext.user_default.bottega.host import PACKAGE

OUT = Path(sys.argv[2])
"""A folder for the report and pictures."""
SIDE = 128
PATIENCE = 800.0
TOUCHABLE = (
    "scenes", "objects", "cameras", "meshes", "materials", "worlds", "collections", "lights", "armatures", "images",
    "node_groups", "actions",
)  # fmt: skip
"""What a render could touch."""
MEMBERS = 300
"""Of longer lists only the length is told: a mesh's points are no render's business."""
SKIPPED = ("rna_type", "bottega", "preview", "session_uid", "tool_settings", "depsgraph", "storage_type")
"""Ours, what differs anyway, is computed or changes when it is looked at (how 5.2 keeps attributes), and tools: Blender
4.2 crashes when the brush of one that was never used is read."""


def enable() -> studio.Studio:
    """The plug-in, with settings for the tests' patience."""
    settle()
    return studio.here()


def settle() -> None:
    """Small pictures in few steps."""
    settings = bpy.context.scene.bottega
    settings.steps, settings.width, settings.height = 3, SIDE, SIDE


def cube(name: str = "Cube", **where: Any) -> bpy.types.Object:
    """A new cube, active and selected alone."""
    bpy.ops.mesh.primitive_cube_add(**where)
    bpy.context.object.name = name
    return bpy.context.object


def camera(location: tuple[float, float, float], rotation: tuple[float, float, float], **data: Any) -> bpy.types.Object:
    """A new camera, the scene's own; angles in degrees."""
    made = bpy.data.cameras.new("Camera")
    for name, value in data.items():
        setattr(made, name, value)
    thing = bpy.data.objects.new("Camera", made)
    thing.location, thing.rotation_euler = location, [math.radians(angle) for angle in rotation]
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.scene.camera = thing
    bpy.context.view_layer.update()
    return thing


def editor(number: int, ui_type: str = "IMAGE_EDITOR") -> bpy.types.SpaceImageEditor:
    """The window's area of this number as an Image Editor, which Blender has without a window, too."""
    area = bpy.context.window_manager.windows[0].screen.areas[number]
    area.ui_type = ui_type
    return area.spaces.active


def array(image: bpy.types.Image) -> np.ndarray:
    """(height, width, channels) float32 with row 0 on top."""
    values = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(values)
    return values.reshape(image.size[1], image.size[0], -1)[::-1]


class Layout:
    """Stands in for a panel's layout, which Blender makes for windows only: properties and operators that do not exist
    raise, and what would be read on the panel is noted."""

    def __init__(self, seen: list[str] | None = None) -> None:
        self.seen: list[str] = [] if seen is None else seen

    def __getattr__(self, name: str) -> Callable[..., Layout]:
        known = bpy.types.UILayout.bl_rna.functions.keys()
        assert name in known, name
        return lambda *_, text="", **__: self._note(text)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name == "seen" or name in bpy.types.UILayout.bl_rna.properties, name
        super().__setattr__(name, value)

    def _note(self, text: str) -> Layout:
        self.seen.append(text)
        return Layout(self.seen)

    def prop(self, owner: Any, name: str, text: str | None = None, **_: Any) -> None:
        """A field."""
        self.seen.append(owner.bl_rna.properties[name].name if text is None else text)

    def menu(self, name: str, **_: Any) -> None:
        """A menu."""
        self.seen.append(getattr(bpy.types, name).bl_label)

    def operator(self, name: str, text: str | None = None, **_: Any) -> Any:
        """A button, whose properties can be set."""
        module, _, short = name.partition(".")
        kind = getattr(getattr(bpy.ops, module), short).get_rna_type()
        self.seen.append(kind.name if text is None else text)
        return _Button(kind)


class _Button:
    def __init__(self, kind: Any) -> None:
        object.__setattr__(self, "kind", kind)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self.kind.properties, name


class _Drawn:
    """What `draw` functions take for their panel or menu."""

    def __init__(self) -> None:
        self.layout = Layout()


def draw(panel: Any) -> list[str]:
    """What a panel, menu or menu entry shows now."""
    drawn = _Drawn()
    getattr(panel, "draw", panel)(drawn, bpy.context)
    return drawn.layout.seen


def pump(until: Callable[[], object]) -> None:
    """Keep the plug-in going until something is so."""
    assert studio.here().main.wait(until, PATIENCE), "it did not happen"


def surroundings() -> None:
    """A world and a compositor with nodes, a second scene and a second view layer, for renders to touch."""
    scene = bpy.context.scene
    scene.world = bpy.data.worlds.new("Sky")
    for owner in (scene.world, scene):
        if hasattr(owner, "use_nodes") and not owner.use_nodes:
            owner.use_nodes = True
    if hasattr(scene, "compositing_node_group"):
        scene.compositing_node_group = bpy.data.node_groups.new("Finish", "CompositorNodeTree")
    tree = scene.compositing_node_group if hasattr(scene, "compositing_node_group") else scene.node_tree
    tree.nodes.new("CompositorNodeBlur").location = (12, 34)
    bpy.data.scenes.new("Second")
    scene.view_layers.new("Second")
    scene.frame_set(7, subframe=0.25)


def everything() -> dict[str, str]:
    """Every property of everything in the file, and of what is chosen: what a render could touch. Ours is left out."""
    found: dict[str, str] = {}
    for name in TOUCHABLE:
        for thing in getattr(bpy.data, name):
            _describe(f"{name}.{thing.name}", thing, found, 4)
    for scene in bpy.data.scenes:
        for layer in scene.view_layers:
            where = f"scenes.{scene.name}.view_layers.{layer.name}"
            _describe(where, layer, found, 4)
            found[f"{where}.active"] = repr(layer.objects.active)
            for thing in layer.objects:
                seen = thing.select_get(view_layer=layer), thing.hide_get(view_layer=layer)
                found[f"{where}.{thing.name}"] = repr((*seen, thing.visible_get(view_layer=layer)))
    for name in ("frame_current_final", "frame_float", "frame_subframe"):
        found[name] = repr(getattr(bpy.context.scene, name))
    found["mode"] = bpy.context.mode
    return found


def _describe(path: str, thing: Any, found: dict[str, str], depth: int) -> None:
    for each in thing.bl_rna.properties:
        name = each.identifier
        if name in SKIPPED or not depth:
            continue
        try:
            value = getattr(thing, name)
        except (AttributeError, TypeError, RuntimeError):
            continue
        if each.type == "POINTER":
            _point(f"{path}.{name}", value, found, depth)
        elif each.type == "COLLECTION":
            found[f"{path}.{name}"] = str(len(value))
            for number, member in enumerate(value if len(value) <= MEMBERS else ()):
                _point(f"{path}.{name}.{getattr(member, 'name', number)}", member, found, depth)
        else:
            found[f"{path}.{name}"] = repr(value[:]) if getattr(each, "is_array", False) else repr(value)


def _point(path: str, value: Any, found: dict[str, str], depth: int) -> None:
    """What a property points to: a thing of the file by its name, anything else with all that it has."""
    if value is None or (isinstance(value, bpy.types.ID) and not value.is_embedded_data):
        found[path] = repr(value)
    else:
        _describe(path, value, found, depth - 1)


def report(**facts: Any) -> None:
    """Tell the test outside, and leave at once: Blender 4.2 as a module crashes when Python tidies up after it."""
    facts["blocks"] = {name: seconds * 1000 for name, seconds in studio.here().main.blocks.items()}
    facts["version"] = bpy.app.version_string
    bpy.ops.preferences.addon_disable(module=PACKAGE)
    facts["gone"] = not hasattr(bpy.types.Scene, "bottega")
    (OUT / "report.json").write_text(json.dumps(facts))
    sys.stdout.flush()
    os._exit(0)
