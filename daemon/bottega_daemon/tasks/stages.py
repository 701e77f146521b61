"""What a task can ask of the worker: a task is a generator that yields these and is resumed with their results."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from bottega_daemon.diffusion.latents import use_smaller_tiles
from bottega_daemon.diffusion.pixels import Stored
from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.diffusion.upscaling import use_smaller_parts
from bottega_daemon.models.adapters import Embedding, Lora
from bottega_daemon.models.model_set import ControlNet, ModelSet
from bottega_daemon.models.upscalers import Upscaler
from bottega_daemon.spec import Bounds, ChannelDepth, ColorSpace

Phase = Literal["preparing", "upscaling", "finishing"]
"""What a piece of work belongs to. Of a job that denoises, what comes before is told as preparing and what comes after
as finishing, whatever it says."""


@dataclass(frozen=True)
class Models:
    """What a job holds in memory until it ends."""

    painter: ModelSet | None = None
    networks: dict[str, ControlNet] = field(default_factory=dict)
    loras: dict[str, Lora] = field(default_factory=dict)
    embeddings: dict[str, Embedding] = field(default_factory=dict)
    enlarger: Upscaler | None = None

    @property
    def checkpoint(self) -> ModelSet:
        """Of a job that paints."""
        assert self.painter
        return self.painter

    @property
    def upscaler(self) -> Upscaler:
        """Of a job that enlarges."""
        assert self.enlarger
        return self.enlarger

    def use_less_memory(self, phase: Phase) -> bool:
        """After memory has run out: work on smaller parts from now on. False if that would not help."""
        if self.enlarger:
            return phase == "upscaling" and use_smaller_parts(self.enlarger)
        return use_smaller_tiles(self.checkpoint)


@dataclass(frozen=True)
class Load:
    """Bring models into memory and hold them there for the job. Resumed with Models."""

    checkpoint: str = ""
    networks: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()
    upscaler: str = ""
    """Alone: what enlarges does not paint."""


@dataclass(frozen=True)
class Compute:
    """One piece of work that other pictures have to wait for. Resumed with what `work` returns."""

    phase: Phase
    work: Callable[[], Any]
    done: float = 0.0
    """How much of its phase lies behind it, 0..1."""


@dataclass(frozen=True)
class Denoise:
    """Walk these samples to their ends, together with everybody else's. Resumed with None when all are done."""

    samples: Sequence[Sample]


@dataclass(frozen=True)
class Deliver:
    """A finished picture. Resumed with None."""

    index: int
    seed: int
    pixels: Stored
    depth: ChannelDepth
    space: ColorSpace
    bounds: Bounds | None = None
    """Where a repainted layer lies; None for a whole picture."""
    mask: int = 0
    """Which mask it is for."""


Stage: TypeAlias = Load | Compute | Denoise | Deliver
Stages: TypeAlias = Generator[Stage, Any, None]
