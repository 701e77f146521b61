"""Samplers against diffusers' schedulers: the same eps model, the same noise, every step count and schedule they share.

| our sampler  | diffusers scheduler (options)                          | held against it on                           |
|--------------|--------------------------------------------------------|----------------------------------------------|
| euler        | EulerDiscrete                                          | own: normal karras exponential simple; ours 6|
| heun         | HeunDiscrete                                           | own: normal karras exponential simple; ours 6|
| lms          | LMSDiscrete                                            | own: normal karras exponential simple; ours 6|
| euler_a      | EulerAncestralDiscrete                                 | own: normal simple; ours 6                  |
| dpm2         | KDPM2Discrete                                          | ours 6 (its own rounds timesteps)           |
| dpm2_a       | KDPM2AncestralDiscrete                                 | ours 6 (its own rounds timesteps)           |
| dpmpp_2m     | DPMSolverMultistep (dpmsolver++, order 2, midpoint)    | own: sgm_uniform simple; ours 6             |
| dpmpp_2m_sde | DPMSolverMultistep (sde-dpmsolver++, order 2, midpoint)| own: sgm_uniform simple; ours 6             |
| unipc        | UniPCMultistep (bh2, order 3)                          | own: sgm_uniform simple; ours 6             |
| ddim         | DDIM (eta 0)                                           | own: simple, and its leading spacing; ours 6|
| lcm          | LCM                                                    | own: simple; ours 6                         |
| dpmpp_sde    | none to be trusted (DPMSolverSDE ignores its generator)| test_samplers_gaussian.py                    |
| dpmpp_2s_a   | none                                                   | test_samplers_gaussian.py                    |

"own" compares everything, the scheduler spacing its own sigmas and timesteps; "ours 6" gives it our sigmas, for all
six schedules, and compares every update. Own "normal" can agree at 10 and 28 steps only, "sgm_uniform" at 9 and 27:
there the spacing meets whole timesteps, between which diffusers interpolates sigma and we (as k-diffusion) log sigma.
"""

from __future__ import annotations

import copy
import functools
import inspect
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.schedulers import scheduling_k_dpm_2_ancestral_discrete
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_euler_ancestral_discrete import EulerAncestralDiscreteScheduler
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from diffusers.schedulers.scheduling_heun_discrete import HeunDiscreteScheduler
from diffusers.schedulers.scheduling_k_dpm_2_ancestral_discrete import KDPM2AncestralDiscreteScheduler
from diffusers.schedulers.scheduling_k_dpm_2_discrete import KDPM2DiscreteScheduler
from diffusers.schedulers.scheduling_lcm import LCMScheduler
from diffusers.schedulers.scheduling_lms_discrete import LMSDiscreteScheduler
from diffusers.schedulers.scheduling_unipc_multistep import UniPCMultistepScheduler
from torch import Tensor

from bottega_daemon.diffusion.noise import PictureNoise
from bottega_daemon.diffusion.samplers import SAMPLERS
from bottega_daemon.diffusion.schedules import SCHEDULES, timestep_of
from tests.diffusion.sampler_kit import LOG_SIGMAS, MODEL_SIGMAS, Run, drive, epsilon, epsilon_denoised

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # thousands, of diffusers' own

TOLERANCE = 1e-4
SHAPE = (4, 8, 8)
SEED = 1234
TRAINING = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}

KARRAS, EXPONENTIAL = {"use_karras_sigmas": True}, {"use_exponential_sigmas": True}
LINSPACE, TRAILING = {"timestep_spacing": "linspace"}, {"timestep_spacing": "trailing"}
MULTISTEP_2M = {"algorithm_type": "dpmsolver++", "solver_order": 2}
MULTISTEP_SDE = {"algorithm_type": "sde-dpmsolver++", "solver_order": 2}
UNIPC_3 = {"solver_order": 3, "solver_type": "bh2"}
DDIM_ETA_0: dict[str, Any] = {"clip_sample": False, "set_alpha_to_one": True}
# diffusers' schedulers whose x is ours / sqrt(sigma^2 + 1)
SCALED: Any = (DPMSolverMultistepScheduler, UniPCMultistepScheduler, DDIMScheduler, LCMScheduler)

# Sampler, diffusers' class and options: one row for each formula that diffusers shares.
COUNTERPARTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "euler": (EulerDiscreteScheduler, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "lms": (LMSDiscreteScheduler, {}),
    "euler_a": (EulerAncestralDiscreteScheduler, {}),
    "dpm2": (KDPM2DiscreteScheduler, {}),
    "dpm2_a": (KDPM2AncestralDiscreteScheduler, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, MULTISTEP_2M),
    "dpmpp_2m_sde": (DPMSolverMultistepScheduler, MULTISTEP_SDE),
    "unipc": (UniPCMultistepScheduler, UNIPC_3),
}

