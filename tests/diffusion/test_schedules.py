"""Schedules: the formulas users know, against diffusers' and scipy's; and that no step count breaks one."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.diffusion.schedules import (
    SCHEDULES,
    _beta_quantiles,
    sigma_of,
    timestep_of,
)
from bottega_daemon.models.noise_levels import training_sigmas

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # diffusers' own

TRAINING = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
MODEL_SIGMAS = training_sigmas(TRAINING)
LOG_SIGMAS = np.log(MODEL_SIGMAS)

# Where diffusers spaces timesteps as we do: it interpolates sigma (we log sigma) between timesteps and rounds some, so
# "normal" and "sgm_uniform" can only be equal where 999 / (steps - 1) or 999 / steps is whole; its beta lies in sigma.
# With one step its Euler starts at timestep 0 (a bug of theirs), so counts start at 2 there.
SHARED = [
    ("normal", EulerDiscreteScheduler, {"timestep_spacing": "linspace"}, [2, 4, 10, 28, 38]),
    ("karras", EulerDiscreteScheduler, {"use_karras_sigmas": True}, [2, 7, 20, 50, 150]),
    ("exponential", EulerDiscreteScheduler, {"use_exponential_sigmas": True}, [2, 7, 20, 50, 150]),
    ("sgm_uniform", DPMSolverMultistepScheduler, {"timestep_spacing": "linspace"}, [3, 9, 27, 37]),
    ("simple", EulerDiscreteScheduler, {"timestep_spacing": "trailing"}, [1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 125]),
    ("karras", DPMSolverMultistepScheduler, {"use_karras_sigmas": True}, [1, 2, 7, 20, 50]),
]


@pytest.mark.parametrize(("name", "kind", "config", "counts"), SHARED)
def test_a_schedule_is_the_one_diffusers_computes(name, kind, config, counts) -> None:
    for steps in counts:
        scheduler = kind(**TRAINING, **config)
        scheduler.set_timesteps(steps)
        np.testing.assert_allclose(SCHEDULES[name].levels(MODEL_SIGMAS, steps), scheduler.sigmas.numpy(), rtol=2e-5)


def test_training_sigmas_are_the_models() -> None:
    scheduler = EulerDiscreteScheduler(**TRAINING)
    kept = scheduler.alphas_cumprod.numpy()
    np.testing.assert_allclose(MODEL_SIGMAS, ((1 - kept) / kept) ** 0.5, rtol=1e-4)
    assert MODEL_SIGMAS[-1] == pytest.approx(14.6146, abs=1e-4)
    assert MODEL_SIGMAS[0] == pytest.approx(0.02917, abs=1e-5)


@pytest.mark.parametrize(
    "bad", [{"beta_schedule": "cosine"}, {"beta_start": 0.0}, {"beta_end": 1.5}, {"num_train_timesteps": 1}]
)
def test_an_impossible_training_config_is_refused(bad) -> None:
    with pytest.raises(ValueError, match="beta"):
        training_sigmas({**TRAINING, **bad})


@pytest.mark.parametrize("steps", [1, 4, 10, 20, 30, 60])
def test_beta_is_comfyuis_wherever_it_visits_no_level_twice(steps) -> None:
    quantiles = scipy.stats.beta.ppf(1 - np.linspace(0, 1, steps, endpoint=False), 0.6, 0.6)
    wanted = MODEL_SIGMAS[np.rint(quantiles * 999).astype(int)]
    np.testing.assert_allclose(SCHEDULES["beta"].levels(MODEL_SIGMAS, steps), [*wanted, 0.0], rtol=1e-9)


def test_beta_quantiles_are_scipys() -> None:
    asked = np.concatenate([np.linspace(0, 1, 2001), np.geomspace(1e-6, 0.5, 50)])
    np.testing.assert_allclose(_beta_quantiles(asked), scipy.stats.beta.ppf(asked, 0.6, 0.6), atol=1e-11)


@given(
    name=st.sampled_from(sorted(SCHEDULES)),
    steps=st.one_of(st.integers(1, 150), st.integers(1, 2500), st.sampled_from([1, 2, 999, 1000, 1001])),
    count=st.sampled_from([1000, 1000, 50, 2]),
)
def test_a_schedule_strictly_falls_from_the_models_most_noise_to_zero(name, steps, count) -> None:
    model_sigmas = training_sigmas({**TRAINING, "num_train_timesteps": count})
    sigmas = SCHEDULES[name].levels(model_sigmas, steps)
    assert len(sigmas) == steps + 1
    assert all(type(sigma) is float for sigma in sigmas)
    assert np.isfinite(sigmas).all()
    assert np.all(np.diff(sigmas) < 0)
    assert sigmas[0] == pytest.approx(model_sigmas[-1], rel=1e-9)
    assert sigmas[-1] == 0.0
    assert sigmas[-2] >= model_sigmas[0] * (1 - 1e-9)


@given(timestep=st.floats(0, 999))
def test_timestep_and_sigma_are_inverse(timestep) -> None:
    assert timestep_of(sigma_of(timestep, LOG_SIGMAS), LOG_SIGMAS) == pytest.approx(timestep, abs=1e-6)


def test_timesteps_meet_the_training_levels_and_clamp_outside() -> None:
    assert [timestep_of(float(MODEL_SIGMAS[k]), LOG_SIGMAS) for k in (0, 500, 999)] == pytest.approx([0, 500, 999])
    assert timestep_of(0.0, LOG_SIGMAS) == 0.0
    assert timestep_of(1e-9, LOG_SIGMAS) == 0.0
    assert timestep_of(1e9, LOG_SIGMAS) == 999.0
    assert sigma_of(-5, LOG_SIGMAS) == pytest.approx(MODEL_SIGMAS[0])
    assert sigma_of(5000, LOG_SIGMAS) == pytest.approx(MODEL_SIGMAS[-1])


def test_between_levels_timesteps_are_diffusers() -> None:
    scheduler = EulerDiscreteScheduler(**TRAINING, use_karras_sigmas=True)
    scheduler.set_timesteps(30)
    ours = [timestep_of(float(sigma), LOG_SIGMAS) for sigma in scheduler.sigmas[:-1]]
    np.testing.assert_allclose(ours, scheduler.timesteps.numpy(), atol=2e-3)
