"""The step loop: pictures share calls whatever they are, join and leave between ticks, and do not change each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bottega_daemon.spec import Control, ReadyHint
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import calls, protocol
from tests.worker.kit import Bench, paint, picture, read_models


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root)


@pytest.fixture
def bench(models: Models, tmp_path: Path) -> Bench:
    return Bench(models, tmp_path)


MIXED = {
    "a": paint("red brick wall", sampler="euler", steps=6, seed=1),
    "b": paint("blue wood", sampler="heun", schedule="karras", steps=4, seed=2, guidance=7.0),
    "c": paint("green stone", sampler="dpmpp_2m_sde", steps=5, seed=3, negative_prompt="red"),
    "d": paint("the wall of stone", sampler="lcm", schedule="simple", steps=3, seed=4),
}
"""Jobs that have nothing in common but the model and the extent."""


def test_different_pictures_share_calls(bench: Bench) -> None:
    for name, task in MIXED.items():
        bench.submit(name, task, owner=f"painter {name}")
    bench.finish()
    load = bench.loop.load()
    alone = {"a": 6, "b": 7, "c": 5, "d": 3}
    shared = {name: next(e for e in bench.of(name) if isinstance(e, protocol.Succeeded)) for name in MIXED}
    assert {name: event.model_calls for name, event in shared.items()} == alone
    assert load.denoiser_rows == 2 * sum(alone.values())
    assert load.denoiser_calls <= max(alone.values()) + len(MIXED), "every job joined within its first ticks"
    assert all(event.shared_calls >= event.model_calls - len(MIXED) for event in shared.values())


@pytest.mark.parametrize("name", list(MIXED))
def test_company_does_not_change_a_picture(models: Models, tmp_path: Path, name: str) -> None:
    alone = Bench(models, tmp_path / "alone").run(MIXED[name])[0]
    together = Bench(models, tmp_path / "together")
    for each, task in MIXED.items():
        together.submit(each, task)
        together.tick()  # so that they join at different ticks
    together.finish()
    assert np.abs(together.pictures(name)[0].astype(int) - alone.astype(int)).max() <= 1


def test_company_in_bfloat16(tiny_root: Path, tmp_path: Path) -> None:
    models = read_models(tiny_root, torch.bfloat16)
    task = paint(steps=6)
    alone = Bench(models, tmp_path / "alone").run(task)[0]
    together = Bench(models, tmp_path / "together")
    together.submit("job", task)
    for seed in range(3):
        together.submit(f"other {seed}", paint("blue", steps=6, seed=seed))
    together.finish()
    assert np.abs(together.pictures("job")[0].astype(int) - alone.astype(int)).max() <= 3


def test_the_kth_picture_of_a_batch_is_the_single_picture_of_its_seed(models: Models, tmp_path: Path) -> None:
    batch = Bench(models, tmp_path / "batch").run(paint(seed=20, count=3, sampler="euler_a"))
    for k in range(3):
        single = Bench(models, tmp_path / f"{k}").run(paint(seed=20 + k, sampler="euler_a"))[0]
        assert np.abs(batch[k].astype(int) - single.astype(int)).max() <= 1
    assert np.abs(batch[0].astype(int) - batch[1].astype(int)).max() > 20


def test_a_late_job_joins_at_the_next_tick(bench: Bench) -> None:
    bench.submit("early", paint(steps=12))
    while bench.samples.get("early") is None or bench.samples["early"][0].step < 3:
        bench.tick()
    before = bench.loop.load()
    bench.submit("late", paint("blue", steps=4, seed=5))
    ticks = 0
    while "late" not in bench.samples or bench.samples["late"][0].step == 0:
        bench.tick()
        ticks += 1
    after = bench.loop.load()
    assert ticks <= 2, "one tick to encode the words, and the first step is shared with the early job"
    assert after.denoiser_calls - before.denoiser_calls == ticks
    assert after.denoiser_rows - before.denoiser_rows == 2 * ticks + 2


def test_an_urgent_job_overtakes_a_batch_of_another_size(bench: Bench) -> None:
    bench.submit("batch", paint(steps=20, side=128, count=2), priority="batch")
    for _ in range(4):
        bench.tick()
    behind = bench.samples["batch"][0].step
    bench.submit("live", paint(steps=4), priority="live")
    while "live" in bench.loop.jobs:
        bench.tick()
    assert bench.samples["batch"][0].step - behind <= 1, "the batch stood still meanwhile"
    bench.finish()
    assert len(bench.pictures("batch")) == 2


def test_a_cancelled_job_leaves_and_the_others_go_on(bench: Bench) -> None:
    bench.submit("goes", paint(steps=30, seed=1))
    bench.submit("stays", paint(steps=6, seed=2))
    for _ in range(4):
        bench.tick()
    bench.loop.cancel("goes")
    rows = bench.loop.load().denoiser_rows
    bench.tick()
    assert bench.loop.load().denoiser_rows - rows == 2, "only the other's two rows"
    bench.finish()
    assert isinstance(bench.of("goes")[-1], protocol.Cancelled)
    assert len(bench.pictures("stays")) == 1
    assert bench.loader.holders == 0


def test_cancelling_what_has_ended_changes_nothing(bench: Bench) -> None:
    bench.run(paint())
    count = len(bench.events)
    bench.loop.cancel("job")
    assert len(bench.events) == count


def test_each_job_ends_once_and_tells_in_order(bench: Bench) -> None:
    bench.run(paint(count=2))
    kinds = [type(event).__name__ for event in bench.of("job") if not isinstance(event, protocol.Progress)]
    assert kinds == ["Started", "Picture", "Picture", "Succeeded"]
    fractions = [event.fraction for event in bench.of("job") if isinstance(event, protocol.Progress)]
    assert fractions == sorted(fractions) and fractions[-1] <= 1.0


def test_a_broken_picture_does_not_take_others_with_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = calls.denoise

    def sometimes(samples: list) -> list[torch.Tensor]:
        if any(sample.guidance == 13.0 for sample in samples):
            raise RuntimeError("a fault of this picture")
        return real(samples)

    monkeypatch.setattr(calls, "denoise", sometimes)
    bench.submit("broken", paint(guidance=13.0))
    bench.submit("sound", paint(guidance=3.0))
    bench.finish()
    failed = bench.of("broken")[-1]
    assert isinstance(failed, protocol.Failed) and failed.reason == "INTERNAL" and "this picture" in failed.message
    assert len(bench.pictures("sound")) == 1
    assert bench.loader.holders == 0


def test_memory_that_runs_out_shrinks_the_calls(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = calls.denoise
    sizes: list[int] = []

    def small_device(samples: list) -> list[torch.Tensor]:
        sizes.append(len(samples))
        if len(samples) > 2:
            raise torch.OutOfMemoryError("made up by the test: no GPU here")
        return real(samples)

    monkeypatch.setattr(calls, "denoise", small_device)
    bench.submit("job", paint(count=5))
    bench.finish()
    assert len(bench.pictures("job")) == 5
    assert bench.loader.freed > 0
    assert max(sizes[4:]) <= 2, "what did not fit once is not tried again"


def test_a_picture_that_never_fits_fails_with_a_remedy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_device(samples: list) -> list[torch.Tensor]:
        raise torch.OutOfMemoryError("made up by the test: no GPU here")

    monkeypatch.setattr(calls, "denoise", no_device)
    bench.submit("job", paint())
    bench.finish()
    failed = bench.of("job")[-1]
    assert isinstance(failed, protocol.Failed) and failed.reason == "OUT_OF_MEMORY" and failed.remedy


def test_previews_are_made_for_watchers_alone(bench: Bench) -> None:
    bench.submit("unwatched", paint())
    bench.submit("watched", paint(seed=3))
    bench.loop.watch("watched", True)
    bench.finish()
    assert not [event for event in bench.of("unwatched") if isinstance(event, protocol.Preview)]
    seen = [event for event in bench.of("watched") if isinstance(event, protocol.Preview)]
    assert seen and all(event.jpeg[:2] == b"\xff\xd8" and event.extent.width <= 512 for event in seen)


def test_controls_of_different_pictures_share_a_call(bench: Bench) -> None:
    def control(seed: int, strength: float) -> Control:
        return Control("tiny-depth", "depth", ReadyHint(bench.image(picture(64, seed))), strength)

    bench.submit("a", paint(controls=(control(1, 1.0),)))
    bench.submit("b", paint(seed=9, controls=(control(2, 0.5),)))
    bench.finish()
    ended = next(event for event in bench.of("b") if isinstance(event, protocol.Succeeded))
    assert ended.shared_calls >= 3
    alone = Bench(bench.models, bench.folder)
    single = alone.run(paint(seed=9, controls=(control(2, 0.5),)))[0]
    assert np.abs(bench.pictures("b")[0].astype(int) - single.astype(int)).max() <= 1


@pytest.mark.parametrize(("width", "height"), [(1, 1), (17, 70), (65, 64), (100, 36)])
def test_any_extent_works(bench: Bench, width: int, height: int) -> None:
    from bottega_daemon.spec import Extent, Generate
    from tests.worker.kit import words

    made = bench.run(Generate(words(steps=2), Extent(width, height)))[0]
    assert made.shape == (height, width, 3)


def test_pixels_never_sent_fail_the_job_by_name(bench: Bench) -> None:
    from bottega_daemon.spec import Extent, Generate, Image
    from tests.worker.kit import words

    lost = Image("0" * 64, Extent(64, 64), 3, "u8", "srgb")
    bench.submit("job", Generate(words(), Extent(64, 64), lost, 0.5))
    bench.finish()
    failed = bench.of("job")[-1]
    assert isinstance(failed, protocol.Failed)
    assert (failed.reason, failed.field) == ("MISSING_BLOB", "generate.start")