SHARED_STEPS = {"normal": (10, 28), "karras": (3, 7, 20), "exponential": (7, 20), "sgm_uniform": (9, 27)}
SIMPLE_STEPS = (1, 2, 4, 10, 20, 50)
OWN = [
    *[(name, "normal", LINSPACE) for name in ("euler", "heun", "lms", "euler_a")],
    *[(name, "karras", KARRAS) for name in ("euler", "heun", "lms")],
    *[(name, "exponential", EXPONENTIAL) for name in ("euler", "heun", "lms")],
    *[(name, "sgm_uniform", LINSPACE) for name in ("dpmpp_2m", "dpmpp_2m_sde", "unipc")],
    *[(name, "simple", TRAILING) for name in COUNTERPARTS if name not in ("dpm2", "dpm2_a")],
]


def ours(name: str, sigmas: Sequence[float], dtype: torch.dtype = torch.float32) -> Run:
    """Our run on the picture of SEED."""
    noise = PictureNoise(SEED, SHAPE, dtype=dtype)
    return drive(SAMPLERS[name], noise() * sigmas[0], sigmas, noise, epsilon_denoised)


def theirs(scheduler: Any, timesteps: Sequence[float], sigma: float, dtype: torch.dtype = torch.float32) -> Tensor:
    """diffusers' run on the same picture, whose noise level is `sigma` at the start.

    `timesteps` are what the model is told, one per call; the scheduler counts its own.
    """
    generator = torch.Generator("cpu").manual_seed(SEED)
    x = torch.randn(SHAPE, generator=generator)[None].to(dtype) * sigma
    x = x / math.sqrt(sigma**2 + 1.0) if isinstance(scheduler, SCALED) else x
    extra: Any = {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}
    for step, told in zip(scheduler.timesteps, timesteps, strict=True):
        predicted = epsilon(scheduler.scale_model_input(x, step), told)
        x = scheduler.step(predicted, step, x, **extra).prev_sample
    return x[0]


def difference(run: Run, other: Tensor) -> float:
    """Largest absolute latent difference."""
    assert run.final.dtype == other.dtype
    return float((run.final - other).abs().max())


@pytest.mark.parametrize(("name", "schedule", "spacing"), OWN)
def test_everything_agrees_where_diffusers_spaces_steps_as_we_do(name, schedule, spacing, record_property) -> None:
    kind, options = COUNTERPARTS[name]
    worst = 0.0
    for steps in SHARED_STEPS.get(schedule, SIMPLE_STEPS):
        scheduler = kind(**TRAINING, **options, **spacing)
        scheduler.set_timesteps(steps)
        run = ours(name, SCHEDULES[schedule].levels(MODEL_SIGMAS, steps))
        told = [float(timestep) for timestep in scheduler.timesteps]
        worst = max(worst, difference(run, theirs(scheduler, told, run.asked[0][1])))
    record_property("max_difference", worst)
    assert worst <= TOLERANCE


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", COUNTERPARTS)
def test_every_update_agrees_on_our_sigmas(name, schedule, record_property, monkeypatch) -> None:
    """dpm2_a in float64: its three long steps magnify float32's rounding, which is another one on another processor."""
    dtype = torch.float64 if name == "dpm2_a" else torch.float32
    monkeypatch.setattr(scheduling_k_dpm_2_ancestral_discrete, "randn_tensor", float32_draw)
    worst = 0.0
    for steps in (1, 3, 5, 20) if SAMPLERS[name].calls_per_step == 2 else (1, 2, 3, 5, 20):
        sigmas = SCHEDULES[schedule].levels(MODEL_SIGMAS, steps)
        scheduler = with_sigmas(name, sigmas)
        run = ours(name, sigmas, dtype)
        told = [timestep_of(sigma, LOG_SIGMAS) for _, sigma in run.asked]
        worst = max(worst, difference(run, theirs(scheduler, told, sigmas[0], dtype)))
    record_property("max_difference", worst)
    assert worst <= TOLERANCE


@pytest.mark.parametrize(
    ("name", "schedule"),
    # Not dpm2_a in one leap to 0.03: there diffusers' own sigma_down, a float32 difference, is wrong by 1 %.
    [(name, row) for name in ("heun", "dpm2") for row in SCHEDULES]
    + [("dpm2_a", row) for row in ("sgm_uniform", "simple", "beta")],
)
def test_two_steps_agree_in_double_precision(name, schedule, monkeypatch) -> None:
    """A leap from sigma 14.6 to 0.03 magnifies float32's rounding by 500 in these, so two steps are held in float64."""
    monkeypatch.setattr(scheduling_k_dpm_2_ancestral_discrete, "randn_tensor", float32_draw)
    sigmas = SCHEDULES[schedule].levels(MODEL_SIGMAS, 2)
    scheduler, run = with_sigmas(name, sigmas), ours(name, sigmas, torch.float64)
    told = [timestep_of(sigma, LOG_SIGMAS) for _, sigma in run.asked]
    assert difference(run, theirs(scheduler, told, sigmas[0], torch.float64)) <= TOLERANCE


