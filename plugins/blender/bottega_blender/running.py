"""How a recipe is followed: its steps in the background, its jobs in the daemon, its results into Blender in slices.

All functions are called on the main thread and return at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import bpy

from .client import PHASES, Event, JobCancelled, Picture, Task, Ticket, messages
from .words import say
from .work import Ask, Made, Recipe, Work

if TYPE_CHECKING:
    from .studio import Studio


def start(studio: Studio, work: Work, recipe: Recipe) -> None:
    """Follow a recipe from its beginning."""
    work.recipe = recipe
    _resume(studio, work, None)


def _resume(studio: Studio, work: Work, answer: list[list[Picture]] | None) -> None:
    recipe = work.recipe
    if work.ended or recipe is None:
        return

    def step() -> Ask | Made | None:
        try:
            return next(recipe) if answer is None else recipe.send(answer)
        except StopIteration:
            return None

    studio.main.aside(step, lambda wish: _next(studio, work, wish), lambda error: studio.fail(work, error))


def _next(studio: Studio, work: Work, wish: Ask | Made | None) -> None:
    """Do what a recipe wants; None is its end."""
    if work.ended:
        return
    if work.unwanted:
        studio.fail(work, JobCancelled())
    elif isinstance(wish, Ask):
        Round(studio, work, wish).begin()
    elif isinstance(wish, Made):
        _deliver(studio, work, wish, then=lambda: _resume(studio, work, None))
    else:
        steps = _end(studio, work)
        studio.main.chore("undo step (Blender's own call)", steps, lambda error: studio.fail(work, error))


def _end(studio: Studio, work: Work) -> Iterator[None]:
    studio.finish(work)
    yield


def _deliver(studio: Studio, work: Work, made: Made, then: Callable[[], object]) -> None:
    """Put a result into Blender, in slices."""

    def steps() -> Iterator[None]:
        yield from work.deliver(work, made)
        work.pictures.append(made.picture)
        then()

    studio.main.chore("result", steps(), lambda error: studio.fail(work, error))


class Round:
    """Jobs side by side; when the last has ended and its results are in Blender, the recipe goes on."""

    def __init__(self, studio: Studio, work: Work, wish: Ask) -> None:
        self._studio = studio
        self._work = work
        self._wish = wish
        self._answers: dict[int, list[Picture]] = {}
        self._shares = [0.0] * len(wish.tasks)
        self._pending = 0

    def begin(self) -> None:
        """Hand the jobs in."""
        work = self._work
        work.state, work.note = "queued", ""
        work.tickets = [self._submit(which, task) for which, task in enumerate(self._wish.tasks)]
        self._studio.changed()

    def _submit(self, which: int, task: Task | str) -> Ticket:
        session = self._work.session
        begin = session.follow if isinstance(task, str) else partial(session.submit, title=self._work.title[:80])
        return begin(
            task,
            on_event=partial(self._heard, which),
            on_picture=self._came if self._wish.each else None,
            on_done=partial(self._done, which),
            on_error=partial(self._studio.fail, self._work),
        )

    def _heard(self, which: int, event: Event) -> None:
        """Show how a job stands."""
        work, body = self._work, event.body
        if isinstance(body, messages.QueuedEvent):
            work.note = say("{place}. in the queue", place=body.position + 1)
        elif isinstance(body, messages.ProgressEvent):
            self._shares[which] = body.fraction
            share = sum(self._shares) / len(self._shares)
            work.fraction = self._wish.begin + (self._wish.end - self._wish.begin) * share
            work.state, work.note = "running", PHASES.get(body.phase, "")
        elif isinstance(body, messages.PreviewEvent) and body.extent and not bpy.app.background:
            self._studio.previews.show(work.number, body.jpeg, body.extent.width, body.extent.height)
        self._studio.changed()

    def _came(self, picture: Picture) -> None:
        each = self._wish.each
        assert each
        self._pending += 1
        made = partial(_deliver, self._studio, self._work, then=self._arrived)
        self._studio.main.aside(lambda: each(picture), made, partial(self._studio.fail, self._work))

    def _arrived(self) -> None:
        self._pending -= 1
        self._settle()

    def _done(self, which: int, pictures: list[Picture]) -> None:
        self._answers[which] = pictures
        self._settle()

    def _settle(self) -> None:
        work, count = self._work, len(self._wish.tasks)
        if len(self._answers) == count and not self._pending and not work.ended:
            work.tickets, work.state, work.fraction = [], "finishing", self._wish.end
            _resume(self._studio, work, [self._answers[which] for which in range(count)])
