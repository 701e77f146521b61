"""One call of the model for every picture that can share it: each row at its own noise level, with its own prompt.

In k-diffusion's terms the denoiser D(x, sigma) estimates the clean picture in x = picture + sigma * noise. The network
sees x / sqrt(sigma² + 1) and a timestep; for epsilon prediction D = x - sigma * epsilon, for v-prediction
D = x / (sigma² + 1) - v * sigma / sqrt(sigma² + 1) (Salimans and Ho 2022, arXiv 2202.00512).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.diffusion.schedules import timestep_of
from bottega_daemon.diffusion.seamless import tiling
from bottega_daemon.models.wearing import wear

Residuals = tuple[list[torch.Tensor], torch.Tensor]


@torch.inference_mode()
def denoise(samples: Sequence[Sample]) -> list[torch.Tensor]:
    """The clean picture that each sample's model sees in its x. All samples must have the same `key`."""
    model = samples[0].model
    wear(model, "unet", samples[0].loras)
    noisy = [_noisy(sample) for sample in samples]
    rows = _Rows(samples, noisy)
    networks = [guide.network.net for guide in samples[0].active]
    across, down = "x" in samples[0].seamless, "y" in samples[0].seamless
    with tiling([model.unet, *networks], x=across, y=down):
        residuals = _controls(samples, rows)
        extra = {}
        if residuals:
            extra = {
                "down_block_additional_residuals": residuals[0],
                "mid_block_additional_residual": residuals[1],
            }
        predicted = model.unet(rows.seen, rows.timesteps, rows.text, return_dict=False, **extra)[0].float()
    return [
        _keep(sample, _denoised(sample, x, predicted[start : start + sample.rows]))
        for sample, x, start in zip(samples, noisy, rows.starts, strict=True)
    ]


class _Rows:
    """The batch: every sample's rows, the negative prompt's before the positive's."""

    def __init__(self, samples: Sequence[Sample], noisy: Sequence[torch.Tensor]) -> None:
        model = samples[0].model
        log_sigmas = np.log(model.sigmas)
        self.starts = [0]
        inputs, known, timesteps, text = [], [], [], []
        for sample, x in zip(samples, noisy, strict=True):
            scaled = x / math.sqrt(sample.sigma**2 + 1)
            inputs += [scaled] * sample.rows
            known += [] if sample.known is None else [sample.known] * sample.rows
            timesteps += [timestep_of(sample.sigma, log_sigmas)] * sample.rows
            text += [sample.positive] if sample.negative is None else [sample.negative, sample.positive]
            self.starts.append(self.starts[-1] + sample.rows)
        self.starts.pop()
        self.x = torch.cat(inputs).to(model.dtype)
        self.seen = torch.cat([self.x, torch.cat(known).to(self.x)], dim=1) if known else self.x
        """x with the channels that tell a UNet for inpainting what is missing; control networks do without."""
        self.text = torch.stack(text).to(model.dtype)
        self.timesteps = torch.tensor(timesteps, dtype=torch.float32, device=self.x.device)


def _noisy(sample: Sample) -> torch.Tensor:
    """x with what must stay put back at the current noise level. The first x is the task's own choice."""
    kept = sample.kept
    if kept is None or sample.sigma >= sample.sigmas[0]:
        return sample.x
    outside = kept.latents + kept.noise * sample.sigma
    return torch.where(kept.repainted(sample.step, sample.steps), sample.x, outside)


def _keep(sample: Sample, denoised: torch.Tensor) -> torch.Tensor:
    kept = sample.kept
    if kept is None:
        return denoised
    return torch.where(kept.repainted(sample.step, sample.steps), denoised, kept.latents)


def _denoised(sample: Sample, x: torch.Tensor, predicted: torch.Tensor) -> torch.Tensor:
    if sample.negative is None:
        guided = predicted
    else:
        negative, positive = predicted[:1], predicted[1:]
        guided = negative + sample.guidance * (positive - negative)
    sigma = sample.sigma
    if sample.model.prediction_type == "v_prediction":
        return x / (sigma**2 + 1) - guided * (sigma / math.sqrt(sigma**2 + 1))
    return x - sigma * guided


def _controls(samples: Sequence[Sample], rows: _Rows) -> Residuals | None:
    """What the control networks add to the UNet, summed, each weighted per row by its picture's strength."""
    total: Residuals | None = None
    for place, guide in enumerate(samples[0].active):
        own = [(sample, sample.active[place]) for sample in samples]
        hints = torch.cat([each.embedding for sample, each in own for _ in range(sample.rows)])
        strengths = [each.strength for sample, each in own for _ in range(sample.rows)]
        weight = torch.tensor(strengths, dtype=rows.x.dtype, device=rows.x.device).reshape(-1, 1, 1, 1)
        down, mid = guide.network.net(rows.x, rows.timesteps, rows.text, controlnet_cond=hints, return_dict=False)
        down, mid = [each * weight for each in down], mid * weight
        if total:
            down, mid = [a + b for a, b in zip(total[0], down, strict=True)], total[1] + mid
        total = (down, mid)
    return total
