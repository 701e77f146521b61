"""What the book is asked: reading its tables changes nothing in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from bottega_daemon.errors import NotFound
from bottega_daemon.jobs.events import Numbered, lasting_decoder
from bottega_daemon.jobs.queue import Waiting
from bottega_daemon.jobs.rows import job_of, waiting_of
from bottega_daemon.jobs.schema import open_book
from bottega_daemon.jobs.states import Job, State


class Reader:
    """The reading half of the store. Used from one thread only."""

    def __init__(self, path: Path) -> None:
        self._db = open_book(path)
        self._db.row_factory = sqlite3.Row

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        self._db.close()

    def job(self, job_id: str, person: str | None = None) -> Job:
        """A job, of this person if one is given. Raises NotFound."""
        return self._job(self._find(job_id, person))

    def jobs(self, person: str, states: Iterable[State], limit: int, before: int) -> list[Job]:
        """A person's jobs in these states (none = all), newest first, numbered below `before`."""
        wanted = tuple(states)
        places = ", ".join("?" * len(wanted))
        where = f"person = ? AND number < ?{f' AND state IN ({places})' if wanted else ''} ORDER BY number DESC LIMIT ?"
        return [self._job(row) for row in self._rows(where, person, before, *wanted, limit)]

    def events(self, job_id: str, after: int) -> list[Numbered]:
        """A job's lasting events above a number."""
        rows = self._db.execute(
            "SELECT events.number, time, event FROM events JOIN jobs ON jobs.number = job"
            " WHERE job_id = ? AND events.number > ? ORDER BY events.number",
            (job_id, after),
        )
        return [Numbered(row["number"], row["time"], lasting_decoder.decode(row["event"])) for row in rows]

    def waiting(self) -> list[Waiting]:
        """Everything that waits."""
        return [waiting_of(row) for row in self._rows("state = 'queued' ORDER BY number")]

    def counts(self) -> tuple[int, int]:
        """Jobs that wait, and jobs that run."""
        query = (
            "SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FROM jobs WHERE state IN ('queued', 'running')"
        )
        queued, active = self._db.execute(query).fetchone()
        return queued, active - queued

    def history(self, since: float) -> list[tuple[str, float, float, float]]:
        """(person, device seconds, work, time of the end) of each job that ended after `since`, oldest first."""
        query = "SELECT person, device_seconds, work, ended FROM jobs WHERE ended > ? ORDER BY ended"
        return [tuple(row) for row in self._db.execute(query, (since,))]

    def kept(self) -> set[str]:
        """Digests of all pixels that jobs in the book need or have made."""
        return {row[0] for row in self._db.execute("SELECT DISTINCT digest FROM pixels")}

    def _find(self, job_id: str, person: str | None) -> sqlite3.Row:
        row = self._row("job_id = ?", job_id)
        if not row or (person is not None and row["person"] != person):
            raise NotFound("there is no such job of yours.", remedy="List your jobs; old ones expire.", field="job_id")
        return row

    def _require(self, where: str, *values: object) -> sqlite3.Row:
        row = self._row(where, *values)
        assert row is not None
        return row

    def _row(self, where: str, *values: object) -> sqlite3.Row | None:
        return next(iter(self._rows(where, *values)), None)

    def _rows(self, where: str, *values: object) -> list[sqlite3.Row]:
        return self._db.execute(f"SELECT * FROM jobs WHERE {where}", values).fetchall()

    def _job(self, row: sqlite3.Row) -> Job:
        query = "SELECT picture FROM pictures WHERE job = ? ORDER BY place"
        return job_of(row, [blob for (blob,) in self._db.execute(query, (row["number"],))])
