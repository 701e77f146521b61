"""Memory: how running out of it is told, and that neither a failed try nor a finished job keeps any of it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from bottega_daemon.errors import OutOfMemory
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import calls, protocol
from bottega_daemon.worker.memory import attempt, is_out_of_memory, too_large
from tests.worker.kit import Bench, paint, read_models


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What a worker does while it serves: only counting of references lets go of memory."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


ERRORS: list[tuple[BaseException | None, bool]] = [
    (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), True),
    (MemoryError(), True),
    (RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"), True),
    (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
    (RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"), True),
    (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
    (ValueError("out of memory"), False),
    (OSError("Cannot allocate memory"), False),
    (None, False),
]


@pytest.mark.parametrize(("error", "ran_out"), ERRORS, ids=lambda value: str(value)[:40])
def test_running_out_of_memory_is_told_from_other_faults(error: BaseException | None, ran_out: bool) -> None:
    assert is_out_of_memory(error) is ran_out


def test_torch_says_what_is_looked_for() -> None:
    _, error = attempt(lambda: torch.empty(1 << 60, dtype=torch.uint8))
    assert isinstance(error, RuntimeError) and is_out_of_memory(error)


def test_an_artist_is_told_what_helps() -> None:
    assert isinstance(too_large(), OutOfMemory) and too_large().remedy


class Work:
    """A call that holds a tensor while it fails, as the layers of a network do."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.held: weakref.ref[torch.Tensor] | None = None

    def __call__(self) -> int:
        activations = torch.zeros(4)
        self.held = weakref.ref(activations)
        try:
            raise ValueError("on the way")
        except ValueError:
            raise self.error from None

    @property
    def alive(self) -> bool:
        return self.held is not None and self.held() is not None


def test_what_succeeds_is_passed_on() -> None:
    assert attempt(lambda: 5) == (5, None)


@pytest.mark.usefixtures("no_collector")
def test_a_call_that_ran_out_of_memory_lets_go_of_its_tensors() -> None:
    work = Work(torch.OutOfMemoryError("made up by the test"))
    result, error = attempt(work)
    assert result is None and error is work.error
    assert not work.alive


@pytest.mark.usefixtures("no_collector")
def test_other_faults_keep_their_traceback_for_the_log() -> None:
    work = Work(KeyError("a bug"))
    _, error = attempt(work)
    assert error is work.error and work.error.__traceback__ is not None and work.alive


@pytest.fixture
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root)


@pytest.mark.usefixtures("no_collector")
def test_a_second_try_has_the_memory_of_the_first(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = calls.denoise, [Work(torch.OutOfMemoryError("made up by the test"))]
    left: list[bool] = []

    def tight(samples: list) -> list[torch.Tensor]:
        if tries[0].held is None:
            tries[0]()
        left.append(tries[0].alive)
        return real(samples)

    monkeypatch.setattr(calls, "denoise", tight)
    assert len(Bench(models, tmp_path).run(paint())) == 1
    assert left and not any(left)


def walk(bench: Bench, steps: int) -> tuple[weakref.ref, weakref.ref]:
    """The job and its first picture's latents, after some steps."""
    while "job" not in bench.samples or bench.samples["job"][0].step < steps:
        bench.tick()
    denoised = bench.samples["job"][0].denoised
    assert denoised is not None
    bench.samples.clear()
    return weakref.ref(bench.loop.jobs["job"]), weakref.ref(denoised)


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("end", ["finished", "cancelled", "failed"])
def test_a_job_leaves_nothing_behind(models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    bench = Bench(models, tmp_path)
    bench.submit("job", paint(count=2, steps=5, sampler="dpmpp_2m"))
    job, latents = walk(bench, 2)
    assert job() is not None and latents() is not None
    if end == "cancelled":
        bench.loop.cancel("job")
    if end == "failed":
        work = Work(torch.OutOfMemoryError("made up by the test"))
        monkeypatch.setattr(calls, "denoise", lambda samples: work())
    bench.finish()
    bench.samples.clear()
    last = {"finished": protocol.Succeeded, "cancelled": protocol.Cancelled, "failed": protocol.Failed}[end]
    assert isinstance(bench.of("job")[-1], last)
    assert job() is None and latents() is None
    assert bench.loader.holders == 0


@pytest.mark.usefixtures("no_collector")
def test_a_model_that_nobody_holds_is_gone(tiny_root: Path, tmp_path: Path) -> None:
    bench = Bench(read_models(tiny_root), tmp_path)
    bench.loop.watch("job", True)
    bench.run(paint(count=2, seamless="x"))
    bench.samples.clear()
    held = bench.models.checkpoint
    model, weight = weakref.ref(held), weakref.ref(held.unet.conv_in.weight)
    assert model() is not None and weight() is not None
    del held
    bench.models = bench.loader.models = Models()
    assert model() is None and weight() is None
