"""What renders show of a view layer: collections have cameras to hide them, and holdouts, as objects have.

Objects are known by their keys (`targets.key`).
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np

from .makers import Maker, wholes

BY_CHILDREN = frozenset({"VERTS", "FACES"})
"""Kinds of instancing that show objects of the scene, which may be hidden by a collection of it."""
NOWHERE = 2**31 - 1
"""Where Blender's numbers of an instance end."""


class Shown:
    """The objects of a view layer that its camera can see, and those that it sees as holes."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._holes: set[int] = set()
        self._kept: dict[int, set[int]] = {}
        self._makers: dict[tuple[int, ...], Maker] = {}

    def read(self, layer: bpy.types.LayerCollection, hidden: bool = False, hole: bool = False) -> Iterator[None]:
        """Go through a view layer's collections, one a slice. An object is seen if one of its collections is."""
        collection = layer.collection
        hidden, hole = hidden or collection.hide_render or layer.indirect_only, hole or layer.holdout
        if not layer.exclude and not hidden:
            keys = _keys(collection.objects)
            self._seen |= keys
            self._holes |= keys if hole else set()
        yield
        for name in [each.name for each in layer.children]:
            if below := layer.children.get(name):
                yield from self.read(below, hidden, hole)

    def maker(self, instance: bpy.types.DepsgraphObjectInstance) -> Maker | None:
        """What shows an instance, and the same for all that it shows; None for an object that is no instance.

        Blender tells the outermost instancer only, and the way from there as numbers: of a collection's object, then of
        that one's, and so on. Beyond geometry nodes and particles nobody can follow them.
        """
        if not instance.is_instance or not instance.parent:
            return None
        top = instance.parent.original
        found = self._made((top.session_uid,), top)
        if not found.collection:
            return found
        way = [number for number in reversed(instance.persistent_id) if number != NOWHERE]
        for depth in range(1, len(way)):
            if not found.collection:
                break
            found = self._made((top.session_uid, *way[:depth]), top)
        return found

    def _made(self, way: tuple[int, ...], top: bpy.types.Object) -> Maker:
        """The instancer at the end of a way from an outermost one."""
        if way not in self._makers:
            thing, among = top, self._seen
            shown = not top.hide_render and top.session_uid in among
            for number in way[1:]:
                among = self._members(thing.instance_collection)
                thing = thing.instance_collection.all_objects[number].original
                shown = shown and not thing.hide_render and thing.session_uid in among
            self._makers[way] = self._made_by(thing, shown, among)
        return self._makers[way]

    def _made_by(self, thing: bpy.types.Object, shown: bool, among: set[int]) -> Maker:
        if thing.instance_type in BY_CHILDREN:
            return Maker(shown, False, among, parent=thing.session_uid)
        if thing.instance_type == "COLLECTION" and thing.instance_collection:
            return Maker(shown, True, self._members(thing.instance_collection))
        held, members = set[int](), set[int]()
        for each in wholes(thing):
            held |= _keys(each.all_objects)
            members |= self._members(each)
        return Maker(shown, False, members, held)

    def sees(self, instance: bpy.types.DepsgraphObjectInstance, maker: Maker | None) -> bool:
        """Whether renders show an object, or an instance of one that this maker shows."""
        thing = instance.object.original
        if not thing.visible_camera:
            return False
        if maker is None:
            return not thing.hide_render and thing.session_uid in self._seen
        if not maker.shown or not instance.parent.original.visible_camera:
            return False
        return not maker.bound(thing) or (not thing.hide_render and thing.session_uid in maker.members)

    def hole(self, instance: bpy.types.DepsgraphObjectInstance) -> bool:
        """Whether it hides what is behind and shows nothing itself: of an instance, its outermost instancer says so."""
        thing = (instance.parent if instance.is_instance and instance.parent else instance.object).original
        return thing.is_holdout or thing.session_uid in self._holes

    def _members(self, collection: bpy.types.Collection) -> set[int]:
        """The objects of a collection that instances of it show, unless they are hidden themselves."""
        key = collection.session_uid
        if key not in self._kept:
            self._kept[key] = set[int]().union(*(_keys(each.objects) for each in _shown_of(collection)))
        return self._kept[key]


def _shown_of(collection: bpy.types.Collection) -> Iterator[bpy.types.Collection]:
    if not collection.hide_render:
        yield collection
        for each in collection.children:
            yield from _shown_of(each)


def _keys(objects: bpy.types.bpy_prop_collection) -> set[int]:
    keys = np.empty(len(objects), np.int32)
    objects.foreach_get("session_uid", keys)
    return set(keys.tolist())
