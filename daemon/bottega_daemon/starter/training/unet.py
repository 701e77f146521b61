"""Phase three: denoiser and text encoder on cached latents, epsilon prediction weighted as one of clean latents."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bottega_daemon.starter.training import hardware, loop, nets

DROP = 0.1  # captions left empty, for guidance
WEIGHT_CLIP = (0.2, 60.0)
HIGH_NOISE = 1.4  # t = 1000 (1 - u^HIGH_NOISE): colour and layout are decided at high noise


@dataclass(frozen=True)
class Lessons:
    """latents: float16 (N, 4, h, w), mean 0, deviation 1; ids: (N, 77) of the captions; empty: (77,) of no text.

    All on the device.
    """

    latents: Tensor
    ids: Tensor
    empty: Tensor


def alphas() -> Tensor:
    """Stable Diffusion's cumulative alphas, (1000,), on the device."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return hardware.there((1.0 - betas).cumprod(0).float())


def draw_times(rng: np.random.Generator, count: int) -> Tensor:
    part = 1.0 - rng.random(count) ** HIGH_NOISE
    return hardware.there(np.minimum(part * 1000, 999).astype(np.int64))


def noised(clean: Tensor, times: Tensor, table: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Noisy latents, the noise, and the weight 1 / SNR (clipped) that makes the loss one of the clean latents."""
    a = table[times][:, None, None, None]
    noise = torch.randn_like(clean)
    weight = ((1.0 - a) / a).clamp(*WEIGHT_CLIP)
    return a.sqrt() * clean + (1.0 - a).sqrt() * noise, noise, weight


def pick(lessons: Lessons, chosen: np.ndarray, rng: np.random.Generator, drop: float = DROP) -> tuple[Tensor, Tensor]:
    """Clean latents and token ids of the chosen pictures, some captions emptied."""
    index, emptied = hardware.there(chosen), hardware.there(rng.random(len(chosen)) < drop)
    tokens = torch.where(emptied[:, None], lessons.empty, lessons.ids[index])
    return lessons.latents[index].float(), tokens


@torch.no_grad()
def wire(unet: nets.Unet) -> None:
    """Start as epsilon = x: +x and -x of each latent run from conv_in along the outermost skip to conv_out,
    as silu(x) - silu(-x) = x; at high noise this is nearly right, and the rest is learnt as a correction."""
    first, last = unet.conv_in, unet.conv_out
    block = unet.up_blocks[-1]
    resnet, width = block.resnets[-1], first.out_channels
    first.weight[:12], first.bias[:12] = 0.0, 0.0
    resnet.conv_shortcut.weight[:12], resnet.conv_shortcut.bias[:12] = 0.0, 0.0
    resnet.conv2.weight.mul_(0.1)
    resnet.conv2.bias[:12] = 0.0
    block.attentions[-1].proj_out.weight.mul_(0.1)
    block.attentions[-1].proj_out.bias[:12] = 0.0
    last.weight.mul_(0.1)
    last.bias.zero_()
    for latent in range(4):
        for sign, channel in ((1.0, 3 * latent), (-1.0, 3 * latent + 1)):
            first.weight[channel, latent, 1, 1] = sign
            resnet.conv_shortcut.weight[channel, width + channel] = 1.0
            last.weight[latent, channel, 1, 1] += 0.8 * sign


def train(
    folder: Path, unet: nets.Unet, text: nets.Text, lessons: Lessons, steps: int, batch: int
) -> tuple[nets.Unet, nets.Text]:
    """Both together; returns their moving averages."""
    hardware.place(unet, text)
    table, predict = alphas(), hardware.quick(unet)
    slow_unet, slow_text = copy.deepcopy(unet).requires_grad_(False), copy.deepcopy(text).requires_grad_(False)

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        clean, tokens = pick(lessons, rng.integers(0, len(lessons.latents), batch), rng)
        times = draw_times(rng, batch)
        noisy, noise, weight = noised(clean, times, table)
        made = predict(noisy, times, text(tokens).last_hidden_state).sample.float()
        error = (made - noise).square().mean((1, 2, 3))
        weighted, high = error * weight[:, 0, 0, 0], times > 800
        figures = {"eps": error.detach().mean(), "x0_high": (weighted.detach() * high).sum() / high.sum()}
        return weighted.mean(), figures

    groups: list[dict[str, Any]] = [
        {"params": list(unet.parameters()), "lr": 1.2e-3},
        {"params": list(text.parameters()), "lr": 2e-4},
    ]
    modules = {"unet": unet, "text": text}
    averages: dict[str, Any] = {"unet": slow_unet, "text": slow_text}
    phase = loop.Phase(
        "unet",
        folder,
        steps,
        modules,
        groups,
        step_loss,
        ema=averages,
        ema_decay=0.9995 if steps > 5000 else 0.998,
    )
    loop.run(phase)
    loop.restore(phase)
    return slow_unet, slow_text
