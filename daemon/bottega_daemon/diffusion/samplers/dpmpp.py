"""The DPM-Solver++ family (Lu et al. 2022, arXiv 2211.01095), in sigma instead of the paper's lambda = -log(sigma)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from bottega_daemon.diffusion.samplers.base import Noise, Steps, T, ancestral, toward


def dpmpp_2m(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Second order from the previous step's picture, one call per step (algorithm 2); the step to 0 is first order."""
    before: tuple[float, T] | None = None
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        x = toward(x, _extrapolated(denoised, before, sigma, sigma_next), sigma_next / sigma)
        before = sigma, denoised
    return x


def dpmpp_2m_sde(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """2M for the diffusion SDE: as much fresh noise as the reverse process has (midpoint form; section 5 there)."""
    before: tuple[float, T] | None = None
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        down, up = ancestral(sigma, sigma_next)
        x = toward(x, _extrapolated(denoised, before, sigma, sigma_next), down / sigma)
        if sigma_next > 0.0:
            x = x + noise() * up
        before = sigma, denoised
    return x


def _extrapolated(denoised: T, before: tuple[float, T] | None, sigma: float, sigma_next: float) -> T:
    """The denoised picture extrapolated in log(sigma) to the coming step's middle, where a step came before."""
    if before is None or sigma_next <= 0.0:
        return denoised
    sigma_before, denoised_before = before
    half_over_past = 0.5 * math.log(sigma / sigma_next) / math.log(sigma_before / sigma)
    return denoised + (denoised - denoised_before) * half_over_past


def dpmpp_2s_a(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Second order from a midpoint call (algorithm 1, r = 1/2), then fresh noise up to the next level (k-diffusion)."""
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        if sigma_next > 0.0:
            down, up = ancestral(sigma, sigma_next)
            middle = math.sqrt(sigma * down)
            denoised = yield toward(x, denoised, middle / sigma), middle
            x = toward(x, denoised, down / sigma) + noise() * up
        else:
            x = denoised
    return x


def dpmpp_sde(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Second order for the SDE from a midpoint call (r = 1/2; k-diffusion's DPM++ SDE).

    The midpoint's noise and the whole step's are increments of one Brownian path whose time is sigma: the whole is the
    sum of the first part, which the midpoint saw, and an independent second part.
    """
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        if sigma_next > 0.0:
            middle = math.sqrt(sigma * sigma_next)
            first, second = noise(), noise()
            down, up = ancestral(sigma, middle)
            denoised = yield toward(x, denoised, down / sigma) + first * up, middle
            share = (sigma - middle) / (sigma - sigma_next)
            whole = first * math.sqrt(share) + second * math.sqrt(1.0 - share)
            down, up = ancestral(sigma, sigma_next)
            x = toward(x, denoised, down / sigma) + whole * up
        else:
            x = denoised
    return x
