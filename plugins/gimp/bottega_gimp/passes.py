"""Jobs of one pass and of several: large selections are composed small, then refined at the image's own resolution."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .client import (
    HANDS,
    Bounds,
    Errand,
    Extent,
    Hands,
    Inpaint,
    Picture,
    Pixels,
    Plan,
    Session,
    Work,
    Works,
    bounds_of,
    messages,
    rounds_of,
    walk,
)
from .laying import Place
from .scene import Asked
from .wishes import MOST_SEED

Deliver = Callable[[list[Picture], Place], Any]


@dataclass(frozen=True)
class Course:
    """A job of several passes, all that it needs."""

    task: Inpaint
    plan: Plan
    """Of the context alone."""


@dataclass(frozen=True)
class Painted:
    """What came of it."""

    seeds: tuple[int, ...]
    pixels: tuple[Pixels, ...]
    """RGBA layers cut to where they show, one for each candidate."""
    bounds: Bounds
    """Of them, in the context."""

    @classmethod
    def cut(cls, seeds: Sequence[int], layers: Iterable[Pixels], reached: Pixels) -> Painted:
        """Of layers of the context's size, and how far they show."""
        bounds = bounds_of(reached) or reached.extent.bounds
        return cls(tuple(seeds), tuple(each.crop(*_box(bounds)) for each in layers), bounds)

    @classmethod
    def of(cls, pictures: Sequence[Picture]) -> Painted:
        """What gave these pictures."""
        inner = pictures[0].bounds or messages.Bounds()
        bounds = Bounds(inner.x, inner.y, inner.width, inner.height)
        return cls(tuple(each.seed for each in pictures), tuple(each.pixels for each in pictures), bounds)

    def pictures(self, place: Place) -> tuple[list[Picture], Place]:
        """The layers, and the place for them."""
        inner = messages.Bounds(**self.bounds.as_dict())
        pairs = zip(self.seeds, self.pixels, strict=True)
        made = [Picture("", index, seed, each, inner) for index, (seed, each) in enumerate(pairs)]
        return made, replace(place, mask=place.mask.crop(*_box(self.bounds)) if place.mask else None)


def begin(works: Works, work: Work, session: Session, asked: Asked, deliver: Deliver, **wishes: Any) -> None:
    """Have a job done, in one pass or in several; `deliver` is given its pictures and where they go."""
    if asked.plan is None or not isinstance(asked.task, Inpaint):
        works.submit(work, session, asked.task, lambda _work, made: deliver(made, asked.place), **wishes)
        return
    course = Course(asked.task, asked.plan)
    carry_out(works, work, session, course, lambda made: deliver(*made.pictures(asked.place)), **wishes)


def seeded(task: Inpaint) -> Inpaint:
    """The task with a seed, drawn if it has none."""
    return replace(task, seed=random.randrange(MOST_SEED - task.count)) if task.seed is None else task


def carry_out(
    works: Works, work: Work, session: Session, course: Course, deliver: Callable[[Painted], Any], **wishes: Any
) -> None:
    """Every pass, one after the other."""
    task = seeded(course.task)
    seeds = tuple((task.seed or 0) + index for index in range(task.count))
    gathered = Gathered()

    def done(_work: Work, contexts: list[Pixels]) -> Any:
        return deliver(Painted.cut(seeds, map(gathered.layer, contexts), gathered.reached[0]))

    going = walk(course.plan, task, Hands(gathered.laid, gathered.reach, HANDS.faded))
    Errand(works, work, session, going, rounds_of(course.plan), done, **wishes).begin()


class Gathered:
    """Hands that lay each pass's layers over nothing too: what is left in the end is a layer of its own, with colours
    that are right whatever lies below it."""

    def __init__(self) -> None:
        self.reached: list[Pixels] = []
        self._layers: dict[bytes, Pixels] = {}
        """By the digest of the context that they make."""

    def laid(self, picture: Pixels, layers: Sequence[Picture]) -> Pixels:
        """A context under further layers."""
        below = self._layers.get(picture.digest) or _nothing(picture)
        result = HANDS.laid(picture, layers)
        self._layers[result.digest] = HANDS.laid(below, layers)
        return result

    def reach(self, layer: Picture, extent: Extent) -> Pixels:
        """How far the first pass shows."""
        self.reached.append(HANDS.reach(layer, extent))
        return self.reached[-1]

    def layer(self, context: Pixels) -> Pixels:
        """What made this context of what was sent."""
        return self._layers.get(context.digest) or _nothing(context)


def _box(bounds: Bounds) -> tuple[int, int, int, int]:
    return bounds.x, bounds.y, bounds.width, bounds.height


def _nothing(like: Pixels) -> Pixels:
    """Transparent RGBA."""
    size = like.width * like.height * like.pixel_bytes // like.channels * 4
    return replace(like, channels=4, data=bytes(size))
