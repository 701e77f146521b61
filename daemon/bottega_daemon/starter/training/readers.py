"""Readers: small networks that read from latents the hint that a picture would give, at its full size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from bottega_daemon.starter.training import hardware, loop, namers
from bottega_daemon.starter.training.unet import Lessons

CELL = 8  # pixels of a latent's side


def new_reader(width: int = 64) -> nn.Sequential:
    """Latents (N, 4, h, w) to logits (N, 1, 8 h, 8 w) of the hint's brightness."""
    layers: list[nn.Module] = []
    for before in (4, width, width, width):
        layers += [nn.Conv2d(before, width, 3, padding=1), nn.GroupNorm(8, width), nn.SiLU()]
    return nn.Sequential(*layers, nn.Conv2d(width, CELL * CELL, 1), nn.PixelShuffle(CELL))


def brightness(hint: Tensor) -> Tensor:
    """Hints (N, 3, S, S) in 0..1 as readers know them, (N, 1, S, S): the brightest channel."""
    return hint.amax(1, keepdim=True)


def errors(reader: nn.Module, latents: Tensor, hint: Tensor) -> Tensor:
    """How little the latents show of their hint (N, 3, S, S): the cross entropy of its pixels, (N,)."""
    read = reader(namers.speckled(latents.clamp(-4, 4)))
    return F.binary_cross_entropy_with_logits(read, brightness(hint), reduction="none").mean((1, 2, 3))


def train(
    folder: Path, kind: str, lessons: Lessons, allowed: NDArray[np.int64], drawn: Tensor, steps: int, batch: int
) -> nn.Sequential:
    """drawn: uint8 (n, S, S, 3), the hints of the n pictures that are allowed."""
    torch.manual_seed(53)
    reader = new_reader()
    hardware.place(reader)

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        which = rng.integers(0, len(allowed), batch)
        hint = drawn[which].permute(0, 3, 1, 2).to(hardware.device()).float() / 255
        return errors(reader, lessons.latents[hardware.there(allowed[which])].float(), hint).mean(), {}

    groups: list[dict[str, Any]] = [{"params": list(reader.parameters()), "lr": 3e-3}]
    loop.run(loop.Phase(f"reader-{kind}", folder, steps, {"reader": reader}, groups, step_loss, warmup=20))
    return reader


def trained(folder: Path, kind: str) -> nn.Sequential:
    """The reader as it was trained, on the device, fixed."""
    reader = new_reader().eval().requires_grad_(False)
    reader.load_state_dict(loop.saved(folder, f"reader-{kind}")["reader"])
    hardware.place(reader)
    return reader
