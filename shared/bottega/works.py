"""A host's jobs as its panel lists them: how each stands, from the click to its result in the document.

Everything here runs on the host's main thread and returns at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from bottega import messages as m
from bottega.errors import BottegaError, JobCancelled
from bottega.events import Event, Picture
from bottega.following import as_error
from bottega.session import Session
from bottega.tasks import Task

State: TypeAlias = Literal["reading", "queued", "running", "finishing", "done", "failed", "cancelled"]
Deliver: TypeAlias = "Callable[[Work, list[Picture]], object]"
ENDED = frozenset({"done", "failed", "cancelled"})
KEPT = 24
"""Ended jobs that stay in the list."""
PHASES = {
    m.Phase.LOADING: "Loading the model",
    m.Phase.PREPARING: "Preparing",
    m.Phase.DENOISING: "Painting",
    m.Phase.UPSCALING: "Enlarging",
    m.Phase.FINISHING: "Finishing",
}
"""What is shown for each phase; hosts translate it."""


class Cancellable(Protocol):
    """What a job under way is cancelled by: a `Ticket`, or something that holds several."""

    def cancel(self) -> None:
        """Ask for the end."""


@dataclass(eq=False)
class Work:
    """A job of this host."""

    number: int
    title: str
    parameters: dict[str, Any]
    """What was asked for, as the host keeps it: it travels with the result."""
    state: State = "reading"
    fraction: float = 0.0
    position: int = 0
    """Jobs before it, while it is queued."""
    phase: str = ""
    """A value of PHASES while it runs."""
    preview: bytes = b""
    """The newest one, a JPEG; dropped when the job ends."""
    pictures: list[Picture] = field(default_factory=list[Picture])
    """What came of it."""
    error: BottegaError | None = None
    result: Any = None
    """What the host made of the pictures, as `deliver` returned it."""
    waits: bool = False
    """It has ended, but the host can still put its result into the document: it stays in the list."""
    ticket: Cancellable | None = None

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        return self.state in ENDED


class Works:
    """All jobs of a host, the newest first. `changed` is called with each that stands otherwise than before."""

    def __init__(self, changed: Callable[[Work], object], kept: int = KEPT) -> None:
        self.list: list[Work] = []
        self._changed = changed
        self._kept = kept
        self._numbers = itertools.count(1)

    @property
    def active(self) -> list[Work]:
        """Those that have not ended, the oldest first."""
        return [work for work in reversed(self.list) if not work.ended]

    def find(self, number: int) -> Work | None:
        """The job of this number, None if it is no longer listed."""
        return next((work for work in self.list if work.number == number), None)

    def add(self, title: str, parameters: dict[str, Any]) -> Work:
        """A new job, whose task is not known yet. Old ended ones leave the list, but for those that wait."""
        work = Work(next(self._numbers), title, parameters)
        self.list.insert(0, work)
        ended = [each for each in self.list if each.ended and not each.waits]
        self.list = [each for each in self.list if each not in ended[self._kept :]]
        self._changed(work)
        return work

    def submit(
        self, work: Work, session: Session, task: Task | Callable[[], Task], deliver: Deliver, **wishes: Any
    ) -> None:
        """Hand a job in; `deliver` is given all its pictures and puts them into the document. `wishes` are
        `Session.submit`'s (priority, cancel_when_unwatched_after …)."""
        if work.ended:
            return
        work.state = "queued"
        work.ticket = session.submit(
            task,
            on_event=lambda event: self._heard(work, event),
            on_done=lambda pictures: self._arrived(work, pictures, deliver),
            on_error=lambda error: self.fail(work, error),
            title=work.title[:80],
            **wishes,
        )
        self._changed(work)

    def follow(self, work: Work, session: Session, job_id: str, deliver: Deliver) -> None:
        """Take up a job that is in the daemon's book already, as `submit` does a new one."""
        work.ticket = session.follow(
            job_id,
            on_event=lambda event: self._heard(work, event),
            on_done=lambda pictures: self._arrived(work, pictures, deliver),
            on_error=lambda error: self.fail(work, error),
        )
        self._changed(work)

    def cancel(self, work: Work) -> None:
        """Ask a job to end."""
        if work.ticket:
            work.ticket.cancel()
        else:
            self.fail(work, JobCancelled())

    def fail(self, work: Work, error: Exception) -> None:
        """A job has ended badly."""
        if work.ended:
            return
        work.error = as_error(error)
        self._end(work, "cancelled" if isinstance(error, JobCancelled) else "failed")

    def forget(self, work: Work) -> None:
        """Take an ended job from the list."""
        if work.ended and work in self.list:
            self.list.remove(work)
            self._changed(work)

    def queued(self, work: Work, position: int) -> None:
        """So many jobs are before it."""
        work.position = position
        self._changed(work)

    def progress(self, work: Work, fraction: float, phase: m.Phase) -> None:
        """A job is under way."""
        work.state, work.fraction, work.phase = "running", fraction, PHASES.get(phase, "")
        self._changed(work)

    def show(self, work: Work, jpeg: bytes) -> None:
        """A newer picture of a job."""
        work.preview = jpeg
        self._changed(work)

    def finish(self, work: Work, deliver: Callable[[Work], object]) -> None:
        """A job's result is there: `deliver` puts it into the document."""
        if work.ended:
            return
        work.state, work.fraction, work.phase = "finishing", 1.0, PHASES[m.Phase.FINISHING]
        self._changed(work)
        try:
            work.result = deliver(work)
        except Exception as error:  # noqa: BLE001  # the host's own: shown with the job, whatever it is
            self.fail(work, error)
        else:
            self._end(work, "done")

    def _heard(self, work: Work, event: Event) -> None:
        body = event.body
        if isinstance(body, m.ProgressEvent):
            self.progress(work, body.fraction, body.phase)
        elif isinstance(body, m.PreviewEvent):
            self.show(work, body.jpeg)
        elif isinstance(body, m.QueuedEvent):
            self.queued(work, body.position)

    def _arrived(self, work: Work, pictures: list[Picture], deliver: Deliver) -> None:
        work.pictures = pictures
        self.finish(work, lambda each: deliver(each, pictures))

    def _end(self, work: Work, state: State) -> None:
        work.state, work.phase, work.preview = state, "", b""
        self._changed(work)
