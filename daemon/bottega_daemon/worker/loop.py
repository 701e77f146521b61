"""The step loop: all running pictures advance together, one call of the model at a time.

A tick runs at most one piece of other work (encode, decode) and one call of the denoiser, shared by every sample that
fits (Yu et al. 2022, "Orca", does so with language models' tokens). Jobs join, leave and overtake between ticks only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion import pixels, previews
from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.errors import BottegaError
from bottega_daemon.tasks import begin, name_of
from bottega_daemon.tasks.stages import Compute, Deliver, Load, Stage
from bottega_daemon.worker import protocol
from bottega_daemon.worker.batching import Turn, first, group, pass_over, settled
from bottega_daemon.worker.calls import Call, Caller
from bottega_daemon.worker.job import URGENCY, Running
from bottega_daemon.worker.memory import attempt, is_out_of_memory, too_large
from bottega_daemon.worker.source import ModelSource

log = logging.getLogger(__name__)

PREVIEWED = 4
"""Pictures of one job that are previewed."""


class Loop:
    """The running jobs of one device."""

    def __init__(
        self,
        blobs: Blobs,
        source: ModelSource,
        emit: Callable[[protocol.Event], None],
        *,
        preview_interval: float = 0.5,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.jobs: dict[str, Running] = {}
        self.pictures = 0
        self.finished = 0
        self._caller = Caller(source.free)
        self._blobs = blobs
        self._source = source
        self._emit = emit
        self._preview_interval = preview_interval
        self._wake = wake
        self._arrivals = 0
        self._run = 0
        """Calls since LoRAs were last put on or taken off."""

    # -- commands, between ticks -------------------------------------------------------------------------------------

    def run(self, command: protocol.Run) -> None:
        """Take a job in. Its first stage begins at the next tick."""
        self._arrivals += 1
        spec = command.spec
        job = Running(
            job_id=command.job_id,
            task=name_of(spec.task),
            stages=begin(spec.task, self._blobs),
            urgency=URGENCY[spec.priority],
            order=self._arrivals,
            previews=spec.previews,
        )
        self.jobs[job.job_id] = job
        self._emit(protocol.Started(job.job_id))
        self._advance(job, None)

    def cancel(self, job_id: str) -> None:
        """End a job now; one that has ended stays as it is."""
        if job := self.jobs.get(job_id):
            self._end(job, protocol.Cancelled(job_id))

    def watch(self, job_id: str, watched: bool) -> None:
        """Say whether somebody looks at a job's previews."""
        if job := self.jobs.get(job_id):
            job.watched = watched

    def load(self) -> protocol.Load:
        """What the loop holds and has done."""
        names, size = self._source.held()
        return protocol.Load(self.finished, self.pictures, self._caller.calls, self._caller.rows, names, size)

    # -- the tick ----------------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether a tick would do anything."""
        return any(job.work or job.waiting or (job.loading and job.loading.done()) for job in self.jobs.values())

    def tick(self) -> None:
        """One piece of work and one call of the denoiser, if somebody waits for them."""
        for job in [job for job in self.jobs.values() if job.loading and job.loading.done()]:
            self._loaded(job)
        waiting = [turn for job in self.jobs.values() for turn in job.waiting]
        self._work(waiting)
        waiting = [turn for job in self.jobs.values() for turn in job.waiting]
        if waiting:
            self._denoise(waiting)

    def _work(self, waiting: Sequence[Turn[Sample]]) -> None:
        """Run the first piece of work, unless a more urgent picture is waiting for its step."""
        works = [job.work for job in self.jobs.values() if job.work]
        turn = first(works)
        rival = first(waiting)
        if turn is None:
            return
        if rival and rival.urgency > turn.urgency and not turn.rank[0]:
            pass_over(works, ())
            return
        pass_over(works, [turn])
        job = self.jobs[turn.work]
        assert isinstance(job.stage, Compute)
        began = time.perf_counter()
        result, error = attempt(job.stage.work)
        while is_out_of_memory(error) and job.models:
            self._source.free()
            smaller = job.models.use_less_memory(job.stage.phase)
            result, error = attempt(job.stage.work)
            if error and not smaller:
                error = too_large() if is_out_of_memory(error) else error
        job.device_seconds += time.perf_counter() - began
        if error:
            self._fail(job, error)
        else:
            self._advance(job, result)

    def _denoise(self, waiting: list[Turn[Sample]]) -> None:
        able = settled(waiting, [each.work.dressed for each in waiting], self._run)
        taken = group(able, [each.work.key for each in able], self._caller.costs(able), self._caller.most)
        self._run = self._run + 1 if taken[0].work.dressed else 1
        pass_over(waiting, taken)
        for done in self._caller.call([turn.work for turn in taken]):
            self._settle(done)

    def _settle(self, done: Call) -> None:
        """Give each job its share of one call's time or its error, and go on with those whose samples have ended."""
        owners = list({id(job): job for each in done.samples if (job := self._owner(each))}.values())
        rows = sum(each.rows for each in done.samples)
        for job in owners:
            if done.error:
                self._fail(job, done.error)
                continue
            mine = sum(each.rows for each in done.samples if each in job.samples)
            job.device_seconds += done.seconds * mine / rows
            job.model_calls += 1
            job.shared_calls += len(owners) > 1
            if job.waiting:
                self._report(job)
            else:
                self._advance(job, None)

    def _owner(self, sample: Sample) -> Running | None:
        return next((job for job in self.jobs.values() if sample in job.samples), None)

    # -- stages ------------------------------------------------------------------------------------------------------

    def _advance(self, job: Running, value: Any) -> None:
        """Resume a task with its stage's result, until it asks for something that takes its turn."""
        try:
            stage = job.stages.send(value)
            while isinstance(stage, Deliver):
                self._deliver(job, stage)
                stage = job.stages.send(None)
        except StopIteration:
            self._end(job, protocol.Succeeded(job.job_id, job.device_seconds, job.model_calls, job.shared_calls))
        except Exception as error:  # noqa: BLE001  the loop's edge: told to the job's owner
            self._fail(job, error)
        else:
            self._enter(job, stage)

    def _enter(self, job: Running, stage: Stage) -> None:
        job.wait_in(stage)
        if isinstance(stage, Load):
            job.loading = self._source.load(stage, self._wake)
        self._report(job)
        if not (job.loading or job.work or job.waiting):
            self._advance(job, None)

    def _loaded(self, job: Running) -> None:
        loading, job.loading = job.loading, None
        assert loading is not None
        try:
            job.models = loading.result()
        except Exception as error:  # noqa: BLE001  the loop's edge: told to the job's owner
            self._fail(job, error)
        else:
            self._advance(job, job.models)

    def _deliver(self, job: Running, stage: Deliver) -> None:
        image = pixels.store(self._blobs, stage.pixels, stage.depth, stage.space)
        job.delivered += 1
        self.pictures += 1
        self._emit(protocol.Picture(job.job_id, stage.index, stage.seed, image, stage.bounds, stage.mask))

    # -- ends and news -----------------------------------------------------------------------------------------------

    def _end(self, job: Running, last: protocol.Event) -> None:
        """Tell first, clean up after: nobody waits for housekeeping."""
        self._emit(last)
        self.jobs.pop(job.job_id, None)
        self.finished += 1
        if job.models:
            self._source.release(job.models)
        elif job.loading and not job.loading.cancel():
            job.loading.add_done_callback(lambda done: done.exception() or self._source.release(done.result()))
        job.let_go()

    def _fail(self, job: Running, error: Exception) -> None:
        if isinstance(error, BottegaError):
            field = f"{job.task}.{error.field}" if error.field else ""
            failed = protocol.Failed(job.job_id, error.reason, error.message, error.remedy, field)
        else:
            log.error("job %s failed", job.job_id, exc_info=error)
            error.__traceback__ = None  # it holds what the task has made, and the task holds it
            remedy = "Try again; if it happens again, send the daemon's log to its maintainers."
            failed = protocol.Failed(job.job_id, "INTERNAL", f"{type(error).__name__}: {error}", remedy, "")
        self._end(job, failed)

    def _report(self, job: Running) -> None:
        news = job.progress()
        if news != job.last_progress:
            job.last_progress = news
            self._emit(news)
        now = time.monotonic()
        if job.watched and job.previews and now - job.last_preview >= self._preview_interval:
            job.last_preview = now
            _, error = attempt(lambda: self._preview(job))
            if error:  # a picture can do without
                log.warning("no previews for job %s: %s", job.job_id, error)
                job.previews = False

    def _preview(self, job: Running) -> None:
        for index, sample in enumerate(job.samples[:PREVIEWED]):
            if sample.denoised is not None and not sample.done:
                picture = previews.preview(sample.model, sample.denoised)
                extent, jpeg = previews.to_jpeg(picture)
                self._emit(protocol.Preview(job.job_id, index, sample.step, extent, jpeg))
