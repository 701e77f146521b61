"""A request handed in and followed: what is heard of it, and what comes of it.

What the model bears at once is one job. Larger selections are walked: composed at a size that the model composes well
at, then refined, whole or tile by tile, every pass as it was planned.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from . import asking, pictures
from .client import (
    Bounds,
    Errand,
    Event,
    Gathering,
    Grown,
    JobCancelled,
    Picture,
    Session,
    messages,
    rounds_of,
    seen_alone,
    walk,
)
from .host import WAIT, Aside, Chore
from .words import say
from .works import Candidate, Work

if TYPE_CHECKING:
    from .studio import Studio

log = logging.getLogger(__name__)
PHASES = {1: "Loading the model", 2: "Preparing", 3: "Painting", 4: "Finishing"}


def submit(studio: Studio, work: Work, session: Session, steps: Chore, replaces: str) -> Chore:
    """Gather by these steps, then hand in. A chore."""
    request: asking.Request = yield from steps
    work.request = request
    if work.ended:  # another daemon was chosen
        return
    if work.unwanted:
        raise JobCancelled
    work.state = "queued"
    if work.live or request.at_once:
        _hand_in(studio, work, session, request, replaces)
    else:
        _walk(studio, work, session, request)
    studio.changed.emit(work)


def _hand_in(studio: Studio, work: Work, session: Session, request: asking.Request, replaces: str) -> None:
    """One job is all of it."""
    work.ticket = session.submit(
        request.task,
        on_event=partial(heard, Board(studio), work),
        on_picture=lambda picture: studio.main.chore(
            "picture", _came(studio, work, picture), partial(studio.fail, work)
        ),
        on_done=lambda found: studio.main.chore("end", _end(studio, work, len(found)), partial(studio.fail, work)),
        on_error=partial(studio.fail, work),
        priority="live" if replaces else "interactive",
        title=work.title[:80],
        replaces_key=replaces,
        previews=not replaces,
    )


def _walk(studio: Studio, work: Work, session: Session, request: asking.Request) -> None:
    """Every pass and every tile that is planned, one after the other, all candidates side by side."""
    gathering, alone = Gathering(), seen_alone(request.plan)

    def grown(_work: Work, contexts: list[Grown]) -> None:
        steps = _gathered(studio, work, gathering, contexts)
        studio.main.chore("end", steps, partial(studio.fail, work))

    steps = walk(alone, request.whole, gathering.hands)
    Errand(Board(studio), work, session, steps, rounds_of(alone), grown).begin()


def _gathered(studio: Studio, work: Work, gathering: Gathering, contexts: list[Grown]) -> Chore:
    """What has grown becomes candidates."""
    layers = yield Aside(lambda: gathering.layers(contexts, work.params.seed))
    contexts.clear()
    for picture in layers:
        yield from _came(studio, work, picture)
    yield from _end(studio, work, len(layers))


class Board:
    """Tells a studio how a job stands."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def queued(self, work: Work, position: int) -> None:
        """So many jobs are before it."""
        work.note = say("{place}. in the queue", place=position + 1)
        self._studio.changed.emit(work)

    def progress(self, work: Work, fraction: float, phase: messages.Phase) -> None:
        """It is under way."""
        if not work.ended:
            work.state, work.note = "running", say(PHASES.get(int(phase), "Painting"))
            work.fraction = max(work.fraction, fraction)
            self._studio.changed.emit(work)

    def show(self, work: Work, jpeg: bytes) -> None:
        """There is a newer picture of it."""
        if work.request:
            shown = partial(_previewed, self._studio, work, work.request.plan.context)
            self._studio.main.aside(lambda: pictures.decoded(jpeg), shown, log.warning)

    def fail(self, work: Work, error: Exception) -> None:
        """It has ended badly."""
        self._studio.fail(work, error)

    def finish(self, work: Work, deliver: Callable[[Work], object]) -> None:
        """Its result is there; it ends when that is made into candidates."""
        if not work.ended:
            work.fraction, work.note = 1.0, say(PHASES[4])
            deliver(work)
            self._studio.changed.emit(work)


def heard(board: Board, work: Work, event: Event) -> None:
    """Tell how a job stands."""
    body = event.body
    if isinstance(body, messages.QueuedEvent):
        board.queued(work, body.position)
    elif isinstance(body, messages.ProgressEvent):
        board.progress(work, body.fraction, body.phase)
    elif isinstance(body, messages.PreviewEvent):
        board.show(work, body.jpeg)


def _previewed(studio: Studio, work: Work, place: Bounds, image: Any) -> None:
    if not work.ended and not work.candidates:
        work.preview = (image, place)
        studio.changed.emit(work)


def _came(studio: Studio, work: Work, picture: Picture) -> Chore:
    """A finished picture becomes a candidate."""
    request = work.request
    if request is None:  # it has failed, and nothing is kept of it
        return
    context, size, anchor = request.plan.context, picture.pixels.extent, request.seen.anchor
    left, top = (picture.bounds.x, picture.bounds.y) if picture.bounds else (0, 0)
    bounds = Bounds(context.x + left, context.y + top, size.width, size.height)
    image = yield Aside(lambda: pictures.image_of(picture.pixels))
    small = yield Aside(lambda: pictures.thumbnail_image(image, pictures.SMALL))
    candidate = Candidate(picture, bounds, image, small, picture.index, anchor=anchor, margins=request.margins)
    work.came += 1
    work.candidates.append(candidate)
    work.candidates.sort(key=lambda each: each.index)
    work.preview = None
    studio.arrived.emit(work, candidate)
    studio.remembering.add(work, candidate)
    studio.tidy()
    if work.arrived:
        work.arrived(candidate)


def _end(studio: Studio, work: Work, number: int) -> Chore:
    """All have been painted: wait for those that are still converted."""
    while work.came < number and not work.ended:
        yield WAIT
    studio.finish(work)
