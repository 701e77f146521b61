"""What holds for every sampler on every schedule: finite results, the calls its row promises, its own noise only."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.diffusion.noise import PictureNoise
from bottega_daemon.diffusion.samplers import SAMPLERS
from bottega_daemon.diffusion.schedules import SCHEDULES
from tests.diffusion.sampler_kit import MODEL_SIGMAS, drive, epsilon_denoised, no_noise

SHAPE = (4, 3, 5)
names = st.sampled_from(sorted(SAMPLERS))
schedules = st.sampled_from(sorted(SCHEDULES))


@settings(deadline=None, max_examples=150)
@given(name=names, schedule=schedules, steps=st.integers(1, 60), seed=st.integers(0, 2**63 - 1))
def test_any_run_is_finite_and_calls_as_often_as_promised(name, schedule, steps, seed) -> None:
    row, sigmas = SAMPLERS[name], SCHEDULES[schedule].levels(MODEL_SIGMAS, steps)
    noise = PictureNoise(seed, SHAPE)
    run = drive(row, noise() * sigmas[0], sigmas, noise, epsilon_denoised)
    assert run.final.shape == SHAPE
    assert torch.isfinite(run.final).all()
    assert len(run.asked) == row.calls(steps)
    assert all(type(sigma) is float for _, sigma in run.asked)
    assert all(sigmas[-2] * (1 - 1e-9) <= sigma <= sigmas[0] for _, sigma in run.asked)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_thousand_steps_stay_finite(name, schedule) -> None:
    row, sigmas = SAMPLERS[name], SCHEDULES[schedule].levels(MODEL_SIGMAS, 1000)
    noise = PictureNoise(3, (2, 2, 2))
    run = drive(row, noise() * sigmas[0], sigmas, noise, lambda x, sigma: x / (1.0 + sigma**2))
    assert torch.isfinite(run.final).all()
    assert float(run.final.abs().max()) < 10.0
    assert len(run.asked) == row.calls(1000)


@settings(deadline=None, max_examples=150)
@given(name=names, schedule=schedules, steps=st.integers(1, 60), first=st.integers(0, 59))
def test_a_known_picture_comes_back(name, schedule, steps, first) -> None:
    """Outside an inpaint mask the denoised picture is always the original: so must the result be, from any step on."""
    sigmas = SCHEDULES[schedule].levels(MODEL_SIGMAS, steps)[min(first, steps - 1) :]
    noise = PictureNoise(11, SHAPE)
    original = noise() * 3.0
    run = drive(SAMPLERS[name], original + noise() * sigmas[0], sigmas, noise, lambda x, sigma: original)
    if name == "lms":  # sums slopes up to 14.6 wide, so float32 rounds once per step
        torch.testing.assert_close(run.final, original, rtol=0.0, atol=2e-4)
    else:
        assert torch.equal(run.final, original)


@pytest.mark.parametrize("name", SAMPLERS)
def test_only_stochastic_rows_draw_noise(name) -> None:
    row, sigmas, draws = SAMPLERS[name], SCHEDULES["karras"].levels(MODEL_SIGMAS, 6), 0

    def counted() -> torch.Tensor:
        nonlocal draws
        draws += 1
        return torch.zeros(SHAPE)

    drive(row, torch.ones(SHAPE) * sigmas[0], sigmas, counted, epsilon_denoised)
    assert (draws > 0) == row.stochastic


@pytest.mark.parametrize("name", SAMPLERS)
def test_no_steps_change_nothing(name) -> None:
    """Image-to-image at strength 0 keeps the last sigma only."""
    x = torch.ones(SHAPE)
    run = drive(SAMPLERS[name], x, [0.0], no_noise, epsilon_denoised)
    assert torch.equal(run.final, x)
    assert run.asked == []
    assert SAMPLERS[name].calls(0) == 0


@given(seed=st.integers(0, 2**63 - 1))
def test_a_pictures_first_draw_is_torchs_and_its_stream_its_own(seed) -> None:
    generator = torch.Generator("cpu").manual_seed(seed)
    one, other = PictureNoise(seed, SHAPE), PictureNoise(seed, SHAPE)
    torch.randn(3)  # the global generator has no say
    for _ in range(3):
        wanted = torch.randn(SHAPE, generator=generator)
        assert torch.equal(one(), wanted)
        assert torch.equal(other(), wanted)


def test_noise_comes_in_the_asked_dtype_from_the_float32_stream() -> None:
    wanted = PictureNoise(5, SHAPE)().to(torch.bfloat16)
    drawn = PictureNoise(5, SHAPE, dtype=torch.bfloat16)()
    assert drawn.dtype == torch.bfloat16
    assert torch.equal(drawn, wanted)


def test_menu_names_are_unique_and_rows_complete() -> None:
    for rows in (SAMPLERS, SCHEDULES):
        assert len({row.label for row in rows.values()}) == len(rows)
        assert all(key == row.name for key, row in rows.items())
    assert all(row.source.endswith(".") for row in SAMPLERS.values())
    assert math.prod((len(SAMPLERS), len(SCHEDULES))) == 78


def test_the_tables_load_without_torch_or_scipy() -> None:
    code = (
        "import sys, bottega_daemon.diffusion.samplers, bottega_daemon.diffusion.schedules as s;"
        "from bottega_daemon.models.noise_levels import training_sigmas;"
        "s.SCHEDULES['beta'].levels(training_sigmas({}), 20);"
        "sys.exit(bool({'torch', 'scipy'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0
