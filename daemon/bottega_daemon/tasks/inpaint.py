"""Repaint the masked part of a picture, with any checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion.canvas import Canvas, plan
from bottega_daemon.diffusion.masks import composite, latent_mask, neutral
from bottega_daemon.diffusion.pixels import Floats, Stored, grey, load, rgb
from bottega_daemon.diffusion.sample import Kept
from bottega_daemon.models.model_set import ModelSet
from bottega_daemon.spec import Inpaint
from bottega_daemon.tasks import painting
from bottega_daemon.tasks.stages import Compute, Deliver, Denoise, Load, Models, Stages


@dataclass(frozen=True)
class _Source:
    """The picture and the mask, as stored and as the model sees them on the canvas."""

    picture: Stored
    mask: Stored
    seen: Floats
    mask_seen: Floats


def inpaint(task: Inpaint, blobs: Blobs) -> Stages:
    """Paint `count` pictures that differ from the given one only where its mask is not black."""
    how = task.how
    models: Models = yield Load(how.checkpoint, tuple(control.network for control in how.controls))
    canvas = plan(task.picture.extent, how.seamless)
    source: _Source = yield Compute("preparing", lambda: _source(task, canvas, blobs))
    sigmas = painting.walk_sigmas(models.checkpoint, how, task.strength)
    if len(sigmas) == 1 or not source.mask_seen.any():
        for index in range(how.count):
            yield Deliver(index, how.seed + index, source.picture, task.picture.depth, task.picture.color_space)
        return
    kept = yield Compute("preparing", lambda: _kept(models.checkpoint, task, source))
    setting = yield Compute("preparing", lambda: painting.condition(models, how, canvas, sigmas, blobs))
    mask = latent_mask(source.mask_seen).to(kept.device)
    # At full strength the walk begins with noise alone: nothing of the old content is left in it.
    begin = painting.from_noise if task.strength >= 1.0 else painting.from_latents(kept)
    painted = painting.samples(setting, begin, lambda noise: Kept(kept, noise, mask))
    yield Denoise(painted)
    for index, clean in painting.finished(painted):
        pixels = yield Compute("finishing", lambda clean=clean: _finish(models.checkpoint, task, source, clean, canvas))
        yield Deliver(index, how.seed + index, pixels, task.picture.depth, task.picture.color_space)


def _source(task: Inpaint, canvas: Canvas, blobs: Blobs) -> _Source:
    picture = load(blobs, task.picture, "picture")
    mask = load(blobs, task.mask, "mask")
    seen = canvas.enter(rgb(picture, task.picture.color_space))
    return _Source(picture, mask, seen, canvas.enter(grey(mask), fill=0.0))


def _kept(model: ModelSet, task: Inpaint, source: _Source) -> torch.Tensor:
    """Latents of what stays: the masked part is filled first if it must not leak into its surroundings."""
    seen = neutral(source.seen, source.mask_seen) if task.fill == "neutral" else source.seen
    return painting.encode(model, seen, task.how.seamless)


def _finish(model: ModelSet, task: Inpaint, source: _Source, clean: torch.Tensor, canvas: Canvas) -> Stored:
    painted = painting.decode(model, clean, canvas)
    return composite(source.picture, source.mask, painted, task.picture.depth, task.picture.color_space)
