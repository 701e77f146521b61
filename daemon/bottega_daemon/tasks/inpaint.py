"""Repaint masked parts of a picture, with any checkpoint; each comes back as a layer of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion.canvas import CELL, Canvas, plan
from bottega_daemon.diffusion.colour import matched
from bottega_daemon.diffusion.fills import Row, row_of
from bottega_daemon.diffusion.hints import inpaint_hint
from bottega_daemon.diffusion.layers import layer, seen, transparent, unchanged
from bottega_daemon.diffusion.masks import Area, area, latent_mask, touched
from bottega_daemon.diffusion.pixels import Floats, Stored, load, resize
from bottega_daemon.diffusion.rim import levelled
from bottega_daemon.diffusion.sample import Kept, Sample
from bottega_daemon.spec import Bounds, Image, Inpaint, InpaintHint
from bottega_daemon.tasks import painting
from bottega_daemon.tasks.stages import Compute, Deliver, Denoise, Models, Stages

REFINES = 0.5
"""Up to this strength no new shapes are made."""


@dataclass(frozen=True)
class _Setting:
    """What all parts of a job share."""

    task: Inpaint
    models: Models
    blobs: Blobs
    canvas: Canvas
    sigmas: list[float]
    picture: Stored
    seen: Floats
    """The picture as the model sees it, on the canvas."""


@dataclass(frozen=True)
class _Part:
    """One mask's masks and its pictures; none where there is nothing to do."""

    area: Area
    denoise: Floats
    """How far the canvas is repainted."""
    painted: list[Sample]


def inpaint(task: Inpaint, blobs: Blobs) -> Stages:
    """Paint `count` layers for each mask; those of the first mask come first."""
    how = task.how
    models: Models = yield painting.needs(how)
    setting: _Setting = yield Compute("preparing", lambda: _begin(task, models, blobs))
    parts: list[_Part] = []
    for index, mask in enumerate(task.masks):
        where = f"more_masks[{index - 1}]" if index else "mask"
        parts.append((yield Compute("preparing", lambda mask=mask, where=where: _prepare(setting, mask, where))))
    if any(part.painted for part in parts):
        yield Denoise([sample for part in parts for sample in part.painted])
    for number, part in enumerate(parts):
        for index, clean in _results(part, how.count):
            pixels, bounds = yield Compute("finishing", lambda part=part, clean=clean: _finish(setting, part, clean))
            place: dict[str, Any] = {"bounds": bounds, "mask": number}
            image = task.picture
            yield Deliver(number * how.count + index, how.seed + index, pixels, image.depth, image.color_space, **place)


def _begin(task: Inpaint, models: Models, blobs: Blobs) -> _Setting:
    canvas = plan(task.canvas, task.how.seamless)
    picture = load(blobs, task.picture, "picture")
    sigmas = painting.walk_sigmas(models.checkpoint, task.how, task.strength)
    return _Setting(task, models, blobs, canvas, sigmas, picture, canvas.enter(seen(picture, task.picture.color_space)))


def _prepare(setting: _Setting, mask: Image, field: str) -> _Part:
    """Masks, filling, words and structure of one part, and its samples."""
    task, model, canvas = setting.task, setting.models.checkpoint, setting.canvas
    found = area(_selection(setting, mask, field), task.grow, task.feather, task.how.seamless)
    denoise = canvas.enter(found.denoise, fill=0.0)
    if len(setting.sigmas) == 1 or not denoise.any():
        return _Part(found, denoise, [])
    controlled = any(isinstance(control.hint, InpaintHint) for control in task.how.controls)
    told = "channels" if model.knows_missing else "control" if controlled else "nothing"
    row = row_of(task.fill, task.strength, told)
    filled = (canvas.enter(found.filled.astype(np.float32), fill=0.0) >= 0.5).astype(np.float32)
    clean = painting.encode(model, row.paint(setting.seen, filled), task.how.seamless)
    hint = inpaint_hint(setting.seen, denoise)
    words = painting.condition(setting.models, task.how, canvas, setting.sigmas, setting.blobs, hint)
    steps = len(setting.sigmas) - 1
    cells = latent_mask(denoise, canvas.enter(found.alpha, fill=0.0), _pixel(setting), steps).to(clean)
    known = painting.what_is_known(model, setting.seen, denoise, task.how.seamless) if model.knows_missing else None
    # A UNet that was made for inpainting keeps what it is not asked to repaint; only what is partly so is held here.
    held = torch.where(cells == 0, 1.0, cells) if model.knows_missing else cells
    start = _start(row, task.strength, clean, cells, touched(filled).to(clean))
    painted = painting.samples(words, start, lambda noise: Kept(clean, noise, held), known)
    return _Part(found, denoise, painted)


