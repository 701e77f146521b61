"""A surface's arrays, copied on the main thread: what is copied is looked up anew in each slice, and never held between
two, since Blender may free it as soon as it draws."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any, TypeAlias

import bpy
import numpy as np

from .readers import READERS, Reader, loops
from .triangles import Shape

Array: TypeAlias = "np.ndarray[Any, Any]"
Graph: TypeAlias = "Callable[[], bpy.types.Depsgraph]"
Opened: TypeAlias = "Callable[[], AbstractContextManager[bpy.types.Mesh | None]]"


class Changed(Exception):
    """The scene is not what it was when the reading began."""


def copied(opened: Opened) -> Generator[None, None, Shape | None]:
    """Copy a surface, a call of Blender in each slice; None if there is none. Raises Changed if it is not the same from
    slice to slice."""
    with opened() as mesh:  # Blender makes arrays of what is being edited when it is first asked
        if mesh is None:
            return None
    yield
    shape = _shape((yield from arrays(opened, READERS)))
    if len(shape.normals) != len(shape.vertices) or (len(shape.starts) and shape.starts[-1] >= len(shape.vertices)):
        raise Changed
    shape.cut = yield from cut(opened, shape)
    return shape


def arrays(opened: Opened, readers: Iterable[Reader]) -> Generator[None, None, list[Array]]:
    """What each reader copies of a mesh, a call of Blender in each slice. Raises Changed if it is gone."""
    made: list[Array] = []
    for read in readers:
        with opened() as mesh:
            made.append(read(_still(mesh)))
        yield
    return made


def cut(opened: Opened, shape: Shape) -> Generator[None, None, Array | None]:
    """The corners of each triangle as Blender has them; None if no face of a shape has more than four corners."""
    if (np.diff(shape.starts, append=len(shape.vertices)) <= 4).all():
        return None
    with opened() as mesh:
        _still(mesh).calc_loop_triangles()  # Blender keeps what it computes here for the next step
    yield
    with opened() as mesh:
        _still(mesh).calc_loop_triangles()
        made = loops(_still(mesh))
    yield
    return made


def _still(mesh: bpy.types.Mesh | None) -> bpy.types.Mesh:
    if mesh is None:
        raise Changed
    return mesh


def _shape(made: list[Array]) -> Shape:
    points, vertices, starts, normals, uv = made
    grid = uv.reshape(-1, 2) if len(uv) else None
    return Shape(points.reshape(-1, 3), vertices, starts, normals.reshape(-1, 3), grid)


@contextmanager
def by_name(graph: Graph, name: str) -> Iterator[bpy.types.Mesh | None]:
    """The surface of an object of the file. Raises Changed if it is gone."""
    thing = bpy.data.objects.get(name)
    if thing is None:
        raise Changed
    seen = thing.evaluated_get(graph())
    if seen.type == "MESH" and seen.data is not None and not seen.data.is_editmode:
        yield seen.data
        return
    with _as_mesh(seen) as mesh:  # of one that is being edited Blender has no arrays
        yield mesh


@contextmanager
def by_number(graph: Graph, number: int, address: int) -> Iterator[bpy.types.Mesh | None]:
    """The surface of an instance of this place in the list, if its data is still at that address; else raises
    Changed."""
    instances = iter(graph().object_instances)
    found = next(islice(instances, number, None), None)
    if found is None or found.object.data is None or found.object.data.as_pointer() != address:
        raise Changed
    with _as_mesh(found.object) as mesh:
        yield mesh


@contextmanager
def _as_mesh(seen: bpy.types.Object) -> Iterator[bpy.types.Mesh | None]:
    """An evaluated object's surface as a mesh, which shares its arrays; None if it has none."""
    mesh = seen.to_mesh()
    try:
        yield mesh
    finally:
        if mesh is not None:
            seen.to_mesh_clear()
