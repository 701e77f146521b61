"""Samplers on Gaussian data, where the best denoiser, the ODE's path and the SDE's law are known in closed form.

Convergence is measured on even steps of log(sigma) from 10 to 0.2 (the step to 0 is first order in every sampler, so
it is left out), the steps doubling from 20 to 160. Deterministic samplers: distance from the exact ODE path (Karras et
al. 2022, arXiv 2206.00364, eq. 1). Stochastic ones: the error of the variance on arrival (the marginal), and of the
arrival's dependence on the start, against the reverse SDE's law (Song et al. 2021, arXiv 2011.13456). States are exact
(see Gaussian), so no statistics blur the slopes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from bottega_daemon.diffusion.noise import PictureNoise
from bottega_daemon.diffusion.samplers import SAMPLERS, Sampler
from bottega_daemon.diffusion.samplers.multistep import LMS_ORDER, lms_weights, phi_functions, unipc_weights
from bottega_daemon.diffusion.schedules import SCHEDULES
from tests.diffusion.sampler_kit import MODEL_SIGMAS, CountedDraws, Gaussian, drive, moments, no_noise

DATA = Gaussian()
FROM, TO = 10.0, 0.2
MAX_DRAWS = 400

# Sampler: (order promised, source). LMS starts with Euler's step, whose single error of second order ends up
# dominating.
ORDERS = {
    "euler": (1, "Karras et al. 2022, arXiv 2206.00364"),
    "ddim": (1, "Song et al. 2021, arXiv 2010.02502; first order by Lu et al. 2022, arXiv 2206.00927"),
    "euler_a": (1, "Euler-Maruyama: Kloeden and Platen 1992, chapter 14"),
    "heun": (2, "Karras et al. 2022, arXiv 2206.00364"),
    "dpm2": (2, "Lu et al. 2022, arXiv 2206.00927"),
    "dpm2_a": (2, "Lu et al. 2022, arXiv 2206.00927"),
    "lms": (2, "Hairer, Norsett, Wanner 1993, III.5"),
    "dpmpp_2m": (2, "Lu et al. 2022, arXiv 2211.01095"),
    "dpmpp_2m_sde": (2, "Lu et al. 2022, arXiv 2211.01095"),
    "dpmpp_2s_a": (2, "Lu et al. 2022, arXiv 2211.01095"),
    "dpmpp_sde": (2, "Lu et al. 2022, arXiv 2211.01095"),
    "unipc": (3, "Zhao et al. 2023, arXiv 2302.04867"),
}


def arrival(row: Sampler, steps: int) -> Tensor:
    """The state on arrival at TO after `steps` steps from FROM."""
    levels = np.geomspace(FROM, TO, steps + 1)
    # three more steps of the same size, so that samplers that end at a lower order do not do so before TO
    sigmas = [*levels.tolist(), *(levels[-1] * (levels[1] / levels[0]) ** np.arange(1, 4)).tolist(), 0.0]
    start = DATA.start(FROM, MAX_DRAWS)
    noise = CountedDraws(start) if row.stochastic else no_noise
    return drive(row, start, sigmas, noise, DATA.denoised).at(sigmas[steps])


def marginal_error(row: Sampler, steps: int) -> float:
    """Off the ODE's path (deterministic), or the error of the variance (stochastic)."""
    state = arrival(row, steps)
    if row.stochastic:
        return abs(moments(state)[1] - (DATA.spread**2 + TO**2))
    return float((state - DATA.start(TO, MAX_DRAWS)).abs().max())


def dependence_error(row: Sampler, steps: int) -> float:
    """How much more or less of the start is left on arrival than the reverse SDE leaves."""
    left = (DATA.spread**2 + TO**2) / math.hypot(DATA.spread, FROM)
    return abs(float(arrival(row, steps)[1]) - left)


def slopes(errors: list[float]) -> list[float]:
    """The orders seen between runs of doubled steps."""
    return [math.log2(coarse / fine) for coarse, fine in pairwise(errors)]


@pytest.mark.parametrize("name", ORDERS)
def test_the_error_falls_with_the_papers_order(name, record_property) -> None:
    errors = [marginal_error(SAMPLERS[name], steps) for steps in (20, 40, 80, 160)]
    record_property("errors", [f"{error:.1e}" for error in errors])
    record_property("slopes", [f"{slope:.2f}" for slope in slopes(errors)])
    assert min(slopes(errors)) >= ORDERS[name][0] - 0.2
    assert errors[0] < 0.2


@pytest.mark.parametrize("name", ["euler_a", "dpmpp_2m_sde", "dpmpp_sde"])
def test_sde_samplers_forget_their_start_exactly_as_the_sde_does(name) -> None:
    """For a linear denoiser the denoised picture is a martingale of the SDE, and these steps keep it one."""
    assert dependence_error(SAMPLERS[name], 20) < 1e-12


@pytest.mark.parametrize("name", ["dpm2_a", "dpmpp_2s_a"])
def test_ancestral_samplers_forget_their_start_to_first_order_only(name) -> None:
    """An exact ODE step and fresh noise keep every marginal (which so has order 2), but are not the SDE's path."""
    errors = [dependence_error(SAMPLERS[name], steps) for steps in (20, 40, 80, 160)]
    assert min(slopes(errors)) >= 0.95
    assert errors[-1] < 0.005


