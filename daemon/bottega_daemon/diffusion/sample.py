"""One picture being denoised: its sampler, what it is conditioned on, and the question its sampler is asking."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass, field

import torch

from bottega_daemon.models.model_set import ControlNet, ModelSet
from bottega_daemon.models.wearing import LoraSet, is_worn, key_of
from bottega_daemon.spec import Axes

_ROUNDING = 1e-4
"""Of a step: what float32 may lack of a mask's value."""

Walk = Generator[tuple[torch.Tensor, float], torch.Tensor, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Guide:
    """One control network's hold on one picture, from step `first` up to, but not with, step `last`."""

    network: ControlNet
    embedding: torch.Tensor
    """The hint as the network's own features, [1, channels, h, w]: the same for all steps, so made once."""
    strength: float
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Kept:
    """What must stay of a picture that is only partly repainted."""

    latents: torch.Tensor
    """[1, 4, h, w], clean."""
    noise: torch.Tensor
    """The picture's initial noise, [1, 4, h, w]."""
    mask: torch.Tensor
    """[1, 1, h, w]: 1 is repainted, 0 is kept; between them a cell joins in for that last part of the steps."""

    def repainted(self, step: int, steps: int) -> torch.Tensor:
        """[1, 1, h, w], boolean: which cells this step repaints (Levin and Fried 2023, arXiv 2306.00950).

        A cell of value v takes part in the last int(steps * v) steps, which is what `strength` v does to a picture.
        """
        return steps - step <= self.mask * steps + _ROUNDING


@dataclass(eq=False)
class Sample:
    """A walk from noise to picture. `x` and `sigma` are the sampler's current question; `denoised` the last answer."""

    model: ModelSet
    sigmas: Sequence[float]
    walk: Walk
    calls_per_step: int
    """Answers that the sampler takes in each step but the last, which takes one."""
    positive: torch.Tensor
    """[tokens, width]"""
    negative: torch.Tensor | None
    """None when guidance is 1: the second half of guidance is then never computed."""
    guidance: float = 1.0
    seamless: Axes = "none"
    guides: tuple[Guide, ...] = ()
    kept: Kept | None = None
    known: torch.Tensor | None = None
    """[1, 5, h, w] for a UNet that is told what is missing: the mask, and the latents of what is known."""
    loras: LoraSet = ()
    x: torch.Tensor = field(init=False)
    sigma: float = field(init=False)
    denoised: torch.Tensor | None = field(default=None, init=False)
    result: torch.Tensor | None = field(default=None, init=False)
    answers: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._ask(lambda: next(self.walk))

    @property
    def done(self) -> bool:
        """The walk has come to its end and `result` holds the picture's latents."""
        return self.result is not None

    @property
    def step(self) -> int:
        """Steps finished, 0..steps; a sampler's second look inside a step belongs to that step."""
        return self.steps if self.done else self.answers // self.calls_per_step

    @property
    def steps(self) -> int:
        """Steps of the whole walk."""
        return len(self.sigmas) - 1

    @property
    def rows(self) -> int:
        """Rows of a batch that one answer costs."""
        return 1 if self.negative is None else 2

    @property
    def active(self) -> tuple[Guide, ...]:
        """The control networks that act at this step."""
        step = self.step
        return tuple(guide for guide in self.guides if guide.first <= step < guide.last)

    @property
    def key(self) -> Hashable:
        """Samples with equal keys can share one call of the denoiser."""
        networks = tuple(id(guide.network) for guide in self.active)
        worn = key_of(self.loras, "unet")
        return id(self.model), tuple(self.x.shape), len(self.positive), self.seamless, networks, worn

    @property
    def dressed(self) -> bool:
        """Whether its LoRAs are in the UNet's weights right now, so that a call for it costs nothing beside."""
        return is_worn(self.model, "unet", self.loras)

    def answer(self, denoised: torch.Tensor) -> None:
        """Resume the sampler with the denoised picture; it asks its next question, or ends."""
        self.denoised = denoised
        self.answers += 1
        self._ask(lambda: self.walk.send(denoised))

    def _ask(self, resume: Callable[[], tuple[torch.Tensor, float]]) -> None:
        try:
            self.x, self.sigma = resume()
        except StopIteration as end:
            if end.value is None:
                raise RuntimeError("the sampler was resumed after it had failed") from None
            self.result = end.value
