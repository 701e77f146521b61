"""Everything that requests can name, as the catalog tells it and the converter looks it up."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bottega_daemon.models.entries import Checkpoint, ControlNetwork, Embedding, Inventory, Lora, Problem, Upscaler
from bottega_daemon.models.library import Library
from bottega_daemon.rpc.limits import LIMITS, Limits

PREFERRED_SAMPLER = "dpmpp_2m"
PREFERRED_SCHEDULE = "karras"
PREFERRED_START_SAMPLER = "dpmpp_2m_sde"
"""Where a picture is there already: fresh noise on the way lets what is painted find together with what stays of it,
in as many calls (docs/inpaint.md)."""


@dataclass(frozen=True)
class SamplerRow:
    """A sampler as menus show it."""

    name: str
    label: str
    stochastic: bool
    calls_per_step: int


@dataclass(frozen=True)
class ScheduleRow:
    """A noise schedule as menus show it."""

    name: str
    label: str


@dataclass(frozen=True)
class Defaults:
    """What is used where a request is silent."""

    checkpoint: str
    sampler: str = PREFERRED_SAMPLER
    schedule: str = PREFERRED_SCHEDULE
    steps: int = 20
    guidance: float = 5.0
    strength: float = 0.6
    start_sampler: str = PREFERRED_START_SAMPLER


@dataclass(frozen=True)
class Menus:
    """The catalog's content at one moment."""

    checkpoints: dict[str, Checkpoint]
    control_networks: dict[str, ControlNetwork]
    loras: dict[str, Lora]
    embeddings: dict[str, Embedding]
    upscalers: dict[str, Upscaler]
    samplers: dict[str, SamplerRow]
    schedules: dict[str, ScheduleRow]
    defaults: Defaults
    limits: Limits
    problems: tuple[Problem, ...]


class Catalog:
    """Menus of the model folders as they are now; looking again costs a `stat` per file. Callable from any thread."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._library = Library(roots)
        self._lock = threading.Lock()
        self._last: tuple[str, Menus] | None = None

    def menus(self) -> Menus:
        """What can be asked for now."""
        with self._lock:
            inventory = self._library.scan()
            if self._last is None or self._last[0] != inventory.version:
                self._last = inventory.version, menus_of(inventory)
            return self._last[1]


def menus_of(inventory: Inventory) -> Menus:
    """Menus of an inventory and of the daemon's own tables."""
    from bottega_daemon.diffusion.samplers import SAMPLERS
    from bottega_daemon.diffusion.schedules import SCHEDULES

    samplers = {name: SamplerRow(name, row.label, row.stochastic, row.calls_per_step) for name, row in SAMPLERS.items()}
    schedules = {name: ScheduleRow(name, row.label) for name, row in SCHEDULES.items()}
    first = next(iter(inventory.checkpoints), None)
    defaults = Defaults(checkpoint=first.name if first else "")
    return Menus(
        {row.name: row for row in inventory.checkpoints},
        {row.name: row for row in inventory.controlnets},
        {row.name: row for row in inventory.loras},
        {row.name: row for row in inventory.embeddings},
        {row.name: row for row in inventory.upscalers},
        samplers,
        schedules,
        defaults,
        LIMITS,
        inventory.problems,
    )
