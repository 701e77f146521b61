"""A picture from every side, laid onto the mesh: an ordinary UV texture, visible at once in Material Preview.

The first view is painted freely along the object's depth. Each next one is an inpaint: what is well known from the
views before stays, the rest is painted to match. All views are gathered in texel space, weighed by angle and hidden
where something stands before; what no view saw takes the colours around it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import bpy
import numpy as np

from . import material, pixels, render, texture
from .client import BottegaError, Generate, Inpaint, Picture, Pixels, Session, depth_control
from .params import Params
from .scene import around, buffers, gather, views
from .scene.atlas import ENOUGH, Atlas, atlas, look, overlap, paint, painted, weights
from .scene.raster import Surface, View, see
from .studio import Studio, Work

Array: TypeAlias = "np.ndarray[Any, Any]"
OVERLAP = 0.005
"""The part of the texels that may lie in two islands, by rounding."""
LEAST = 0.002
"""A view of which a smaller part is unknown need not be painted."""
SOFT = 3
"""Pixels by which the unknown part is widened: its edge is painted anew, to match."""
ROUGH = 256
"""Side of the atlas and the pictures that views are chosen by."""
UNWRAP = "Unwrap it (UV > Smart UV Project)."


@dataclass(frozen=True)
class Seen:
    """A view of the object."""

    view: View
    surface: Surface
    mine: Array
    """(height, width) where the object itself is seen"""


@dataclass
class Projection:
    """A projection under way. Only the helper thread and the client's, in turn, touch it once it has begun."""

    name: str
    size: int
    params: Params
    scene: gather.Scene
    own: tuple[View, Array] | None
    """The camera to project from, None to place views around; with it the object's matrix."""
    corners: Array = field(default_factory=lambda: np.empty((0, 3, 3)))
    uv: Array = field(default_factory=lambda: np.empty((0, 3, 2)))
    owner: Array = field(default_factory=lambda: np.empty(0, np.int64))
    texels: Atlas | None = None
    views: list[View] = field(default_factory=list[View])
    current: Seen | None = None
    done: int = 0


def start(
    studio: Studio, session: Session, context: bpy.types.Context, params: Params, options: tuple[bool, int]
) -> Work:
    """Paint the active object from its scene's camera or from views around it. Raises BottegaError where it cannot.

    `options`: from the camera, side of the texture in pixels.
    """
    thing = checked(context.object)
    graph, found = context.evaluated_depsgraph_get, gather.Scene()
    side = render.native(studio, params.checkpoint)
    own = None
    if options[0]:
        if context.scene.camera is None:
            raise BottegaError(render.NO_CAMERA, remedy="Add one, or let views be placed around the object.")
        size = views.extent(context.scene, params.width, params.height, side)
        own = views.of_camera(context.scene.camera, graph(), *size), np.array(thing.matrix_world, np.float64)
        params = dataclasses.replace(params, width=size[0], height=size[1])
    else:
        side = params.width or side
        params = dataclasses.replace(params, width=side, height=side)
    state = Projection(thing.name, options[1], dataclasses.replace(params, count=1), found, own)
    work = studio.work(
        state.params,
        lambda picture: taken(state, picture),
        lambda work, picture, made: delivered(studio, session, state, work, picture, made),
    )

    def steps() -> Iterator[None]:
        yield from gather.gather(graph, found)
        studio.submit(work, session, lambda: first(state), last=False)

    studio.main.chore("scene", steps(), lambda error: studio.fail(work, render.readable(error)))
    return work


def checked(thing: bpy.types.Object | None) -> bpy.types.Object:
    """The object, if it can be painted on. Raises BottegaError."""
    if thing is None or thing.type != "MESH":
        raise BottegaError("No mesh is active.", remedy="Select a mesh; convert curves and text to one.")
    if thing.library or thing.data.library:
        raise BottegaError(f"{thing.name} is linked from another file.", remedy="Make it local, or override it.")
    if thing.hide_render:
        raise BottegaError(f"{thing.name} is hidden in renders.", remedy="Show it in renders (Outliner, camera).")
    if thing.mode == "EDIT":
        raise BottegaError(f"{thing.name} is being edited.", remedy="Leave Edit Mode first.")
    if not thing.data.uv_layers:
        raise BottegaError(f"{thing.name} has no UV map.", remedy=UNWRAP)
    return thing


def first(state: Projection) -> Generate:
    """Reads the mesh and makes the first view's request. Raises BottegaError for a mesh that cannot be painted."""
    mesh(state)
    if state.own:
        state.views = [state.own[0]]
    else:
        state.views = placed(state)
    state.current = seen(state, state.views[0])
    if not state.current.mine.any():
        raise BottegaError(f"The camera does not see {state.name}.", remedy="Point it there, or place views around.")
    control = depth_control(buffers.depth(state.current.surface), strength=state.params.controls.get("depth"))
    return state.params.task(controls=(control,))


