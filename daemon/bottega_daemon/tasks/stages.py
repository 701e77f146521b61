"""What a task can ask of the worker: a task is a generator that yields these and is resumed with their results."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bottega_daemon.diffusion.pixels import Stored
from bottega_daemon.diffusion.sample import Sample
from bottega_daemon.models.adapters import Embedding, Lora
from bottega_daemon.models.model_set import ControlNet, ModelSet
from bottega_daemon.spec import Bounds, ChannelDepth, ColorSpace


@dataclass(frozen=True)
class Models:
    """What a job holds in memory until it ends."""

    checkpoint: ModelSet
    networks: dict[str, ControlNet]
    loras: dict[str, Lora] = field(default_factory=dict)
    embeddings: dict[str, Embedding] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """Bring models into memory and hold them there for the job. Resumed with Models."""

    checkpoint: str
    networks: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compute:
    """One piece of work that other pictures have to wait for. Resumed with what `work` returns."""

    phase: str
    work: Callable[[], Any]


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