def float32_draw(shape: Any, generator: torch.Generator, device: torch.device, dtype: torch.dtype) -> Tensor:
    """The generator's float32 stream whatever the dtype of the latents, as ours is."""
    return torch.randn(shape, generator=generator, device=device).to(dtype)


def with_sigmas(name: str, sigmas: Sequence[float]) -> Any:
    """The sampler's diffusers counterpart, stepping through our sigmas: they take the place of its Karras spacing."""
    scheduler = copy.deepcopy(prototype(name))
    if isinstance(scheduler, EulerAncestralDiscreteScheduler):  # knows no Karras spacing, but has no other state either
        scheduler.set_timesteps(len(sigmas) - 1)
        scheduler.sigmas = torch.tensor(sigmas, dtype=torch.float32)
    else:
        scheduler._convert_to_karras = lambda in_sigmas, num_inference_steps=None: np.array(sigmas[:-1])
        scheduler.set_timesteps(len(sigmas) - 1)
    scheduler.set_begin_index(0)  # rounded timesteps may repeat, so they cannot tell it where it stands
    return scheduler


@functools.cache
def prototype(name: str) -> Any:
    """A fresh counterpart, kept because some of these constructors take half a second."""
    kind, options = COUNTERPARTS[name]
    return kind(**TRAINING, **options, **({} if kind is EulerAncestralDiscreteScheduler else KARRAS))


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", ["ddim", "lcm"])
def test_ddim_and_lcm_agree_on_our_sigmas(name, schedule, record_property) -> None:
    worst = 0.0
    for steps in (1, 2, 5, 20):
        sigmas = SCHEDULES[schedule].levels(MODEL_SIGMAS, steps)
        scheduler, run = trained_at(name, sigmas), ours(name, sigmas)
        told = [timestep_of(sigma, LOG_SIGMAS) for _, sigma in run.asked]
        worst = max(worst, difference(run, theirs(scheduler, told, sigmas[0])))
    record_property("max_difference", worst)
    assert worst <= TOLERANCE


def trained_at(name: str, sigmas: Sequence[float]) -> Any:
    """diffusers' DDIM or LCM for an imaginary model that was trained at exactly our sigmas (they know no others).

    LCM's boundary scalings, which diffusers adds and samplers in sigma do not have, are made to vanish: a level below
    all others keeps timestep 0 unused, and the scaling of timesteps is large.
    """
    steps = len(sigmas) - 1
    levels = [sigmas[-2] / 2, *reversed(sigmas[:-1])] if name == "lcm" else list(reversed(sigmas[:-1]))
    if name == "lcm":
        scheduler = LCMScheduler(
            num_train_timesteps=steps + 1, original_inference_steps=steps + 1, timestep_scaling=1e5
        )
        scheduler.set_timesteps(timesteps=list(range(steps, 0, -1)))
    else:
        scheduler = DDIMScheduler(num_train_timesteps=steps, **DDIM_ETA_0)
        scheduler.set_timesteps(steps)
    scheduler.alphas_cumprod = torch.tensor([1.0 / (1.0 + sigma**2) for sigma in levels])
    return scheduler


@pytest.mark.parametrize("spacing", ["leading", "trailing"])
def test_ddim_is_diffusers_ddim_on_its_own_timesteps(spacing, record_property) -> None:
    worst = 0.0
    for steps in (4, 10, 20, 50):
        scheduler = DDIMScheduler(**TRAINING, **DDIM_ETA_0, timestep_spacing=spacing, steps_offset=1)
        scheduler.set_timesteps(steps)
        told = [int(timestep) for timestep in scheduler.timesteps]
        sigmas = [*(float(MODEL_SIGMAS[timestep]) for timestep in told), 0.0]
        if spacing == "trailing":
            assert sigmas == pytest.approx(SCHEDULES["simple"].levels(MODEL_SIGMAS, steps))
        if spacing == "leading":  # its last step stops at timestep 1 - 1000/steps < 0, so at alpha 1 as ours does
            assert told[-1] == 1
        worst = max(worst, difference(ours("ddim", sigmas), theirs(scheduler, told, sigmas[0])))
    record_property("max_difference", worst)
    assert worst <= TOLERANCE


def test_lcm_is_diffusers_lcm_on_a_distilled_models_timesteps() -> None:
    for steps in (2, 4, 5):
        scheduler = LCMScheduler(**TRAINING)
        scheduler.set_timesteps(timesteps=[999 - k * (1000 // steps) for k in range(steps)])
        sigmas = SCHEDULES["simple"].levels(MODEL_SIGMAS, steps)
        told = [float(timestep) for timestep in scheduler.timesteps]
        assert difference(ours("lcm", sigmas), theirs(scheduler, told, sigmas[0])) <= TOLERANCE
