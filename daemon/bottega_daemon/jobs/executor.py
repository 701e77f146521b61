"""The boundary between the book and whatever does the work: messages only, so that workers may run anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import msgspec

from bottega_daemon.worker.protocol import Event, Load, Ready, Run

WorkerState: TypeAlias = Literal["asleep", "starting", "idle", "busy"]

BATCH_PICTURES = 16
BATCH_JOBS = 8
"""Pictures, or jobs, that a worker has at once before batch work has to wait: enough to fill its step loop."""
INTERACTIVE_JOBS = 32
"""Jobs that a worker has at once before somebody's progress bar has to wait. Live painting never does."""


class Facts(msgspec.Struct, frozen=True):
    """What is known of one worker."""

    device: str
    state: WorkerState
    ready: Ready | None
    """What it said when it last started."""
    load: Load | None
    """What it said last, since it started."""
    jobs: tuple[str, ...]
    """Jobs that it has."""


class Listener(Protocol):
    """Who is told what happens to jobs. Calls for one worker come one after another, in order."""

    async def heard(self, event: Event) -> None:
        """A worker said something about a job that it has."""
        ...

    async def lost(self, job_ids: Sequence[str], why: str) -> None:
        """A worker is gone, and these jobs with it."""
        ...


class Executor(Protocol):
    """Workers, one per device. All methods but `stop` return at once; what comes of them is told to the listener."""

    def room(self, run: Run, alone: bool) -> bool:
        """Whether a job may be sent now. `alone`: it may be what kills workers, and gets one to itself."""
        ...

    def run(self, run: Run, alone: bool) -> None:
        """Send a job to the worker with the least to do."""
        ...

    def cancel(self, job_id: str) -> None:
        """Ask for a job's end. Nothing happens if no worker has it."""
        ...

    def watch(self, job_id: str, watched: bool) -> None:
        """Say whether a job's previews are wanted. Nothing happens if no worker has it."""
        ...

    def facts(self) -> list[Facts]:
        """How the workers are, in the order of their devices."""
        ...

    async def stop(self) -> list[str]:
        """End every worker; returns the jobs that were still running."""
        ...
