"""Phase three and a half: the denoiser learns from what it paints itself, by what namers read in its clean estimates.

The error of single steps says little about whether a whole trajectory arrives at bricks or at planks. So trajectories
of guided DDIM steps are kept under way; each step of training takes some of them one step further, and the namers'
cross entropy on the clean estimate is added to the error on real latents, which keeps pictures like the generator's.
Critics, which name a material or a thing's colour too, learn on the way to tell what was made from what was drawn, so
that nothing is won by what only fixed namers believe. Reward fine-tuning on clean estimates along the way:
ImageReward's ReFL (Xu et al. 2023, arXiv 2304.05977), here with a step on every forward pass; the class for what was
made: Salimans et al. 2016 (arXiv 1606.03498). Other namers and the judge measure.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from bottega_daemon.starter.training import hardware, loop, namers, nets
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.unet import Lessons, alphas, draw_times, noised, pick

STEPS = (8, 10, 12, 16, 20)  # of a trajectory, so that no one schedule is learnt
PATHS = [np.linspace(999, 0, count + 1).round().astype(np.int64) for count in STEPS]  # the times of each
GUIDANCE = (3.0, 6.0)
WEIGHT = 0.04  # of the cross entropy, whose gradient is forty times that of the error at first
BELIEF = ((0, 300, 800, 950), (0.3, 1.0, 1.0, 0.1))  # of a name by the time: at first an estimate is a blur
LATE, DOUBT = 550, 0.5  # from this time on an estimate may be taken for a drawn picture; the weight of that
CRITIC_SCALE = 0.05  # keeps the critics' gradient out of the common clipping; AdamW does not mind


@dataclass(frozen=True)
class Turn:
    """One kind of training step: the trajectories' sort and side (0: whole), and per sixteen of the batch, how many
    flat pictures, others, and trajectories."""

    sort: str
    crop: int
    flat: int
    others: int
    own: int


TURNS: tuple[Turn, ...] = (
    Turn("flat", namers.CROP, 16, 0, 8),
    Turn("scene", 0, 1, 6, 4),
    Turn("flat", namers.CROP, 16, 0, 8),
    Turn("flat", 0, 4, 4, 3),
)  # fmt: skip


@dataclass
class Lesson:
    """What trajectories are asked for: latents' Lessons, and by sort what the captions say and the namers, of which the
    last examines."""

    lessons: Lessons
    named: dict[str, NDArray[np.int64]]
    namers: dict[str, list[nn.Sequential]]
    table: Tensor = field(default_factory=alphas)

    def __post_init__(self) -> None:
        plain = namers.NAMES.index("plain")
        self.of = {sort: [np.flatnonzero(said[:, 0] == k) for k in np.unique(said[:, 0]) if k >= 0]
                   for sort, said in self.named.items()}  # fmt: skip
        self.of["flat"] = [those for those in self.of["flat"] if self.named["flat"][those[0], 0] != plain]

    def draw(self, rng: np.random.Generator, sort: str, count: int) -> NDArray[np.int64]:
        """Pictures whose captions are asked for: every material, every colour of a thing as often."""
        of = self.of[sort]
        return np.array([rng.choice(of[rng.integers(len(of))]) for _ in range(count)])


@dataclass(frozen=True)
class Step:
    """What one step of trajectories gave: the loss of the names, whether those that arrived were rightly named, and the
    late clean estimates (detached) with the pictures whose captions they follow."""

    loss: Tensor
    right: Tensor | None
    late: Tensor
    whose: NDArray[np.int64]


class Trajectories:
    """Pictures under way: latents (count, 4, side, side), the step each is at of which schedule, and whose caption it
    follows."""

    def __init__(self, lesson: Lesson, sort: str, side: int, count: int, rng: np.random.Generator) -> None:
        self.lesson, self.sort, self.count = lesson, sort, count
        self.latents = hardware.there(torch.randn(count, 4, side, side))
        self.at, self.pace = np.zeros(count, dtype=np.int64), rng.integers(0, len(STEPS), count)
        self.whose = lesson.draw(rng, sort, count)

    def advance(
        self, unet: nets.Unet, text: nets.Text, critic: nn.Module, rng: np.random.Generator, batch: int
    ) -> Step:
        """Take some one guided step further. No gradient runs through a step into the one before."""
        lesson, chosen = self.lesson, rng.choice(self.count, min(batch, self.count), replace=False)
        whose, z = self.whose[chosen], self.latents[hardware.there(chosen)]
        paths = [PATHS[pace] for pace in self.pace[chosen]]
        now, then = (np.array([path[at + k] for path, at in zip(paths, self.at[chosen], strict=True)]) for k in (0, 1))
        a = lesson.table[hardware.there(now)][:, None, None, None]
        b = torch.where(hardware.there(then) > 0, lesson.table[hardware.there(then)], 1.0)[:, None, None, None]
        noise = _guided(unet, text, lesson.lessons, z, now, whose, float(rng.uniform(*GUIDANCE)))
        clean = (z - (1 - a).sqrt() * noise) / a.sqrt()
        self.latents[hardware.there(chosen)] = (b.sqrt() * clean + (1 - b).sqrt() * noise).detach()
        self.at[chosen] += 1
        late = np.flatnonzero(now <= LATE)
        loss = self._loss(clean, now, whose, late, critic, rng)
        return Step(loss, self._replace(chosen[then == 0], rng), clean[hardware.there(late)].detach(), whose[late])

    def _loss(
        self,
        clean: Tensor,
        now: NDArray[np.int64],
        whose: NDArray[np.int64],
        late: NDArray[np.int64],
        critic: nn.Module,
        rng: np.random.Generator,
    ) -> Tensor:
        sort, wanted = namers.SORTS[self.sort], hardware.there(self.lesson.named[self.sort][whose])
        teacher = self.lesson.namers[self.sort][int(rng.integers(namers.TEACHERS))]
        read = teacher(namers.shown(sort, clean.clamp(-4, 4)))
        belief = hardware.there(np.interp(now, *BELIEF).astype(np.float32))
        loss = (namers.errors(sort, read, wanted) * belief).mean()
        if not len(late):
            return loss
        fixed = {name: p.detach() for name, p in critic.named_parameters()}
        index = hardware.there(late)
        doubted = functional_call(critic, fixed, (namers.shown(sort, clean[index].clamp(-4, 4)),))
        return loss + DOUBT * F.cross_entropy(doubted, wanted[index][:, 0], reduction="sum") / len(clean)

    @torch.no_grad()
    def _replace(self, arrived: NDArray[np.int64], rng: np.random.Generator) -> Tensor | None:
        """New trajectories for those that have arrived; whether each was what was asked for."""
        if not len(arrived):
            return None
        index, sort = hardware.there(arrived), namers.SORTS[self.sort]
        wanted = hardware.there(self.lesson.named[self.sort][self.whose[arrived]])
        right = namers.right(sort, self.lesson.namers[self.sort][-1](self.latents[index]), wanted)
        self.latents[index] = torch.randn_like(self.latents[index])
        self.at[arrived], self.pace[arrived] = 0, rng.integers(0, len(STEPS), len(arrived))
        self.whose[arrived] = self.lesson.draw(rng, self.sort, len(arrived))
        return right


def _guided(
    unet: nets.Unet, text: nets.Text, lessons: Lessons, z: Tensor, now: NDArray[np.int64], whose: Any, guidance: float
) -> Tensor:
    """The guided noise; the gradient runs through the prompted half."""
    times = hardware.there(now)
    with torch.no_grad():
        empty = unet(z, times, text(lessons.empty.expand(len(z), -1)).last_hidden_state).sample.float()
    asked = unet(z, times, text(lessons.ids[hardware.there(whose)]).last_hidden_state).sample.float()
    return empty + guidance * (asked - empty)


def new_critic(sort: str) -> nn.Sequential:
    """A namer of the sort's first question, with one name more: made."""
    return namers.new_namer(namers.SORTS[sort].first, more=1)


