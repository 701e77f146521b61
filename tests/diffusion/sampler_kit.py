"""What the sampler tests share: a driver for one picture, a nonlinear model, and a Gaussian with known answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bottega_daemon.diffusion.samplers import Sampler
from bottega_daemon.diffusion.schedules import timestep_of
from bottega_daemon.models.noise_levels import training_sigmas

MODEL_SIGMAS = training_sigmas({"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"})
LOG_SIGMAS = np.log(MODEL_SIGMAS)

Model = Callable[[Tensor, float], Tensor]


@dataclass(frozen=True)
class Run:
    """A finished drive: the final x, and every (x, sigma) at which the model was asked."""

    final: Tensor
    asked: list[tuple[Tensor, float]]

    def at(self, sigma: float) -> Tensor:
        """The state on arrival at a level of the schedule (the last question there; Heun asks twice)."""
        return [x for x, asked in self.asked if asked == sigma][-1]


def drive(row: Sampler, x: Tensor, sigmas: Sequence[float], noise: Callable[[], Tensor], model: Model) -> Run:
    """Runs one sampler with denoised = model(x, sigma), alone."""
    steps = row.start(x, sigmas, noise)
    asked: list[tuple[Tensor, float]] = []
    try:
        x, sigma = next(steps)
        while True:
            asked.append((x, sigma))
            x, sigma = steps.send(model(x, sigma))
    except StopIteration as end:
        return Run(end.value, asked)


def no_noise() -> Tensor:
    """For samplers that must not draw."""
    raise AssertionError("a deterministic sampler asked for noise")


def epsilon(scaled: Tensor, timestep: float) -> Tensor:
    """A UNet's stand-in: noise predicted from x / sqrt(sigma^2 + 1) and a timestep, neighbours mixed nonlinearly."""
    bend = torch.sin(1.5 * scaled.roll(1, -1) + timestep / 150.0) + torch.tanh(scaled.roll(1, -2) * scaled)
    return (0.2 + 0.7 * timestep / 999.0) * scaled + 0.25 * bend


def epsilon_denoised(x: Tensor, sigma: float) -> Tensor:
    """The denoised picture that `epsilon` means in k-diffusion's terms."""
    return x - sigma * epsilon(x / math.sqrt(sigma**2 + 1.0), timestep_of(sigma, LOG_SIGMAS))


@dataclass(frozen=True)
class Gaussian:
    """Data N(mean, spread^2) per pixel, whose best denoiser, ODE and SDE have closed forms.

    States are coefficient vectors: entry 0 is the constant, every other entry multiplies one independent unit Gaussian.
    As samplers only add and scale, a run gives the exact mean (entry 0) and variance (sum of squares of the rest).
    """

    mean: float = 0.7
    spread: float = 1.0

    def start(self, sigma: float, draws: int) -> Tensor:
        """The data's exact marginal at `sigma`, with room for `draws` draws on the way."""
        state = torch.zeros(2 + draws, dtype=torch.float64)
        state[0], state[1] = self.mean, math.hypot(self.spread, sigma)
        return state

    def denoised(self, x: Tensor, sigma: float) -> Tensor:
        """The posterior mean of the data given x at noise level sigma."""
        constant = torch.zeros_like(x)
        constant[0] = self.mean
        return (self.spread**2 * x + sigma**2 * constant) / (self.spread**2 + sigma**2)

    def ode_end(self, x: Tensor, sigma: float) -> Tensor:
        """Where the probability flow ODE takes x from `sigma` to 0: the perfect consistency model."""
        constant = torch.zeros_like(x)
        constant[0] = self.mean
        return constant + (x - constant) * (self.spread / math.hypot(self.spread, sigma))


class CountedDraws:
    """Noise for Gaussian's coefficient vectors: the k-th draw is its own unit direction."""

    def __init__(self, state: Tensor) -> None:
        self._state = state
        self.count = 0

    def __call__(self) -> Tensor:
        draw = torch.zeros_like(self._state)
        draw[2 + self.count] = 1.0
        self.count += 1
        return draw


def moments(state: Tensor) -> tuple[float, float]:
    """(mean, variance) of a coefficient vector."""
    return float(state[0]), float((state[1:] ** 2).sum())
