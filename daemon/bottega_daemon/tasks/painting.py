"""What generate and inpaint have in common: words and structure become conditioning, seeds become samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion import latents, text
from bottega_daemon.diffusion.canvas import Canvas
from bottega_daemon.diffusion.control import hint_picture
from bottega_daemon.diffusion.fills import neutral
from bottega_daemon.diffusion.masks import touched
from bottega_daemon.diffusion.noise import PictureNoise
from bottega_daemon.diffusion.pixels import Floats
from bottega_daemon.diffusion.sample import Guide, Kept, Sample
from bottega_daemon.diffusion.samplers import SAMPLERS
from bottega_daemon.diffusion.schedules import SCHEDULES
from bottega_daemon.diffusion.seamless import tiling
from bottega_daemon.errors import BottegaError
from bottega_daemon.models.model_set import ModelSet
from bottega_daemon.models.wearing import LoraSet
from bottega_daemon.spec import Axes, Control, Denoising
from bottega_daemon.tasks.stages import Load, Models

HALF = 0.5
"""Of a mask, from which on something is missing; and middle grey."""


@dataclass(frozen=True)
class Conditioning:
    """All that a job's pictures share: model, walk, words and structure."""

    model: ModelSet
    how: Denoising
    canvas: Canvas
    sigmas: list[float]
    positive: torch.Tensor
    negative: torch.Tensor | None
    guides: tuple[Guide, ...]
    loras: LoraSet


def needs(how: Denoising) -> Load:
    """Everything that must be in memory for it."""
    networks = tuple(control.network for control in how.controls)
    return Load(how.checkpoint, networks, tuple(lora.name for lora in how.loras), how.embeddings)


Start = Callable[[torch.Tensor, float], torch.Tensor]
"""Turns a picture's initial noise [1, 4, h, w] and the first noise level into the x that its walk begins with."""


def from_noise(noise: torch.Tensor, sigma: float) -> torch.Tensor:
    """Begin with noise alone."""
    return noise * sigma


def from_latents(clean: torch.Tensor) -> Start:
    """Begin with a picture under noise."""
    return lambda noise, sigma: clean + noise * sigma


def walk_sigmas(model: ModelSet, how: Denoising, strength: float) -> list[float]:
    """The noise levels of a walk that leaves its start picture by `strength`: the last `steps * strength` of the steps,
    rounded down as diffusers does, but at least one where strength is not 0. One level alone means no step at all."""
    sigmas = SCHEDULES[how.schedule].levels(model.sigmas, how.steps)
    steps = len(sigmas) - 1
    taken = min(int(steps * strength), steps)
    if strength > 0:
        taken = max(taken, 1)
    return sigmas[steps - taken :]


def condition(
    models: Models,
    how: Denoising,
    canvas: Canvas,
    sigmas: list[float],
    blobs: Blobs,
    missing: Floats | None = None,
) -> Conditioning:
    """Encode the prompts and the controls' hints; `missing` is an inpaint task's own. Raises what reading the hints'
    pixels can raise."""
    model = models.checkpoint
    positive, negative = _words(models, how)
    guides = tuple(
        _guide(models, control, canvas, len(sigmas) - 1, hint_picture(control, canvas, blobs, field, missing))
        for field, control in ((f"denoising.controls[{index}]", each) for index, each in enumerate(how.controls))
    )
    # In one order for everybody, so that depth with canny and canny with depth share their calls.
    guides = tuple(sorted(guides, key=lambda guide: guide.network.name))
    loras = tuple((models.loras[lora.name], lora.weight) for lora in how.loras)
    return Conditioning(model, how, canvas, sigmas, positive, negative, guides, loras)


def _words(models: Models, how: Denoising) -> tuple[torch.Tensor, torch.Tensor | None]:
    loras = tuple((models.loras[lora.name], lora.text_weight) for lora in how.loras)
    embeddings = {name: models.embeddings[name] for name in how.embeddings}
    prompts = [how.prompt] if how.guidance == 1.0 else [how.prompt, how.negative_prompt, ""]
    encoded = text.encode(models.checkpoint, prompts, how.clip_skip, loras, embeddings)
    if len(encoded) == 1:
        return encoded[0], None
    positive, negative, empty = encoded
    tokens = max(len(positive), len(negative))
    chunks = tokens // len(empty)
    return text.pad_to(positive, chunks, empty), text.pad_to(negative, chunks, empty)


