"""What is heard of a job while it lives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias, cast

import betterproto2

from bottega import messages as m
from bottega.errors import JobCancelled, JobFailed, from_reason
from bottega.pixels import Pixels

Body: TypeAlias = (
    m.QueuedEvent
    | m.StartedEvent
    | m.ProgressEvent
    | m.PreviewEvent
    | m.PictureEvent
    | m.SucceededEvent
    | m.FailedEvent
    | m.CancelledEvent
)

LASTING = frozenset({"started", "picture", "succeeded", "failed", "cancelled"})
"""Kinds that are numbered, kept and replayed; each is delivered exactly once."""
FINAL = frozenset({"succeeded", "failed", "cancelled"})
"""Kinds after which nothing follows."""
FINAL_STATES = frozenset({m.JobState.SUCCEEDED, m.JobState.FAILED, m.JobState.CANCELLED})


@dataclass(frozen=True)
class Event:
    """One event of a job. `kind` is "queued", "started", "progress", "preview", "picture", "succeeded", "failed" or
    "cancelled", and `body` the contract's message of that kind."""

    job_id: str
    number: int
    """Of the latest lasting event, this one included."""
    kind: str
    body: Body
    time: dt.datetime | None = None

    @property
    def lasting(self) -> bool:
        """It is numbered, and replayed to who comes late."""
        return self.kind in LASTING

    @property
    def final(self) -> bool:
        """The job has ended."""
        return self.kind in FINAL


@dataclass(frozen=True)
class Picture:
    """A finished picture with its pixels."""

    job_id: str
    index: int
    """0-based place in the job."""
    seed: int
    """The seed that makes this very picture alone."""
    pixels: Pixels
    bounds: m.Bounds | None = None
    """Of a repainted layer: where it lies on the picture that was sent. None for a whole picture."""
    mask: int = 0
    """Of a repainted layer: which mask it is for."""


def event_of(job_id: str, reply: m.WatchJobResponse) -> Event | None:
    """The event in a message; None for a heartbeat, or a kind newer than this client."""
    kind, body = betterproto2.which_one_of(reply, "event")
    if not kind or kind == "heartbeat":
        return None
    return Event(job_id, reply.number, kind, cast(Body, body), reply.time)


def error_of(event: Event) -> JobFailed | JobCancelled | None:
    """What a job's last event is raised as; None if it succeeded or has not ended."""
    if isinstance(event.body, m.CancelledEvent):
        return JobCancelled(job_id=event.job_id)
    if isinstance(event.body, m.FailedEvent):
        return failed(event.job_id, event.body.failure or m.Failure())
    return None


def end_of(job: m.Job) -> JobFailed | JobCancelled | None:
    """What the end of a job is raised as; None if it succeeded or has not ended."""
    if job.state == m.JobState.CANCELLED:
        return JobCancelled(job_id=job.job_id)
    if job.state == m.JobState.FAILED:
        return failed(job.job_id, job.failure or m.Failure())
    return None


def failed(job_id: str, failure: m.Failure) -> JobFailed:
    """The error of a failed job, caused by the error of its reason."""
    message, remedy, field = failure.message or "the job failed.", failure.remedy, failure.field
    error = JobFailed(message, remedy=remedy, field=field, reason=failure.reason, job_id=job_id)
    error.__cause__ = from_reason(failure.reason, message, remedy=remedy, field=field)
    return error
