"""Jobs of one pass and of several: large selections are composed small, then refined at the image's own resolution."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .client import (
    Bounds,
    Errand,
    Gathering,
    Grown,
    Inpaint,
    Picture,
    Pixels,
    Plan,
    Session,
    Walk,
    Work,
    Works,
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
    gathering = Gathering()

    def done(_work: Work, layers: list[Picture]) -> Any:
        return deliver(Painted.of(layers))

    going = _painted(walk(course.plan, task, gathering.hands), gathering, task.seed or 0)
    Errand(works, work, session, going, rounds_of(course.plan), done, **wishes).begin()


def _painted(going: Walk, gathering: Gathering, seed: int) -> Walk:
    """A walk that returns layers of its own for the contexts: colours that are right whatever lies below, as far to be
    seen as was selected, however many passes there were. Each step of it is for the background."""
    contexts: list[Grown] = yield from going
    return gathering.layers(contexts, seed)


def _box(bounds: Bounds) -> tuple[int, int, int, int]:
    return bounds.x, bounds.y, bounds.width, bounds.height
