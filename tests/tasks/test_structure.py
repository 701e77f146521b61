"""Properties of whole tasks that need no other implementation: controls, single files, strengths, costs, progress."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler

from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.spec import Axes, Control, Extent, Generate, PhotoHint, ReadyHint
from bottega_daemon.tasks.stages import Models
from bottega_daemon.worker import protocol
from tests.tiny import tiny_checkpoint, tiny_single_file
from tests.worker.kit import Bench, paint, picture, read_models, words

HOW: dict[str, Any] = {"steps": 10, "guidance": 4.0, "seed": 11, "negative_prompt": "blue"}


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root)


@pytest.fixture
def bench(models: Models, tmp_path: Path) -> Bench:
    return Bench(models, tmp_path / "bench")


def apart(a: Any, b: Any) -> int:
    """The largest difference of two 8-bit pictures."""
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("guidance", [4.0, 1.0])
def test_a_checkpoint_that_predicts_v_paints_as_in_diffusers(tmp_path: Path, guidance: float) -> None:
    folder = tiny_checkpoint(tmp_path / "checkpoints" / "tiny", prediction_type="v_prediction")
    bench = Bench(read_models(tmp_path, names=()), tmp_path / "bench")
    assert bench.models.checkpoint.prediction_type == "v_prediction"
    how: dict[str, Any] = HOW | {"guidance": guidance}
    bench.run(Generate(words(**how), Extent(64, 64)))
    pipe: Any = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, local_files_only=True)
    scheduler: Any = EulerDiscreteScheduler.from_config(pipe.scheduler.config, timestep_spacing="linspace")
    assert scheduler.config["prediction_type"] == "v_prediction"
    pipe.scheduler = scheduler
    pipe.set_progress_bar_config(disable=True)
    theirs = pipe(
        prompt="red brick wall",
        negative_prompt="blue",
        num_inference_steps=10,
        guidance_scale=guidance,
        height=64,
        width=64,
        generator=torch.Generator("cpu").manual_seed(11),
        output_type="latent",
    ).images
    ours = bench.samples["job"][0].result
    assert ours is not None
    assert (ours - theirs).abs().max() <= 1e-4 * max(1.0, theirs.std().item())


@pytest.mark.parametrize(("width", "height", "seamless"), [(50, 33, "none"), (100, 70, "x")])
def test_two_controls_that_take_turns_at_any_extent(bench: Bench, width: int, height: int, seamless: Axes) -> None:
    controls = (
        Control("tiny-depth", "depth", ReadyHint(bench.image(picture(64, 1))), 1.0, 0.0, 0.5),
        Control("tiny-canny", "canny", PhotoHint(bench.image(picture(64, 2))), 0.7, 0.25, 1.0),
    )
    asked = {"prompt": "red brick, " * 60, "negative_prompt": "blue", "seamless": seamless, "steps": 8}
    made: list[Any] = []
    for name, used in {"none": (), "depth": controls[:1], "both": controls}.items():
        made += bench.run(Generate(words(**asked, controls=used), Extent(width, height)), name)
        latents = bench.samples[name][0].result
        assert latents is not None and latents.isfinite().all()
    assert [each.shape for each in made] == [(height, width, 3)] * 3
    long, short = bench.samples["both"][0].positive, bench.samples["both"][0].negative
    assert len(long) > 2 * 77 and short is not None and len(short) == len(long)
    assert apart(made[0], made[1]) > 3 and apart(made[1], made[2]) > 3


@pytest.mark.parametrize(("half", "bound"), [(False, 1), (True, 3)])
def test_a_single_file_paints_what_its_folder_paints(
    models: Models, bench: Bench, tmp_path: Path, half: bool, bound: int
) -> None:
    (tmp_path / "checkpoints").mkdir()
    tiny_single_file(tmp_path / "checkpoints" / "one.safetensors", half=half)
    entry = Library([tmp_path]).scan().checkpoints[0]
    single = load_checkpoint(entry, torch.device("cpu"), torch.float32)
    task = Generate(words(**HOW), Extent(64, 64))
    made = Bench(Models(single, {}), tmp_path / "single").run(task)[0]
    assert apart(made, bench.run(task)[0]) <= bound


@pytest.mark.parametrize(("side", "seamless"), [(64, "none"), (100, "none"), (100, "xy")])
def test_strength_0_returns_the_start_picture(bench: Bench, side: int, seamless: Axes) -> None:
    start = picture(side)
    task = Generate(words(seamless=seamless, count=2), Extent(side, side), bench.image(start), 0.0)
    assert all(np.array_equal(made, start) for made in bench.run(task))
    assert bench.loop.load().denoiser_calls == 0


@pytest.mark.parametrize(("guidance", "rows"), [(1.0, 1), (3.0, 2), (0.0, 2)])
def test_guidance_1_costs_half(bench: Bench, guidance: float, rows: int) -> None:
    bench.run(paint(guidance=guidance, steps=6))
    assert bench.loop.load().denoiser_rows == 6 * rows


@pytest.mark.parametrize(("sampler", "calls"), [("euler", 6), ("heun", 11), ("dpmpp_2m", 6)])
def test_progress_counts_steps_not_calls(bench: Bench, sampler: str, calls: int) -> None:
    bench.run(paint(sampler=sampler, steps=6))
    told = [event for event in bench.of("job") if isinstance(event, protocol.Progress)]
    painting = [event.step for event in told if event.phase == "denoising"]
    assert painting == sorted(painting) and set(painting) == set(range(6))
    assert (told[-1].step, told[-1].steps) == (6, 6)
    ended = bench.of("job")[-1]
    assert isinstance(ended, protocol.Succeeded) and ended.model_calls == calls
