"""Faults inside a shared call stay with their own picture, and memory that runs out makes the work smaller."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bottega_daemon.diffusion import latents, previews
from bottega_daemon.diffusion.sample import Sample, Walk
from bottega_daemon.spec import Generate
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import calls, protocol
from tests.worker.kit import Bench, paint, read_models

GOOD = {"first": paint(seed=1), "last": paint("blue wood", seed=3, steps=6, sampler="dpmpp_2m")}
OUT = "made up by the test: no GPU here"


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root)


@pytest.fixture
def bench(models: Models, tmp_path: Path) -> Bench:
    return Bench(models, tmp_path / "bench")


def join(bench: Bench, tasks: dict[str, Generate]) -> None:
    """Take jobs in, and tick until every one has its samples."""
    for name, task in tasks.items():
        bench.submit(name, task)
    while any(name not in bench.samples for name in tasks):
        bench.tick()


def breaking(walk: Walk, x: torch.Tensor, sigma: float, answers: int) -> Walk:
    """A sampler that takes `answers` and raises on the next one."""

    def broken() -> Generator[tuple[torch.Tensor, float], torch.Tensor, torch.Tensor]:
        answer = yield x, sigma
        for _ in range(answers):
            answer = yield walk.send(answer)
        raise ZeroDivisionError("the sampler broke")

    made = broken()
    next(made)
    return made


def sabotage(sample: Sample, answers: int = 1) -> None:
    sample.walk = breaking(sample.walk, sample.x, sample.sigma, answers)


def failure(bench: Bench, name: str) -> protocol.Failed:
    last = bench.of(name)[-1]
    assert isinstance(last, protocol.Failed), last
    return last


def same(a: Any, b: Any) -> bool:
    return np.abs(a.astype(int) - b.astype(int)).max() <= 1


def test_a_sampler_that_raises_ends_its_own_job_alone(models: Models, bench: Bench, tmp_path: Path) -> None:
    join(bench, {"first": GOOD["first"], "bad": paint(seed=2, steps=9), "last": GOOD["last"]})
    sabotage(bench.samples["bad"][0])
    bench.finish(limit=100)
    assert failure(bench, "bad").reason == "INTERNAL" and "the sampler broke" in failure(bench, "bad").message
    for name, task in GOOD.items():
        assert same(bench.pictures(name)[0], Bench(models, tmp_path / name).run(task)[0])
    assert bench.loader.holders == 0


def test_a_picture_that_ends_in_a_call_in_which_another_breaks_is_delivered(bench: Bench) -> None:
    join(bench, {"ends": paint(steps=5), "bad": paint(seed=2, steps=20)})
    ends, bad = bench.samples["ends"][0], bench.samples["bad"][0]
    while ends.steps - ends.step > 1:
        bench.tick()
    sabotage(bad, answers=0)
    bench.tick()
    assert ends.done and "bad" not in bench.loop.jobs
    bench.finish(limit=10)
    assert len(bench.pictures("ends")) == 1


def test_those_answered_before_another_raised_have_advanced_just_once(bench: Bench) -> None:
    join(bench, {"before": paint(steps=9), "bad": paint(seed=2, steps=9), "after": paint(seed=3, steps=9)})
    sabotage(bench.samples["bad"][0], answers=0)
    steps = {name: bench.samples[name][0].step for name in ("before", "after")}
    bench.tick()
    assert {name: bench.samples[name][0].step - step for name, step in steps.items()} == {"before": 1, "after": 1}


def test_all_of_a_jobs_pictures_end_with_the_one_that_broke(bench: Bench) -> None:
    join(bench, {"bad": paint(count=3, steps=9), "good": paint(seed=30)})
    sabotage(bench.samples["bad"][1])
    bench.finish(limit=100)
    ends = [event for event in bench.of("bad") if isinstance(event, protocol.Failed | protocol.Picture)]
    assert len(ends) == 1 and failure(bench, "bad").reason == "INTERNAL"
    assert len(bench.pictures("good")) == 1


@pytest.mark.parametrize("error", [ValueError("no picture"), torch.OutOfMemoryError(OUT)])
def test_a_preview_that_fails_only_ends_the_previews(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries: list[int] = []

    def broken(*of: Any) -> None:
        tries.append(1)
        raise error

    monkeypatch.setattr(previews, "preview", broken)
    bench.submit("job", paint(steps=8))
    bench.loop.watch("job", True)
    bench.finish()
    assert len(bench.pictures("job")) == 1
    assert len(tries) == 1 and not [event for event in bench.of("job") if isinstance(event, protocol.Preview)]


class Small:
    """An autoencoder on a device that decodes so many latent cells at once."""

    def __init__(self, models: Models, monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
        self.sizes: list[int] = []
        vae, real = models.checkpoint.vae, models.checkpoint.vae.decode

        def decode(part: torch.Tensor, **how: Any) -> Any:
            size = part.shape[-1] * part.shape[-2]
            self.sizes.append(size)
            if size > cells:
                raise torch.OutOfMemoryError(OUT)
            return real(part, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(vae, "decode", decode)


@pytest.fixture
def fresh(tiny_root: Path, tmp_path: Path) -> Bench:
    """A bench on models of its own, whose tiles may shrink."""
    return Bench(read_models(tiny_root), tmp_path / "fresh")


LARGE = paint(side=520, steps=1, guidance=1.0)
"""65 x 65 latent cells: more than one tile of the smallest kind."""


def test_a_decoding_that_runs_out_of_memory_goes_on_in_tiles(fresh: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fresh.run(LARGE, "whole")[0]
    small = Small(fresh.models, monkeypatch, cells=40 * 40)
    tiled = fresh.run(LARGE, "tiled")[0]
    assert tiled.shape == whole.shape and np.abs(tiled.astype(int) - whole.astype(int)).mean() < 8
    assert fresh.loader.freed >= 1
    refused = [size for size in small.sizes if size > 40 * 40]
    assert refused == sorted(refused, reverse=True) and len(refused) <= 3, "each size was tried once"
    small.sizes.clear()
    fresh.run(LARGE, "again")
    assert max(small.sizes) <= 40 * 40, "what did not fit once is not tried again"


def test_a_decoding_that_never_fits_fails_with_a_remedy(fresh: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Small(fresh.models, monkeypatch, cells=0)
    fresh.submit("job", LARGE)
    fresh.submit("other", paint(seed=2, steps=30))
    while "job" in fresh.loop.jobs:
        fresh.tick()
    failed = failure(fresh, "job")
    assert failed.reason == "OUT_OF_MEMORY" and failed.remedy
    assert min(small.sizes) <= latents.LEAST_AT_ONCE // latents.CELL**2
    assert "other" in fresh.loop.jobs, "nobody else is harmed"


def test_a_fault_while_decoding_again_is_told_as_it_is(fresh: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[Exception] = [torch.OutOfMemoryError(OUT), ValueError("a bug")]

    def decode(*part: Any, **how: Any) -> None:
        raise errors.pop(0)

    monkeypatch.setattr(fresh.models.checkpoint.vae, "decode", decode)
    fresh.submit("job", paint())
    fresh.finish()
    assert failure(fresh, "job").reason == "INTERNAL" and "a bug" in failure(fresh, "job").message


def test_a_limit_that_memory_forced_grows_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real, sizes, roomy = calls.denoise, [], [False]

    def device(samples: list[Sample]) -> list[torch.Tensor]:
        sizes.append(len(samples))
        if len(samples) > 2 and not roomy[0]:
            raise torch.OutOfMemoryError(OUT)
        return real(samples)

    monkeypatch.setattr(calls, "denoise", device)
    monkeypatch.setattr(calls, "CALLS_BEFORE_GROWING", 12)
    monkeypatch.setattr(calls, "CELLS_PER_CALL", 8 * 2 * 8 * 8)
    bench.run(paint(count=4, steps=3, guidance=3.0), "tight")
    assert max(sizes[-4:]) <= 2
    roomy[0] = True
    bench.run(paint(count=8, steps=20), "roomy")
    assert 2 < max(sizes[-8:]) <= 8
    assert sizes.index(8) > 12, "only after a while"