def _guide(models: Models, control: Control, canvas: Canvas, steps: int, picture: Floats) -> Guide:
    network = models.networks[control.network]
    seen = torch.from_numpy(picture).permute(2, 0, 1)[None]
    with tiling(network.modules, **axes(canvas.seamless)):
        embedding = network.embed_hint(seen)
    first, last = acting_steps(steps, control.start, control.end)
    return Guide(network, embedding, control.strength, first, last)


def acting_steps(steps: int, start: float, end: float) -> tuple[int, int]:
    """The half-open range of steps that lie wholly between two fractions of the walk, as diffusers counts them."""
    inside = [i for i in range(steps) if i / steps >= start and (i + 1) / steps <= end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def samples(
    setting: Conditioning,
    start: Start,
    kept: Callable[[torch.Tensor], Kept] | None = None,
    known: torch.Tensor | None = None,
) -> list[Sample]:
    """A sample for each of the job's pictures, each with the noise of its own seed. `known` is what a model that was
    made for inpainting is told; without, it paints all of the picture."""
    if known is None and setting.model.knows_missing:
        size = setting.canvas.painted.height, setting.canvas.painted.width
        grey, all_of_it = np.full((*size, 3), HALF, np.float32), np.ones(size, np.float32)
        known = what_is_known(setting.model, grey, all_of_it, setting.how.seamless)
    return [_sample(setting, setting.how.seed + k, start, kept, known) for k in range(setting.how.count)]


def _sample(
    setting: Conditioning,
    seed: int,
    start: Start,
    kept: Callable[[torch.Tensor], Kept] | None,
    known: torch.Tensor | None,
) -> Sample:
    draw = PictureNoise(seed, setting.canvas.latent_shape, setting.model.device)
    noise = draw()
    sampler = SAMPLERS[setting.how.sampler]
    return Sample(
        model=setting.model,
        sigmas=setting.sigmas,
        walk=sampler.start(start(noise, setting.sigmas[0]), setting.sigmas, draw),
        calls_per_step=sampler.calls_per_step,
        positive=setting.positive,
        negative=setting.negative,
        guidance=setting.how.guidance,
        seamless=setting.how.seamless,
        guides=setting.guides,
        kept=kept(noise) if kept else None,
        known=known,
        loras=setting.loras,
    )


def encode(model: ModelSet, picture: Floats, seamless: Axes) -> torch.Tensor:
    """[1, 4, h, w] latents of a canvas-sized picture [h, w, 3]."""
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None]
    with torch.inference_mode(), tiling([model.vae], **axes(seamless)):
        return latents.encode(model, pixels)


def what_is_known(model: ModelSet, picture: Floats, mask: Floats, seamless: Axes) -> torch.Tensor:
    """[1, 5, h / 8, w / 8] for a UNet that was made for inpainting: the mask, and the latents of the canvas-sized
    picture with grey where it is missing. Half and more of the mask is missing."""
    missing = (mask >= HALF).astype(np.float32)
    clean = encode(model, neutral(picture, missing), seamless)
    return torch.cat([touched(missing).to(clean), clean], dim=1)


def decode(model: ModelSet, clean: torch.Tensor, canvas: Canvas) -> Floats:
    """The finished picture [h, w, 3] at the asked extent."""
    with torch.inference_mode(), tiling([model.vae], **axes(canvas.seamless)):
        pixels = latents.decode(model, clean)
    if not pixels.isfinite().all():
        raise BottegaError(
            f"the picture came out as no numbers at all (the checkpoint overflows in {model.dtype}).",
            remedy="Start the daemon with --dtype float32, or use another checkpoint.",
        )
    return canvas.leave(pixels[0].permute(1, 2, 0).float().cpu().numpy())


def axes(seamless: Axes) -> dict[str, bool]:
    """A spec's axes as `tiling` takes them."""
    return {"x": "x" in seamless, "y": "y" in seamless}


def finished(painted: Sequence[Sample]) -> Iterator[tuple[int, torch.Tensor]]:
    """Each sample's place and its latents; samples that have not ended are left out."""
    return ((index, each.result) for index, each in enumerate(painted) if each.result is not None)
