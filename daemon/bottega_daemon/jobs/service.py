"""What can be done with jobs: hand one in, follow it, look at it, end it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any, TypeVar

import msgspec

from bottega_daemon.blobs import Blobs
from bottega_daemon.jobs.book import Book
from bottega_daemon.jobs.dispatch import Dispatcher
from bottega_daemon.jobs.events import Heartbeat, Numbered, Passing
from bottega_daemon.jobs.executor import Executor, Facts
from bottega_daemon.jobs.states import Job, State, Submission
from bottega_daemon.jobs.store import Accepted, Store
from bottega_daemon.jobs.sweep import sweep_forever
from bottega_daemon.jobs.watching import Watchers

log = logging.getLogger(__name__)

HEARTBEAT = 8.0
"""Seconds of silence after which a watcher hears that the connection lives (the contract says 10)."""

T = TypeVar("T")


class JobService:
    """The book at work. Build it, `start` it with its executor, `stop` it in the end; other methods only between."""

    def __init__(self, book: Book, blobs: Blobs, retention: float) -> None:
        self._book = book
        self._watchers = Watchers(self._watching_changed)
        self.dispatcher = Dispatcher(book, self._watchers)
        self._sweeping = (book, blobs, retention)
        self._patience: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.broken = asyncio.Event()
        """Set when the work in the background has ended though nobody stopped it: a daemon that only takes jobs in and
        never does them had better end."""

    async def start(self, executor: Executor) -> None:
        """Take up what an earlier daemon left, and begin to work."""
        await self.dispatcher.recover(executor)
        for job in await self._book.ask(Store.waiting):
            self._expect_watcher(job.job_id, job.spec.cancel_when_unwatched_after)
        for work in (self.dispatcher.run(), sweep_forever(*self._sweeping)):
            self._spawn(work).add_done_callback(self._stopped)

    def end_watches(self) -> None:
        """Tell every watcher that there will be no more events."""
        self._watchers.close()

    async def stop(self) -> None:
        """Stop the workers, put what ran back in its place, and close the book."""
        self.end_watches()
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.dispatcher.stop()
        self._book.close()

    async def submit(self, wish: Submission) -> Accepted:
        """Write a job down; returns when it is safe on disk. Raises Overloaded when the queue is full."""
        return await asyncio.shield(self._spawn(self._submit(wish)))

    async def cancel(self, job_id: str, person: str) -> Job:
        """Ask for a job's end and return it as it stands. Raises NotFound."""
        return await asyncio.shield(self._spawn(self._cancel(job_id, person)))

    async def get(self, job_id: str, person: str) -> Job:
        """A job as it stands. Raises NotFound."""
        return await self._book.ask(Store.job, job_id, person)

    async def list(self, person: str, states: Iterable[State], limit: int, before: int) -> list[Job]:
        """A person's jobs in these states (none = all), newest first, numbered below `before`."""
        return await self._book.ask(Store.jobs, person, states, limit, before)

    async def counts(self) -> tuple[int, int]:
        """Jobs that wait, and jobs that run."""
        return await self._book.ask(Store.counts)

    def workers(self) -> list[Facts]:
        """How the workers are, one for each device."""
        return self.dispatcher.facts()

    async def watch(self, job_id: str, person: str, after: int, previews: bool) -> AsyncIterator[Numbered]:
        """A job's events above a number until it ends. Raises NotFound, and Closed when the daemon stops."""
        with self._watchers.watching(job_id, previews) as mailbox:
            job = await self._book.ask(Store.job, job_id, person)
            last = min(after, job.last_event)
            letters = await self._book.ask(Store.events, job_id, last)
            if job.final and not letters:
                return
            self.dispatcher.wake()  # which tells the newcomer its position
            while True:
                for letter in letters:
                    passing = isinstance(letter.event, Passing)
                    if not passing and letter.number <= last:
                        continue
                    last = last if passing else letter.number
                    yield msgspec.structs.replace(letter, number=last)
                    if letter.final:
                        return
                letters = await mailbox.take(HEARTBEAT) or [Numbered(last, time.time(), Heartbeat())]

    async def _submit(self, wish: Submission) -> Accepted:
        accepted = await self._book.ask(Store.accept, wish, time.time())
        for change in accepted.replaced:
            self.dispatcher.asked_to_end(change)
        if not accepted.duplicate:
            self._expect_watcher(accepted.job.job_id, wish.spec.cancel_when_unwatched_after)
            self.dispatcher.wake()
        return accepted

    async def _cancel(self, job_id: str, person: str | None) -> Job:
        change = await self._book.ask(Store.ask_cancel, job_id, person, time.time())
        self.dispatcher.asked_to_end(change)
        return await self._book.ask(Store.job, job_id)

    def _expect_watcher(self, job_id: str, patience: float) -> None:
        """Cancel the job once nobody has watched it for `patience` seconds; 0 = never."""
        if patience > 0:
            self._patience[job_id] = patience
            self._watching_changed(job_id)

    def _watching_changed(self, job_id: str) -> None:
        """A watcher came or went."""
        self.dispatcher.tell_watched(job_id)
        timer = self._timers.pop(job_id, None)
        if timer:
            timer.cancel()
        if job_id in self._patience and not self._watchers.anybody(job_id):
            loop = asyncio.get_running_loop()
            self._timers[job_id] = loop.call_later(self._patience[job_id], self._give_up, job_id)

    def _give_up(self, job_id: str) -> None:
        self._timers.pop(job_id, None)
        self._patience.pop(job_id, None)
        self._spawn(self._cancel(job_id, None))

    def _stopped(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled():
            log.critical("the daemon's own work has ended", exc_info=task.exception())
            self.broken.set()

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Work that is finished even if whoever asked for it has gone."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
