"""What renders show of a view layer: collections have cameras to hide them, and holdouts, as objects have.

Objects are known by their keys (`targets.key`).
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np

BY_CHILDREN = frozenset({"VERTS", "FACES"})
"""Kinds of instancing that show objects of the scene, which may be hidden by a collection of it."""


class Shown:
    """The objects of a view layer that its camera can see, and those that it sees as holes."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._holes: set[int] = set()
        self._kept: dict[int, set[int]] = {}

    def read(self, layer: bpy.types.LayerCollection, hidden: bool = False, hole: bool = False) -> Iterator[None]:
        """Go through a view layer's collections, one a slice. An object is seen if one of its collections is."""
        collection = layer.collection
        hidden, hole = hidden or collection.hide_render or layer.indirect_only, hole or layer.holdout
        if not layer.exclude and not hidden:
            keys = _keys(collection)
            self._seen |= keys
            self._holes |= keys if hole else set()
        yield
        for name in [each.name for each in layer.children]:
            if below := layer.children.get(name):
                yield from self.read(below, hidden, hole)

    def sees(self, instance: bpy.types.DepsgraphObjectInstance) -> bool:
        """Whether renders show an object or an instance of one."""
        thing = instance.object.original
        if thing.hide_render or not thing.visible_camera:
            return False
        maker = instance.parent.original if instance.is_instance and instance.parent else None
        if maker is None:
            return thing.session_uid in self._seen
        if maker.hide_render or maker.session_uid not in self._seen:
            return False
        if maker.instance_type in BY_CHILDREN:
            return thing.session_uid in self._seen
        if maker.instance_type == "COLLECTION" and maker.instance_collection:
            return thing.session_uid in self._inside(maker.instance_collection)
        return True

    def hole(self, instance: bpy.types.DepsgraphObjectInstance) -> bool:
        """Whether it hides what is behind and shows nothing itself."""
        thing = (instance.parent if instance.is_instance and instance.parent else instance.object).original
        return thing.is_holdout or instance.object.original.is_holdout or thing.session_uid in self._holes

    def _inside(self, collection: bpy.types.Collection) -> set[int]:
        """The objects that instances of a collection show, also those of instances inside it."""
        key = collection.session_uid
        if key not in self._kept:
            self._kept[key] = set()  # before what it holds: collections may instance each other
            for each in _shown_of(collection):
                self._kept[key] |= _keys(each)
                for maker in each.objects:
                    if maker.instance_type == "COLLECTION" and maker.instance_collection and not maker.hide_render:
                        self._kept[key] |= self._inside(maker.instance_collection)
        return self._kept[key]


def _shown_of(collection: bpy.types.Collection) -> Iterator[bpy.types.Collection]:
    if not collection.hide_render:
        yield collection
        for each in collection.children:
            yield from _shown_of(each)


def _keys(collection: bpy.types.Collection) -> set[int]:
    keys = np.empty(len(collection.objects), np.int32)
    collection.objects.foreach_get("session_uid", keys)
    return set(keys.tolist())
