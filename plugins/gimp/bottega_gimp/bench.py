"""What the panel knows: the connection, the queue's jobs as they stand, and the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from . import board, handing, host
from .client import BottegaError, Entry, Session
from .laying import Place
from .remembering import history, job_of, place_for, wish_for
from .scene import Asked
from .wishes import Wish

SHOWN = 24
"""Entries of the history that are shown."""
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Job:
    """One of the queue's jobs, as the queue tells it."""

    number: int
    title: str
    state: str
    fraction: float
    position: int
    phase: str
    preview: int
    """Grows with each new picture; 0 while there is none."""
    error: str
    layer: int
    kept: bool
    """Its result could not be inserted, and waits for that."""
    parameters: dict[str, Any]

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        return self.state in ENDED


class Bench:
    """All methods are for the main thread and return at once. `changed` is called when anything is another."""

    def __init__(self, changed: Callable[[], object]) -> None:
        self.jobs: list[Job] = []
        self.history: list[Entry] = []
        self._changed = changed
        self._kept = history()
        self.session = self._open()
        self.read_history()

    def reconnect(self, chosen: host.Settings) -> None:
        """Take other settings, here and for the queue's next job. With the same ones only look for the daemon again:
        what is being sent to it goes on."""
        if chosen == self._met:
            self.session.look()
            return
        host.keep_settings(chosen)
        self.session.close(patience=0)
        self.session = self._open()
        self._changed()

    def look(self) -> int | None:
        """See how the queue's jobs stand; gives the image for which the panel is wanted in front, 0 for none.

        Raises BottegaError if the queue is gone.
        """
        handing.check_queue()
        board.show_panel()
        jobs = [Job(**each) for each in board.jobs()]
        if jobs != self.jobs:
            done = sum(job.state == "done" for job in jobs) != sum(job.state == "done" for job in self.jobs)
            self.jobs = jobs
            if done:
                self.read_history()
            self._changed()
        return board.wanted()

    def preview(self, job: Job) -> bytes:
        """The newest picture of a job, a JPEG."""
        return board.preview(job.number)

    def cancel(self, job: Job) -> None:
        """Ask a job to end, or throw a result away that waits. Raises BottegaError."""
        handing.tell("cancel", number=job.number)

    def insert(self, job: Job, *, fresh: bool) -> None:
        """Try again to insert what could not be, into its image or a `fresh` one. Raises BottegaError."""
        handing.tell("insert", number=job.number, fresh=fresh)

    def send(self, wish: Wish, asked: Asked, wrong: Callable[[BottegaError], object]) -> None:
        """Send a job in the background, and have the queue follow it. Raises BottegaError if there is no queue."""
        handing.check_queue()
        enqueue = self._enqueuing(wish, asked.place, wrong)
        self.session.in_background(lambda: handing.send(wish, asked), enqueue, wrong)

    def again(self, entry: Entry, image: Gimp.Image | None, wrong: Callable[[BottegaError], object]) -> None:
        """Have what was made before once more, in an image or a new one. Raises ValueError for a strange entry."""
        wish, place = wish_for(entry), place_for(entry, image)
        self.session.in_background(lambda: job_of(entry), self._enqueuing(wish, place, wrong), wrong)

    def read_history(self) -> None:
        """Look up what was made, in the background."""
        self.session.in_background(lambda: self._kept.entries(SHOWN), self._take_history)

    def close(self) -> None:
        """Hang up."""
        self.session.close()

    def _open(self) -> Session:
        self._met = host.settings()
        return host.open_session(lambda _news: self._changed(), lambda _news: self._changed())

    def _take_history(self, entries: list[Entry]) -> None:
        self.history = entries
        self._changed()

    def _enqueuing(self, wish: Wish, place: Place, wrong: Callable[[BottegaError], object]) -> Callable[[str], None]:
        """What hands a job to the queue, or takes it back; a session would only log what that raises."""

        def enqueue(job: str) -> None:
            try:
                handing.enqueue(job, wish, place)
            except BottegaError as error:
                self.session.in_background(lambda: handing.take_back(job), lambda _done: None)
                wrong(error)

        return enqueue
