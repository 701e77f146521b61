"""A request handed in and followed: what is heard of it, what comes of it, and the second pass of large ones.

A large selection is composed at a size that the model composes well at, and each candidate is then refined.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from . import asking, pictures
from .client import Bounds, Event, JobCancelled, Picture, Session, messages
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
    if work.unwanted:
        raise JobCancelled
    work.state = "queued"
    refines = request.second is not None and not work.live
    came = partial(_refine, studio, work, session) if refines else partial(_came, studio, work)
    ticket = session.submit(
        request.task,
        on_event=partial(_heard, studio, work, (0.0, 0.5 if refines else 1.0)),
        on_picture=lambda picture: studio.main.chore("picture", came(picture), partial(studio.fail, work)),
        on_done=lambda found: studio.main.chore("end", _end(studio, work, len(found)), partial(studio.fail, work)),
        on_error=partial(studio.fail, work),
        priority="live" if replaces else "interactive",
        title=work.title[:80],
        replaces_key=replaces,
        previews=not replaces,
    )
    work.tickets.append(ticket)
    studio.changed.emit(work)


def _refine(studio: Studio, work: Work, session: Session, composed: Picture) -> Chore:
    """Have a composed picture refined."""
    request = work.request
    assert request is not None
    if work.unwanted:
        raise JobCancelled
    ticket = session.submit(
        lambda: asking.refined(request, composed),
        on_event=partial(_heard, studio, work, (0.5, 0.5)),
        on_picture=lambda picture: studio.main.chore(
            "picture", _came(studio, work, picture, composed.index), partial(studio.fail, work)
        ),
        on_error=partial(studio.fail, work),
        title=work.title[:80],
    )
    work.tickets.append(ticket)
    yield None


def _heard(studio: Studio, work: Work, part: tuple[float, float], event: Event) -> None:
    """An event of a job that is this part of the work: where it begins, and how much of it."""
    body = event.body
    if isinstance(body, messages.QueuedEvent):
        work.note = say("{place}. in the queue", place=body.position + 1)
    elif isinstance(body, messages.ProgressEvent):
        work.state, work.note = "running", say(PHASES.get(int(body.phase), "Painting"))
        work.fraction = max(work.fraction, part[0] + part[1] * body.fraction)
    elif isinstance(body, messages.PreviewEvent) and work.request:
        place = work.request.plan.context
        shown = partial(_previewed, studio, work, place)
        studio.main.aside(lambda: pictures.decoded(body.jpeg), shown, log.warning)
        return
    studio.changed.emit(work)


def _previewed(studio: Studio, work: Work, place: Bounds, image: Any) -> None:
    if not work.ended and not work.candidates:
        work.preview = (image, place)
        studio.changed.emit(work)


def _came(studio: Studio, work: Work, picture: Picture, index: int | None = None) -> Chore:
    """A finished picture becomes a candidate."""
    assert work.request
    context, size = work.request.plan.context, picture.pixels.extent
    left, top = (picture.bounds.x, picture.bounds.y) if picture.bounds else (0, 0)
    bounds = Bounds(context.x + left, context.y + top, size.width, size.height)
    image = yield Aside(lambda: pictures.image_of(picture.pixels))
    candidate = Candidate(picture, bounds, image, picture.index if index is None else index)
    work.candidates.append(candidate)
    work.candidates.sort(key=lambda each: each.index)
    work.preview = None
    studio.arrived.emit(work, candidate)
    if work.arrived:
        work.arrived(candidate)


def _end(studio: Studio, work: Work, number: int) -> Chore:
    """All have been composed: wait for those that are still refined or converted."""
    while len(work.candidates) < number and not work.ended:
        yield WAIT
    if not work.ended:
        work.state, work.fraction, work.note = "done", 1.0, ""
        work.seconds = time.monotonic() - work.begun
        studio.changed.emit(work)
