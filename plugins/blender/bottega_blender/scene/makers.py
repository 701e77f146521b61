"""What shows instances: an object with points or faces for its children, a collection, geometry nodes or particles.

What a collection shows may be hidden in it or by itself. What nodes and particles show they show in any case, unless it
is a collection as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import bpy


@dataclass(frozen=True, eq=False)
class Maker:
    """An instancer. Objects are known by their keys (`targets.key`)."""

    shown: bool
    """Whether renders show what it makes."""
    collection: bool
    """Whether it shows a collection, whose objects may be instancers in their turn."""
    members: set[int]
    """What is not hidden of the objects that may be."""
    held: set[int] = field(default_factory=set[int])
    """The objects that may be hidden, if not all of a collection or all children are."""
    parent: int = 0
    """The instancer itself, if it shows its children."""

    def bound(self, thing: bpy.types.Object) -> bool:
        """Whether an object may be hidden, among what this shows."""
        if not self.parent:
            return self.collection or thing.session_uid in self.held
        above = thing.parent
        while above and above.session_uid != self.parent:
            above = above.parent
        return above is not None


def wholes(thing: bpy.types.Object) -> Iterator[bpy.types.Collection]:
    """The collections that an object's particles and geometry nodes show as a whole."""
    for system in thing.particle_systems:
        if system.settings.render_type == "COLLECTION" and system.settings.instance_collection:
            yield system.settings.instance_collection
    for modifier in thing.modifiers:
        if modifier.type == "NODES" and modifier.node_group:
            given = [each for each in _given(modifier) if isinstance(each, bpy.types.Collection)]
            yield from _of_nodes(modifier.node_group, given, set())


def _given(modifier: bpy.types.NodesModifier) -> list[Any]:
    """The values that a modifier gives to its nodes; they were custom properties before Blender 5.2."""
    if not hasattr(modifier, "properties"):
        return list(modifier.values())
    inputs = modifier.properties.inputs
    return [getattr(getattr(inputs, name), "value", None) for name in inputs.bl_rna.properties.keys()]  # noqa: SIM118


def _of_nodes(
    tree: bpy.types.NodeTree, given: Sequence[bpy.types.Collection], read: set[int]
) -> Iterator[bpy.types.Collection]:
    """Those of a tree of nodes and of the groups in it, each of which is read once. Where a node is given its
    collection from outside, it may be any that the modifier has."""
    read.add(tree.session_uid)
    for node in tree.nodes:
        inner = node.node_tree if node.type == "GROUP" else None
        if inner and inner.session_uid not in read:
            yield from _of_nodes(inner, given, read)
        elif node.type == "COLLECTION_INFO" and not _apart(node):
            of = node.inputs["Collection"]
            yield from given if of.is_linked else [of.default_value] if of.default_value else []


def _apart(node: bpy.types.Node) -> bool:
    """Whether a node gives each object of its collection, or may do so."""
    switch = node.inputs["Separate Children"]
    return switch.is_linked or switch.default_value
