"""Samplers: how a picture travels from noise to finished, one row each, written as generators.

`steps = row.start(x, sigmas, noise)` yields (x, sigma) where it wants the model's opinion, is resumed with
`steps.send(denoised)` and returns the final x (StopIteration.value); all state lives in the generator, so pictures with
different samplers can share one model call. x is one picture's latent (any shape) at noise level sigmas[0]; `sigmas`
are decreasing floats, 0.0 last; `noise()` gives the picture's next unit Gaussian draw. A list of one sigma takes no
step. Nothing here imports torch: the front process reads the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from bottega_daemon.diffusion.samplers.base import SamplerFunction
from bottega_daemon.diffusion.samplers.dpmpp import dpmpp_2m, dpmpp_2m_sde, dpmpp_2s_a, dpmpp_sde
from bottega_daemon.diffusion.samplers.multistep import lms, unipc
from bottega_daemon.diffusion.samplers.single import dpm2, dpm2_a, euler, euler_a, heun, lcm


@dataclass(frozen=True)
class Sampler:
    """One row: name in requests, label in menus, its function, whether it draws noise on the way, cost and source."""

    name: str
    label: str
    start: SamplerFunction
    stochastic: bool
    calls_per_step: int
    source: str

    def calls(self, steps: int) -> int:
        """How often the model is asked in `steps` steps that end at sigma 0; the last step always takes one call."""
        return max(0, self.calls_per_step * (steps - 1) + 1) if steps > 0 else 0


SAMPLERS: dict[str, Sampler] = {
    row.name: row
    for row in (
        Sampler("euler", "Euler", euler, False, 1, "Karras et al. 2022, arXiv 2206.00364, algorithm 2, first order."),
        Sampler("euler_a", "Euler a", euler_a, True, 1, "k-diffusion's ancestral Euler, DDPM's noise of 2010.02502."),
        Sampler("heun", "Heun", heun, False, 2, "Karras et al. 2022, arXiv 2206.00364, algorithm 2 without churn."),
        Sampler("lms", "LMS", lms, False, 1, "Linear multistep of order 4 on uneven steps, from k-diffusion."),
        Sampler("dpm2", "DPM2", dpm2, False, 2, "k-diffusion's DPM2, after DPM-Solver-2, arXiv 2206.00927."),
        Sampler("dpm2_a", "DPM2 a", dpm2_a, True, 2, "k-diffusion's ancestral DPM2, after arXiv 2206.00927."),
        Sampler("dpmpp_2m", "DPM++ 2M", dpmpp_2m, False, 1, "Lu et al. 2022, arXiv 2211.01095, algorithm 2."),
        Sampler("dpmpp_2m_sde", "DPM++ 2M SDE", dpmpp_2m_sde, True, 1, "Lu et al. 2022, arXiv 2211.01095, SDE form."),
        Sampler("dpmpp_sde", "DPM++ SDE", dpmpp_sde, True, 2, "k-diffusion's singlestep SDE form of arXiv 2211.01095."),
        Sampler("dpmpp_2s_a", "DPM++ 2S a", dpmpp_2s_a, True, 2, "k-diffusion, after arXiv 2211.01095, algorithm 1."),
        Sampler("ddim", "DDIM", euler, False, 1, "Song et al. 2021, arXiv 2010.02502, eta 0: Euler's step in sigma."),
        Sampler("unipc", "UniPC", unipc, False, 1, "Zhao et al. 2023, arXiv 2302.04867, UniPC-3 with B2(h)."),
        Sampler("lcm", "LCM", lcm, True, 1, "Luo et al. 2023, arXiv 2310.04378, algorithm 3."),
    )
}
