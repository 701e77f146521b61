"""Who is next: pure functions over what waits and over what people have used."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

import msgspec

from bottega_daemon.spec import Detect, Generate, JobSpec, Priority, Upscale

RANK: dict[Priority, int] = {"live": 0, "interactive": 1, "batch": 2}
PATIENCE = 600.0
"""Seconds after which a waiting job goes first, whatever it is and whoever asked."""
HALF_LIFE = 3600.0
"""Seconds in which half of what a person has used is forgotten."""


class Waiting(msgspec.Struct, frozen=True):
    """A waiting job as the queue sees it."""

    job_id: str
    person: str
    priority: Priority
    since: float
    number: int
    attempt: int
    work: float
    spec: JobSpec


def work_of(spec: JobSpec) -> float:
    """How much a job is, in pixel-steps: a measure to compare jobs by, not a time."""
    task = spec.task
    if isinstance(task, Detect):
        return float(task.hint.image.extent.width * task.hint.image.extent.height)
    if isinstance(task, Upscale):
        return float(task.extent.width * task.extent.height)
    extent, masks = (task.extent, 1) if isinstance(task, Generate) else (task.canvas, len(task.masks))
    return float(task.how.count * masks * task.how.steps * extent.width * extent.height)


def in_order(waiting: Sequence[Waiting], used: Mapping[str, float], rate: float, now: float) -> list[Waiting]:
    """The order in which waiting jobs begin.

    Live before interactive before batch; among equals the person who has used the device least, each job counting as
    used as soon as it is placed, so that people take turns; then in order of arrival. What has waited longer than
    `PATIENCE` goes before all else. `used` is recent device seconds a person, `rate` expected seconds per unit of work.
    """
    overdue = sorted((job for job in waiting if now - job.since > PATIENCE), key=_arrival)
    placed = overdue
    charge = defaultdict[str, float](float, used)
    for rank in sorted(set(RANK.values())):
        due = [job for job in waiting if RANK[job.priority] == rank and now - job.since <= PATIENCE]
        placed = placed + _in_turns(due, charge, rate)
    return placed


def _arrival(job: Waiting) -> tuple[float, int]:
    return job.since, job.number


def _in_turns(jobs: Sequence[Waiting], charge: dict[str, float], rate: float) -> list[Waiting]:
    """Jobs of one rank, always next the oldest of whoever has been charged least; charges each as it is placed."""
    lines = defaultdict[str, deque[Waiting]](deque)
    for job in sorted(jobs, key=_arrival):
        lines[job.person].append(job)
    heads = [(charge[person], *_arrival(line[0]), person) for person, line in lines.items()]
    heapq.heapify(heads)
    placed: list[Waiting] = []
    while heads:
        *_, person = heapq.heappop(heads)
        job = lines[person].popleft()
        placed.append(job)
        charge[person] += job.work * rate
        if lines[person]:
            heapq.heappush(heads, (charge[person], *_arrival(lines[person][0]), person))
    return placed


class Usage:
    """Device seconds that people have used, halved every `HALF_LIFE`; and how long a unit of work takes."""

    def __init__(self) -> None:
        self._used: dict[str, float] = {}
        self._seconds = 0.0
        self._work = 0.0
        self._at = 0.0

    def add(self, person: str, seconds: float, work: float, now: float) -> None:
        """Count a job that has ended at `now`; call in order of time."""
        self._fade(now)
        self._used[person] = self._used.get(person, 0.0) + seconds
        self._seconds += seconds
        self._work += work

    def recent(self, now: float) -> Mapping[str, float]:
        """What each person has used."""
        self._fade(now)
        return self._used

    @property
    def rate(self) -> float | None:
        """Device seconds per unit of work; None before any job has ended."""
        return self._seconds / self._work if self._work > 0 else None

    def _fade(self, now: float) -> None:
        factor = 0.5 ** (max(0.0, now - self._at) / HALF_LIFE)
        self._at = max(self._at, now)
        self._used = {person: used * factor for person, used in self._used.items() if used * factor > 1e-3}
        self._seconds *= factor
        self._work *= factor


def expected_waits(ordered: Sequence[Waiting], running: float, devices: int, rate: float | None) -> list[float | None]:
    """Seconds until each job of the line begins; `running` is the work under way. None while there is no experience."""
    if rate is None:
        return [None] * len(ordered)
    waits: list[float | None] = []
    ahead = running / 2
    for job in ordered:
        waits.append(ahead * rate / devices)
        ahead += job.work
    return waits
