"""Pictures under way: trajectories of guided DDIM steps, taken further a step at a time while the networks learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bottega_daemon.starter.training import hardware, nets
from bottega_daemon.starter.training.unet import Lessons, alphas

STEPS = (8, 10, 12, 16, 20)  # of a trajectory, so that no one schedule is learnt
PATHS = [np.linspace(999, 0, count + 1).round().astype(np.int64) for count in STEPS]  # the times of each
GUIDANCE = (3.0, 6.0)
BELIEF = ((0, 300, 800, 950), (0.3, 1.0, 1.0, 0.1))  # of what an estimate shows, by the time: it begins as a blur
Whose = NDArray[np.int64]
Predict = Callable[[Tensor, Tensor, Whose], Tensor]
"""Guided noise of latents (N, 4, h, w) at times (N,), following the captions of these pictures."""


@dataclass(frozen=True)
class Step:
    """What one step gave: clean estimates (N, 4, h, w), with their gradient; the times they were made at; the pictures
    whose captions they follow; and the latents that arrived, with theirs."""

    clean: Tensor
    now: NDArray[np.int64]
    whose: Whose
    arrived: Tensor
    theirs: Whose

    @property
    def belief(self) -> Tensor:
        """How far each estimate may be read, (N,)."""
        return hardware.there(np.interp(self.now, *BELIEF).astype(np.float32))


class Trajectories:
    """latents (count, 4, side, side), how far each is on which path, and whose caption it follows; `draw` says whose
    the next ones follow."""

    def __init__(self, side: int, count: int, draw: Callable[[int], Whose], rng: np.random.Generator) -> None:
        self.draw, self.count, self.table = draw, count, alphas()
        self.latents = hardware.there(torch.randn(count, 4, side, side))
        self.at, self.pace = np.zeros(count, dtype=np.int64), rng.integers(0, len(STEPS), count)
        self.whose = draw(count)

    def advance(self, predict: Predict, rng: np.random.Generator, batch: int) -> Step:
        """Take some one step further. No gradient runs through a step into the one before."""
        chosen = rng.choice(self.count, min(batch, self.count), replace=False)
        whose, z = self.whose[chosen], self.latents[hardware.there(chosen)]
        paths = [PATHS[pace] for pace in self.pace[chosen]]
        now, then = (np.array([path[at + k] for path, at in zip(paths, self.at[chosen], strict=True)]) for k in (0, 1))
        a = self.table[hardware.there(now)][:, None, None, None]
        b = torch.where(hardware.there(then) > 0, self.table[hardware.there(then)], 1.0)[:, None, None, None]
        noise = predict(z, hardware.there(now), whose)
        clean = (z - (1 - a).sqrt() * noise) / a.sqrt()
        self.latents[hardware.there(chosen)] = (b.sqrt() * clean + (1 - b).sqrt() * noise).detach()
        self.at[chosen] += 1
        arrived, theirs = self._renew(chosen[then == 0], rng)
        return Step(clean, now, whose, arrived, theirs)

    def _renew(self, arrived: NDArray[np.int64], rng: np.random.Generator) -> tuple[Tensor, Whose]:
        """New trajectories for those that have arrived, which are returned."""
        index = hardware.there(arrived)
        latents, theirs = self.latents[index].clone(), self.whose[arrived].copy()
        if len(arrived):
            self.latents[index] = torch.randn_like(latents)
            self.at[arrived], self.pace[arrived] = 0, rng.integers(0, len(STEPS), len(arrived))
            self.whose[arrived] = self.draw(len(arrived))
        return latents, theirs


def guided(
    unet: nets.Unet,
    text: nets.Text,
    lessons: Lessons,
    guidance: float,
    residuals: Callable[[Tensor, Tensor, Tensor, Whose], dict[str, Any]] | None = None,
) -> Predict:
    """Classifier-free guidance; the gradient runs through the prompted half alone.

    residuals: what a control network adds for (latents, times, hidden states, whose), as arguments of the denoiser.
    """

    def half(z: Tensor, times: Tensor, tokens: Tensor, whose: Whose) -> Tensor:
        hidden = text(tokens).last_hidden_state
        more = residuals(z, times, hidden, whose) if residuals else {}
        return unet(z, times, hidden, **more).sample.float()

    def predict(z: Tensor, times: Tensor, whose: Whose) -> Tensor:
        with torch.no_grad():
            empty = half(z, times, lessons.empty.expand(len(z), -1), whose)
        return empty + guidance * (half(z, times, lessons.ids[hardware.there(whose)], whose) - empty)

    return predict
