"""A job service with one fake worker, and what its tests do with it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from bottega_daemon.blobs import Blobs
from bottega_daemon.jobs.book import Book
from bottega_daemon.jobs.events import Heartbeat, Numbered, Queued
from bottega_daemon.jobs.local import LocalExecutor
from bottega_daemon.jobs.service import JobService
from bottega_daemon.jobs.states import Job
from bottega_daemon.spec import JobSpec
from bottega_daemon.worker.protocol import Preview, Progress, Ready, Setup
from tests.daemon import ROOT
from tests.jobs.fake_worker import COMMAND
from tests.jobs.kit import wish

PATIENCE = 15.0


def asynchronous(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """Run a test in an event loop of its own, for a bounded time, where workers find the modules that they need."""

    @wraps(test)
    def run(tmp_path: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", os.pathsep.join(str(path) for path in (ROOT, ROOT / "daemon", ROOT / "shared")))
            asyncio.run(asyncio.wait_for(test(tmp_path), PATIENCE))

    return run


class House:
    """A job service with one fake worker."""

    def __init__(self, home: Path, idle: float = 60.0) -> None:
        self.home = home
        blobs = home / "blobs"
        self.jobs = JobService(Book(home / "book.sqlite3"), Blobs(blobs), 86_400)
        setup = Setup("cpu", str(blobs), ())
        self.executor = LocalExecutor([setup], COMMAND, idle, self.jobs.dispatcher)

    async def submit(self, job: JobSpec, person: str = "ada") -> str:
        """A new job's id."""
        return (await self.jobs.submit(wish(job, person))).job.job_id

    async def told(self, job_id: str, after: int = 0, person: str = "ada", previews: bool = False) -> list[Numbered]:
        """All events of a job until it ends, heartbeats aside."""
        watch = self.jobs.watch(job_id, person, after, previews)
        return [letter async for letter in watch if not isinstance(letter.event, Heartbeat)]

    async def ended(self, job_id: str) -> Job:
        """The job when it has ended."""
        await self.told(job_id)
        return await self.jobs.get(job_id, "ada")

    async def until(self, job_id: str, state: str) -> None:
        """Wait until a job is in a state."""
        while (await self.jobs.get(job_id, "ada")).state != state:  # noqa: ASYNC110  what is tested must not be told
            await asyncio.sleep(0.01)

    async def ready(self) -> Ready:
        """What the worker said when it started, once it has."""
        while (ready := self.jobs.workers()[0].ready) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return ready

    async def asleep(self) -> None:
        """Wait until the worker has gone."""
        while self.jobs.workers()[0].state != "asleep":  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def go(self) -> None:
        """Let jobs that hold go on."""
        (self.home / "go").touch()

    def attempts(self) -> list[str]:
        """Job ids in the order in which workers began them."""
        return (self.home / "attempts").read_text().split()


@asynccontextmanager
async def house(home: Path, idle: float = 60.0) -> AsyncGenerator[House]:
    """A house that is open for the length of a block."""
    opened = House(home, idle)
    await opened.jobs.start(opened.executor)
    try:
        yield opened
    finally:
        await opened.jobs.stop()


def lasting(letters: list[Numbered]) -> list[type]:
    """Kinds of the lasting events."""
    return [type(letter.event) for letter in letters if not isinstance(letter.event, (Queued, Progress, Preview))]
