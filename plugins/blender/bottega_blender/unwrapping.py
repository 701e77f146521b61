"""Smart UV Project for one mesh alone, whatever else is selected or edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import bpy

from .client import Unready
from .scene.readers import OWN

PARTS = ("vertices", "edges", "polygons")
REMEDY = "Unwrap it (UV > Smart UV Project)."
MOST = 8
"""UV maps that Blender gives a mesh."""
FIX = "bottega.unwrap"
"""The operator that does."""


def missing(name: str) -> Unready:
    """What is wrong with a mesh that nothing says of where a texture lies on it."""
    return Unready("{name} has no UV map.", remedy=REMEDY, fix=FIX, name=name)


def mapped(thing: bpy.types.Object) -> bool:
    """Whether a texture has a place on an object: of curves and text always, of a mesh by a map of its own or of its
    modifiers."""
    if thing.type != "MESH" or thing.data.uv_layers:
        return True
    if not thing.modifiers:
        return False
    shown = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    return isinstance(shown, bpy.types.Mesh) and bool(shown.uv_layers)


def unwrap(context: bpy.types.Context, thing: bpy.types.Object) -> None:
    """Unwrap an active mesh: the first map of one that has none, else one of our own beside those that it has, on which
    textures lie. Its selection and mode, and all of the other objects, are as they were. Raises Unready if it can have
    no more maps."""
    layer, mode, maps = context.view_layer, thing.mode, thing.data.uv_layers
    if len(maps) == MOST and OWN not in maps:
        remedy = "Remove one that nothing uses (Object Data properties)."
        raise Unready("{name} has as many UV maps as a mesh can have.", remedy=remedy, name=thing.name)
    edited = [each for each in context.objects_in_mode if each.mode == mode] if mode == "EDIT" else [thing]
    bpy.ops.object.mode_set(mode="OBJECT")
    with _selected(layer, [thing]), _own(thing.data):
        chosen = {part: _chosen(getattr(thing.data, part)) for part in PARTS}
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(island_margin=0.02)
        bpy.ops.object.mode_set(mode="OBJECT")
        for part, values in chosen.items():
            getattr(thing.data, part).foreach_set("select", values)
    with _selected(layer, edited):
        bpy.ops.object.mode_set(mode=mode)


@contextmanager
def _own(mesh: bpy.types.Mesh) -> Iterator[None]:
    """Have our map be the one that is edited meanwhile, unless there is no other."""
    maps = mesh.uv_layers
    if not maps:
        yield
        return
    edited, rendered = maps.active.name, next((each.name for each in maps if each.active_render), "")
    if OWN not in maps:
        maps.new(name=OWN)
    maps.active = maps[OWN]
    try:
        yield
    finally:
        maps.active = maps[edited]
        if rendered:
            maps[rendered].active_render = True


def _chosen(parts: bpy.types.bpy_prop_collection) -> list[bool]:
    values = [False] * len(parts)
    parts.foreach_get("select", values)
    return values


@contextmanager
def _selected(layer: bpy.types.ViewLayer, things: Iterable[bpy.types.Object]) -> Iterator[None]:
    """Have these alone be selected meanwhile: Edit Mode takes every selected mesh with it."""
    before = {each: each.select_get(view_layer=layer) for each in layer.objects}
    wanted = set(things)
    try:
        for each in before:
            each.select_set(each in wanted, view_layer=layer)
        yield
    finally:
        for each, selected in before.items():
            each.select_set(selected, view_layer=layer)