def test_every_sampler_but_lcm_has_an_order() -> None:
    assert set(SAMPLERS) - set(ORDERS) == {"lcm"}


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", sorted(ORDERS))
def test_real_schedules_end_in_the_datas_mean_and_variance(name, schedule) -> None:
    row, sigmas = SAMPLERS[name], SCHEDULES[schedule].levels(MODEL_SIGMAS, 150)
    start = DATA.start(sigmas[0], MAX_DRAWS)
    state = drive(row, start, sigmas, CountedDraws(start), DATA.denoised).final
    mean, variance = moments(state)
    assert mean == pytest.approx(DATA.mean, abs=1e-9)
    # 150 steps: a first order sampler is off by some percent on schedules that are coarse where it matters
    assert variance == pytest.approx(DATA.spread**2, rel=0.12 if ORDERS[name][0] == 1 else 0.03)


@pytest.mark.parametrize("steps", [1, 2, 4, 8])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_lcm_with_a_perfect_consistency_model_is_exact_in_any_number_of_steps(schedule, steps) -> None:
    """Luo et al. 2023, arXiv 2310.04378: its model maps to the end of the ODE path, and each step noises that anew."""
    sigmas = SCHEDULES[schedule].levels(MODEL_SIGMAS, steps)
    start = DATA.start(sigmas[0], MAX_DRAWS)
    noise = CountedDraws(start)
    state = drive(SAMPLERS["lcm"], start, sigmas, noise, DATA.ode_end).final
    assert moments(state) == pytest.approx((DATA.mean, DATA.spread**2), rel=1e-12)
    assert noise.count == steps - 1


@pytest.mark.parametrize("name", sorted(name for name, row in SAMPLERS.items() if row.stochastic))
def test_real_noise_ends_in_the_datas_mean_and_variance(name) -> None:
    """The same with the pictures' own noise, as statistics of 200,000 pixels (standard errors 0.2 % and 0.3 %)."""
    sigmas = SCHEDULES["karras"].levels(MODEL_SIGMAS, 60)
    noise = PictureNoise(7, (200_000,))
    start = DATA.mean + noise() * math.hypot(DATA.spread, sigmas[0])
    plain = Gaussian(DATA.mean, DATA.spread)
    shrink = {"lcm": lambda sigma: plain.spread / math.hypot(plain.spread, sigma)}
    share = shrink.get(name, lambda sigma: plain.spread**2 / (plain.spread**2 + sigma**2))
    final = drive(SAMPLERS[name], start, sigmas, noise, lambda x, s: plain.mean + (x - plain.mean) * share(s)).final
    assert float(final.mean()) == pytest.approx(DATA.mean, abs=0.01)
    assert float(final.var()) == pytest.approx(DATA.spread**2, rel=0.12 if name == "euler_a" else 0.02)


def test_dpmpp_sdes_midpoint_and_whole_step_share_one_brownian_path() -> None:
    """W(s -> t) = W(s -> m) + W(m -> t), so the two unit draws correlate as sqrt((s - m) / (s - t))."""
    sigma, sigma_next = 9.0, 1.0
    middle = math.sqrt(sigma * sigma_next)
    start = torch.zeros(4, dtype=torch.float64)
    run = drive(SAMPLERS["dpmpp_sde"], start, [sigma, sigma_next, 0.0], CountedDraws(start), lambda x, _: start)
    halfway, whole = run.asked[1][0], run.asked[2][0]
    up_middle = middle * math.sqrt(1 - (middle / sigma) ** 2)
    up = sigma_next * math.sqrt(1 - (sigma_next / sigma) ** 2)
    assert float(halfway.norm()) == pytest.approx(up_middle)
    assert float(whole.norm()) == pytest.approx(up)
    correlation = float(halfway @ whole) / (up_middle * up)
    assert correlation == pytest.approx(math.sqrt((sigma - middle) / (sigma - sigma_next)))


@given(
    steps=st.lists(st.floats(0.05, 3.0), min_size=LMS_ORDER, max_size=LMS_ORDER),
    factors=st.lists(st.floats(-2, 2), min_size=LMS_ORDER, max_size=LMS_ORDER),
)
def test_lms_integrates_cubic_slopes_exactly(steps: Sequence[float], factors: Sequence[float]) -> None:
    ends = 0.5 + np.cumsum(steps)
    known, sigma_next = ends.tolist(), 0.5  # newest first, so ascending: sigma falls with time
    slope = np.polynomial.Polynomial(factors)
    area = slope.integ()(sigma_next) - slope.integ()(known[0])
    weights = lms_weights(known, sigma_next)
    assert sum(weights) == pytest.approx(sigma_next - known[0], rel=1e-6)
    assert np.dot(weights, slope(np.array(known))) == pytest.approx(area, rel=1e-6, abs=1e-6)


@given(z=st.floats(-12, -1e-12))
def test_phi_functions_obey_their_recursion(z: float) -> None:
    phis = phi_functions(z, 4)
    assert phis[0] * z == pytest.approx(math.expm1(z), rel=1e-12)
    for k in range(1, 4):
        assert phis[k] * z + 1 / math.factorial(k) == pytest.approx(phis[k - 1], rel=1e-10)


@given(width=st.floats(1e-6, 8.0), places=st.sampled_from([[-1.0, 1.0], [-0.3, -2.0], [-0.7, -1.9, 1.0], [-5.0, 1.0]]))
def test_unipc_weights_match_the_exponential_integrals_moments(width: float, places: list[float]) -> None:
    """The paper's condition for order p (eq. 5): sum of a_m r_m^(k-1) = k! phi_(k+1)(-h) / phi_1(-h)."""
    weights, phis = unipc_weights(width, places), phi_functions(-width, 4)
    for k in range(1, len(places) + 1):
        total = sum(weight * place ** (k - 1) for weight, place in zip(weights, places, strict=True))
        assert total == pytest.approx(math.factorial(k) * phis[k] / phis[0], rel=1e-9)
