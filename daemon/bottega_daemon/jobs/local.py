"""Workers as processes of this machine: one per device, started when there is work, ended when there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bottega_daemon.jobs.executor import BATCH_JOBS, BATCH_PICTURES, INTERACTIVE_JOBS, Facts, Listener
from bottega_daemon.jobs.process import WorkerProcess
from bottega_daemon.spec import count_of
from bottega_daemon.worker.protocol import Run, Setup


class LocalExecutor:
    """An `Executor` with a process for each setup, started by `command`, ended after `idle` seconds without a job."""

    def __init__(self, setups: Sequence[Setup], command: Sequence[str], idle: float, listener: Listener) -> None:
        self._workers = [WorkerProcess(setup, command, idle, listener) for setup in setups]

    def room(self, run: Run, alone: bool) -> bool:
        """Whether some worker may have the job now."""
        return self._choose(run, alone) is not None

    def run(self, run: Run, alone: bool) -> None:
        """Give a job to the worker with the least to do; ask `room` first."""
        worker = self._choose(run, alone)
        assert worker is not None, "no worker has room"
        worker.run(run, alone=alone)

    def cancel(self, job_id: str) -> None:
        """Ask for a job's end."""
        self._of(job_id, lambda worker: worker.cancel(job_id))

    def watch(self, job_id: str, watched: bool) -> None:
        """Say whether a job's previews are wanted."""
        self._of(job_id, lambda worker: worker.watch(job_id, watched))

    def facts(self) -> list[Facts]:
        """How the workers are."""
        return [worker.facts() for worker in self._workers]

    async def stop(self) -> list[str]:
        """End every worker, asking first."""
        jobs = [job for worker in self._workers for job in worker.jobs]
        for worker in self._workers:
            worker.quit()
        for worker in self._workers:
            await worker.gone()
        return jobs

    def _of(self, job_id: str, act: Callable[[WorkerProcess], None]) -> None:
        for worker in self._workers:
            if job_id in worker.jobs:
                act(worker)

    def _choose(self, run: Run, alone: bool) -> WorkerProcess | None:
        """The worker with the fewest pictures among those that have room. A job that may kill its worker runs alone."""
        free = [worker for worker in self._workers if _has_room(worker, run, alone)]
        return min(free, key=lambda worker: worker.pictures, default=None)


def _has_room(worker: WorkerProcess, run: Run, alone: bool) -> bool:
    if not worker.jobs:
        return True
    if alone or worker.alone:
        return False
    if run.spec.priority == "live":
        return True
    if run.spec.priority == "interactive":
        return len(worker.jobs) < INTERACTIVE_JOBS
    return len(worker.jobs) < BATCH_JOBS and worker.pictures + count_of(run.spec.task) <= BATCH_PICTURES
