"""The book's tables, and how an older book becomes today's: one script a version, applied in order."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bottega_daemon.errors import Overloaded

MIGRATIONS = (
    """
    CREATE TABLE jobs (
        number           INTEGER PRIMARY KEY AUTOINCREMENT,
        job_id           TEXT NOT NULL UNIQUE,
        person           TEXT NOT NULL,
        request_id       TEXT NOT NULL,
        title            TEXT NOT NULL,
        priority         TEXT NOT NULL,
        replaces         TEXT NOT NULL,
        spec             BLOB NOT NULL,
        work             REAL NOT NULL,
        state            TEXT NOT NULL DEFAULT 'queued'
                         CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
        cancel_requested INTEGER NOT NULL DEFAULT 0,
        attempt          INTEGER NOT NULL DEFAULT 0,
        submitted        REAL NOT NULL,
        since            REAL NOT NULL,
        started          REAL NOT NULL DEFAULT 0,
        ended            REAL NOT NULL DEFAULT 0,
        device_seconds   REAL NOT NULL DEFAULT 0,
        model_calls      INTEGER NOT NULL DEFAULT 0,
        shared_calls     INTEGER NOT NULL DEFAULT 0,
        failure          BLOB,
        last_event       INTEGER NOT NULL DEFAULT 0,
        UNIQUE (person, request_id)
    );
    CREATE INDEX active_jobs ON jobs (state) WHERE state IN ('queued', 'running');
    CREATE INDEX ended_jobs ON jobs (ended) WHERE ended > 0;
    CREATE INDEX jobs_of_person ON jobs (person, number);
    CREATE TRIGGER one_end BEFORE UPDATE OF state ON jobs
        WHEN OLD.state IN ('succeeded', 'failed', 'cancelled')
        BEGIN SELECT RAISE(ABORT, 'an ended job stays as it is'); END;
    CREATE TABLE events (
        job    INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        time   REAL NOT NULL,
        event  BLOB NOT NULL,
        PRIMARY KEY (job, number)
    ) WITHOUT ROWID;
    CREATE TABLE pictures (
        job     INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
        place   INTEGER NOT NULL,
        picture BLOB NOT NULL,
        PRIMARY KEY (job, place)
    ) WITHOUT ROWID;
    CREATE TABLE pixels (
        job    INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
        digest TEXT NOT NULL,
        PRIMARY KEY (job, digest)
    ) WITHOUT ROWID;
    """,
)


def open_book(path: Path) -> sqlite3.Connection:
    """Open, or make, the book for this process alone, in today's schema.

    `synchronous=FULL` syncs the log at every commit: with WAL's usual NORMAL an accepted job survives a killed process
    but not a power cut. `locking_mode=EXCLUSIVE` keeps a second daemon out until this process ends, however it ends.
    Raises Overloaded when another daemon has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        _migrate(db)
    except sqlite3.OperationalError as error:
        db.close()
        if "locked" not in str(error):
            raise
        raise Overloaded(
            f"another daemon is already using {path.parent}.",
            remedy="Use that one, or stop it first; or give this one another folder with BOTTEGA_HOME.",
        ) from error
    return db


def _migrate(db: sqlite3.Connection) -> None:
    """Apply what the book has not seen yet; each script and its version number are one transaction."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    db.execute("BEGIN EXCLUSIVE")
    db.execute("COMMIT")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN;{script};PRAGMA user_version = {number};COMMIT;")
