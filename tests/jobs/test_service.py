"""The book at work with worker processes that die, dawdle and misbehave on demand."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from bottega_daemon.blobs import Blobs
from bottega_daemon.jobs import service as service_module
from bottega_daemon.jobs.book import Book
from bottega_daemon.jobs.events import Cancelled, Failed, Heartbeat, Numbered, PictureDone, Queued, Started, Succeeded
from bottega_daemon.jobs.local import LocalExecutor
from bottega_daemon.jobs.service import JobService
from bottega_daemon.jobs.states import Job
from bottega_daemon.jobs.watching import Closed
from bottega_daemon.spec import JobSpec
from bottega_daemon.worker.protocol import Preview, Progress, Ready, Setup
from tests.jobs.fake_worker import COMMAND
from tests.jobs.kit import spec, wish

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15.0


@pytest.fixture(autouse=True)
def _workers_find_us(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [str(ROOT), str(ROOT / "daemon"), str(ROOT / "shared")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def asynchronous(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """Run a test in an event loop of its own, for a bounded time."""

    @wraps(test)
    def run(tmp_path: Path) -> None:
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


@asynchronous
async def test_a_job_is_done_and_told(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        job_id = await opened.submit(spec(pictures=2))
        letters = await opened.told(job_id)
        assert lasting(letters) == [Started, PictureDone, PictureDone, Succeeded]
        assert [letter.number for letter in await opened.told(job_id, after=2)] == [3, 4]
        assert await opened.told(job_id, after=99) == []
        job = await opened.jobs.get(job_id, "ada")
        assert Blobs(tmp_path / "blobs").read(job.pictures[1].image.digest) == bytes([8]) * 768
        assert (job.device_seconds, job.model_calls) == (0.5, 2)


@asynchronous
async def test_progress_is_heard_by_all_and_previews_by_those_who_want_them(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        job_id = await opened.submit(spec("slow"))
        plain, curious = await asyncio.gather(opened.told(job_id), opened.told(job_id, previews=True))
        assert any(isinstance(letter.event, Progress) for letter in plain)
        assert not any(isinstance(letter.event, Preview) for letter in plain)
        assert any(isinstance(letter.event, Preview) for letter in curious)
        assert {letter.number for letter in curious if isinstance(letter.event, Preview)} == {1}


@asynchronous
async def test_a_job_whose_worker_dies_runs_again_and_ends_once(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        job_id = await opened.submit(spec("die-late", pictures=2))
        letters = await opened.told(job_id)
        assert lasting(letters) == [Started, PictureDone, Started, PictureDone, Succeeded]
        assert [letter.event for letter in letters if isinstance(letter.event, Started)] == [Started(1), Started(2)]
        assert [picture.index for picture in (await opened.jobs.get(job_id, "ada")).pictures] == [0, 1]


@asynchronous
async def test_a_worker_that_is_killed_from_outside_is_started_again(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        job_id = await opened.submit(spec("hold"))
        await opened.until(job_id, "running")
        os.kill((await opened.ready()).pid, signal.SIGKILL)
        opened.go()
        job = await opened.ended(job_id)
        assert (job.state, job.attempt) == ("succeeded", 2)


@asynchronous
async def test_a_job_that_kills_workers_fails_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        bad = await opened.submit(spec("die"))
        good = [await opened.submit(spec("slow"), person="ada") for _ in range(2)]
        assert [(await opened.ended(job_id)).state for job_id in good] == ["succeeded", "succeeded"]
        failed = await opened.ended(bad)
        assert failed.failure is not None
        assert (failed.state, failed.failure.reason, failed.attempt) == ("failed", "WORKER_DIED", 3)
        assert opened.attempts().count(bad) == 3
        assert all(opened.attempts().count(job_id) <= 3 for job_id in good)


@asynchronous
async def test_what_a_worker_reports_as_failed_is_told_with_its_remedy(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        letters = await opened.told(await opened.submit(spec("babble fail")))
        assert isinstance(letters[-1].event, Failed)
        assert letters[-1].event.failure.remedy == "Make it smaller."


@asynchronous
async def test_a_running_and_a_waiting_job_can_be_cancelled(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        running = await opened.submit(spec("hold", priority="batch", pictures=16))
        waiting = await opened.submit(spec(priority="batch"))
        await opened.until(running, "running")
        assert (await opened.jobs.get(waiting, "ada")).state == "queued"
        assert (await opened.jobs.cancel(waiting, "ada")).state == "cancelled"
        assert (await opened.jobs.cancel(running, "ada")).cancel_requested
        assert lasting(await opened.told(running)) == [Started, Cancelled]
        assert lasting(await opened.told(waiting)) == [Cancelled]
        assert (await opened.jobs.cancel(running, "ada")).state == "cancelled"


@asynchronous
async def test_a_watcher_of_a_waiting_job_hears_its_position(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        await opened.submit(spec("hold", priority="batch", pictures=16))
        ids = [await opened.submit(spec(priority="batch")) for _ in range(3)]
        watch = opened.jobs.watch(ids[2], "ada", 0, previews=False)
        first = await anext(watch)
        assert isinstance(first.event, Queued)
        assert first.event.position == 2
        await opened.jobs.cancel(ids[0], "ada")
        assert isinstance((second := await anext(watch)).event, Queued)
        assert second.event.position == 1
        opened.go()
        assert isinstance([letter async for letter in watch][-1].event, Succeeded)


@asynchronous
async def test_urgent_jobs_do_not_wait_for_room_and_batch_work_does(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        batch = [await opened.submit(spec("hold", priority="batch", pictures=4)) for _ in range(6)]
        live = await opened.submit(spec("hold", priority="live"))
        interactive = await opened.submit(spec("hold"))
        await opened.until(interactive, "running")
        await opened.until(live, "running")
        states = [(await opened.jobs.get(job_id, "ada")).state for job_id in batch]
        assert states == ["running"] * 4 + ["queued"] * 2
        opened.go()
        assert (await opened.ended(batch[-1])).state == "succeeded"


@asynchronous
async def test_small_jobs_do_not_slip_past_a_large_one(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        first = await opened.submit(spec("hold", priority="batch"))
        large = await opened.submit(spec(priority="batch", pictures=20))
        small = await opened.submit(spec(priority="batch"))
        await opened.until(first, "running")
        assert (await opened.jobs.get(small, "ada")).state == "queued"
        opened.go()
        assert (await opened.ended(small)).state == "succeeded"
        assert opened.attempts() == [first, large, small]


@asynchronous
async def test_a_newer_stroke_replaces_the_older(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        older = await opened.submit(spec("hold", priority="live", replaces="brush"))
        await opened.until(older, "running")
        newer = await opened.submit(spec("", priority="live", replaces="brush"))
        assert (await opened.ended(older)).state == "cancelled"
        assert (await opened.ended(newer)).state == "succeeded"


@asynchronous
async def test_a_job_that_nobody_watches_is_cancelled_if_it_asked_for_that(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        held = spec("hold")
        lonely = JobSpec(held.task, cancel_when_unwatched_after=0.2)
        watched, left = await opened.submit(lonely), await opened.submit(lonely)
        keeper = asyncio.create_task(opened.told(watched))
        assert (await opened.jobs.get(left, "ada")).state != "cancelled"
        await opened.until(left, "cancelled")
        await asyncio.sleep(0.3)
        assert (await opened.jobs.get(watched, "ada")).state == "running"
        keeper.cancel()
        await opened.until(watched, "cancelled")


@asynchronous
async def test_an_idle_worker_goes_and_a_new_one_comes(tmp_path: Path) -> None:
    async with house(tmp_path, idle=0.05) as opened:
        assert opened.jobs.workers()[0].state == "asleep"
        first = await opened.submit(spec())
        assert (await opened.ended(first)).state == "succeeded"
        before = await opened.ready()
        await opened.asleep()
        assert (await opened.ended(await opened.submit(spec()))).state == "succeeded"
        assert before.pid != (await opened.ready()).pid


@asynchronous
async def test_stopping_puts_running_jobs_back_without_counting_an_attempt(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        job_id = await opened.submit(spec("hold"))
        await opened.until(job_id, "running")
        watch = opened.jobs.watch(job_id, "ada", 0, previews=False)
        assert isinstance((await anext(watch)).event, Started)
        opened.jobs.end_watches()
        with pytest.raises(Closed):
            await anext(watch)
    async with house(tmp_path) as opened:
        opened.go()
        job = await opened.ended(job_id)
        assert (job.state, job.attempt) == ("succeeded", 1)


@asynchronous
async def test_a_worker_that_cannot_start_fails_the_job_with_a_remedy(tmp_path: Path) -> None:
    opened = House(tmp_path)
    executor = LocalExecutor([Setup("cpu", str(tmp_path), ())], ["/nowhere/worker"], 60.0, opened.jobs.dispatcher)
    await opened.jobs.start(executor)
    job = await opened.ended(await opened.submit(spec()))
    await opened.jobs.stop()
    assert job.failure is not None
    assert (job.state, job.failure.reason) == ("failed", "WORKER_DIED")
    assert "cannot be started" in job.failure.message


@asynchronous
async def test_silence_is_filled_with_heartbeats(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        job_id = await opened.submit(spec("hold"))
        await opened.until(job_id, "running")
        watch = opened.jobs.watch(job_id, "ada", 1, previews=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(service_module, "HEARTBEAT", 0.05)
            beat = await anext(watch)
        assert (type(beat.event), beat.number) == (Heartbeat, 1)
        await watch.aclose()  # type: ignore[attr-defined]
