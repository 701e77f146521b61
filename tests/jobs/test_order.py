"""Who goes first and who waits, with a worker that does what it is given."""

from __future__ import annotations

from pathlib import Path

from bottega_daemon.jobs.events import Queued, Succeeded
from tests.jobs.house import asynchronous, house
from tests.jobs.kit import spec


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
