"""How a recipe is followed: its steps in the background, its jobs in the daemon, its results as one undo step.

All functions are called on the main thread and return at once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import bpy

from . import arrivals, undo
from .client import PHASES, BottegaError, Event, JobCancelled, Picture, Task, Ticket, messages
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
    if work.ended or work.arriving or recipe is None:
        return

    def step() -> Ask | Made | None:
        try:
            return next(recipe) if answer is None else recipe.send(answer)
        except StopIteration:
            return None

    follow, lost = partial(_next, studio, work), partial(studio.fail, work)
    studio.main.aside(step, follow, lost, work.lane)


def _next(studio: Studio, work: Work, wish: Ask | Made | None) -> None:
    """Do what a recipe wants; None is its end."""
    if work.ended or work.arriving:
        return
    if work.unwanted:
        studio.fail(work, JobCancelled())
    elif isinstance(wish, Ask):
        Round(studio, work, wish).begin()
    elif isinstance(wish, Made):
        work.made.append(wish)
        _resume(studio, work, None)
    else:
        close(studio, work, None)


def close(studio: Studio, work: Work, error: BottegaError | None) -> None:
    """Nothing more is made for a job: what was made goes into Blender, all of it at once, so that no step of the user's
    lies within ours. Then the job has ended, with an error or well."""
    if not work.made:
        studio.end(work, error)
        return

    def ready() -> bool:
        note = "" if work.ended else undo.hindrance()
        if note != work.note:
            work.note = note
            studio.changed()
        return not note

    def arrive() -> None:
        if not work.ended and arrivals.copying(work):
            studio.main.timed("results", partial(arrivals.copy, work))
            studio.main.moment(ready, arrive, lost)
        else:
            _arrive(studio, work, error)

    lost = partial(_lost, studio, work)
    work.state, work.arriving = "finishing", True
    studio.main.moment(ready, arrive, lost)
    studio.changed()


def _arrive(studio: Studio, work: Work, error: BottegaError | None) -> None:
    if work.ended:
        return
    try:
        studio.main.timed("results", partial(_deliver, work))
    finally:
        name = "Bottega: " + work.title[:40]
        studio.main.timed("undo step (Blender's own call)", partial(undo.remember, name))
    studio.end(work, error)


def _deliver(work: Work) -> None:
    for made in work.made:
        work.deliver(work, made)
        work.pictures.append(made.picture)


def _lost(studio: Studio, work: Work, error: Exception) -> None:
    """What was made cannot be put into Blender."""
    work.made.clear()
    studio.fail(work, error)


class Round:
    """Jobs side by side; when the last has ended and its results are made, the recipe goes on. Once one has gone badly,
    nothing that the others still say or bring changes the work any more."""

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

    @property
    def _over(self) -> bool:
        return self._work.ended or self._work.arriving

    def _heard(self, which: int, event: Event) -> None:
        """Show how a job stands."""
        if self._over:
            return
        work, body = self._work, event.body
        if isinstance(body, messages.QueuedEvent):
            work.note = say("{place}. in the queue", place=body.position + 1)
        elif isinstance(body, messages.ProgressEvent):
            self._shares[which] = body.fraction
            share = sum(self._shares) / len(self._shares)
            work.fraction = self._wish.begin + (self._wish.end - self._wish.begin) * share
            work.state, work.note = "running", PHASES.get(body.phase, "")
        elif isinstance(body, messages.PreviewEvent) and body.extent and not bpy.app.background:
            self._studio.previews.show(work.number, body.jpeg)
        self._studio.changed()

    def _came(self, picture: Picture) -> None:
        if self._over:
            return
        each = self._wish.each
        assert each
        self._pending += 1
        failed = partial(self._studio.fail, self._work)
        self._studio.main.aside(lambda: each(picture), self._made, failed, self._work.lane)

    def _made(self, made: Made) -> None:
        self._pending -= 1
        if not self._over:
            self._work.made.append(made)
        self._settle()

    def _done(self, which: int, pictures: list[Picture]) -> None:
        self._answers[which] = pictures
        self._settle()

    def _settle(self) -> None:
        work, count = self._work, len(self._wish.tasks)
        if len(self._answers) == count and not self._pending and not self._over:
            work.tickets, work.state, work.fraction = [], "finishing", self._wish.end
            _resume(self._studio, work, [self._answers[which] for which in range(count)])
