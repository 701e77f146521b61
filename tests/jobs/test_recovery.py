"""The book after workers and daemons that died or were stopped: nothing lost, nothing done twice, nothing undead."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from bottega_daemon.jobs.events import Cancelled, Failed
from bottega_daemon.jobs.states import MAX_ATTEMPTS
from bottega_daemon.jobs.store import Store
from tests.jobs.kit import accept, picture


def test_a_lost_job_waits_again_and_fails_after_three_attempts(store: Store) -> None:
    job_id = accept(store)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        store.claim(job_id, 2.0)
        store.lost(job_id, "ended with status -9", 3.0)
        assert store.job(job_id).state == ("queued" if attempt < MAX_ATTEMPTS else "failed")
    failure = store.job(job_id).failure
    assert failure is not None
    assert failure.reason == "WORKER_DIED"
    assert "status -9" in failure.message
    assert failure.remedy
    assert isinstance(store.events(job_id, 0)[-1].event, Failed)


def test_a_lost_job_that_was_to_be_cancelled_is_cancelled(store: Store) -> None:
    job_id = accept(store)
    store.claim(job_id, 2.0)
    assert store.ask_cancel(job_id, "ada", 2.0).state == "running"
    assert store.job(job_id).cancel_requested
    change = store.lost(job_id, "died", 3.0)
    assert change is not None and change.event is not None
    assert change.event.event == Cancelled()


def test_a_job_put_back_waits_as_if_it_had_not_begun_or_is_cancelled_if_it_was_to_be(store: Store) -> None:
    kept, unwanted = accept(store), accept(store)
    for job_id in (kept, unwanted):
        store.claim(job_id, 2.0)
    store.ask_cancel(unwanted, "ada", 2.0)
    for job_id in (kept, unwanted):
        store.put_back(job_id, 3.0)
    assert (store.job(kept).state, store.job(kept).attempt) == ("queued", 0)
    assert (store.job(unwanted).state, store.job(unwanted).ended) == ("cancelled", 3.0)
    assert store.events(unwanted, 0)[-1].event == Cancelled()


def test_a_waiting_job_that_an_older_daemon_put_back_though_it_was_to_be_cancelled_ends(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite3"
    store = Store(path)
    running, waiting, free = (accept(store) for _ in range(3))
    store.claim(running, 2.0)
    store.ask_cancel(running, "ada", 2.0)
    store.close()
    db = sqlite3.connect(path)
    db.execute("UPDATE jobs SET cancel_requested = 1 WHERE job_id = ?", (waiting,))
    db.commit()
    db.close()
    store = Store(path)
    assert {change.job_id: change.state for change in store.recover(3.0)} == dict.fromkeys(
        (running, waiting), "cancelled"
    )
    assert store.job(free).state == "queued"
    store.close()


def test_a_picture_made_again_is_told_once(store: Store) -> None:
    job_id = accept(store)
    store.claim(job_id, 2.0)
    store.add_picture(job_id, picture(), 2.0)
    store.lost(job_id, "died", 3.0)
    store.claim(job_id, 4.0)
    assert store.add_picture(job_id, picture(digest="cd" * 32), 5.0) is None
    assert store.job(job_id).pictures == (picture(),)


def test_a_crash_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tests.jobs.kit import spec, wish, picture\n"
        "from bottega_daemon.jobs.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "ids = [store.accept(wish(spec()), float(n)).job.job_id for n in range(5)]\n"
        "[store.claim(ids[n], 9.0) for n in (0, 3)]\n"
        "store.claim(ids[1], 9.0); store.add_picture(ids[1], picture(), 9.0); store.succeed(ids[1], 1.0, 2, 0, 9.0)\n"
        "print(*ids, flush=True); os.kill(os.getpid(), 9)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    path = tmp_path / "book.sqlite3"
    child = subprocess.run(
        [sys.executable, "-c", script, path], env=environment, capture_output=True, text=True, check=False
    )
    ids = child.stdout.split()
    assert len(ids) == 5, child.stderr
    store = Store(path)
    assert {change.job_id for change in store.recover(10.0)} == {ids[0], ids[3]}
    assert [job.job_id for job in store.waiting()] == [ids[0], ids[2], ids[3], ids[4]]
    assert store.job(ids[1]).pictures == (picture(),)
    store.close()
