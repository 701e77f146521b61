"""What is copied of a mesh: one call of Blender each, a few milliseconds for a hundred thousand faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import bpy
import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"
OWN = "Bottega"
"""The UV map that Smart UV Project gives a mesh beside those that it has."""


def points(mesh: bpy.types.Mesh) -> Array:
    values = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", values)
    return values


def vertices(mesh: bpy.types.Mesh) -> Array:
    values = np.empty(len(mesh.loops), np.int32)
    if len(values):
        mesh.attributes[".corner_vert"].data.foreach_get("value", values)  # 1 ms where loops[...].vertex_index takes 28
    return values


def starts(mesh: bpy.types.Mesh) -> Array:
    values = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_start", values)
    return values


def loops(mesh: bpy.types.Mesh) -> Array:
    """(t, 3) int32: the corners of each triangle, after `calc_loop_triangles`: ten times as slow as all the others."""
    values = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("loops", values)
    return values.reshape(-1, 3)


def _normals(mesh: bpy.types.Mesh) -> Array:
    values = np.empty(len(mesh.loops) * 3, np.float32)
    mesh.corner_normals.foreach_get("vector", values)
    return values


def painted_map(mesh: bpy.types.Mesh) -> bpy.types.MeshUVLoopLayer | None:
    """The UV map that textures are projected onto: ours, else the one that renders use."""
    return mesh.uv_layers.get(OWN) or next((each for each in mesh.uv_layers if each.active_render), None)


def _uv(mesh: bpy.types.Mesh) -> Array:
    layer = painted_map(mesh)
    if layer is None:
        return np.empty(0, np.float32)
    values = np.empty(len(mesh.loops) * 2, np.float32)
    layer.uv.foreach_get("vector", values)
    return values


def chosen(mesh: bpy.types.Mesh) -> Array:
    """(f,) which faces are selected."""
    values = np.zeros(len(mesh.polygons), bool)
    layer = mesh.attributes.get(".select_poly")  # 0.1 ms where polygons[...].select takes 16 in 5.0; none: none is
    if layer and len(values):
        layer.data.foreach_get("value", values)
    return values


def shown_uv(mesh: bpy.types.Mesh, name: str = "") -> Array:
    """(c * 2,) of a layer, else of the one that the Image Editor shows; empty if there is none."""
    layer = mesh.uv_layers.get(name) or mesh.uv_layers.active
    values = np.empty(len(mesh.loops) * 2 if layer else 0, np.float32)
    if layer:
        layer.uv.foreach_get("vector", values)
    return values


Reader: TypeAlias = Callable[[bpy.types.Mesh], Array]
READERS: tuple[Reader, ...] = (points, vertices, starts, _normals, _uv)
