"""What all samplers share: their type, and the two formulas that most of their steps are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from typing import Protocol, Self, TypeVar


class Latent(Protocol):
    """All that a sampler does with a picture: torch's tensors fit, without the front process having to load torch."""

    def __add__(self, other: Self, /) -> Self: ...

    def __sub__(self, other: Self, /) -> Self: ...

    def __mul__(self, other: float, /) -> Self: ...


T = TypeVar("T", bound=Latent)

Noise = Callable[[], T]
"""Gives the picture's next unit Gaussian draw, of x's shape, device and dtype."""
Steps = Generator[tuple[T, float], T, T]
"""Yields (x, sigma), is sent the model's denoised picture for them, returns the final x."""


class SamplerFunction(Protocol):
    """What every sampler is."""

    def __call__(self, x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]: ...


def toward(x: T, denoised: T, ratio: float) -> T:
    """Shrinks the noise in x to `ratio` of what it is, if `denoised` is right: denoised + ratio * (x - denoised).

    With ratio = sigma_next / sigma this is Euler's step of dx/dsigma = (x - denoised) / sigma, and the exponential
    integrator's too; written so that a step to sigma 0 gives `denoised` to the last bit.
    """
    return denoised + (x - denoised) * ratio


def ancestral(sigma: float, sigma_next: float) -> tuple[float, float]:
    """(down, up): step deterministically to `down`, then add `up` of fresh noise, to arrive at level `sigma_next`.

    down^2 + up^2 = sigma_next^2, with the share of fresh noise that DDPM's posterior has (eta = 1; Song et al. 2021,
    arXiv 2010.02502, eq. 16).
    """
    ratio = sigma_next / sigma
    return sigma_next * ratio, sigma_next * math.sqrt(1.0 - ratio * ratio)
