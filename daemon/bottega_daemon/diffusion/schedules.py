"""Noise schedules: which noise levels (sigmas) a sampler visits between pure noise and the finished picture.

Sigma is k-diffusion's: x = picture + sigma * unit noise. A model was trained at N levels (its `model_sigmas`,
ascending); a timestep is a position 0..N-1 among them, and between two levels log(sigma) is linear in the timestep.
No torch here: the front process lists these tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.models.noise_levels import Sigmas

KARRAS_RHO = 7.0
BETA_SHAPE = 0.6
BETA_SERIES_TERMS = 60
BISECTIONS = 60


def timestep_of(sigma: float, log_sigmas: Sigmas) -> float:
    """The timestep 0..N-1 (fractional) at which the model knows `sigma`; levels outside its training are clamped."""
    if sigma <= 0.0:
        return 0.0
    return float(np.interp(math.log(sigma), log_sigmas, np.arange(len(log_sigmas))))


def sigma_of(timestep: float, log_sigmas: Sigmas) -> float:
    """The inverse of `timestep_of`: the noise level at a fractional timestep, clamped to 0..N-1."""
    return float(np.exp(np.interp(timestep, np.arange(len(log_sigmas)), log_sigmas)))


def normal(model_sigmas: Sigmas, steps: int) -> list[float]:
    """Evenly spaced timesteps from the last to the first level, both visited (k-diffusion's default)."""
    return _at_timesteps(model_sigmas, np.linspace(len(model_sigmas) - 1, 0, steps))


def sgm_uniform(model_sigmas: Sigmas, steps: int) -> list[float]:
    """Evenly spaced timesteps that leave out the first level: the spacing of Stability's generative-models."""
    return _at_timesteps(model_sigmas, np.linspace(len(model_sigmas) - 1, 0, steps + 1)[:-1])


def simple(model_sigmas: Sigmas, steps: int) -> list[float]:
    """Every (N/steps)-th training level counted down from the last, as ComfyUI's "simple".

    With more steps than levels there are no more whole timesteps to pick, so it becomes `sgm_uniform`.
    """
    count = len(model_sigmas)
    if steps > count:
        return sgm_uniform(model_sigmas, steps)
    skipped = np.floor(np.arange(steps) * (count / steps))
    return _at_timesteps(model_sigmas, count - 1 - skipped)


def beta(model_sigmas: Sigmas, steps: int) -> list[float]:
    """Timesteps at the quantiles of Beta(0.6, 0.6), denser at both ends (Lee et al. 2024, arXiv 2407.12173; ComfyUI).

    Timesteps are rounded to training levels as ComfyUI does. Where rounding would visit a level twice (above about 130
    steps; ComfyUI then quietly runs fewer steps) all timesteps of the list stay fractional, so the count is kept.
    """
    timesteps = (len(model_sigmas) - 1) * _beta_quantiles(1.0 - np.arange(steps) / steps)
    rounded = np.rint(timesteps)
    distinct = bool(np.all(np.diff(rounded) < 0))
    return _at_timesteps(model_sigmas, rounded if distinct else timesteps)


def karras(model_sigmas: Sigmas, steps: int) -> list[float]:
    """Even in sigma^(1/7): many steps at little noise (Karras et al. 2022, arXiv 2206.00364, eq. 5)."""
    ends = np.linspace(model_sigmas[-1] ** (1 / KARRAS_RHO), model_sigmas[0] ** (1 / KARRAS_RHO), steps)
    return [*(ends**KARRAS_RHO).tolist(), 0.0]


def exponential(model_sigmas: Sigmas, steps: int) -> list[float]:
    """Even in log(sigma), as k-diffusion's get_sigmas_exponential."""
    return [*np.exp(np.linspace(math.log(model_sigmas[-1]), math.log(model_sigmas[0]), steps)).tolist(), 0.0]


def _at_timesteps(model_sigmas: Sigmas, timesteps: NDArray[np.float64]) -> list[float]:
    """Noise levels at fractional timesteps, followed by 0."""
    levels = np.interp(timesteps, np.arange(len(model_sigmas)), np.log(model_sigmas))
    return [*np.exp(levels).tolist(), 0.0]


def _beta_quantiles(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse distribution function of Beta(a, a), a = 0.6, to 1e-12, without scipy (its import costs half a second).

    The distribution is symmetric, so only x <= 1/2 is solved for, where the incomplete beta function's power series
    (DLMF 8.17.7) loses half of its remainder per term; bisection runs on u = x^a, in which the function is nearly
    linear.
    """
    order = np.arange(BETA_SERIES_TERMS)
    factors = np.concatenate([[1.0], np.cumprod((order[1:] - BETA_SHAPE) / order[1:])]) / (BETA_SHAPE + order)

    def lower_integral(u: NDArray[np.float64]) -> NDArray[np.float64]:
        return u * np.polynomial.polynomial.polyval(u ** (1 / BETA_SHAPE), factors)

    half = np.asarray(0.5**BETA_SHAPE)
    wanted = np.minimum(probabilities, 1.0 - probabilities) * 2.0 * lower_integral(half)
    low, high = np.zeros_like(wanted), np.full_like(wanted, half)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        below = lower_integral(middle) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    x = ((low + high) / 2) ** (1 / BETA_SHAPE)
    x = np.where(probabilities == 0.5, 0.5, x)  # exact, as in scipy: half a timestep hangs on it when it is rounded
    return np.where(probabilities <= 0.5, x, 1.0 - x)


@dataclass(frozen=True)
class Schedule:
    """One row: its name in requests, its label in menus, and `levels(model_sigmas, steps)`.

    `levels` takes the model's training sigmas (ascending float64) and steps >= 1, and returns steps + 1 floats that
    strictly decrease and end in 0.0.
    """

    name: str
    label: str
    levels: Callable[[Sigmas, int], list[float]]


SCHEDULES: dict[str, Schedule] = {
    row.name: row
    for row in (
        Schedule("normal", "Normal", normal),
        Schedule("karras", "Karras", karras),
        Schedule("exponential", "Exponential", exponential),
        Schedule("sgm_uniform", "SGM Uniform", sgm_uniform),
        Schedule("simple", "Simple", simple),
        Schedule("beta", "Beta", beta),
    )
}
