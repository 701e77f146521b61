"""Ctrl-C, and being told to end: jobs that a command submitted do not outlive it."""

from __future__ import annotations

import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from bottega.errors import BottegaError, JobCancelled
from bottega.tasks import Task
from bottega_daemon.cli.say import note
from bottega_daemon.cli.settings import FINAL, state_of

if TYPE_CHECKING:
    from bottega.client import Client, JobHandle

UNWATCHED = 120.0
"""Seconds after which the daemon ends a job whose command was killed."""
FAREWELL = 20.0
"""Seconds to wait for cancelled jobs to end."""


@dataclass
class Submitting:
    """The jobs of one command by the ids of their requests; "" while the daemon has not answered."""

    client: Client
    job_ids: dict[str, str] = field(default_factory=dict)

    def submit(self, task: Task, title: str, unwatched: float = UNWATCHED) -> JobHandle:
        """Write a job into the book. Raises whatever the client raises."""
        request_id = uuid.uuid4().hex
        self.job_ids[request_id] = ""  # before the call: the daemon may have the job while its answer is on the way
        handle = self.client.submit(task, title=title, request_id=request_id, cancel_when_unwatched_after=unwatched)
        self.job_ids[request_id] = handle.job_id
        return handle

    def cancel(self) -> list[str]:
        """Cancel every job that the daemon has; their ids."""
        found = [job_id for job_id in self.job_ids.values() if job_id]
        if lost := {request_id for request_id, job_id in self.job_ids.items() if not job_id}:
            with suppress(BottegaError):
                found += [job.job_id for job in self.client.jobs(limit=20) if job.request_id in lost]
        for job_id in found:
            with suppress(BottegaError):
                self.client.cancel(job_id)
        return found


@contextmanager
def submitting(client: Client) -> Iterator[Submitting]:
    """What is submitted inside is cancelled if the block is interrupted, wherever in it, and JobCancelled raised."""
    jobs = Submitting(client)
    try:
        yield jobs
    except KeyboardInterrupt:
        _farewell(jobs)


def _farewell(jobs: Submitting) -> NoReturn:
    """Cancel, wait for the end and say so."""
    note("[yellow]cancelling …[/]")
    found, end = jobs.cancel(), time.monotonic() + FAREWELL
    if not found:
        raise JobCancelled("Interrupted before the job was accepted; nothing is left of it.") from None
    left = ""
    while time.monotonic() < end:
        states = [state_of(jobs.client.job(job_id)) for job_id in found]
        left = next((state for state in states if state not in FINAL), "")
        if not left:
            break
        time.sleep(0.1)
    said = f"The job was asked to end; it is {left} now." if left else "The job was cancelled."
    raise JobCancelled(said, job_id=found[-1]) from None


@contextmanager
def interruptible() -> Iterator[None]:
    """Being told to end (`kill`, a closed terminal) is an interrupt too."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