def _pixel(setting: _Setting) -> int:
    """How many pixels of the canvas one of the picture is, 1 at least."""
    asked, extent = setting.canvas.asked, setting.task.picture.extent
    return max(1, -(-asked.width // extent.width), -(-asked.height // extent.height))


def _selection(setting: _Setting, mask: Image, field: str) -> Stored:
    """What is selected, [height, width], as stored."""
    stored = load(setting.blobs, mask, field)[..., 0]
    if not setting.task.outpaint:
        return stored
    white = np.iinfo(stored.dtype.name).max if stored.dtype.kind == "u" else 1
    return np.where(transparent(setting.picture) > 0, stored.dtype.type(white), stored)


def _start(row: Row, strength: float, clean: torch.Tensor, cells: torch.Tensor, filled: torch.Tensor) -> painting.Start:
    """How a walk begins: see `fills.Beginning`. What is only partly repainted always begins as it is."""
    if row.beginning == "noise" and strength >= 1.0:
        partly = (cells > 0) & (cells < 1)
        return lambda noise, sigma: noise * sigma + torch.where(partly, clean, 0.0)
    if row.beginning == "unit noise":
        return lambda noise, sigma: torch.where(filled > 0, noise * (1 + sigma**2) ** 0.5, clean + noise * sigma)
    return painting.from_latents(clean)


def _results(part: _Part, count: int) -> Iterator[tuple[int, torch.Tensor | None]]:
    """Each picture's place and latents; None for the picture as it is."""
    return painting.finished(part.painted) if part.painted else iter([(index, None) for index in range(count)])


def _matched(setting: _Setting, part: _Part, painted: Floats) -> Floats:
    """Without the shift of colours that the kept part shows, and then what its rim still shows."""
    canvas, picture = setting.canvas, setting.canvas.leave(setting.seen)
    painted = matched(painted, picture, canvas.leave(part.denoise))
    cells = touched(part.denoise)[0, 0].numpy().repeat(CELL, axis=0).repeat(CELL, axis=1)
    alpha, selected = (resize(mask, canvas.asked) for mask in (part.area.alpha, part.area.selected.astype(np.float32)))
    return levelled(painted, picture, canvas.leave(cells), alpha, selected)


def _finish(setting: _Setting, part: _Part, clean: torch.Tensor | None) -> tuple[Stored, Bounds]:
    """A layer, and where it lies."""
    task, canvas = setting.task, setting.canvas
    if clean is None:
        return unchanged(setting.picture, part.area.alpha, task.picture.depth)
    painted = painting.decode(setting.models.checkpoint, clean, canvas)
    if task.match_color:
        painted = _matched(setting, part, painted)
    painted = resize(painted, task.picture.extent)
    kind = task.picture.depth, task.picture.color_space
    # What makes no new shapes keeps all lights: tiles that overlap would else take from them twice.
    kept = 1.0 if task.strength <= REFINES else max(0.0, 1.0 - task.strength)
    return layer(painted, part.area.alpha, setting.picture, *kind, kept=kept)
