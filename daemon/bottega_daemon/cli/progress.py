"""A job's events as a progress bar on standard error."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Protocol

from bottega import messages as m
from bottega.events import Event
from bottega_daemon.cli.say import errors, safe

PHASES: dict[m.Phase, str] = {
    m.Phase.LOADING: "loading models",
    m.Phase.PREPARING: "preparing",
    m.Phase.DENOISING: "painting",
    m.Phase.UPSCALING: "upscaling",
    m.Phase.FINISHING: "finishing",
}


class Display(Protocol):
    """Told about a job's events."""

    def __call__(self, event: Event) -> None:
        """Show an event."""
        ...


class Timings:
    """Seconds that each phase of a job took, as its follower saw it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._phase, self._since = "waiting", time.monotonic()

    def __call__(self, event: Event) -> None:
        """Note when the phase changes."""
        name = self._phase
        if isinstance(event.body, m.ProgressEvent) and event.body.phase in PHASES:
            name = PHASES[event.body.phase]
        if name != self._phase or event.final:
            now = time.monotonic()
            self.seconds[self._phase] = round(self.seconds.get(self._phase, 0.0) + now - self._since, 3)
            self._phase, self._since = name, now


class Bar:
    """A progress bar: place in the queue, phase, step. Shows nothing if quiet, or where nobody would see it."""

    def __init__(self, title: str, *, quiet: bool) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = errors()
        columns = (
            TextColumn("{task.fields[title]}", table_column=None),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
        self._task = self._progress.add_task("asking", total=1.0, title=safe(title[:40]))

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        description, fraction = told(event)
        self._progress.update(self._task, description=description, completed=fraction)


def told(event: Event) -> tuple[str, float | None]:
    """An event in words, and how far the job is (None: as before)."""
    match event.body:
        case m.QueuedEvent():
            return _waiting(event.body), 0.0
        case m.StartedEvent():
            again = f" (attempt {event.body.attempt})" if event.body.attempt > 1 else ""
            return f"started{again}", None
        case m.ProgressEvent():
            phase = PHASES.get(event.body.phase, "working")
            step = f", step {event.body.step} of {event.body.steps}" if event.body.phase == m.Phase.DENOISING else ""
            return phase + step, event.body.fraction
        case m.PictureEvent():
            index = event.body.picture.index if event.body.picture else 0
            return f"picture {index + 1} is done", None
        case m.PreviewEvent():
            return "painting", None
        case m.SucceededEvent():
            return "done", 1.0
        case _:
            return event.kind, None


def _waiting(queued: m.QueuedEvent) -> str:
    place = "next in line" if queued.position == 0 else f"{queued.position} ahead"
    return place + (f", about {queued.expected_wait:.0f} s" if queued.expected_wait is not None else "")
