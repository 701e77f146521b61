"""The onlooker: a namer of flat pictures as they look, decoded: what latents suggest need not be seen in pixels."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bottega_daemon.starter.training import hardware, loop, namers, nets
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.vae import to_tensor

CROP = 64  # pixels a side, as namers.CROP in latents
BLUR = (0.1, 1.6)  # deviations; made pictures are soft


def new_eye(width: int = 24) -> nn.Sequential:
    """Grey pictures (N, 1, h, w) to logits over namers.NAMES. Unlike the judge's: wider, shallower, at any size."""
    layers: list[nn.Module] = []
    widths = (1, width, 2 * width, 3 * width, 3 * width)
    for (before, after), size, stride in zip(pairwise(widths), (5, 3, 3, 3), (2, 2, 2, 1), strict=True):
        layers += [nn.Conv2d(before, after, size, stride, size // 2), nn.GroupNorm(8, after), nn.SiLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3 * width, len(namers.NAMES)))


def looked(pictures: Tensor) -> Tensor:
    """Pictures (N, 3, h, w) in -1..1 as the eye sees them: grey, contrast stretched."""
    grey = pictures.mean(1, keepdim=True)
    return (grey - grey.mean((2, 3), keepdim=True)) / (grey.std((2, 3), keepdim=True) + 0.04)


class Onlooker(nn.Module):
    """Latents (N, 4, h, w) of deviation 1 to logits over namers.NAMES: decoded, then looked at."""

    def __init__(self, vae: nets.Vae, eye: nn.Module) -> None:
        super().__init__()
        self.vae, self.eye = vae, eye

    def forward(self, latents: Tensor) -> Tensor:
        return self.eye(looked(self.vae.decode(latents / nets.VAE_SCALE).sample.float().clamp(-1.2, 1.2)))


def train(folder: Path, pictures: Pictures, labelled: np.ndarray, steps: int, batch: int) -> nn.Sequential:
    """On flat pictures, whole or cut anywhere, some blurred. labelled: (N, 1), -1: not flat."""
    torch.manual_seed(61)
    eye, flat = new_eye(), np.flatnonzero(labelled[:, 0] >= 0)
    hardware.place(eye)

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        chosen, side = flat[rng.integers(0, len(flat), batch)], pictures.rgb.shape[1] if step % 4 == 0 else CROP
        moved = [np.roll(pictures.rgb[k], rng.integers(0, pictures.rgb.shape[1], 2), (0, 1)) for k in chosen]
        soft = np.stack([cv2.GaussianBlur(each, (0, 0), rng.uniform(*BLUR))[:side, :side] for each in moved])
        wanted, said = (
            hardware.there(labelled[chosen, 0]),
            eye(looked(hardware.there(to_tensor(soft.astype(np.uint8))))),
        )
        figures = {"right": (said.argmax(1) == wanted).float().mean()}
        return F.cross_entropy(said, wanted, label_smoothing=0.05), figures

    groups: list[dict[str, Any]] = [{"params": list(eye.parameters()), "lr": 3e-3}]
    loop.run(loop.Phase("onlooker", folder, steps, {"eye": eye}, groups, step_loss, warmup=20, weight_decay=0.02))
    return eye


def trained(folder: Path, vae: nets.Vae) -> Onlooker:
    """The onlooker through this autoencoder, on the device, fixed."""
    eye = new_eye()
    eye.load_state_dict(loop.saved(folder, "onlooker")["eye"])
    onlooker = Onlooker(vae, eye).eval().requires_grad_(False)
    hardware.place(onlooker)
    return onlooker