def mesh(state: Projection) -> None:
    """Collect the triangles: for a camera those of all objects, which may hide it; else the object's own."""
    mine = chosen_instance(state)
    if state.own is None:
        state.scene.placed[:] = [state.scene.placed[mine]]
        mine = 0
    shape = state.scene.shapes[state.scene.placed[mine][0]]
    if shape.uv is None:
        raise BottegaError(f"{state.name} has no UV map.", remedy=UNWRAP)
    state.corners, normals, owner = state.scene.corners()
    state.owner = owner == mine
    state.uv = np.zeros((len(state.corners), 3, 2))
    state.uv[state.owner] = shape.uv[shape.loops]
    own = state.uv[state.owner]
    if own.min() < -1e-4 or own.max() > 1 + 1e-4:
        remedy = "Scale the islands into the first tile; tiles beyond it (UDIM) are not painted."
        raise BottegaError(f"{state.name}'s UV map leaves the square from 0 to 1.", remedy=remedy)
    if (double := overlap(own, 512)) > OVERLAP:
        remedy = f"{UNWRAP} Mirror and Array modifiers need Offset UVs, or to be applied first."
        raise BottegaError(f"{double:.0%} of {state.name}'s UV map lie in more than one island.", remedy=remedy)
    state.texels = atlas(state.corners[state.owner], normals[state.owner], own, state.size)
    if not len(state.texels.ys):
        raise BottegaError(f"{state.name}'s UV map covers nothing.", remedy=UNWRAP)


def chosen_instance(state: Projection) -> int:
    """Which of the placed shapes is the object itself."""
    for number, (_, name, matrix) in enumerate(state.scene.placed):
        if name == state.name and (state.own is None or np.allclose(matrix, state.own[1], atol=1e-5)):
            return number
    raise BottegaError(f"{state.name} has no surface that is seen.", remedy="Show it in the viewport.")


def placed(state: Projection) -> list[View]:
    """Views around the object that together see it."""
    points = state.corners.reshape(-1, 3)
    front = np.array((0.0, -1.0, 0.15))
    front /= np.linalg.norm(front)
    assert state.texels is not None
    step = max(len(state.texels.ys) // (ROUGH * ROUGH // 4), 1)
    few = dataclasses.replace(
        state.texels,
        ys=state.texels.ys[::step],
        points=state.texels.points[::step],
        normals=state.texels.normals[::step],
    )

    def score(view: View) -> Array:
        surface = see(state.corners, view)
        return weights(few, view, surface, surface.triangle >= 0)[0]

    candidates = [around.looking(points, direction, ROUGH) for direction in around.directions(front)]
    most = max(int(state.params.controls.get("views", 6)), 1)
    found = around.chosen(candidates, score, most)
    return [dataclasses.replace(view, width=state.params.width, height=state.params.height) for view in found]


def seen(state: Projection, view: View) -> Seen:
    """Look from a view."""
    surface = see(state.corners, view)
    mine = (surface.triangle >= 0) & state.owner[surface.triangle]
    return Seen(view, surface, mine)


def taken(state: Projection, picture: Picture) -> Inpaint | dict[str, bytes]:
    """Lay a picture onto the texels; gives the next view's request, or the finished files."""
    now, texels = state.current, state.texels
    assert now is not None and texels is not None
    color = pixels.as_bytes(picture.pixels)[..., :3] / 255.0
    paint(texels, color, *weights(texels, now.view, now.surface, now.mine))
    state.done += 1
    while state.done < len(state.views):
        state.current = seen(state, state.views[state.done])
        if (task := matching(state, state.current)) is not None:
            return task
        state.done += 1
    finished, _ = painted(texels)
    text = [("bottega", state.params.text())]
    return {"color": pixels.png(np.rint(np.clip(finished, 0, 1) * 255).astype(np.uint8), text)}


def matching(state: Projection, now: Seen) -> Inpaint | None:
    """The request for what a view shows and no view before has seen well; None if there is next to nothing."""
    assert state.texels is not None
    picture, known = look(state.texels, now.surface, state.uv, now.mine)
    unknown = now.mine & (known < ENOUGH)
    if unknown.sum() < LEAST * max(now.mine.sum(), 1):
        return None
    mask = widened(unknown, SOFT) | ~now.mine
    params, free = state.params, state.params.task()
    common = {each.name: getattr(free, each.name) for each in dataclasses.fields(free) if each.kw_only}
    common["controls"] = (depth_control(buffers.depth(now.surface), strength=params.controls.get("depth")),)
    return Inpaint(
        Pixels.of(np.rint(picture * 255).astype(np.uint8)),
        Pixels.of(mask.astype(np.uint8) * 255, "data"),
        params.prompt,
        **common,
    )


def widened(mask: Array, steps: int) -> Array:
    """A mask grown by so many pixels in the four directions."""
    for _ in range(steps):
        grown = mask.copy()
        grown[1:] |= mask[:-1]
        grown[:-1] |= mask[1:]
        grown[:, 1:] |= mask[:, :-1]
        grown[:, :-1] |= mask[:, 1:]
        mask = grown
    return mask


def delivered(
    studio: Studio, session: Session, state: Projection, work: Work, picture: Picture, made: Inpaint | dict[str, bytes]
) -> Iterator[None]:
    """Ask for the next view, or put the texture onto the object."""
    if not isinstance(made, dict):
        studio.submit(work, session, lambda: made, last=False, base=state.done / len(state.views))
        yield
        return
    square = dataclasses.replace(picture, seed=state.params.seed, pixels=Pixels.filled(state.size, state.size))
    image = texture.keep(work, square, "color", made["color"])
    yield
    work.results.append(image.name)
    thing = bpy.data.objects.get(state.name)
    if thing is not None and thing.type == "MESH":
        material.wear(thing, material.ready(work.title, {"color": image}))
    work.heard_all = True
    yield
