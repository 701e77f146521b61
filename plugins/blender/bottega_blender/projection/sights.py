"""Views of the mesh that is painted: the artist's cameras, or views placed around it until they have seen it all."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..scene import around
from ..scene.atlas import weights
from ..scene.raster import Surface, View, see
from .reading import Target, Wish

Array: TypeAlias = "np.ndarray[Any, Any]"
ROUGH = 256
"""Side of the atlas and the pictures that views are chosen by."""
THIN = 250_000
"""Triangles that views are chosen by, of a mesh that has more."""
FRONT = (0.0, -1.0, 0.15)
"""Where the first placed view looks from: the front of Blender's scenes, a little from above."""


@dataclass(frozen=True)
class Sight:
    """A view of the mesh."""

    view: View
    surface: Surface
    mine: Array
    """(height, width) where the mesh itself is seen"""


def sights(wish: Wish, target: Target) -> list[Sight]:
    """All views of a wish in the order in which they are painted, without those that do not see the mesh."""
    views = list(wish.own) or placed(wish, target)
    found = (seen(target, view) for view in views)
    return [each for each in found if each.mine.any()]


def seen(target: Target, view: View) -> Sight:
    """Look from a view."""
    surface, (first, end) = see(target.world.batches(view), view), target.mine
    return Sight(view, surface, (surface.triangle >= first) & (surface.triangle < end))


def placed(wish: Wish, target: Target) -> list[View]:
    """Views around the mesh that together see it."""
    world, texels = target.world.thinned(THIN), target.texels
    front = np.array(FRONT) / np.linalg.norm(FRONT)
    step = max(len(texels.ys) // (ROUGH * ROUGH // 4), 1)
    few = dataclasses.replace(
        texels, ys=texels.ys[::step], points=texels.points[::step], normals=texels.normals[::step]
    )

    def score(view: View) -> Array:
        surface = see(world.batches(view), view)
        return weights(few, view, surface, surface.triangle >= 0)[0]

    room = around.ball(lambda: (corners.reshape(-1, 3) for _, corners in target.world.batches()))
    candidates = [around.looking(*room, direction, ROUGH) for direction in around.directions(front)]
    found = around.chosen(candidates, score, max(wish.params.views, 1))
    params = wish.params
    return [dataclasses.replace(view, width=params.width, height=params.height) for view in found]
