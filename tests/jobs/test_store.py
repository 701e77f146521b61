"""The book: one end for each job, events in order, the same request once, and nothing lost by a crash."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.errors import NotFound, Overloaded
from bottega_daemon.jobs import store as store_module
from bottega_daemon.jobs.events import PictureDone, Started, Succeeded
from bottega_daemon.jobs.states import FINAL, MAX_ATTEMPTS, Failure
from bottega_daemon.jobs.store import Store
from tests.jobs.kit import accept, picture, spec, wish


def test_a_job_goes_its_way_with_numbered_events(store: Store) -> None:
    job_id = accept(store)
    store.claim(job_id, 2.0)
    store.add_picture(job_id, picture(), 3.0)
    store.succeed(job_id, 0.5, 4, 1, 4.0)
    job = store.job(job_id)
    assert (job.state, job.attempt, job.started, job.ended, job.device_seconds) == ("succeeded", 1, 2.0, 4.0, 0.5)
    assert (job.model_calls, job.shared_calls, job.pictures, job.last_event) == (4, 1, (picture(),), 3)
    told = store.events(job_id, 0)
    assert [letter.number for letter in told] == [1, 2, 3]
    assert [letter.event for letter in told] == [Started(1), PictureDone(picture()), Succeeded(0.5)]
    assert store.events(job_id, 2) == told[2:]


def test_the_same_request_of_one_person_is_the_same_job(store: Store) -> None:
    first = store.accept(wish(spec("one"), request_id="r-0000001"), 1.0)
    again = store.accept(wish(spec("two"), request_id="r-0000001"), 2.0)
    other = store.accept(wish(spec("one"), person="ben", request_id="r-0000001"), 3.0)
    assert again.duplicate
    assert again.job == first.job
    assert other.job.job_id != first.job.job_id


OPERATIONS = ("claim", "picture", "succeed", "fail", "cancelled", "ask", "lost", "back", "recover")


@settings(max_examples=60)
@given(st.lists(st.sampled_from(OPERATIONS), max_size=14))
def test_whatever_happens_a_job_ends_at_most_once(operations: list[str]) -> None:
    store = Store(Path(":memory:"))
    job_id = store.accept(wish(spec()), 1.0).job.job_id
    acts = {
        "claim": lambda: store.claim(job_id, 2.0),
        "picture": lambda: store.add_picture(job_id, picture(), 2.0),
        "succeed": lambda: store.succeed(job_id, 0.5, 1, 0, 2.0),
        "fail": lambda: store.fail(job_id, Failure("INTERNAL", "x"), 2.0),
        "cancelled": lambda: store.cancelled(job_id, 2.0),
        "ask": lambda: store.ask_cancel(job_id, None, 2.0),
        "lost": lambda: store.lost(job_id, "died", 2.0),
        "back": lambda: store.put_back(job_id, 2.0),
        "recover": lambda: store.recover(2.0),
    }
    ended = None
    for operation in operations:
        acts[operation]()
        job = store.job(job_id)
        assert ended in (None, job.state)
        ended = job.state if job.final else None
        letters = store.events(job_id, 0)
        assert [letter.number for letter in letters] == list(range(1, job.last_event + 1))
        assert [letter.final for letter in letters].count(True) == int(job.final)
        assert not any(letter.final for letter in letters[:-1])
        assert job.attempt <= MAX_ATTEMPTS
    store.close()


def test_the_tables_refuse_a_second_end(tmp_path: Path) -> None:
    store = Store(tmp_path / "book.sqlite3")
    job_id = accept(store)
    store.fail(job_id, Failure("INTERNAL", "x"), 2.0)
    store.close()
    db = sqlite3.connect(tmp_path / "book.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="an ended job stays as it is"):
        db.execute("UPDATE jobs SET state = 'queued'")
    db.close()


def test_a_newer_job_replaces_the_same_persons_older_ones_and_takes_their_place(store: Store) -> None:
    live = spec(replaces="brush")
    running = store.accept(wish(live), 1.0).job.job_id
    store.claim(running, 2.0)
    queued = store.accept(wish(live), 3.0)
    assert [(change.job_id, change.state) for change in queued.replaced] == [(running, "running")]
    strangers = store.accept(wish(live, person="ben"), 4.0)
    assert strangers.replaced == ()
    newest = store.accept(wish(live), 5.0)
    assert {change.job_id: change.state for change in newest.replaced} == {
        running: "running",
        queued.job.job_id: "cancelled",
    }
    assert newest.job.since == queued.job.since == 3.0


def test_a_second_daemon_is_kept_out(tmp_path: Path, store: Store) -> None:
    with pytest.raises(Overloaded, match="another daemon") as refused:
        Store(tmp_path / "book.sqlite3")
    assert refused.value.remedy


def test_people_see_their_own_jobs_newest_first_in_pages(store: Store) -> None:
    ids = [accept(store) for _ in range(5)]
    accept(store, person="ben")
    first = store.jobs("ada", (), 3, 2**62)
    assert [job.job_id for job in first] == ids[:1:-1]
    assert [job.job_id for job in store.jobs("ada", (), 3, first[-1].number)] == ids[1::-1]
    store.claim(ids[2], 2.0)
    assert [job.job_id for job in store.jobs("ada", ("running",), 3, 2**62)] == [ids[2]]
    with pytest.raises(NotFound):
        store.job(ids[0], "ben")


def test_a_full_queue_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_WAITING_OF_PERSON", 2)
    monkeypatch.setattr(store_module, "MAX_WAITING", 3)
    accept(store)
    accept(store)
    with pytest.raises(Overloaded, match="your jobs"):
        accept(store)
    accept(store, person="ben")
    with pytest.raises(Overloaded, match="queue is full"):
        accept(store, person="eve")


def test_old_jobs_are_forgotten_with_what_they_kept(store: Store) -> None:
    job_id = accept(store)
    waiting = accept(store)
    store.claim(job_id, 2.0)
    store.add_picture(job_id, picture(), 2.0)
    store.succeed(job_id, 1.0, 1, 0, 3.0)
    assert store.kept() == {picture().image.digest}
    assert store.expire(3.0) == 0
    assert store.expire(3.5) == 1
    assert store.kept() == set()
    assert store.events(job_id, 0) == []
    assert store.job(waiting).state == "queued"


def test_counts_and_history(store: Store) -> None:
    ids = [accept(store) for _ in range(3)]
    store.claim(ids[0], 2.0)
    store.claim(ids[1], 2.0)
    store.succeed(ids[1], 1.5, 1, 0, 3.0)
    assert store.counts() == (1, 1)
    assert store.history(2.0) == [("ada", 1.5, 2 * 16 * 16.0, 3.0)]
    assert frozenset({"succeeded", "failed", "cancelled"}) == FINAL