def doubt(critic: nn.Module, sort: str, step: Step, lesson: Lesson, rng: np.random.Generator) -> Tensor:
    """The critic's own loss: drawn pictures by their names, twice as many as late estimates, which are made."""
    if not len(step.late):
        return torch.zeros((), device=step.late.device)
    kind, drawn = namers.SORTS[sort], lesson.draw(rng, sort, 2 * len(step.late))
    clean = lesson.lessons.latents[hardware.there(drawn)].float()
    if not kind.layout:
        clean = namers.rolled(clean, rng)[:, :, : step.late.shape[2], : step.late.shape[3]]
    wanted = np.concatenate([lesson.named[sort][drawn, 0], np.full(len(step.late), len(kind.heads[0]))])
    said = critic(namers.shown(kind, torch.cat([clean, step.late.clamp(-4, 4)])))
    return F.cross_entropy(said, hardware.there(wanted), label_smoothing=0.1)


def train(
    folder: Path, unet: nets.Unet, text: nets.Text, lesson: Lesson, pictures: Pictures, steps: int, batch: int
) -> None:
    """Both together, from what the phase before left; `batch` crops of real latents a step, or fewer whole ones."""
    critics = {sort: new_critic(sort) for sort in namers.SORTS}
    hardware.place(unet, text, *critics.values())
    slow: dict[str, Any] = {"unet": copy.deepcopy(unet), "text": copy.deepcopy(text)}
    beginning, whole = np.random.default_rng(43 + loop.world()[0]), lesson.lessons.latents.shape[-1]
    ways = {
        (turn.sort, turn.crop): Trajectories(lesson, turn.sort, turn.crop or whole, 2 * batch, beginning)
        for turn in TURNS
    }
    flat, others = np.flatnonzero(pictures.kind == "flat"), np.flatnonzero(pictures.kind != "flat")

    def error(turn: Turn, rng: np.random.Generator) -> Tensor:
        clean, tokens = pick(lesson.lessons, rng.choice(flat, max(1, turn.flat * batch // 16)), rng)
        clean = namers.rolled(clean, rng, turn.crop)
        if turn.others:
            more, said = pick(lesson.lessons, rng.choice(others, max(1, turn.others * batch // 16)), rng)
            clean, tokens = torch.cat([clean, more]), torch.cat([tokens, said])
        times = draw_times(rng, len(clean))
        noisy, noise, weight = noised(clean, times, lesson.table)
        made = unet(noisy, times, text(tokens).last_hidden_state).sample.float()
        return ((made - noise).square() * weight).mean()

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        turn = TURNS[step % len(TURNS)]
        plain, critic = error(turn, rng), critics[turn.sort]
        own = ways[turn.sort, turn.crop].advance(unet, text, critic, rng, max(1, turn.own * batch // 16))
        told = doubt(critic, turn.sort, own, lesson, rng)
        total = plain + WEIGHT * own.loss + CRITIC_SCALE * told
        figures = {"error": plain, f"{turn.sort}-named": own.loss, f"{turn.sort}-critic": told}
        figures = {name: value.detach() for name, value in figures.items()}
        return total, figures | ({f"{turn.sort}-right": own.right.mean()} if own.right is not None else {})

    groups: list[dict[str, Any]] = [
        {"params": list(unet.parameters()), "lr": 4e-4},
        {"params": list(text.parameters()), "lr": 8e-5},
        {"params": [p for critic in critics.values() for p in critic.parameters()], "lr": 1e-3},
    ]
    modules = {"unet": unet, "text": text, **{f"critic-{sort}": critic for sort, critic in critics.items()}}
    loop.run(loop.Phase("naming", folder, steps, modules, groups, step_loss, ema=slow, ema_decay=0.99, warmup=40))
