"""Namers: small networks that read from latents what a caption says: a flat picture's material, what a scene shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from bottega_daemon.starter.generator import colours, materials, sample
from bottega_daemon.starter.generator.scene import Thing
from bottega_daemon.starter.training import hardware, loop
from bottega_daemon.starter.training.data import Pictures
from bottega_daemon.starter.training.unet import Lessons

NAMES = tuple(materials.MATERIALS)
COLOURS = tuple(colours.COLOURS)
SHAPES = (*sample.SOLIDS, "figure")
TEACHERS = 2  # one alone would be satisfied by its own mistakes
COUNT = TEACHERS + 1  # the last one teaches nothing: it tells how far the others are believed rightly
CROP = 8  # latents a side; a crop costs a quarter, and a material repeats within it


@dataclass(frozen=True)
class Sort:
    """A sort of pictures: what is read from it, a tuple of names for each question; `layout`: where things lie counts,
    so that it is read whole; otherwise crops do."""

    kinds: tuple[str, ...]
    heads: tuple[tuple[str, ...], ...]
    layout: bool

    @property
    def first(self) -> Sort:
        """The first question alone."""
        return replace(self, heads=self.heads[:1])


SORTS: dict[str, Sort] = {
    "flat": Sort(("flat",), (NAMES,), layout=False),
    # The thing's colour and shape, the floor's colour, the wall's.
    "scene": Sort(("one", "figure"), (COLOURS, SHAPES, COLOURS, COLOURS), layout=True),
}


def new_namer(sort: Sort, width: int = 48, more: int = 0) -> nn.Sequential:
    """Latents (N, 4, h, w) to logits over the sort's names, question after question, and `more` of them."""
    layers: list[nn.Module] = []
    for before, after, stride in ((4, width, 1), (width, width, 1), (width, 2 * width, 2), (2 * width, 2 * width, 1)):
        layers += [nn.Conv2d(before, after, 3, stride, padding=1), nn.GroupNorm(8, after), nn.SiLU()]
    cells = 4 if sort.layout else 1
    said = sum(map(len, sort.heads)) + more
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(cells), nn.Flatten(), nn.Linear(2 * width * cells * cells, said))


def errors(sort: Sort, logits: Tensor, wanted: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross entropy of each picture, (N,): the mean over what its caption says. wanted: (N, questions), -1: unsaid."""
    parts = logits.split([len(names) for names in sort.heads], 1)
    each = [
        F.cross_entropy(part, wanted[:, k], reduction="none", ignore_index=-1, label_smoothing=smoothing)
        for k, part in enumerate(parts)
    ]
    return torch.stack(each, 1).sum(1) / (wanted >= 0).sum(1).clamp(min=1)


def right(sort: Sort, logits: Tensor, wanted: Tensor) -> Tensor:
    """Whether the first question is answered as asked, 0 or 1, (N,)."""
    return (logits[:, : len(sort.heads[0])].argmax(1) == wanted[:, 0]).float()


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


def speckled(latents: Tensor) -> Tensor:
    """Only noisy: of a scene the colours are asked for, and of a critic what is sharp."""
    return latents + 0.35 * torch.rand_like(latents[:, :1, :1, :1]) * torch.randn_like(latents)


def shown(sort: Sort, latents: Tensor) -> Tensor:
    """Latents as a namer of this sort learns to read them, and is asked to."""
    return speckled(latents) if sort.layout else soften(latents)


def rolled(latents: Tensor, rng: np.random.Generator, crop: int = 0) -> Tensor:
    """Pictures that wrap around, each begun somewhere else; cut to `crop` a side unless that is 0."""
    side = latents.shape[-1]
    moved = [torch.roll(each, tuple(rng.integers(0, side, 2).tolist()), (1, 2)) for each in latents]
    return torch.stack(moved)[:, :, : crop or side, : crop or side].contiguous()


def labels(pictures: Pictures, seed: int) -> dict[str, NDArray[np.int64]]:
    """By sort, what each picture's caption says, (N, questions): an index into the names, -1 where nothing.

    seed: of the world that the pictures are the first N of.
    """
    found = {name: np.full((len(pictures.kind), len(sort.heads)), -1) for name, sort in SORTS.items()}
    for k, kind in enumerate(pictures.kind):
        if kind == "flat":
            found["flat"][k] = NAMES.index(str(pictures.material[k]))
        elif kind in SORTS["scene"].kinds:
            found["scene"][k] = _scene(sample.plan(seed, k), str(pictures.caption[k]))
    return found


def _scene(planned: sample.Plan, caption: str) -> tuple[int, int, int, int]:
    """Floor and wall never have the thing's colour, nor one another's: a colour's word in the caption is theirs."""
    said, thing = set(caption.replace(",", " ").split()), planned.things[0]

    def colour(thing: Thing | None) -> int:
        named = thing is not None and said & set(colours.COLOURS[thing.colour].words)
        return COLOURS.index(thing.colour) if thing is not None and named else -1

    return colour(thing), SHAPES.index(thing.kind), colour(planned.floor), colour(planned.wall)


def train(
    folder: Path, lessons: Lessons, labelled: dict[str, NDArray[np.int64]], steps: int, batch: int
) -> dict[str, list[nn.Sequential]]:
    """COUNT namers of each sort on the same lessons, from different beginnings."""
    torch.manual_seed(41)
    namers = {name: [new_namer(sort) for _ in range(COUNT)] for name, sort in SORTS.items()}
    hardware.place(*(namer for each in namers.values() for namer in each))
    known = {name: np.flatnonzero((labelled[name] >= 0).any(1)) for name in SORTS}

    def step_loss(step: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        total, figures = torch.zeros((), device=hardware.device()), {}
        for name, sort in SORTS.items():
            chosen = known[name][rng.integers(0, len(known[name]), batch)]
            clean = lessons.latents[hardware.there(chosen)].float()
            clean = clean if sort.layout else rolled(clean, rng, CROP if step % 3 else 0)
            wanted = hardware.there(labelled[name][chosen])
            said = [namer(shown(sort, clean)) for namer in namers[name]]
            total = total + torch.stack([errors(sort, each, wanted, 0.05).mean() for each in said]).sum()
            figures[name] = right(sort, said[-1], wanted).mean()
        return total, figures

    groups: list[dict[str, Any]] = [
        {"params": [p for each in namers.values() for namer in each for p in namer.parameters()], "lr": 3e-3}
    ]
    modules: dict[str, nn.Module] = {f"{name}-{k}": one for name in SORTS for k, one in enumerate(namers[name])}
    loop.run(loop.Phase("namers", folder, steps, modules, groups, step_loss, warmup=20, weight_decay=0.02))
    return namers


def trained(folder: Path) -> dict[str, list[nn.Sequential]]:
    """The namers as they were trained, by sort, on the device, fixed."""
    saved = loop.saved(folder, "namers")
    namers = {
        name: [new_namer(sort).eval().requires_grad_(False) for _ in range(COUNT)] for name, sort in SORTS.items()
    }
    for name, each in namers.items():
        for k, namer in enumerate(each):
            namer.load_state_dict(saved[f"{name}-{k}"])
        hardware.place(*each)
    return namers
