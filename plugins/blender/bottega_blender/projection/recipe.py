"""How a mesh is painted view by view; all variations go side by side."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeAlias

import numpy as np

from .. import pixels
from ..client import Generate, Inpaint, Picture, Pixels, Unready
from ..layers import laid
from ..params import KEY, Params
from ..render import surface_controls
from ..scene import gather
from ..scene.atlas import ENOUGH, Atlas, blank, look, paint, painted, weights
from ..scene.filling import widened
from ..work import Ask, Made, Recipe
from .reading import Target, Wish, read
from .sights import Sight, sights

Array: TypeAlias = "np.ndarray[Any, Any]"
LEAST = 0.002
"""A view of which a smaller part is unknown need not be painted."""
SOFT = 3
"""Pixels by which the unknown part is widened: its edge is painted anew, to match."""


def recipe(wish: Wish, scene: gather.Scene) -> Recipe:
    """Paint the variations of a wish. Raises Unready for a mesh that cannot be painted, or is not seen."""
    target = read(wish, scene)
    views, params = sights(wish, target), wish.params
    if not views:
        remedy = "Point the camera there, with its clipping range, or place views around."
        raise Unready("No camera sees {name}.", remedy=remedy, name=wish.name)
    atlases = [blank(target.texels) for _ in range(params.count)]
    for number, sight in enumerate(views):
        begin, end = number / len(views), (number + 1) / len(views)
        weigh = weights(target.texels, sight.view, sight.surface, sight.mine)
        if not number:
            task = dataclasses.replace(params, width=sight.view.width, height=sight.view.height).task()
            (pictures,) = yield Ask([follow(task, params, target, sight)], begin, end)
            for each, picture in zip(atlases, pictures, strict=True):
                paint(each, pixels.as_bytes(picture.pixels)[..., :3] / 255.0, *weigh)
            continue
        wanted = {k: task for k, each in enumerate(atlases) if (task := matching(params, k, target, sight, each))}
        answers = (yield Ask(list(wanted.values()), begin, end)) if wanted else []
        for (k, asked), layers in zip(wanted.items(), answers, strict=True):
            paint(atlases[k], pixels.as_bytes(laid(asked.picture, layers)) / 255.0, *weigh)
    for k, each in enumerate(atlases):
        yield made_of(params, k, each)


def follow(task: Any, params: Params, target: Target, sight: Sight) -> Any:
    """A task that follows what a view sees."""
    return dataclasses.replace(task, controls=surface_controls(params, sight.surface, target.world.normals, sight.view))


def matching(params: Params, index: int, target: Target, sight: Sight, texels: Atlas) -> Inpaint | None:
    """The request for what a view shows and no view before has seen well; None if there is next to nothing."""
    picture, known = look(texels, sight.surface, target.world.uv, sight.mine)
    unknown = sight.mine & (known < ENOUGH)
    if unknown.sum() < LEAST * max(sight.mine.sum(), 1):
        return None
    mask = widened(unknown, SOFT) | ~sight.mine
    free: Generate = dataclasses.replace(params, seed=params.seed + index, count=1).task()
    common = {each.name: getattr(free, each.name) for each in dataclasses.fields(free) if each.kw_only}
    sent = Pixels.of(np.rint(picture * 255).astype(np.uint8)), Pixels.of(mask.astype(np.uint8) * 255, "data")
    return follow(Inpaint(*sent, params.prompt, **common), params, target, sight)


def made_of(params: Params, index: int, texels: Atlas) -> Made:
    """A finished texture."""
    values, seed = np.rint(np.clip(painted(texels), 0, 1) * 255).astype(np.uint8), params.seed + index
    data = pixels.png(values, [(KEY, params.text(seed=seed, count=1))])
    return Made(Picture("", index, seed, Pixels.of(values)), {"color": data})
