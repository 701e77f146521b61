"""A job while it runs: its task's generator, the stage that it waits in, and what it has used."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.spec import Priority
from bottega_daemon.tasks.stages import Compute, Denoise, Load, Models, Stage, Stages
from bottega_daemon.worker.batching import Turn
from bottega_daemon.worker.protocol import Phase, Progress

URGENCY: dict[Priority, int] = {"batch": 0, "interactive": 1, "live": 2}

PHASE_SHARE: dict[Phase, tuple[float, float]] = {
    "loading": (0.0, 0.02),
    "preparing": (0.02, 0.06),
    "denoising": (0.06, 0.92),
    "upscaling": (0.06, 0.92),
    "finishing": (0.92, 1.0),
}
"""Where in a job's progress bar each phase begins and ends."""


@dataclass(eq=False)
class Running:
    """One job in the loop. `stage` is what its task asked for last."""

    job_id: str
    task: str
    """Its field in a request, which the fields in errors begin with."""
    stages: Stages
    urgency: int
    order: int
    previews: bool
    stage: Stage | None = None
    loading: Future[Models] | None = None
    models: Models | None = None
    samples: Sequence[Sample] = ()
    turns: list[Turn[Sample]] = field(default_factory=list)
    work: Turn[str] | None = None
    """Its turn for a piece of work, by job id: a job that held itself would never be let go without the collector."""
    watched: bool = False
    delivered: int = 0
    device_seconds: float = 0.0
    model_calls: int = 0
    shared_calls: int = 0
    last_preview: float = 0.0
    last_progress: Progress | None = None

    def wait_in(self, stage: Stage) -> None:
        """Take up what the task asked for."""
        self.stage = stage
        self.turns, self.work = [], None
        if isinstance(stage, Denoise):
            self.samples = stage.samples
            self.turns = [Turn(each, self.urgency, self.order) for each in stage.samples]
        elif isinstance(stage, Compute):
            self.work = Turn(self.job_id, self.urgency, self.order)

    def let_go(self) -> None:
        """Drop everything that holds memory; the job has ended."""
        self.stages.close()
        self.stage = self.work = self.loading = self.models = None
        self.samples, self.turns = (), []

    @property
    def waiting(self) -> list[Turn[Sample]]:
        """Samples that still ask for a denoised picture."""
        return [turn for turn in self.turns if not turn.work.done]

    def progress(self) -> Progress:
        """How far the job is, as a message."""
        phase = self._phase()
        begin, end = PHASE_SHARE[phase]
        step = min((each.step for each in self.samples), default=0)
        steps = self.samples[0].steps if self.samples else 0
        inside = 0.0
        if phase == "denoising" and self.samples:
            inside = sum(each.step / max(each.steps, 1) for each in self.samples) / len(self.samples)
        elif isinstance(self.stage, Compute) and not self.samples:
            inside = self.stage.done
        elif phase == "finishing":
            inside = self.delivered / max(len(self.samples), 1)
        return Progress(self.job_id, phase, begin + (end - begin) * inside, step, steps)

    def _phase(self) -> Phase:
        if isinstance(self.stage, Load):
            return "loading"
        if isinstance(self.stage, Denoise):
            return "denoising"
        if isinstance(self.stage, Compute) and not self.samples:
            return self.stage.phase
        return "finishing" if self.samples else "preparing"
