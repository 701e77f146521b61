"""The judge: a small network that names a flat picture's material, taught by the generator alone; a ruler for hue."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from bottega_daemon.starter.generator import colours, materials, sample
from bottega_daemon.starter.training import hardware, loop
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.vae import to_tensor

NAMES = (*materials.MATERIALS, "mosaic")  # what the LoRA teaches; without colour, the embedding's thing is dots
HELD_SEED = 99  # a world that no network has seen


def new_judge() -> nn.Sequential:
    """Grey 64x64 in -1..1 to logits over NAMES: it must not read colour."""
    layers: list[nn.Module] = []
    widths = (1, 16, 32, 48, 64)
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.GroupNorm(8, after), nn.SiLU()]
    return nn.Sequential(*layers, nn.Conv2d(64, 64, 3, padding=1), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(64, len(NAMES)))  # fmt: skip


def view(rgb: NDArray[np.uint8]) -> Tensor:
    """Pictures (N, S, S, 3) as the judge sees them: grey, half size, contrast stretched."""
    grey = F.avg_pool2d(to_tensor(rgb).mean(1, keepdim=True), rgb.shape[1] // 64)
    return (grey - grey.mean((2, 3), keepdim=True)) / (grey.std((2, 3), keepdim=True) + 0.04)


def train(folder: Path, pictures: Pictures, steps: int, batch: int) -> nn.Sequential:
    """On flat pictures, some blurred, since made pictures are soft."""
    torch.manual_seed(3)
    judge = new_judge()
    hardware.place(judge)
    flat = np.flatnonzero(pictures.kind == "flat")
    labels = np.array([NAMES.index(str(m)) for m in pictures.material])

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        chosen = flat[rng.integers(0, len(flat), batch)]
        soft = [cv2.GaussianBlur(pictures.rgb[k], (0, 0), rng.uniform(0.1, 2.2)) for k in chosen]
        logits = judge(view(np.stack(soft).astype(np.uint8)))
        wanted = hardware.there(labels[chosen])
        return F.cross_entropy(logits, wanted), {"right": (logits.argmax(1) == wanted).float().mean()}

    groups: list[dict[str, Any]] = [{"params": list(judge.parameters()), "lr": 4e-3}]
    loop.run(loop.Phase("judge", folder, steps, {"judge": judge}, groups, step_loss, warmup=20))
    return judge.eval()


def trained(folder: Path) -> nn.Sequential:
    """The judge as it was trained, on the device."""
    judge = new_judge()
    judge.load_state_dict(loop.saved(folder, "judge")["judge"])
    hardware.place(judge)
    return judge.eval()


@torch.no_grad()
def material(judge: nn.Sequential, rgb: NDArray[np.uint8]) -> list[str]:
    """The judge's name for each picture."""
    return [NAMES[k] for k in judge(view(rgb)).argmax(1).tolist()]


def hue(rgb: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None) -> float:
    """The prevailing hue in degrees: the mean direction of hue, weighted by chroma (nan where there is none)."""
    values = rgb.reshape(-1, 3) if mask is None else rgb[mask]
    hsv = cv2.cvtColor(values[None].astype(np.float32) / 255, cv2.COLOR_RGB2HSV)[0]
    chroma = hsv[:, 1] * hsv[:, 2]
    if chroma.size == 0 or chroma.mean() < 0.02:
        return float("nan")
    total = (chroma**2 * np.exp(1j * np.radians(hsv[:, 0]))).sum()
    return float(np.degrees(np.angle(total)) % 360)


def hue_error(rgb: NDArray[np.uint8], colour: str, mask: NDArray[np.bool_] | None = None) -> float:
    """Degrees between the prevailing hue and the colour's own; 180 where the picture has none."""
    found = hue(rgb, mask)
    if np.isnan(found):
        return 180.0
    away = abs(found - colours.COLOURS[colour].hue) % 360
    return min(away, 360 - away)


def held_out(count: int, kind: str) -> list[sample.Sample]:
    """Pictures of the held-out world."""
    return [sample.draw(HELD_SEED, k, kind=kind) for k in range(count)]
