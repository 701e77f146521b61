"""The autoencoder: on 64 px crops, at the end on whole pictures; then its latents, and its decoder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from bottega_daemon.starter.training import loop, nets
from bottega_daemon.starter.training.data import Pictures

WHOLE_PART = 0.18  # the last part of the steps sees whole pictures


def to_tensor(rgb: NDArray[np.uint8]) -> Tensor:
    """uint8 (N, H, W, 3) to float32 (N, 3, H, W) in -1..1."""
    return torch.from_numpy(rgb).permute(0, 3, 1, 2).float().div(127.5).sub(1.0)


def crops(rng: np.random.Generator, rgb: NDArray[np.uint8], count: int, side: int) -> Tensor:
    """Random squares of `side` from random pictures, some mirrored."""
    out = np.empty((count, side, side, 3), dtype=np.uint8)
    for k in range(count):
        y, x = rng.integers(0, rgb.shape[1] - side + 1, 2)
        part = rgb[rng.integers(len(rgb)), y : y + side, x : x + side]
        out[k] = part[:, ::-1] if rng.random() < 0.5 else part
    return to_tensor(out)


def picture_loss(made: Tensor, real: Tensor) -> Tensor:
    """L1, squared error, L1 of differences between neighbours, and L1 of 8x8 means (colour would be slow to come)."""
    sides = sum(F.l1_loss(made.diff(dim=d), real.diff(dim=d)) for d in (-1, -2))
    low = F.l1_loss(F.avg_pool2d(made, 8), F.avg_pool2d(real, 8))
    return F.l1_loss(made, real) + 0.3 * sides + 0.5 * low + 1.5 * F.mse_loss(made, real)


def psnr(made: Tensor, real: Tensor) -> float:
    error = (made.clamp(-1, 1) - real).square().mean((1, 2, 3)) / 4.0
    return float((-10.0 * error.log10()).mean())


def train(folder: Path, pictures: Pictures, steps: int, batch: int) -> nets.Vae:
    """Encoder and decoder together."""
    torch.manual_seed(11)
    vae = nets.new_vae()

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        whole = step >= (1.0 - WHOLE_PART) * steps
        real = crops(rng, pictures.rgb, max(1, batch // 4) if whole else batch, 128 if whole else 64)
        posterior = vae.encode(real).latent_dist
        made = vae.decode(posterior.sample()).sample
        loss = picture_loss(made, real) + 2e-6 * posterior.kl().mean() / 64
        return loss, {"psnr": psnr(made.detach(), real)}

    groups: list[dict[str, Any]] = [{"params": list(vae.parameters()), "lr": 1.5e-3}]
    loop.run(loop.Phase("vae", folder, steps, {"vae": vae}, groups, step_loss))
    return vae


@torch.no_grad()
def encode_all(vae: nets.Vae, rgb: NDArray[np.uint8]) -> Tensor:
    """Posterior means of all pictures, (N, 4, h, w) float16, not yet scaled."""
    parts = [vae.encode(to_tensor(rgb[k : k + 16])).latent_dist.mean.half() for k in range(0, len(rgb), 16)]
    return torch.cat(parts)


def tune_decoder(folder: Path, vae: nets.Vae, pictures: Pictures, latents: Tensor, steps: int, batch: int) -> None:
    """The decoder alone on whole pictures, from slightly noisy latents, so that it forgives what the UNet makes."""
    vae.requires_grad_(False)
    trained = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    for parameter in trained:
        parameter.requires_grad_(True)

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        pick = rng.integers(0, len(latents), batch)
        real = to_tensor(pictures.rgb[pick])
        z = latents[torch.from_numpy(pick)].float()
        made = vae.decode(z + 0.03 / nets.VAE_SCALE * torch.randn_like(z)).sample
        return picture_loss(made, real), {"psnr": psnr(made.detach(), real)}

    groups: list[dict[str, Any]] = [{"params": trained, "lr": 1.0e-3}]
    loop.run(loop.Phase("decoder", folder, steps, {"vae": vae}, groups, step_loss))
