"""Phase three and a half: the denoiser learns from what it paints itself, by what namers read in its clean estimates.

The error of single steps says little about whether a whole trajectory arrives at bricks or at planks. So trajectories
of guided DDIM steps are kept under way; each step of training takes some of them one step further, and the namers'
cross entropy on the clean estimate is added to the error on real latents, which keeps pictures like the generator's.
Reward fine-tuning on clean estimates along the way: ImageReward's ReFL (Xu et al. 2023, arXiv 2304.05977), here with a
step on every forward pass and with namers that know the generator's pictures only; other namers and the judge measure.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bottega_daemon.starter.training import hardware, loop, namers, nets
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.unet import Lessons, alphas, draw_times, noised, pick

TIMES = np.linspace(999, 0, 11).round().astype(int)  # ten steps tell a material
GUIDANCE = (3.0, 6.0)
WEIGHT = 0.04  # of the cross entropy, whose gradient is forty times that of the error at first
BELIEF = ((0, 300, 800, 950), (0.3, 1.0, 1.0, 0.1))  # of a name by the time: at first an estimate is a blur
ROUND = 3  # of so many training steps one is on whole pictures, a quarter as many; the others on crops


@dataclass
class Lesson:
    """What trajectories are asked for: latents' Lessons, the material of each picture (-1: not flat), two teachers and
    an examiner."""

    lessons: Lessons
    named: np.ndarray
    teachers: list[nn.Sequential]
    examiner: nn.Sequential
    table: Tensor = field(default_factory=alphas)

    def __post_init__(self) -> None:
        of = [np.flatnonzero(self.named == k) for k in range(1, len(namers.NAMES))]  # without plain
        self.of = [pictures for pictures in of if len(pictures)]

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Pictures whose captions are asked for: every material as often."""
        return np.array([rng.choice(self.of[rng.integers(len(self.of))]) for _ in range(count)])


class Trajectories:
    """Pictures under way: latents (count, 4, side, side), the step each is at, and whose caption it follows."""

    def __init__(self, lesson: Lesson, side: int, count: int, rng: np.random.Generator) -> None:
        self.lesson, self.side, self.count = lesson, side, count
        self.latents = hardware.there(torch.randn(count, 4, side, side))
        self.at = np.zeros(count, dtype=np.int64)
        self.whose = lesson.draw(rng, count)

    def advance(
        self, unet: nets.Unet, text: nets.Text, rng: np.random.Generator, batch: int
    ) -> tuple[Tensor, list[Tensor]]:
        """Take some one guided step further: the loss of their clean estimates, and of those that arrived whether the
        examiner names them rightly. No gradient runs through a step into the one before."""
        lesson, chosen = self.lesson, rng.choice(self.count, min(batch, self.count), replace=False)
        now, then = TIMES[self.at[chosen]], TIMES[self.at[chosen] + 1]
        a = lesson.table[hardware.there(now)][:, None, None, None]
        b = torch.where(hardware.there(then) > 0, lesson.table[hardware.there(then)], 1.0)[:, None, None, None]
        whose, z = self.whose[chosen], self.latents[hardware.there(chosen)]
        tokens = lesson.lessons.ids[hardware.there(whose)]
        guidance = float(rng.uniform(*GUIDANCE))
        with torch.no_grad():
            nothing = text(lesson.lessons.empty.expand(len(z), -1)).last_hidden_state
            empty = unet(z, hardware.there(now), nothing).sample.float()
        asked = unet(z, hardware.there(now), text(tokens).last_hidden_state).sample.float()
        noise = empty + guidance * (asked - empty)
        clean = (z - (1 - a).sqrt() * noise) / a.sqrt()
        teacher = lesson.teachers[int(rng.integers(len(lesson.teachers)))]
        wanted = hardware.there(lesson.named[whose])
        error = F.cross_entropy(teacher(namers.soften(clean.clamp(-4, 4))), wanted, reduction="none")
        belief = hardware.there(np.interp(now, *BELIEF).astype(np.float32))
        self._move(chosen, (b.sqrt() * clean + (1 - b).sqrt() * noise).detach())
        return (error * belief).mean(), self._replace(chosen[then == 0], rng)

    def _move(self, chosen: np.ndarray, latents: Tensor) -> None:
        self.latents[hardware.there(chosen)] = latents
        self.at[chosen] += 1

    @torch.no_grad()
    def _replace(self, arrived: np.ndarray, rng: np.random.Generator) -> list[Tensor]:
        """New trajectories for those that have arrived; whether each was what was asked for."""
        if not len(arrived):
            return []
        index = hardware.there(arrived)
        right = self.lesson.examiner(self.latents[index]).argmax(1) == hardware.there(
            self.lesson.named[self.whose[arrived]]
        )
        self.latents[index] = torch.randn_like(self.latents[index])
        self.at[arrived], self.whose[arrived] = 0, self.lesson.draw(rng, len(arrived))
        return list(right.float())


def train(
    folder: Path, unet: nets.Unet, text: nets.Text, lesson: Lesson, pictures: Pictures, steps: int, batch: int
) -> None:
    """Both together, from what the phase before left; `batch` crops of real latents a step, half as many of our own."""
    hardware.place(unet, text)
    slow: dict[str, Any] = {"unet": copy.deepcopy(unet), "text": copy.deepcopy(text)}
    beginning = np.random.default_rng(43 + loop.world()[0])
    ways = [
        Trajectories(lesson, side, 2 * batch, beginning) for side in (namers.CROP, lesson.lessons.latents.shape[-1])
    ]
    flat, rest = np.flatnonzero(pictures.kind == "flat"), np.flatnonzero(pictures.kind != "flat")

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        whole = step % ROUND == ROUND - 1
        count = max(2, batch // 4) if whole else batch
        chosen = rng.choice(flat, count)
        clean, tokens = pick(lesson.lessons, chosen, rng)
        clean = namers.rolled(clean, rng, 0 if whole else namers.CROP)
        if whole:
            scenes, more = pick(lesson.lessons, rng.choice(rest, count), rng)
            clean, tokens = torch.cat([clean, scenes]), torch.cat([tokens, more])
        times = draw_times(rng, len(clean))
        noisy, noise, weight = noised(clean, times, lesson.table)
        made = unet(noisy, times, text(tokens).last_hidden_state).sample.float()
        error = ((made - noise).square() * weight).mean()
        named, right = ways[whole].advance(unet, text, rng, max(1, count // 2))
        figures = {"error": error.detach(), "named": named.detach()}
        return error + WEIGHT * named, figures | ({"right": torch.stack(right).mean()} if right else {})

    groups: list[dict[str, Any]] = [
        {"params": list(unet.parameters()), "lr": 4e-4},
        {"params": list(text.parameters()), "lr": 8e-5},
    ]
    modules = {"unet": unet, "text": text}
    loop.run(loop.Phase("naming", folder, steps, modules, groups, step_loss, ema=slow, ema_decay=0.99, warmup=40))
