"""The book at work: jobs are done, watched, ended and told of."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bottega_daemon.blobs import Blobs
from bottega_daemon.jobs import service as service_module
from bottega_daemon.jobs.events import Cancelled, Heartbeat, PictureDone, Started, Succeeded
from bottega_daemon.spec import JobSpec
from bottega_daemon.worker.protocol import Preview, Progress
from tests.jobs.house import asynchronous, house, lasting
from tests.jobs.kit import spec


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
