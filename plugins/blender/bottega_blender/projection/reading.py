"""The mesh that is painted, and what else may stand before it: triangles, their places in the texture, its texels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..client import Unready
from ..params import Params
from ..scene import gather
from ..scene.atlas import Atlas, atlas, overlap
from ..scene.raster import View
from ..scene.world import BATCH, Rows, World
from ..unwrapping import FIX, REMEDY, missing

Array: TypeAlias = "np.ndarray[Any, Any]"
OVERLAP = 0.005
"""The part of the texels that may lie in two islands, by rounding."""
APART = "Unwrap it (UV > Smart UV Project). Modifiers that copy faces have to be applied first, or to offset the UVs."


@dataclass(frozen=True)
class Wish:
    """What is to be painted, and from where."""

    name: str
    """The object's."""
    size: int
    """Side of the texture in pixels."""
    params: Params
    key: int
    """The object's (`targets.key`)."""
    own: tuple[View, ...] = ()
    """The cameras to project from; none places views around the object."""


@dataclass(frozen=True)
class Target:
    """A mesh to paint, in the world."""

    world: World
    """The mesh, and what may hide it."""
    mine: tuple[int, int]
    """Which of its triangles are the mesh's: the first, and the one behind the last."""
    texels: Atlas
    """With nothing painted on them."""


def read(wish: Wish, scene: gather.Scene) -> Target:
    """The target of a wish: for cameras with all objects, which may hide it; else alone. Raises Unready for a mesh that
    cannot be painted."""
    number = scene.own.get(wish.key)
    if number is None:
        remedy = "Show it in the viewport and in renders, with its collections."
        raise Unready("{name} has no surface that is seen.", remedy=remedy, name=wish.name)
    placed = scene.placed if wish.own else [scene.placed[number]]
    number = number if wish.own else 0
    shape = scene.shapes[placed[number][0]]
    if shape.uv is None:
        raise missing(wish.name)
    world = World(scene.shapes, placed, scene.check)
    own = World(scene.shapes, [placed[number]], scene.check)
    check(wish.name, own.uv)
    texels = atlas(own.corners, own.normals, own.uv, wish.size)
    if not len(texels.ys):
        raise Unready("{name}'s UV map covers nothing.", remedy=REMEDY, fix=FIX, name=wish.name)
    return Target(world, world.range(number), texels)


def check(name: str, uv: Array | Rows) -> None:
    """Raise Unready for coordinates (t, 3, 2) that no single texture can show."""
    if not len(uv):
        raise Unready("{name} has no faces.", remedy="Choose a mesh with a surface.", name=name)
    parts = (uv[begin : begin + BATCH] for begin in range(0, len(uv), BATCH))
    if any(part.min() < -1e-4 or part.max() > 1 + 1e-4 for part in parts):
        remedy = "Scale the islands into the first tile; tiles beyond it (UDIM) are not painted."
        raise Unready("{name}'s UV map leaves the square from 0 to 1.", remedy=remedy, fix=FIX, name=name)
    if (double := overlap(uv, 512)) > OVERLAP:
        message = "{part} of {name}'s UV map lie in more than one island."
        raise Unready(message, remedy=APART, fix=FIX, name=name, part=f"{double:.0%}")
