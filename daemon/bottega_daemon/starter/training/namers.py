"""Namers: small networks that read a flat picture's material from its latents, whole or a crop, however half made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bottega_daemon.starter.generator import materials
from bottega_daemon.starter.training import hardware, loop
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.unet import Lessons

NAMES = tuple(materials.MATERIALS)
TEACHERS = 2  # one alone would be satisfied by its own mistakes
COUNT = TEACHERS + 1  # the last one teaches nothing: it tells how far the others are believed rightly
CROP = 8  # latents a side; a crop costs a quarter, and a material repeats within it


def new_namer(width: int = 48) -> nn.Sequential:
    """Latents (N, 4, h, w) to logits over NAMES (N, 14)."""
    layers: list[nn.Module] = []
    for before, after, stride in ((4, width, 1), (width, width, 1), (width, 2 * width, 2), (2 * width, 2 * width, 1)):
        layers += [nn.Conv2d(before, after, 3, stride, padding=1), nn.GroupNorm(8, after), nn.SiLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2 * width, len(NAMES)))


def soften(latents: Tensor) -> Tensor:
    """What a half made picture may be like: blurred, paler or stronger, of another colour, noisy; each at random."""

    def draw(*shape: int) -> Tensor:
        return torch.rand(len(latents), *shape, device=latents.device)

    taps = torch.tensor([1.0, 2.0, 1.0], device=latents.device) / 4.0
    kernel = torch.outer(taps, taps).expand(latents.shape[1], 1, 3, 3)
    blurred = F.conv2d(F.pad(latents, (1, 1, 1, 1), mode="replicate"), kernel, groups=latents.shape[1])
    mixed = torch.lerp(latents, blurred, 0.5 * draw(1, 1, 1)) * (0.75 + 0.5 * draw(1, 1, 1))
    shifted = mixed + 0.25 * torch.randn_like(latents[:, :, :1, :1])
    return shifted + 0.35 * draw(1, 1, 1) * torch.randn_like(latents)


def rolled(latents: Tensor, rng: np.random.Generator, crop: int = 0) -> Tensor:
    """Pictures that wrap around, each begun somewhere else; cut to `crop` a side unless that is 0."""
    side = latents.shape[-1]
    moved = [torch.roll(each, tuple(rng.integers(0, side, 2).tolist()), (1, 2)) for each in latents]
    return torch.stack(moved)[:, :, : crop or side, : crop or side].contiguous()


def labels(pictures: Pictures) -> np.ndarray:
    """Index into NAMES of each flat picture's material, (N,); -1 of what is not flat."""
    named = [NAMES.index(str(m)) if k == "flat" else -1 for m, k in zip(pictures.material, pictures.kind, strict=True)]
    return np.array(named)


def train(folder: Path, lessons: Lessons, pictures: Pictures, steps: int, batch: int) -> list[nn.Sequential]:
    """COUNT namers on the same lessons, from different beginnings."""
    torch.manual_seed(41)
    namers = [new_namer() for _ in range(COUNT)]
    hardware.place(*namers)
    named = labels(pictures)
    flat = np.flatnonzero(named >= 0)

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        chosen = flat[rng.integers(0, len(flat), batch)]
        clean = rolled(lessons.latents[hardware.there(chosen)].float(), rng, CROP if step % 3 else 0)
        wanted = hardware.there(named[chosen])
        said = [namer(soften(clean)) for namer in namers]
        errors = torch.stack([F.cross_entropy(each, wanted, label_smoothing=0.05) for each in said])
        return errors.sum(), {"right": (said[-1].argmax(1) == wanted).float().mean()}

    groups: list[dict[str, Any]] = [{"params": [p for namer in namers for p in namer.parameters()], "lr": 3e-3}]
    modules: dict[str, nn.Module] = {str(k): namer for k, namer in enumerate(namers)}
    loop.run(loop.Phase("namers", folder, steps, modules, groups, step_loss, warmup=20, weight_decay=0.02))
    return namers


def trained(folder: Path) -> list[nn.Sequential]:
    """The namers as they were trained, on the device, fixed."""
    namers = [new_namer().eval().requires_grad_(False) for _ in range(COUNT)]
    saved = loop.saved(folder, "namers")
    for k, namer in enumerate(namers):
        namer.load_state_dict(saved[str(k)])
    hardware.place(*namers)
    return namers
