"""The frame of every phase: batches seeded by step, cosine rate, moving average, log, checkpoints, processes."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from bottega_daemon.starter.training import hardware

Figures = dict[str, Tensor]


@dataclass
class Phase:
    """One phase: `name` keys its files; `rates` is a rate per parameter group; it is done after `steps` steps.

    `step_loss(step, rng)` returns the loss of one batch drawn with `rng`, and figures for the log: detached scalars
    that stay on the device, since reading one waits for it. Modules are on the device already.
    """

    name: str
    folder: Path
    steps: int
    modules: dict[str, nn.Module]
    groups: list[dict[str, Any]]
    step_loss: Callable[[int, np.random.Generator], tuple[Tensor, Figures]]
    seed: int = 7
    ema: dict[str, nn.Module] = field(default_factory=dict)
    ema_decay: float = 0.999
    warmup: int = 100
    save_every_s: float = 120.0
    weight_decay: float = 1e-4
    clip: float = 1.0
    betas: tuple[float, float] = (0.9, 0.99)


def world() -> tuple[int, int]:
    """This process' rank and the number of processes; joins the group that torch's variables name on first use."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size > 1 and not dist.is_initialized():
        dist.init_process_group("gloo")
    return int(os.environ.get("RANK", "0")), size


def _average_gradients(parameters: list[nn.Parameter], size: int) -> None:
    flat = torch.cat([p.grad.flatten() if p.grad is not None else torch.zeros_like(p).flatten() for p in parameters])
    dist.all_reduce(flat)
    flat /= size
    at = 0
    for p in parameters:
        p.grad = flat[at : at + p.numel()].view_as(p)
        at += p.numel()


@torch.no_grad()
def _follow(ema: Iterable[nn.Module], models: Iterable[nn.Module], decay: float) -> None:
    for slow, fast in zip(ema, models, strict=True):
        for mean, value in zip(slow.parameters(), fast.parameters(), strict=True):
            mean.lerp_(value.detach(), 1.0 - decay)


def rate(step: int, steps: int, warmup: int) -> float:
    """Linear warm-up, then a half cosine to 1 % at the last step."""
    if step < warmup:
        return (step + 1) / warmup
    part = min(1.0, (step - warmup) / max(1, steps - warmup))
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * part))


def checkpoint_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.pt"


def _save(phase: Phase, optimiser: torch.optim.Optimizer, step: int) -> None:
    state = {key: module.state_dict() for key, module in phase.modules.items()}
    slow = {key: module.state_dict() for key, module in phase.ema.items()}
    path = checkpoint_path(phase.folder, phase.name)
    part = path.with_suffix(".part")
    torch.save({"step": step, "modules": state, "ema": slow, "optimiser": optimiser.state_dict()}, part)
    part.rename(path)


def restore(phase: Phase, optimiser: torch.optim.Optimizer | None = None) -> int:
    """Load the phase's checkpoint into its modules; the step it stands at, 0 without one."""
    path = checkpoint_path(phase.folder, phase.name)
    if not path.exists():
        return 0
    saved = torch.load(path, map_location=hardware.device(), weights_only=True)
    for key, module in phase.modules.items():
        module.load_state_dict(saved["modules"][key])
    for key, module in phase.ema.items():
        module.load_state_dict(saved["ema"][key])
    if optimiser is not None:
        optimiser.load_state_dict(saved["optimiser"])
    return int(saved["step"])


def run(phase: Phase) -> None:
    """Run the phase from where it stands to its last step; a line of figures every 50 steps in log.jsonl."""
    rank, size = world()
    optimiser = torch.optim.AdamW(phase.groups, betas=phase.betas, weight_decay=phase.weight_decay, fused=True)
    bases = [float(group["lr"]) for group in phase.groups]
    start = restore(phase, optimiser)
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    seen: list[Figures] = []
    began = saved_at = time.time()
    for step in range(start, phase.steps):
        for group, base in zip(optimiser.param_groups, bases, strict=True):
            group["lr"] = base * rate(step, phase.steps, phase.warmup)
        rng = np.random.default_rng((phase.seed, step, rank))
        torch.manual_seed(phase.seed * 1_000_003 + step * 7 + rank)
        with hardware.mixed():
            loss, figures = phase.step_loss(step, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if size > 1:
            _average_gradients(parameters, size)
        nn.utils.clip_grad_norm_(parameters, phase.clip)
        optimiser.step()
        if phase.ema:
            decay = min(phase.ema_decay, (1 + step) / (10 + step))
            _follow(phase.ema.values(), [phase.modules[key] for key in phase.ema], decay)
        seen.append({"loss": loss.detach(), **figures})
        if rank == 0 and ((step + 1) % 50 == 0 or step + 1 == phase.steps):
            _log(phase, step + 1, seen, time.time() - began)
            seen = []
        if rank == 0 and time.time() - saved_at > phase.save_every_s:
            _save(phase, optimiser, step + 1)
            saved_at = time.time()
    if rank == 0 and start < phase.steps:
        _save(phase, optimiser, phase.steps)


def _log(phase: Phase, step: int, seen: list[Figures], seconds: float) -> None:
    keys = {key for row in seen for key in row}
    mean = {key: round(float(torch.stack([row[key].float() for row in seen if key in row]).nanmean()), 5)
            for key in sorted(keys)}  # fmt: skip
    line = {"phase": phase.name, "step": step, "s": round(seconds, 1), **mean}
    with (phase.folder / "log.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    print(line, flush=True)


def saved(folder: Path, name: str, part: str = "modules") -> dict[str, dict[str, Tensor]]:
    """The state dicts in a phase's checkpoint: of its "modules", or their "ema"."""
    return torch.load(checkpoint_path(folder, name), map_location="cpu", weights_only=True)[part]
