"""The starter's upscaler: four times, taught to undo area and bicubic reduction of the generator's pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from bottega_daemon.starter.training import hardware, loop, nets
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.vae import crops, psnr, to_tensor

SCALE = 4


def train(folder: Path, pictures: Pictures, steps: int, batch: int) -> nets.Compact:
    """On 64 px crops and their 16 px reductions, L1."""
    torch.manual_seed(41)
    network = nets.new_upscaler(scale=SCALE)
    hardware.place(network)
    rgb, enlarge = hardware.there(pictures.rgb), hardware.quick(network)

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        real = (crops(rng, rgb, batch, 64) + 1) / 2
        if rng.random() < 0.5:
            small = F.avg_pool2d(real, SCALE)
        else:
            small = F.interpolate(real, scale_factor=1 / SCALE, mode="bicubic", antialias=True).clamp(0, 1)
        made = enlarge(small).float()
        return F.l1_loss(made, real), {"psnr": psnr(made.detach() * 2 - 1, real * 2 - 1)}

    groups: list[dict[str, Any]] = [{"params": list(network.parameters()), "lr": 2e-3}]
    loop.run(loop.Phase("upscaler", folder, steps, {"upscaler": network}, groups, step_loss))
    return network


@torch.no_grad()
def against_lanczos(network: nets.Compact, rgb: NDArray[np.uint8]) -> dict[str, float]:
    """PSNR, dB, of pictures (N, S, S, 3) reduced by area and enlarged again: by the network, and by Lanczos."""
    small = np.stack([cv2.resize(p, None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA) for p in rgb])
    size = (rgb.shape[2], rgb.shape[1])
    lanczos = np.stack([cv2.resize(p, size, interpolation=cv2.INTER_LANCZOS4) for p in small])
    made = network((to_tensor(small) + 1) / 2) * 2 - 1
    real = to_tensor(rgb)
    return {"psnr": float(psnr(made, real)), "lanczos": float(psnr(to_tensor(lanczos), real)), "count": len(rgb)}
