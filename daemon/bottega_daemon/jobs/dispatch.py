"""Between the book and the workers: sends out who is next, writes down what workers say, tells watchers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from bottega_daemon.errors import Overloaded
from bottega_daemon.jobs.book import Book
from bottega_daemon.jobs.events import Numbered, Passing, Queued
from bottega_daemon.jobs.executor import Executor, Facts
from bottega_daemon.jobs.queue import Usage, Waiting, expected_waits, in_order
from bottega_daemon.jobs.states import MAX_ATTEMPTS, Failure, Picture
from bottega_daemon.jobs.store import Change, Store
from bottega_daemon.jobs.watching import Watchers
from bottega_daemon.worker import protocol
from bottega_daemon.worker.protocol import Event, Preview, Progress, Run

log = logging.getLogger(__name__)

USAGE_MEMORY = 6 * 3600.0
"""Seconds of history that a new daemon reads; older use has faded to nearly nothing."""
DISK_RETRY = 2.0

P = ParamSpec("P")
T = TypeVar("T")


class Dispatcher:
    """Keeps workers supplied. It is the executor's listener; `wake` makes it look at the queue again."""

    def __init__(self, book: Book, watchers: Watchers) -> None:
        self._book = book
        self._watchers = watchers
        self._executor: Executor | None = None
        self._usage = Usage()
        self._running: dict[str, Waiting] = {}
        self._cancelling: set[str] = set()
        self._changed = asyncio.Event()

    async def recover(self, executor: Executor) -> None:
        """Read what an earlier daemon left; what it was running waits again."""
        self._executor = executor
        now = time.time()
        for change in await self._book.ask(Store.recover, now):
            log.warning("job %s was under way when the daemon ended; now it is %s", change.job_id, change.state)
        for person, seconds, work, ended in await self._book.ask(Store.history, now - USAGE_MEMORY):
            self._usage.add(person, seconds, work, ended)
        self.wake()

    async def stop(self) -> None:
        """End the workers, and put what they were doing back into the queue unless it was to be cancelled."""
        for job_id in await self._executor.stop() if self._executor else ():
            await self._book.ask(Store.put_back, job_id, time.time())

    def facts(self) -> list[Facts]:
        """How the workers are."""
        return self._executor.facts() if self._executor else []

    def wake(self) -> None:
        """Something changed: a job came, ended, or has a new watcher."""
        self._changed.set()

    async def run(self) -> None:
        """Send out work whenever something changes, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._send_what_fits()
            except Overloaded as error:
                log.error("%s", error)
                await asyncio.sleep(DISK_RETRY)
                self.wake()

    def asked_to_end(self, change: Change) -> None:
        """The book has noted that a job shall end: tell whoever has to know."""
        self._publish(change)
        self.wake()
        if change.state == "running" and self._executor:
            self._cancelling.add(change.job_id)  # for one that is between the book and the worker just now
            self._executor.cancel(change.job_id)

    def tell_watched(self, job_id: str) -> None:
        """A job's watchers changed; its worker needs to know whether previews are wanted."""
        if self._executor and job_id in self._running:
            self._executor.watch(job_id, self._watchers.wants_previews(job_id))

    # The queue

    async def _send_what_fits(self) -> None:
        executor = self._executor
        assert executor
        now = time.time()
        rate = self._usage.rate or 1e-6
        used = dict(self._usage.recent(now))
        for job in self._running.values():
            used[job.person] = used.get(job.person, 0.0) + job.work * rate
        waiting = in_order(await self._book.ask(Store.waiting), used, rate, now)
        left: list[Waiting] = []
        closed, drained = False, False
        for job in waiting:
            run, alone = Run(job.job_id, job.person, job.spec), _runs_alone(job)
            passes = not drained and (not closed or job.priority == "live")
            if passes and executor.room(run, alone):
                await self._begin(executor, job, run, alone)
                continue
            left.append(job)
            closed = True  # whoever is first stays first: smaller jobs do not slip past a large one,
            drained = drained or alone  # and not even live ones past one that needs a worker to itself
        self._tell_positions(left, now)

    async def _begin(self, executor: Executor, job: Waiting, run: Run, alone: bool) -> None:
        """Note in the book that a job begins, then send it."""
        change = await self._book.ask(Store.claim, job.job_id, time.time())
        if change is None:  # cancelled a moment ago
            return
        self._running[job.job_id] = job
        executor.run(run, alone)
        self._publish(change)
        if job.job_id in self._cancelling:
            executor.cancel(job.job_id)
        if self._watchers.wants_previews(job.job_id):
            executor.watch(job.job_id, watched=True)

    def _tell_positions(self, line: Sequence[Waiting], now: float) -> None:
        """Tell watchers of waiting jobs how far they are from the front."""
        under_way = sum(job.work for job in self._running.values())
        waits = expected_waits(line, under_way, max(1, len(self.facts())), self._usage.rate)
        for position, (job, wait) in enumerate(zip(line, waits, strict=True)):
            self._tell(job.job_id, Queued(position, wait))

    # What workers say

    async def heard(self, event: Event) -> None:
        """Write down what a worker said of a job, and pass it on."""
        match event:
            case Progress() | Preview():
                self._tell(event.job_id, event)
            case protocol.Picture():
                picture = Picture(event.index, event.seed, event.image, event.bounds, event.mask)
                self._publish(await self._write(Store.add_picture, event.job_id, picture, time.time()))
            case protocol.Succeeded():
                await self._succeeded(event)
            case protocol.Failed():
                failure = Failure(event.reason, event.message, event.remedy, event.field)
                await self._over(event.job_id, Store.fail, event.job_id, failure, time.time())
            case protocol.Cancelled():
                await self._over(event.job_id, Store.cancelled, event.job_id, time.time())
            case _:  # the book noted the start when it sent the job
                pass

    async def lost(self, job_ids: Sequence[str], why: str) -> None:
        """A worker is gone: its jobs run again, unless they were begun too often."""
        for job_id in job_ids:
            await self._over(job_id, Store.lost, job_id, why, time.time())

    async def _succeeded(self, event: protocol.Succeeded) -> None:
        job = self._running.get(event.job_id)
        if job:
            self._usage.add(job.person, event.device_seconds, job.work, time.time())
        seconds, calls, shared = event.device_seconds, event.model_calls, event.shared_calls
        await self._over(event.job_id, Store.succeed, event.job_id, seconds, calls, shared, time.time())

    async def _over(
        self,
        job_id: str,
        method: Callable[Concatenate[Store, P], Change | None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """A job is off its worker, one way or another."""
        self._publish(await self._write(method, *args, **kwargs))
        self._running.pop(job_id, None)
        self._cancelling.discard(job_id)
        self.wake()

    async def _write(self, method: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Change the book, however long the disk stays full: what a worker has done must not be lost for that."""
        while True:
            try:
                return await self._book.ask(method, *args, **kwargs)
            except Overloaded as error:  # noqa: PERF203
                log.error("%s", error)
                await asyncio.sleep(DISK_RETRY)

    def _publish(self, change: Change | None) -> None:
        if change and change.event:
            self._watchers.publish(change.job_id, change.event)

    def _tell(self, job_id: str, event: Passing) -> None:
        self._watchers.publish(job_id, Numbered(0, time.time(), event))


def _runs_alone(job: Waiting) -> bool:
    """Whether a job has been lost so often that it may be what kills workers; its last try endangers no other."""
    return job.attempt >= MAX_ATTEMPTS - 1
