"""Phase four: a control network per kind of hint, on the frozen denoiser.

Beside the error on real latents it learns from what is painted with it: along guided trajectories a reader reads the
hint back from clean estimates, and its cross entropy is added. The consistency of ControlNet++ (Li et al. 2024, arXiv
2404.07987), here on the whole trajectory instead of on pictures noised a little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bottega_daemon.diffusion import hints
from bottega_daemon.spec import Extent
from bottega_daemon.starter.training import hardware, loop, nets, readers
from bottega_daemon.starter.training.data import Pictures, read
from bottega_daemon.starter.training.trajectories import GUIDANCE, Trajectories, guided
from bottega_daemon.starter.training.unet import Lessons, alphas, draw_times, noised, pick

EMPTY_PROMPTS = 0.3  # so that the hint must say what is where
WEIGHT = 1.0  # of the reader's cross entropy
OWN = 4  # trajectories taken further in a step, for eight of the batch


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


@dataclass(frozen=True)
class Hints:
    """Whose hints there are: drawn uint8 (n, S, S, 3), of the n pictures `allowed`, in their order."""

    allowed: NDArray[np.int64]
    drawn: Tensor

    def of(self, pictures: NDArray[np.int64]) -> Tensor:
        """(N, 3, S, S) in 0..1, on the device."""
        found = self.drawn[np.searchsorted(self.allowed, pictures)]
        return hardware.there(found).permute(0, 3, 1, 2).float() / 255


def train(
    folder: Path,
    kind: str,
    control: nets.Control,
    base: tuple[nets.Unet, nets.Text],
    reader: nn.Module,
    lessons: Lessons,
    shown: Hints,
    steps: int,
    batch: int,
) -> nets.Control:
    """Train one network in place; the denoiser and the text encoder, `base`, stay as they are."""
    unet, text = (net.requires_grad_(False) for net in base)
    hardware.place(control, unet, text)
    table, guide, predict = alphas(), hardware.quick(control), hardware.quick(unet)
    beginning = np.random.default_rng(59 + loop.world()[0])
    ways = Trajectories(lessons.latents.shape[-1], 2 * batch, lambda n: beginning.choice(shown.allowed, n), beginning)

    def residuals(z: Tensor, times: Tensor, hidden: Tensor, whose: NDArray[np.int64]) -> dict[str, Any]:
        down, mid = guide(z, times, hidden, shown.of(whose), return_dict=False)
        return {"down_block_additional_residuals": down, "mid_block_additional_residual": mid}

    def error(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        which = rng.choice(shown.allowed, batch)
        clean, tokens = pick(lessons, which, rng, EMPTY_PROMPTS)
        times = draw_times(rng, batch)
        noisy, noise, weight = noised(clean, times, table)
        hidden = text(tokens).last_hidden_state
        made = predict(noisy, times, hidden, **residuals(noisy, times, hidden, which)).sample.float()
        each = (made - noise).square().mean((1, 2, 3)) * weight[:, 0, 0, 0]
        high = times > 500
        return each.mean(), (each.detach() * high).sum() / high.sum()

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        plain, high = error(rng)
        whole = guided(unet, text, lessons, float(rng.uniform(*GUIDANCE)), residuals)
        step = ways.advance(whole, rng, max(1, OWN * batch // 8))
        read = (readers.errors(reader, step.clean, shown.of(step.whose)) * step.belief).mean()
        return plain + WEIGHT * read, {"high": high, "read": read.detach(), "error": plain.detach()}

    groups: list[dict[str, Any]] = [{"params": list(control.parameters()), "lr": 1.2e-3}]
    loop.run(loop.Phase(f"control-{kind}", folder, steps, {"control": control}, groups, step_loss, warmup=30))
    return control
