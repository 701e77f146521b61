"""The book on disk: every change of a job and the event that tells of it are one transaction.

Used from one thread only (`bottega_daemon.jobs.book`). A job's end is final: the tables' own trigger refuses another.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from uuid import uuid4

import msgspec

from bottega_daemon.errors import Overloaded, WorkerDied
from bottega_daemon.jobs.events import Cancelled, Failed, Lasting, Numbered, PictureDone, Started, Succeeded
from bottega_daemon.jobs.queue import work_of
from bottega_daemon.jobs.reader import Reader
from bottega_daemon.jobs.states import MAX_ATTEMPTS, Failure, Job, Picture, State, Submission
from bottega_daemon.spec import images_of

MAX_WAITING = 10_000
MAX_WAITING_OF_PERSON = 1_000


class Change(msgspec.Struct, frozen=True):
    """What became of a job, with the event to tell its watchers."""

    job_id: str
    person: str
    state: State
    event: Numbered | None = None


class Accepted(msgspec.Struct, frozen=True):
    """A job in the book, and what it changed there."""

    job: Job
    duplicate: bool
    replaced: tuple[Change, ...] = ()


class Store(Reader):
    """The book's tables. Every method here is one transaction; times are seconds since 1970."""

    # Jobs come

    def accept(self, wish: Submission, now: float) -> Accepted:
        """Write a job down, cancelling what it replaces. The same request of the same person is the same job."""
        with self._transaction():
            known = self._row("person = ? AND request_id = ?", wish.person, wish.request_id)
            if known:
                return Accepted(self._job(known), duplicate=True)
            self._check_room(wish.person)
            since, replaced = self._replace(wish, now)
            number = self._insert(wish, since, now)
            digests = {image.digest for _, image in images_of(wish.spec.task)}
            self._keep(number, digests)
            return Accepted(self._job(self._require("number = ?", number)), False, tuple(replaced))

    def _insert(self, wish: Submission, since: float, now: float) -> int:
        spec = wish.spec
        cursor = self._db.execute(
            "INSERT INTO jobs (job_id, person, request_id, title, priority, replaces, spec, work, submitted, since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(uuid4().hex, wish.person, wish.request_id, wish.title, spec.priority, spec.replaces),
                *(msgspec.json.encode(spec), work_of(spec), now, since),
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _replace(self, wish: Submission, now: float) -> tuple[float, list[Change]]:
        """Cancel the person's older jobs of the same key; returns the place in the queue that the new one inherits."""
        if not wish.spec.replaces:
            return now, []
        older = self._rows(
            "person = ? AND replaces = ? AND state IN ('queued', 'running')", wish.person, wish.spec.replaces
        )
        waited = [float(row["since"]) for row in older if row["state"] == "queued"]
        return min([now, *waited]), [self._cancel(row, now) for row in older]

    def _check_room(self, person: str) -> None:
        query = "SELECT count(*), count(*) FILTER (WHERE person = ?) FROM jobs WHERE state = 'queued'"
        total, own = self._db.execute(query, (person,)).fetchone()
        if own >= MAX_WAITING_OF_PERSON:
            raise Overloaded(f"{own} of your jobs are waiting already.", remedy="Wait for some, or cancel some.")
        if total >= MAX_WAITING:
            raise Overloaded(f"the queue is full: {total} jobs.", remedy="Try again later.")

    # Jobs go on

    def claim(self, job_id: str, now: float) -> Change | None:
        """A waiting job begins. None if it does not wait any more."""
        with self._transaction():
            row = self._row("job_id = ? AND state = 'queued'", job_id)
            if not row:
                return None
            self._set(row, "state = 'running', attempt = attempt + 1, started = ?", now)
            return self._change(row, "running", Started(row["attempt"] + 1), now)

    def add_picture(self, job_id: str, picture: Picture, now: float) -> Change | None:
        """A running job has a picture. None if it had that one before (from an earlier attempt), or does not run."""
        with self._transaction():
            row = self._row("job_id = ? AND state = 'running'", job_id)
            if not row:
                return None
            new = self._db.execute(
                "INSERT OR IGNORE INTO pictures VALUES (?, ?, ?)",
                (row["number"], picture.index, msgspec.json.encode(picture)),
            ).rowcount
            if not new:
                return None
            self._keep(row["number"], [picture.image.digest])
            return self._change(row, "running", PictureDone(picture), now)

    def succeed(self, job_id: str, seconds: float, calls: int, shared: int, now: float) -> Change | None:
        """A running job is done. None if it does not run."""
        with self._transaction():
            row = self._row("job_id = ? AND state = 'running'", job_id)
            if not row:
                return None
            self._set(row, "device_seconds = ?, model_calls = ?, shared_calls = ?", seconds, calls, shared)
            return self._end(row, "succeeded", Succeeded(seconds), now)

    def fail(self, job_id: str, failure: Failure, now: float) -> Change | None:
        """A job ends in failure. None if it has ended."""
        with self._transaction():
            row = self._row("job_id = ? AND state IN ('queued', 'running')", job_id)
            return self._fail(row, failure, now) if row else None

    def cancelled(self, job_id: str, now: float) -> Change | None:
        """A job has ended because it was asked to. None if it has ended before."""
        with self._transaction():
            row = self._row("job_id = ? AND state IN ('queued', 'running')", job_id)
            return self._end(row, "cancelled", Cancelled(), now) if row else None

    def ask_cancel(self, job_id: str, person: str | None, now: float) -> Change:
        """Ask for a job's end. A waiting one ends now; a running one when its worker says so. Raises NotFound."""
        with self._transaction():
            return self._cancel(self._find(job_id, person), now)

    def lost(self, job_id: str, why: str, now: float) -> Change | None:
        """A running job's worker is gone: it waits again, or ends if it was to be cancelled or begun too often."""
        with self._transaction():
            row = self._row("job_id = ? AND state = 'running'", job_id)
            return self._lost(row, why, now) if row else None

    def put_back(self, job_id: str, now: float) -> None:
        """A running job waits again, as if it had not begun: its worker was stopped in good order. One that was to be
        cancelled ends instead."""
        with self._transaction():
            row = self._row("job_id = ? AND state = 'running'", job_id)
            if row and row["cancel_requested"]:
                self._end(row, "cancelled", Cancelled(), now)
            elif row:
                self._set(row, "state = 'queued', attempt = attempt - 1")

    def recover(self, now: float) -> list[Change]:
        """After a crash: whatever ran waits again, in its old place; whatever was to be cancelled ends."""
        with self._transaction():
            left = self._rows("state = 'running' OR (state = 'queued' AND cancel_requested)")
            return [self._lost(row, "was killed", now) for row in left]

    # Jobs are forgotten

    def expire(self, before: float) -> int:
        """Forget jobs that ended before a time; returns how many."""
        with self._transaction():
            return self._db.execute("DELETE FROM jobs WHERE ended > 0 AND ended < ?", (before,)).rowcount

    # Within a transaction

    def _cancel(self, row: sqlite3.Row, now: float) -> Change:
        if row["state"] not in ("queued", "running"):
            return Change(row["job_id"], row["person"], row["state"])
        self._set(row, "cancel_requested = 1")
        if row["state"] == "queued":
            return self._end(row, "cancelled", Cancelled(), now)
        return Change(row["job_id"], row["person"], "running")

    def _lost(self, row: sqlite3.Row, why: str, now: float) -> Change:
        if row["cancel_requested"]:
            return self._end(row, "cancelled", Cancelled(), now)
        if row["attempt"] >= MAX_ATTEMPTS:
            return self._fail(row, Failure.of(_worker_died(row["attempt"], why)), now)
        self._set(row, "state = 'queued'")
        return Change(row["job_id"], row["person"], "queued")

    def _fail(self, row: sqlite3.Row, failure: Failure, now: float) -> Change:
        self._set(row, "failure = ?", msgspec.json.encode(failure))
        return self._end(row, "failed", Failed(failure), now)

    def _end(self, row: sqlite3.Row, state: State, event: Lasting, now: float) -> Change:
        self._set(row, "state = ?, ended = ?", state, now)
        return self._change(row, state, event, now)

    def _change(self, row: sqlite3.Row, state: State, event: Lasting, now: float) -> Change:
        """Append an event to a job's row."""
        self._set(row, "last_event = last_event + 1")
        number = self._require("number = ?", row["number"])["last_event"]
        self._db.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?)", (row["number"], number, now, msgspec.json.encode(event))
        )
        return Change(row["job_id"], row["person"], state, Numbered(number, now, event))

    def _set(self, row: sqlite3.Row, assignments: str, *values: object) -> None:
        self._db.execute(f"UPDATE jobs SET {assignments} WHERE number = ?", (*values, row["number"]))

    def _keep(self, number: int, digests: Iterable[str]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO pixels VALUES (?, ?)", [(number, digest) for digest in digests])

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _worker_died(attempts: int, why: str) -> WorkerDied:
    return WorkerDied(
        f"this job was begun {attempts} times, and each time the process on the device was lost; the last one {why}.",
        remedy="If memory ran out, make fewer or smaller pictures; else see `bottega doctor` and the daemon's log.",
    )
