"""The scene's visible surfaces as arrays, copied on the main thread in slices that no frame feels.

Nothing is rendered and nothing of the user's is touched: the evaluated meshes are read with modifiers and instances as
the viewport has them, without what is hidden in renders. An object may change between two slices; then its reading, or
all of it, begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import bpy
import numpy as np

from ..client import Unready
from .readers import READERS, loops
from .triangles import triangles

Array: TypeAlias = "np.ndarray[Any, Any]"
SURFACES = frozenset({"MESH", "CURVE", "SURFACE", "FONT", "META"})
TRIES = 3


class Changed(Exception):
    """The scene is not what it was when the reading began."""


@dataclass
class Shape:
    """A mesh in its own space."""

    points: Array
    """(n, 3) float32"""
    vertices: Array
    """(c,) int32: the point at each corner"""
    starts: Array
    """(f,) int32: the first corner of each face"""
    normals: Array
    """(c, 3) float32, of corners"""
    uv: Array | None = None
    """(c, 2) float32 of the layer that renders use"""
    cut: Array | None = None
    """(t, 3) int32: the corners of each triangle as Blender has them, where a face has more than four corners"""

    @cached_property
    def loops(self) -> Array:
        """(t, 3) the corners of each triangle; computed when it is first asked for, in the background."""
        return self.cut if self.cut is not None else triangles(self.points, self.vertices, self.starts)


@dataclass
class Scene:
    """What was gathered. Instances share shapes."""

    shapes: dict[object, Shape] = field(default_factory=dict[object, Shape])
    placed: list[tuple[object, str, Array]] = field(default_factory=list[tuple[object, str, Array]])
    """Key of the shape, name of the object, (4, 4) matrix to the world."""

    def corners(self) -> tuple[Array, Array, Array]:
        """All triangles in the world: corners (t, 3, 3) float64, normals (t, 3, 3), number in `placed` (t,)."""
        parts: list[tuple[Array, Array, Array]] = []
        for number, (key, _, matrix) in enumerate(self.placed):
            shape = self.shapes[key]
            points = shape.points.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
            normals = shape.normals.astype(np.float64) @ _inverse(matrix[:3, :3])
            normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
            parts.append((points[shape.vertices[shape.loops]], normals[shape.loops], np.full(len(shape.loops), number)))
        if not parts:
            return np.empty((0, 3, 3)), np.empty((0, 3, 3)), np.empty(0, np.int64)
        corners, normals, owner = (np.concatenate(each) for each in zip(*parts, strict=True))
        return corners, normals, owner


def _inverse(matrix: Array) -> Array:
    """Of a 3 x 3 matrix; a flattened object's normals are lost, not its reading."""
    return np.linalg.inv(matrix) if abs(np.linalg.det(matrix)) > 1e-12 else np.linalg.pinv(matrix)


def gather(depsgraph: Callable[[], bpy.types.Depsgraph], scene: Scene) -> Iterator[None]:
    """Fill `scene` with what a depsgraph shows; yields between steps. Raises Unready if the scene never rests."""
    for attempt in range(TRIES):
        scene.shapes.clear()
        scene.placed.clear()
        try:
            yield from _woken(depsgraph)
            yield from _survey(depsgraph(), scene)
            for name in sorted({key for key, _, _ in scene.placed if isinstance(key, str)}):
                yield from _named(depsgraph, name, scene)
        except Changed:
            if attempt == TRIES - 1:
                remedy = "Stop the playback and try again."
                raise Unready("The scene changed all the while it was read.", remedy=remedy) from None
        else:
            return


def _woken(depsgraph: Callable[[], bpy.types.Depsgraph]) -> Iterator[None]:
    """Have Blender finish each object's mesh, in a slice of its own: it subdivides when the data is first asked for."""
    for name in [each.original.name for each in depsgraph().objects if each.type == "MESH"]:
        if thing := bpy.data.objects.get(name):
            thing.evaluated_get(depsgraph()).data  # noqa: B018
        yield


