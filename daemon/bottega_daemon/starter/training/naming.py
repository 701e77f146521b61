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
from collections.abc import Mapping, Sequence
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
from bottega_daemon.starter.training.onlooker import Onlooker
from bottega_daemon.starter.training.trajectories import GUIDANCE, Step, Trajectories, guided
from bottega_daemon.starter.training.unet import Lessons, alphas, draw_times, noised, pick

WEIGHT = 0.04  # of the cross entropy, whose gradient is forty times that of the error at first
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
    Turn("flat", namers.CROP, 14, 0, 12),
    Turn("scene", 0, 1, 6, 4),
    Turn("flat", namers.CROP, 14, 0, 12),
    Turn("flat", 0, 4, 4, 4),
)  # fmt: skip


@dataclass
class Lesson:
    """What trajectories are asked for: latents' Lessons, and by sort what the captions say and the namers, of which the
    last examines."""

    lessons: Lessons
    named: dict[str, NDArray[np.int64]]
    namers: Mapping[str, Sequence[nn.Module]]
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


def named(lesson: Lesson, sort: str, step: Step, critic: nn.Module, rng: np.random.Generator) -> Tensor:
    """The loss of a step's clean estimates: a teacher's cross entropy, and the critic's of the late ones."""
    kind, wanted = namers.SORTS[sort], hardware.there(lesson.named[sort][step.whose])
    teacher = lesson.namers[sort][int(rng.integers(len(lesson.namers[sort]) - 1))]
    clean = step.clean.clamp(-4, 4)
    read = teacher(clean if isinstance(teacher, Onlooker) else namers.shown(kind, clean))
    loss = (namers.errors(kind, read, wanted) * step.belief).mean()
    late = np.flatnonzero(step.now <= LATE)
    if not len(late):
        return loss
    fixed = {name: p.detach() for name, p in critic.named_parameters()}
    index = hardware.there(late)
    doubted = functional_call(critic, fixed, (namers.speckled(step.clean[index].clamp(-4, 4)),))
    return loss + DOUBT * F.cross_entropy(doubted, wanted[index][:, 0], reduction="sum") / len(step.clean)


@torch.no_grad()
def examined(lesson: Lesson, sort: str, step: Step) -> Tensor:
    """Whether the latents that arrived are what was asked for, by the namer that did not teach, 0 or 1, (arrived,)."""
    wanted = hardware.there(lesson.named[sort][step.theirs])
    return namers.right(namers.SORTS[sort], lesson.namers[sort][-1](step.arrived), wanted)


def new_critic(sort: str) -> nn.Sequential:
    """A namer of the sort's first question, with one name more: made."""
    return namers.new_namer(namers.SORTS[sort].first, more=1)


def doubt(critic: nn.Module, sort: str, step: Step, lesson: Lesson, rng: np.random.Generator) -> Tensor:
    """The critic's own loss: drawn pictures by their names, twice as many as late estimates, which are made. It sees
    them unsoftened: blurred alike, a faint joint would pass for one."""
    late = step.clean.detach()[hardware.there(np.flatnonzero(step.now <= LATE))].clamp(-4, 4)
    if not len(late):
        return torch.zeros((), device=late.device)
    kind, drawn = namers.SORTS[sort], lesson.draw(rng, sort, 2 * len(late))
    clean = lesson.lessons.latents[hardware.there(drawn)].float()
    if not kind.layout:
        clean = namers.rolled(clean, rng)[:, :, : late.shape[2], : late.shape[3]]
    wanted = np.concatenate([lesson.named[sort][drawn, 0], np.full(len(late), len(kind.heads[0]))])
    said = critic(namers.speckled(torch.cat([clean, late])))
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
        (turn.sort, turn.crop): Trajectories(
            turn.crop or whole, 2 * batch, lambda n, sort=turn.sort: lesson.draw(beginning, sort, n), beginning
        )
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

    def step_loss(number: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        turn = TURNS[number % len(TURNS)]
        plain, critic = error(turn, rng), critics[turn.sort]
        predict = guided(unet, text, lesson.lessons, float(rng.uniform(*GUIDANCE)))
        step = ways[turn.sort, turn.crop].advance(predict, rng, max(1, turn.own * batch // 16))
        own, told = named(lesson, turn.sort, step, critic, rng), doubt(critic, turn.sort, step, lesson, rng)
        figures = {"error": plain, f"{turn.sort}-named": own, f"{turn.sort}-critic": told}
        if len(step.theirs):
            figures[f"{turn.sort}-right"] = examined(lesson, turn.sort, step).mean()
        return plain + WEIGHT * own + CRITIC_SCALE * told, {name: each.detach() for name, each in figures.items()}

    groups: list[dict[str, Any]] = [
        {"params": list(unet.parameters()), "lr": 4e-4},
        {"params": list(text.parameters()), "lr": 8e-5},
        {"params": [p for critic in critics.values() for p in critic.parameters()], "lr": 1e-3},
    ]
    modules = {"unet": unet, "text": text, **{f"critic-{sort}": critic for sort, critic in critics.items()}}
    loop.run(loop.Phase("naming", folder, steps, modules, groups, step_loss, ema=slow, ema_decay=0.99, warmup=40))
