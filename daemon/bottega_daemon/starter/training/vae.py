"""The autoencoder: on 64 px crops, at the end on whole pictures; then its latents, and its decoder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from bottega_daemon.starter.training import hardware, loop, nets
from bottega_daemon.starter.training.data import Pictures

WHOLE_PART = 0.18  # the last part of the steps sees whole pictures


def shown(rgb: Tensor) -> Tensor:
    """uint8 (N, H, W, 3) to float32 (N, 3, H, W) in -1..1."""
    return rgb.permute(0, 3, 1, 2).float().div(127.5).sub(1.0)


def to_tensor(rgb: NDArray[np.uint8]) -> Tensor:
    """The same of an array, on the device."""
    return shown(hardware.there(rgb))


def crops(rng: np.random.Generator, rgb: Tensor, count: int, side: int) -> Tensor:
    """Random squares of `side` from pictures (N, S, S, 3) uint8, half of them mirrored: (count, 3, side, side)."""
    which, room = rng.integers(0, len(rgb), count), rgb.shape[1] - side + 1
    y = rng.integers(0, room, count)[:, None] + np.arange(side)
    x = rng.integers(0, room, count)[:, None] + np.arange(side)
    mirrored = rng.random(count) < 0.5
    x[mirrored] = x[mirrored, ::-1]
    at = (which[:, None, None], y[:, :, None], x[:, None, :])
    return shown(rgb[tuple(hardware.there(index) for index in at)])


def picture_loss(made: Tensor, real: Tensor) -> Tensor:
    """L1, squared error, L1 of differences between neighbours, and L1 of 8x8 means (colour would be slow to come)."""
    sides = sum(F.l1_loss(made.diff(dim=d), real.diff(dim=d)) for d in (-1, -2))
    low = F.l1_loss(F.avg_pool2d(made, 8), F.avg_pool2d(real, 8))
    return F.l1_loss(made, real) + 0.3 * sides + 0.5 * low + 1.5 * F.mse_loss(made, real)


def psnr(made: Tensor, real: Tensor) -> Tensor:
    """Mean over the pictures, dB, of values in -1..1."""
    error = (made.float().clamp(-1, 1) - real).square().mean((1, 2, 3)) / 4.0
    return (-10.0 * error.log10()).mean()


def train(folder: Path, pictures: Pictures, steps: int, batch: int) -> nets.Vae:
    """Encoder and decoder together."""
    torch.manual_seed(11)
    vae = nets.new_vae()
    hardware.place(vae)
    rgb, encode, decode = hardware.there(pictures.rgb), hardware.quick(vae.encode), hardware.quick(vae.decode)

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        whole = step >= (1.0 - WHOLE_PART) * steps
        real = crops(rng, rgb, max(1, batch // 4) if whole else batch, 128 if whole else 64)
        posterior = encode(real).latent_dist
        made = decode(posterior.sample()).sample.float()
        loss = picture_loss(made, real) + 2e-6 * posterior.kl().mean() / 64
        return loss, {"psnr": psnr(made.detach(), real)}

    groups: list[dict[str, Any]] = [{"params": list(vae.parameters()), "lr": 1.5e-3}]
    loop.run(loop.Phase("vae", folder, steps, {"vae": vae}, groups, step_loss))
    return vae


@torch.no_grad()
def encode_all(vae: nets.Vae, rgb: NDArray[np.uint8]) -> Tensor:
    """Posterior means of all pictures, (N, 4, h, w) float16, not yet scaled."""
    parts = [vae.encode(to_tensor(rgb[k : k + 50])).latent_dist.mean.half().cpu() for k in range(0, len(rgb), 50)]
    return torch.cat(parts)


def tune_decoder(folder: Path, vae: nets.Vae, pictures: Pictures, latents: Tensor, steps: int, batch: int) -> None:
    """The decoder alone on whole pictures, from slightly noisy latents, so that it forgives what the UNet makes."""
    vae.requires_grad_(False)
    hardware.place(vae)
    rgb, kept, decode = hardware.there(pictures.rgb), hardware.there(latents), hardware.quick(vae.decode)
    trained = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    for parameter in trained:
        parameter.requires_grad_(True)

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        pick = hardware.there(rng.integers(0, len(latents), batch))
        real, z = shown(rgb[pick]), kept[pick].float()
        made = decode(z + 0.03 / nets.VAE_SCALE * torch.randn_like(z)).sample.float()
        return picture_loss(made, real), {"psnr": psnr(made.detach(), real)}

    groups: list[dict[str, Any]] = [{"params": trained, "lr": 1.0e-3}]
    loop.run(loop.Phase("decoder", folder, steps, {"vae": vae}, groups, step_loss))
