"""The book at work with worker processes that die, dawdle and misbehave on demand."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from bottega_daemon.jobs.events import Failed, PictureDone, Started, Succeeded
from bottega_daemon.jobs.local import LocalExecutor
from bottega_daemon.jobs.watching import Closed
from bottega_daemon.worker.protocol import Setup
from tests.jobs.house import House, asynchronous, house, lasting
from tests.jobs.kit import spec


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
async def test_a_job_that_was_to_be_cancelled_does_not_come_back_after_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        job_id = await opened.submit(spec("deaf"))
        await opened.until(job_id, "running")
        assert (await opened.jobs.cancel(job_id, "ada")).state == "running"
    async with house(tmp_path) as opened:
        assert (await opened.ended(job_id)).state == "cancelled"


@asynchronous
async def test_what_a_worker_said_before_it_died_is_the_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        failure = (await opened.ended(await opened.submit(spec("cry")))).failure
        assert failure is not None
        assert failure.message.endswith("ended with status 3, saying: RuntimeError: the device is on fire.")


BEGIN = (sys.executable, "-c")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/nowhere/worker"], "cannot be started: [Errno 2] No such file or directory: '/nowhere/worker'"),
        ([*BEGIN, "raise RuntimeError('Invalid device string: gpu')"], "RuntimeError: Invalid device string: gpu"),
        ([*BEGIN, "import sys; sys.exit('no such device')"], "ended with status 1, saying: no such device"),
        ([*BEGIN, "import os; os._exit(7)"], "ended with status 7"),
        ([*BEGIN, "import sys; sys.exit('x' * 5000)"], f"saying: {'x' * 300}"),
    ],
)
def test_a_worker_that_cannot_start_fails_the_job_with_reason_and_remedy(
    tmp_path: Path, command: list[str], reason: str
) -> None:
    @asynchronous
    async def check(home: Path) -> None:
        opened = House(home)
        executor = LocalExecutor([Setup("cpu", str(home), ())], command, 60.0, opened.jobs.dispatcher)
        await opened.jobs.start(executor)
        job = await opened.ended(await opened.submit(spec()))
        await opened.jobs.stop()
        assert job.failure is not None
        assert (job.state, job.failure.reason) == ("failed", "WORKER_DIED")
        assert job.failure.message.endswith(f"{reason}.")
        assert job.failure.remedy

    check(tmp_path)
