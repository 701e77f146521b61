"""Samplers that look at the current step alone: Euler (which DDIM is too), Euler a, Heun, DPM2, DPM2 a, LCM."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from bottega_daemon.diffusion.samplers.base import Noise, Steps, T, ancestral, toward


def euler(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """First order, deterministic (Karras et al. 2022, arXiv 2206.00364, algorithm 2 without its correction).

    DDIM at eta 0 (Song et al. 2021, arXiv 2010.02502, eq. 13 and 14) is this very step, in x / sqrt(alpha).
    """
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        x = toward(x, denoised, sigma_next / sigma)
    return x


def euler_a(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Euler to below the next level, then fresh noise up to it (k-diffusion's ancestral sampling)."""
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        down, up = ancestral(sigma, sigma_next)
        x = toward(x, denoised, down / sigma)
        if sigma_next > 0.0:
            x = x + noise() * up
    return x


def heun(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Second order: Euler, then the mean of the slopes at both ends (Karras et al. 2022, algorithm 2, no churn)."""
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        ahead = toward(x, denoised, sigma_next / sigma)
        if sigma_next > 0.0:
            slope = (x - denoised) * (1.0 / sigma)
            denoised = yield ahead, sigma_next
            slope_ahead = (ahead - denoised) * (1.0 / sigma_next)
            ahead = x + (slope + slope_ahead) * (0.5 * (sigma_next - sigma))
        x = ahead
    return x


def dpm2(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Second order: the slope at the logarithmic midpoint (after Lu et al. 2022, arXiv 2206.00927; k-diffusion)."""
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        if sigma_next > 0.0:
            middle = math.sqrt(sigma * sigma_next)
            halfway = toward(x, denoised, middle / sigma)
            denoised = yield halfway, middle
            x = x + (halfway - denoised) * ((sigma_next - sigma) / middle)
        else:
            x = denoised
    return x


def dpm2_a(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """DPM2 to below the next level, then fresh noise up to it (k-diffusion)."""
    for sigma, sigma_next in pairwise(sigmas):
        denoised = yield x, sigma
        if sigma_next > 0.0:
            down, up = ancestral(sigma, sigma_next)
            middle = math.sqrt(sigma * down)
            halfway = toward(x, denoised, middle / sigma)
            denoised = yield halfway, middle
            x = x + (halfway - denoised) * ((down - sigma) / middle) + noise() * up
        else:
            x = denoised
    return x


def lcm(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Jumps to the finished picture and noises it anew to the next level: for distilled models, 2 to 8 steps.

    Source: Luo et al. 2023, arXiv 2310.04378, algorithm 3.
    """
    for sigma, sigma_next in pairwise(sigmas):
        x = yield x, sigma
        if sigma_next > 0.0:
            x = x + noise() * sigma_next
    return x
