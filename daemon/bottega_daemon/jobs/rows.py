"""Rows of the book's tables as values."""

from __future__ import annotations

import sqlite3

import msgspec

from bottega_daemon.jobs.queue import Waiting
from bottega_daemon.jobs.states import Failure, Job, Picture
from bottega_daemon.spec import JobSpec

_spec_decoder = msgspec.json.Decoder(JobSpec)
_failure_decoder = msgspec.json.Decoder(Failure)
_picture_decoder = msgspec.json.Decoder(Picture)


def job_of(row: sqlite3.Row, pictures: list[bytes]) -> Job:
    """A row of `jobs` with its rows of `pictures`, in order."""
    return Job(
        number=row["number"],
        job_id=row["job_id"],
        person=row["person"],
        request_id=row["request_id"],
        title=row["title"],
        spec=_spec_decoder.decode(row["spec"]),
        state=row["state"],
        cancel_requested=bool(row["cancel_requested"]),
        attempt=row["attempt"],
        submitted=row["submitted"],
        since=row["since"],
        started=row["started"],
        ended=row["ended"],
        device_seconds=row["device_seconds"],
        model_calls=row["model_calls"],
        shared_calls=row["shared_calls"],
        last_event=row["last_event"],
        failure=_failure_decoder.decode(row["failure"]) if row["failure"] else None,
        pictures=tuple(_picture_decoder.decode(picture) for picture in pictures),
    )


def waiting_of(row: sqlite3.Row) -> Waiting:
    """A row of `jobs` as the queue sees it."""
    return Waiting(
        job_id=row["job_id"],
        person=row["person"],
        priority=row["priority"],
        since=row["since"],
        number=row["number"],
        attempt=row["attempt"],
        work=row["work"],
        spec=_spec_decoder.decode(row["spec"]),
    )
