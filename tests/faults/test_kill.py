"""Killed at any moment, with real processes and real signals: every accepted job still ends once, with its picture."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

import bottega
from bottega import messages as m
from tests.daemon import Daemon, start_daemon

pytestmark = pytest.mark.slow
PATIENCE = 60.0
LONG = {"prompt": "red brick wall", "width": 64, "height": 64, "sampler": "euler", "schedule": "normal"}


def workers(daemon: Daemon) -> list[int]:
    """Process ids of the daemon's own workers."""
    return [child.pid for child in psutil.Process(daemon.process.pid).children()]


def wait_for(studio: bottega.Client, job_id: str, *states: m.JobState) -> m.Job:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        job = studio.job(job_id)
        if job.state in states:
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is still {studio.job(job_id).state}")


def wait_for_steps(studio: bottega.Client, job_id: str, steps: int) -> None:
    for event in studio.watch(job_id):
        if isinstance(event.body, m.ProgressEvent) and event.body.step >= steps:
            return


def test_a_killed_worker_is_replaced_and_the_job_runs_again(tiny_root: Path, tmp_path: Path) -> None:
    daemon = start_daemon(tmp_path, [tiny_root])
    try:
        with bottega.connect(daemon.address, daemon.token) as studio:
            handle = studio.submit(bottega.generate(**LONG, steps=200, seed=5))
            wait_for_steps(studio, handle.job_id, 3)
            for pid in workers(daemon):
                os.kill(pid, signal.SIGKILL)
            events = [event for event in studio.watch(handle.job_id) if event.kind in ("started", "succeeded")]
            assert [event.kind for event in events] == ["started", "started", "succeeded"]
            assert [e.body.attempt for e in events if isinstance(e.body, m.StartedEvent)] == [1, 2]
            again = studio.run(bottega.generate(**LONG, steps=200, seed=5))[0]
            first = studio.picture(handle.job_id, studio.job(handle.job_id).pictures[0])
            assert first.pixels == again.pixels, "the second attempt made the picture that the first would have"
    finally:
        daemon.stop()


def test_a_killed_daemon_still_has_every_job(tiny_root: Path, tmp_path: Path) -> None:
    daemon = start_daemon(tmp_path, [tiny_root])
    with bottega.connect(daemon.address, daemon.token) as studio:
        done = studio.submit(bottega.generate(**LONG, steps=2, seed=1))
        wait_for(studio, done.job_id, m.JobState.SUCCEEDED)
        running = studio.submit(bottega.generate(**LONG, steps=300, seed=2))
        wait_for_steps(studio, running.job_id, 3)
        waiting = [
            studio.submit(bottega.generate(**LONG, steps=2, seed=10 + k), priority="batch").job_id for k in range(3)
        ]
        orphans = workers(daemon)
        daemon.kill()
    daemon = start_daemon(tmp_path, [tiny_root])
    try:
        with bottega.connect(daemon.address, daemon.token) as studio:
            picture = studio.job(done.job_id).pictures[0]
            assert len(studio.picture(done.job_id, picture).pixels.data) == 64 * 64 * 3
            for job_id in [running.job_id, *waiting]:
                job = wait_for(studio, job_id, m.JobState.SUCCEEDED)
                assert len(job.pictures) == 1
            order = [str(studio.job(job_id).started) for job_id in waiting]
            assert order == sorted(order), "they still go in the order in which they came"
        for pid in orphans:
            assert not alive(pid), "a worker ends with its daemon"
    finally:
        daemon.stop()


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_daemon_ends_in_good_order(tiny_root: Path, tmp_path: Path, stop: signal.Signals) -> None:
    daemon = start_daemon(tmp_path, [tiny_root])
    with bottega.connect(daemon.address, daemon.token, patience=1.0) as studio:
        job_id = studio.submit(bottega.generate(**LONG, steps=900, seed=2)).job_id
        wait_for_steps(studio, job_id, 3)
        orphans = workers(daemon)
        daemon.process.send_signal(stop)
        assert daemon.process.wait(20) == 0
    assert not (tmp_path / "daemon.json").exists()
    assert not any(alive(pid) for pid in orphans)
