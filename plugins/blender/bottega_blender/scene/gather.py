"""The scene's visible surfaces as arrays, copied on the main thread in slices that no frame feels.

Nothing is rendered and nothing of the user's is touched: the evaluated meshes are read with modifiers and instances as
the viewport has them, without what renders do not show. All is read in one frame of one evaluated scene: where that
changes between two slices, the reading begins anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

import bpy
import numpy as np

from .. import targets
from ..client import Unready
from .makers import Maker
from .shapes import Changed, Graph, Opened, by_name, by_number, copied
from .shown import Shown
from .triangles import Shape
from .world import World

Array: TypeAlias = "np.ndarray[Any, Any]"
Placing: TypeAlias = "Callable[[bpy.types.Depsgraph], object]"
SURFACES = frozenset({"MESH", "CURVE", "SURFACE", "FONT", "META"})
TRIES = 3
MOST = 50_000_000
"""Corners of faces, those of instances counted once, that are copied at most: some 2 GB."""
SLICE = 0.004
"""Seconds of the list of instances in one slice, beside those that Blender takes to go to its place in it."""


@dataclass
class Scene:
    """What was gathered. Instances share shapes."""

    shapes: dict[object, Shape] = field(default_factory=dict[object, Shape])
    placed: list[tuple[object, str, Array]] = field(default_factory=list[tuple[object, str, Array]])
    """Key of the shape, name of the object, (4, 4) matrix to the world."""
    holes: set[int] = field(default_factory=set[int])
    """Numbers in `placed` of holdouts: they hide what is behind them, and are not seen themselves."""
    own: dict[int, int] = field(default_factory=dict[int, int])
    """Numbers in `placed` of objects themselves, no instances of them, by their keys (`targets.key`)."""
    check: Callable[[], object] = lambda: None
    """Raises something once nobody wants to know any more; called again and again while it is reckoned with."""

    def clear(self) -> None:
        """Forget what was gathered."""
        for each in (self.shapes, self.placed, self.holes, self.own):
            each.clear()

    def keep(self, numbers: Sequence[int]) -> None:
        """Forget all but these of `placed`."""
        new = {number: k for k, number in enumerate(numbers)}
        self.placed[:] = [self.placed[number] for number in numbers]
        self.holes = {new[number] for number in self.holes if number in new}
        self.own = {key: new[number] for key, number in self.own.items() if number in new}

    def world(self) -> World:
        """All triangles in the world."""
        return World(self.shapes, self.placed, self.check)


@dataclass(frozen=True)
class Known:
    """What instances of the same object with the same data have in common."""

    shape: object
    """Its key."""
    name: str
    """The object's."""
    hole: bool
    own: int
    """The object's key, if it is no instance of it; else 0."""


@dataclass
class Listed:
    """The list of instances, as far as it was read."""

    number: int = 0
    """Of the next one."""
    seen: Shown = field(default_factory=Shown)
    """What renders show."""
    shown: list[tuple[int, Known]] = field(default_factory=list[tuple[int, "Known"]])
    """Its number, and what is known of it."""
    sources: dict[object, Opened] = field(default_factory=dict[object, Opened])
    """Where each shape is read."""


def gather(depsgraph: Graph, scene: Scene, placing: Placing = lambda _: None) -> Iterator[None]:
    """Fill `scene` with what a depsgraph shows; yields between steps. Raises Unready if the scene never rests.

    `placing` is called with the depsgraph in the slice in which places are taken: what it takes fits them.
    """
    yield from at_rest(depsgraph, lambda still: once(still, scene, placing))


def at_rest(depsgraph: Graph, reading: Callable[[Graph], Iterator[None]]) -> Iterator[None]:
    """Read something of a scene whose frame stays; where it does not, or Changed is raised, anew from the beginning.
    Raises Unready if the scene never rests."""
    for _ in range(TRIES):
        depsgraph()  # an evaluation that is due is one call of Blender, so it has a slice of its own
        yield
        try:
            yield from reading(_still(depsgraph))
        except Changed:
            continue
        return
    raise Unready("The scene changed all the while it was read.", remedy="Stop the playback and try again.")


def _still(depsgraph: Graph) -> Graph:
    """The same depsgraph, in the frame that it has now; raises Changed once it has another one."""
    frame = depsgraph().scene.frame_current_final

    def still() -> bpy.types.Depsgraph:
        graph = depsgraph()
        if graph.scene.frame_current_final != frame:
            raise Changed
        return graph

    return still


