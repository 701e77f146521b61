"""A job as the book knows it, and the words for where it is in its life."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from bottega_daemon.errors import BottegaError
from bottega_daemon.spec import Bounds, Image, JobSpec

State: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled"]

FINAL: frozenset[State] = frozenset({"succeeded", "failed", "cancelled"})
MAX_ATTEMPTS = 3
"""Times that a job is begun before it is held to be what kills workers."""


class Failure(msgspec.Struct, frozen=True):
    """Why a job failed, and what to do; the fields are those of `BottegaError`."""

    reason: str
    message: str
    remedy: str = ""
    field: str = ""

    @classmethod
    def of(cls, error: BottegaError) -> Failure:
        """An error as it is written into the book."""
        return cls(error.reason, error.message, error.remedy, error.field)


class Picture(msgspec.Struct, frozen=True):
    """A finished picture of a job."""

    index: int
    seed: int
    image: Image
    bounds: Bounds | None = None
    """Where a repainted layer lies."""
    mask: int = 0
    """Which mask it is for."""


class Submission(msgspec.Struct, frozen=True):
    """A validated wish to have something done."""

    person: str
    request_id: str
    title: str
    spec: JobSpec


class Job(msgspec.Struct, frozen=True):
    """A row of the book with its pictures. Times are seconds since 1970; 0 = not yet."""

    number: int
    """The book's own number: the order of submission."""
    job_id: str
    person: str
    request_id: str
    title: str
    spec: JobSpec
    state: State
    cancel_requested: bool
    attempt: int
    """Times that it was begun."""
    submitted: float
    since: float
    """Since when its place in the queue counts: a job that replaced another inherits its place."""
    started: float
    ended: float
    device_seconds: float
    model_calls: int
    shared_calls: int
    last_event: int
    failure: Failure | None
    pictures: tuple[Picture, ...] = ()

    @property
    def final(self) -> bool:
        """Whether the job has ended."""
        return self.state in FINAL
