"""Samplers that remember several steps: LMS and UniPC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bottega_daemon.diffusion.samplers.base import Noise, Steps, T, toward

LMS_ORDER = 4
UNIPC_ORDER = 3
# Two-point Gauss-Legendre is exact for the cubics that LMS_ORDER = 4 needs.
GAUSS_POINTS = (0.5 - math.sqrt(1 / 12), 0.5 + math.sqrt(1 / 12))
PHI_SERIES_TERMS = 20


def lms(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """Adams-Bashforth of order 4 on uneven steps of sigma (Hairer, Norsett, Wanner 1993, III.5; k-diffusion's LMS)."""
    slopes: list[T] = []
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas)):
        denoised = yield x, sigma
        slopes = [(x - denoised) * (1.0 / sigma), *slopes[: LMS_ORDER - 1]]
        known = [sigmas[step - back] for back in range(len(slopes))]
        for slope, weight in zip(slopes, lms_weights(known, sigma_next), strict=True):
            x = x + slope * weight
    return x


def lms_weights(known: Sequence[float], sigma_next: float) -> list[float]:
    """Weights of the slopes at `known` sigmas (newest first) in x(sigma_next) - x(known[0]).

    Each is the integral of that slope's Lagrange polynomial over the step.
    """
    width = sigma_next - known[0]
    points = [known[0] + width * share for share in GAUSS_POINTS]

    def lagrange(chosen: float, at: float) -> float:
        return math.prod((at - other) / (chosen - other) for other in known if other != chosen)

    return [width * 0.5 * sum(lagrange(chosen, at) for at in points) for chosen in known]


def unipc(x: T, sigmas: Sequence[float], noise: Noise[T]) -> Steps[T]:
    """UniPC-3, data prediction, B2(h): UniP predicts, the next call also corrects (Zhao et al. 2023, arXiv 2302.04867).

    The order grows from 1 at the start and falls back to 1 towards the last step, which may thus go to sigma 0.
    """
    steps = len(sigmas) - 1
    history: list[tuple[float, T]] = []
    start, order = x, 0
    for step, (sigma, sigma_next) in enumerate(pairwise(sigmas)):
        denoised = yield x, sigma
        if step:
            start = _unipc_move(start, history[:order], sigma, denoised)
        history = [(sigma, denoised), *history[: UNIPC_ORDER - 1]]
        order = min(UNIPC_ORDER, step + 1, steps - step)
        x = _unipc_move(start, history[:order], sigma_next, None)
    return x


def _unipc_move(start: T, history: list[tuple[float, T]], target: float, arriving: T | None) -> T:
    """From `start` at history[0]'s sigma to `target`: UniP, or UniC given the picture denoised there (`arriving`).

    `history` holds (sigma, denoised), newest first; its length is the order.
    """
    sigma, newest = history[0]
    if arriving is None and len(history) == 1:
        return toward(start, newest, target / sigma)
    width = math.log(sigma / target)
    places = [math.log(sigma / old_sigma) / width for old_sigma, _ in history[1:]]
    pictures = [old for _, old in history[1:]]
    if arriving is not None:
        places.append(1.0)
        pictures.append(arriving)
    estimate = newest
    for place, picture, weight in zip(places, pictures, unipc_weights(width, places), strict=True):
        estimate = estimate + (picture - newest) * (weight / place)
    return toward(start, estimate, target / sigma)


def unipc_weights(width: float, places: Sequence[float]) -> list[float]:
    """The a_m of the paper's eq. 3 to 5 for B(h) = e^h - 1; `places` are its r_m, `width` is h = log(sigma / target).

    A single place has weight 1/2 whatever h is: the paper's own simplification, good to the same order.
    """
    if len(places) == 1:
        return [0.5]
    phis = phi_functions(-width, len(places) + 1)
    wanted = [math.factorial(k) * phis[k] / phis[0] for k in range(1, len(places) + 1)]
    powers = np.vander(np.asarray(places), increasing=True).T
    return [float(weight) for weight in np.linalg.solve(powers, np.asarray(wanted))]


def phi_functions(z: float, count: int) -> list[float]:
    """phi_1(z) .. phi_count(z) of exponential integrators: phi_k(z) = sum over j of z^j / (j + k)!.

    The recursion phi_(k+1) = (phi_k - 1/k!) / z cancels badly near 0, where long schedules live; the series does not.
    """
    if abs(z) < 1.0:
        return [sum(z**j / math.factorial(j + k) for j in range(PHI_SERIES_TERMS)) for k in range(1, count + 1)]
    phis = [math.expm1(z) / z]
    for k in range(1, count):
        phis.append((phis[-1] - 1.0 / math.factorial(k)) / z)
    return phis