def once(depsgraph: Graph, scene: Scene, placing: Placing) -> Iterator[None]:
    """Fill `scene`. Raises Changed if it is not the same from slice to slice."""
    scene.clear()
    yield from _woken(depsgraph)
    sources = yield from _survey(depsgraph, scene, placing)
    corners = 0
    for key, opened in sources.items():
        if shape := (yield from copied(opened)):
            scene.shapes[key] = shape
            corners += len(shape.vertices)
            if corners > MOST:
                raise Unready(
                    "The scene's own meshes have more than {most} million corners of faces.",
                    remedy="Hide in renders what need not be seen, or subdivide less in the viewport.",
                    most=f"{MOST / 1e6:.0f}",
                )
    scene.keep([number for number, each in enumerate(scene.placed) if each[0] in scene.shapes])


def _woken(depsgraph: Graph) -> Iterator[None]:
    """Have Blender finish each object's mesh, in a slice of its own: it subdivides when the data is first asked for."""
    for name in [each.original.name for each in depsgraph().objects if each.type == "MESH"]:
        if thing := bpy.data.objects.get(name):
            thing.evaluated_get(depsgraph()).data  # noqa: B018
        yield


def _survey(depsgraph: Graph, scene: Scene, placing: Placing) -> Generator[None, None, dict[object, Opened]]:
    """Note what is placed where; gives where each shape is read. The list of instances is valid only until Blender
    draws again, so each slice goes through it anew to its place; a list of several slices has to stay the same."""
    found = Listed()
    yield from found.seen.read(depsgraph().view_layer.layer_collection)
    begun = time.perf_counter()
    count = len(depsgraph().object_instances)  # Blender goes through the whole list for it
    if (spent := time.perf_counter() - begun) > SLICE:
        yield
    matrices = _matrices(depsgraph(), count)
    placing(depsgraph())
    _list(depsgraph, found, spent)
    yield
    if spent > SLICE or found.number < count:
        while found.number < count:
            _list(depsgraph, found)
            yield
        if not np.array_equal(_matrices(depsgraph(), count), matrices):
            raise Changed
        yield
    scene.placed += [(each.shape, each.name, matrices[number]) for number, each in found.shown]
    scene.holes |= {k for k, (_, each) in enumerate(found.shown) if each.hole}
    scene.own |= {each.own: k for k, (_, each) in enumerate(found.shown) if each.own}
    return found.sources


def _matrices(depsgraph: bpy.types.Depsgraph, count: int) -> Array:
    """(count, 4, 4) of all instances to the world. Raises Changed if there are more; for fewer the rest is NaN."""
    values = np.full(count * 16, np.nan, np.float32)
    try:
        depsgraph.object_instances.foreach_get("matrix_world", values)
    except RuntimeError:
        raise Changed from None
    return values.reshape(-1, 4, 4).transpose(0, 2, 1).astype(np.float64)  # columns lie one after the other


def _list(depsgraph: Graph, found: Listed, spent: float = 0.0) -> None:
    """Read on in the list for the time of a slice, of which so many seconds are spent; at least one row."""
    known: dict[tuple[int, ...], Known | None] = {}
    graph, until = depsgraph(), 0.0
    for instance in islice(graph.object_instances, found.number, None):
        until = until or time.perf_counter() + SLICE - spent
        number, found.number = found.number, found.number + 1
        thing = instance.object
        if instance.show_self and thing.data is not None:
            maker = found.seen.maker(instance)
            this = thing.original.as_pointer(), thing.data.as_pointer(), id(maker), int(instance.is_instance)
            if this not in known:
                known[this] = _known(instance, maker, graph, found.seen)
            if row := known[this]:
                found.shown.append((number, row))
                if row.shape not in found.sources:
                    found.sources[row.shape] = _source(depsgraph, row.shape, number)
        if time.perf_counter() > until:
            return


def _source(depsgraph: Graph, key: object, number: int) -> Opened:
    if isinstance(key, str):
        return partial(by_name, depsgraph, key)
    assert isinstance(key, int)
    return partial(by_number, depsgraph, number, key)


def _known(
    instance: bpy.types.DepsgraphObjectInstance, maker: Maker | None, depsgraph: bpy.types.Depsgraph, seen: Shown
) -> Known | None:
    """What is known of an instance; None for what is not to be seen. A shape that no object of the file has (made by
    geometry nodes) has its address as its key."""
    thing = instance.object
    if thing.type not in SURFACES or not seen.sees(instance, maker):
        return None
    shape = _name_of(thing, depsgraph) or thing.data.as_pointer()
    own = 0 if instance.is_instance else targets.key(thing.original)
    return Known(shape, thing.original.name, seen.hole(instance), own)


def _name_of(thing: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> str:
    """The object by whose name this very data can be found again; "" if there is none."""
    original = thing.original
    found = bpy.data.objects.get(original.name)
    if found is None or found != original or found.library:
        return ""
    data = found.evaluated_get(depsgraph).data
    return found.name if data is not None and data.as_pointer() == thing.data.as_pointer() else ""
