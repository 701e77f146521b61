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
from bottega_daemon.starter.training import hardware, loop, nets
from bottega_daemon.starter.training.data import Pictures, read
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
USABLE: dict[str, tuple[str, ...]] = {
    "depth": ("one", "two", "three", "figure"),
    "canny": ("one", "two", "three", "figure", "flat"),
    "pose": ("figure",),
}


def usable(pictures: Pictures, kind: str) -> NDArray[np.int64]:
    """The pictures that such a hint can be made of."""
    return np.flatnonzero(np.isin(pictures.kind, USABLE[kind]))


def hints_of(path: Path, kind: str) -> NDArray[np.uint8]:
    """The hints of one file of pictures, those that such a hint can be made of: (n, S, S, 3) in 0..255."""
    pictures = read([path])
    drawn = [np.round(HINTS[kind](pictures, int(k)) * 255).astype(np.uint8) for k in usable(pictures, kind)]
    side = pictures.rgb.shape[1]
    return np.stack(drawn) if drawn else np.zeros((0, side, side, 3), np.uint8)


def all_hints(paths: list[Path], kind: str) -> Tensor:
    """The hints of all files in order, drawn by a process per core."""
    with hardware.workers() as pool:
        return torch.from_numpy(np.concatenate(list(pool.map(hints_of, paths, [kind] * len(paths)))))


def train(
    folder: Path,
    kind: str,
    control: nets.Control,
    unet: nets.Unet,
    text: nets.Text,
    lessons: Lessons,
    pictures: Pictures,
    drawn: Tensor,
    steps: int,
    batch: int,
) -> nets.Control:
    """Train one network in place; the denoiser and the text encoder stay as they are.

    drawn: uint8 (n, S, S, 3), the hints of the n pictures that are usable, in their order.
    """
    table, allowed = alphas(), usable(pictures, kind)
    hardware.place(control, unet.requires_grad_(False), text.requires_grad_(False))
    drawn, guide, predict = hardware.there(drawn), hardware.quick(control), hardware.quick(unet)

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        which = rng.integers(0, len(allowed), batch)
        clean, tokens = pick(lessons, allowed[which], rng, EMPTY_PROMPTS)
        hint = drawn[hardware.there(which)].permute(0, 3, 1, 2).float() / 255
        times = draw_times(rng, batch)
        noisy, noise, weight = noised(clean, times, table)
        hidden = text(tokens).last_hidden_state
        down, mid = guide(noisy, times, hidden, hint, return_dict=False)
        made = predict(
            noisy, times, hidden, down_block_additional_residuals=down, mid_block_additional_residual=mid
        ).sample.float()
        error = (made - noise).square().mean((1, 2, 3)) * weight[:, 0, 0, 0]
        high = times > 500
        return error.mean(), {"high": (error.detach() * high).sum() / high.sum()}

    groups: list[dict[str, Any]] = [{"params": list(control.parameters()), "lr": 1.2e-3}]
    loop.run(loop.Phase(f"control-{kind}", folder, steps, {"control": control}, groups, step_loss, warmup=30))
    return control
