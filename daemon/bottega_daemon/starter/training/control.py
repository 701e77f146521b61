"""Phase four: a control network per kind of hint, on the frozen denoiser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bottega_daemon.diffusion import hints
from bottega_daemon.spec import Extent
from bottega_daemon.starter.training import loop, nets
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.unet import Lessons, alphas, draw_times, noised, pick

EMPTY_PROMPTS = 0.3  # so that the hint must say what is where


def depth_of(pictures: Pictures, index: int) -> NDArray[np.float32]:
    return hints.depth_hint(pictures.depth[index].astype(np.float32))


def canny_of(pictures: Pictures, index: int) -> NDArray[np.float32]:
    return hints.canny_hint(pictures.rgb[index])


def pose_of(pictures: Pictures, index: int) -> NDArray[np.float32]:
    height, width = pictures.rgb.shape[1:3]
    return hints.pose_hint(pictures.keypoints[index][None], Extent(width=width, height=height))


HINTS: dict[str, Callable[[Pictures, int], NDArray[np.float32]]] = {
    "depth": depth_of,
    "canny": canny_of,
    "pose": pose_of,
}
KINDS: dict[str, tuple[str, ...]] = {
    "depth": ("one", "two", "figure"),
    "canny": ("one", "two", "figure", "flat"),
    "pose": ("figure",),
}


def usable(pictures: Pictures, kind: str) -> NDArray[np.int64]:
    """The pictures that such a hint can be made of."""
    return np.flatnonzero(np.isin(pictures.kind, KINDS[kind]))


def batch_hints(pictures: Pictures, kind: str, chosen: NDArray[np.int64]) -> Tensor:
    """(N, 3, S, S) in 0..1."""
    return torch.from_numpy(np.stack([HINTS[kind](pictures, int(k)) for k in chosen])).permute(0, 3, 1, 2).contiguous()


def train(
    folder: Path,
    kind: str,
    control: nets.Control,
    unet: nets.Unet,
    text: nets.Text,
    lessons: Lessons,
    pictures: Pictures,
    steps: int,
    batch: int,
    name: str = "",
) -> nets.Control:
    """Train one network in place; the denoiser and the text encoder stay as they are."""
    table, allowed = alphas(), usable(pictures, kind)
    unet.requires_grad_(False)
    text.requires_grad_(False)

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        chosen = allowed[rng.integers(0, len(allowed), batch)]
        clean, tokens = pick(lessons, chosen, rng, EMPTY_PROMPTS)
        times = draw_times(rng, batch)
        noisy, noise, weight = noised(clean, times, table)
        hidden = text(tokens).last_hidden_state
        down, mid = control(noisy, times, hidden, batch_hints(pictures, kind, chosen), return_dict=False)
        made = unet(
            noisy, times, hidden, down_block_additional_residuals=down, mid_block_additional_residual=mid
        ).sample
        error = (made - noise).square().mean((1, 2, 3)) * weight[:, 0, 0, 0]
        return error.mean(), {"high": float(error.detach()[times > 500].mean()) if bool((times > 500).any()) else 0.0}

    groups: list[dict[str, Any]] = [{"params": list(control.parameters()), "lr": 1.2e-3}]
    loop.run(loop.Phase(name or f"control-{kind}", folder, steps, {"control": control}, groups, step_loss, warmup=30))
    return control