def _survey(depsgraph: bpy.types.Depsgraph, scene: Scene) -> Iterator[None]:
    """Note what is placed where, in one go: the list of instances is valid only until Blender draws again. Shapes that
    no object of the file has (made by geometry nodes) are copied here and now."""
    known: dict[tuple[int, int], tuple[object, str] | None] = {}
    shown: list[tuple[int, tuple[object, str]]] = []
    for number, instance in enumerate(depsgraph.object_instances):
        thing = instance.object
        if not instance.show_self or thing.data is None:
            continue
        this = thing.original.as_pointer(), thing.data.as_pointer()
        if this not in known:
            known[this] = _known(thing, depsgraph, scene)
        if found := known[this]:
            shown.append((number, found))
    matrices = np.empty(len(depsgraph.object_instances) * 16, np.float32)
    depsgraph.object_instances.foreach_get("matrix_world", matrices)
    turned = matrices.reshape(-1, 4, 4).transpose(0, 2, 1).astype(np.float64)  # columns lie one after the other
    scene.placed += [(key, name, turned[number]) for number, (key, name) in shown]
    yield


def _known(thing: bpy.types.Object, depsgraph: bpy.types.Depsgraph, scene: Scene) -> tuple[object, str] | None:
    """The key of a shape and its object's name; None for what is not to be seen."""
    if thing.type not in SURFACES or thing.hide_render:
        return None
    if name := _name_of(thing, depsgraph):
        return name, thing.original.name
    address = thing.data.as_pointer()
    if address not in scene.shapes:
        shape = _whole(thing)
        if shape is None:
            return None
        scene.shapes[address] = shape
    return address, thing.original.name


def _name_of(thing: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> str:
    """The object by whose name this very data can be found again; "" if there is none."""
    original = thing.original
    found = bpy.data.objects.get(original.name)
    if found is None or found != original or found.library:
        return ""
    data = found.evaluated_get(depsgraph).data
    return found.name if data is not None and data.as_pointer() == thing.data.as_pointer() else ""


def _named(depsgraph: Callable[[], bpy.types.Depsgraph], name: str, scene: Scene) -> Iterator[None]:
    """Copy one object's shape, a call of Blender in each slice."""
    thing = bpy.data.objects.get(name)
    if thing is None:
        raise Changed(name)
    seen = thing.evaluated_get(depsgraph())
    if seen.type == "MESH" and not seen.data.is_editmode:
        yield from _mesh(depsgraph, name, scene)
        return
    shape = _whole(seen)  # of a mesh that is being edited, Blender gives no arrays
    if shape:
        scene.shapes[name] = shape
    else:
        scene.placed[:] = [each for each in scene.placed if each[0] != name]
    yield


def _mesh(depsgraph: Callable[[], bpy.types.Depsgraph], name: str, scene: Scene) -> Iterator[None]:
    """Copy an evaluated mesh, which is looked up anew in each slice."""

    def mesh() -> bpy.types.Mesh:
        thing = bpy.data.objects.get(name)
        found = thing.evaluated_get(depsgraph()).data if thing else None
        if not isinstance(found, bpy.types.Mesh):
            raise Changed(name)
        return found

    made: list[Array] = []
    for read in READERS:
        made.append(read(mesh()))
        yield
    shape = _shape(made)
    if len(shape.normals) != len(shape.vertices) or (len(shape.starts) and shape.starts[-1] >= len(shape.vertices)):
        raise Changed(name)
    if _has_polygons(shape):
        mesh().calc_loop_triangles()  # Blender keeps what it computes here for the next step
        yield
        shape.cut = loops(mesh())
        yield
    scene.shapes[name] = shape


def _whole(thing: bpy.types.Object) -> Shape | None:
    """Copy an evaluated object's surface in one go; None if it has none."""
    mesh = thing.to_mesh()
    if mesh is None:
        return None
    try:
        shape = _shape([read(mesh) for read in READERS])
        if _has_polygons(shape):
            mesh.calc_loop_triangles()
            shape.cut = loops(mesh)
        return shape
    finally:
        thing.to_mesh_clear()


def _shape(made: list[Array]) -> Shape:
    points, vertices, starts, normals, uv = made
    grid = uv.reshape(-1, 2) if len(uv) else None
    return Shape(points.reshape(-1, 3), vertices, starts, normals.reshape(-1, 3), grid)


def _has_polygons(shape: Shape) -> bool:
    """Whether any face has more than four corners."""
    return bool((np.diff(shape.starts, append=len(shape.vertices)) > 4).any())
