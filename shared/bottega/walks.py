"""A walk carried out by a session, as one job of a panel: round by round, pixels reckoned in the background."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from bottega import messages as m
from bottega.errors import BottegaError, JobCancelled
from bottega.events import Event, Picture
from bottega.following import Ticket
from bottega.planning import Plan
from bottega.planning.walking import Walk
from bottega.session import Session
from bottega.tasks import Inpaint
from bottega.works import Cancellable


class Listed(Protocol):
    """A job of a panel, as `works.Work` is one."""

    fraction: float
    ticket: Cancellable | None

    @property
    def title(self) -> str:
        """What lists show."""
        ...

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        ...


W = TypeVar("W", bound=Listed)


class Book(Protocol[W]):
    """Who is told how a job stands, on the main thread: `works.Works`, or a host's own."""

    def queued(self, work: W, position: int) -> None:
        """So many jobs are before it."""

    def progress(self, work: W, fraction: float, phase: m.Phase) -> None:
        """It is under way."""

    def show(self, work: W, jpeg: bytes) -> None:
        """There is a newer picture of it."""

    def fail(self, work: W, error: Exception) -> None:
        """It has ended badly."""

    def finish(self, work: W, deliver: Callable[[W], object]) -> None:
        """Its result is there: `deliver` puts it into the document."""


@dataclass(frozen=True)
class _End:
    """What a walk returned."""

    contexts: list[Any]


class Errand(Generic[W]):
    """The walk of one work. `deliver` is given the contexts on the main thread. `wishes` are `Session.submit`'s."""

    def __init__(
        self,
        works: Book[W],
        work: W,
        session: Session,
        walk: Walk,
        rounds: int,
        deliver: Callable[[W, list[Any]], object],
        **wishes: Any,
    ) -> None:
        self._works, self._work, self._session = works, work, session
        self._walk, self._rounds, self._deliver, self._wishes = walk, max(rounds, 1), deliver, wishes
        self._round = -1
        self._tickets: list[Ticket] = []
        self._found: dict[int, list[Picture]] = {}
        self._unwanted = False

    def begin(self) -> None:
        """Ask for the first round."""
        self._work.ticket = self
        self._go_on(lambda: next(self._walk))

    def cancel(self) -> None:
        """End it, wherever it stands."""
        self._unwanted = True
        for ticket in self._tickets:
            ticket.cancel()
        if not self._tickets:
            self._fail(JobCancelled())

    def _go_on(self, step: Callable[[], list[Inpaint]]) -> None:
        def stepped() -> list[Inpaint] | _End:
            try:
                return step()
            except StopIteration as end:
                return _End(end.value)

        self._session.in_background(stepped, self._next, self._fail)

    def _next(self, wanted: list[Inpaint] | _End) -> None:
        if self._unwanted:
            return self._fail(JobCancelled())
        if isinstance(wanted, _End):
            return self._works.finish(self._work, lambda work: self._deliver(work, wanted.contexts))
        self._round += 1
        self._found = {}
        self._tickets = [self._submit(index, job, len(wanted)) for index, job in enumerate(wanted)]
        return None

    def _submit(self, index: int, job: Inpaint, count: int) -> Ticket:
        return self._session.submit(
            job,
            on_event=self._heard,
            on_done=lambda pictures: self._came(index, pictures, count),
            on_error=self._fail,
            title=self._work.title[:80],
            **self._wishes,
        )

    def _heard(self, event: Event) -> None:
        body = event.body
        if isinstance(body, m.ProgressEvent):
            whole = min((self._round + body.fraction) / self._rounds, 1.0)
            self._works.progress(self._work, max(self._work.fraction, whole), body.phase)
        elif isinstance(body, m.QueuedEvent) and self._round == 0:  # later ones follow at once
            self._works.queued(self._work, body.position)
        elif isinstance(body, m.PreviewEvent) and self._round == 0:  # later ones may show a tile alone
            self._works.show(self._work, body.jpeg)

    def _came(self, index: int, pictures: list[Picture], count: int) -> None:
        self._found[index] = pictures
        if len(self._found) == count and not self._work.ended:
            self._tickets = []
            layers = [self._found[number] for number in range(count)]
            self._go_on(lambda: self._walk.send(layers))

    def _fail(self, error: BottegaError) -> None:
        for ticket in self._tickets:
            with suppress(RuntimeError):
                ticket.cancel()
        self._tickets = []
        self._works.fail(self._work, error)


def rounds_of(plan: Plan) -> int:
    """How many rounds the walk of a plan takes, tiles that nothing is selected of included."""
    first = plan.passes[0]
    return (1 if first.tiles else 0) + sum(max(len(each.tiles), 1) for each in plan.passes)


def seen_alone(plan: Plan) -> Plan:
    """The plan of the context as a canvas of its own: for hosts that hold nothing else of the picture."""
    context = plan.context
    selection, result = (
        each.seen_from(context).within(context.extent.bounds) for each in (plan.selection, plan.result)
    )
    bounds = context.extent.bounds
    return replace(plan, canvas=context.extent, room=bounds, selection=selection, result=result, context=bounds)
