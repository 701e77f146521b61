"""Pixels to latents and back through the autoencoder; large pictures go through in overlapping tiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch.nn import functional

from bottega_daemon.diffusion.canvas import CELL
from bottega_daemon.diffusion.seamless import axes_of, tiling
from bottega_daemon.models.model_set import ModelSet

PIXELS_AT_ONCE = 1024 * 1024
"""Pixels, of all pictures together, that go through the autoencoder in one call unless the caller says otherwise."""

OVERLAP = 16
"""Latent cells that neighbouring tiles share: the autoencoder's edges are wrong within about eight of them."""


LEAST_AT_ONCE = (2 * OVERLAP * CELL) ** 2
"""Pixels of the smallest tile."""

_AT_ONCE = "pixels_at_once"


def use_smaller_tiles(model: ModelSet) -> bool:
    """After memory has run out: use tiles of a quarter of the pixels from now on. False if they can get no smaller."""
    now = model.derived.get(_AT_ONCE, PIXELS_AT_ONCE)
    model.derived[_AT_ONCE] = max(LEAST_AT_ONCE, now // 4)
    return now > LEAST_AT_ONCE


@torch.inference_mode()
def encode(model: ModelSet, pixels: torch.Tensor, at_once: int | None = None) -> torch.Tensor:
    """Return scaled latents [n, 4, H/8, W/8] (float32, the distribution's mean) of pixels [n, 3, H, W] in 0..1.

    H and W must be multiples of 8.
    """
    if pixels.shape[-1] % CELL or pixels.shape[-2] % CELL:
        raise ValueError(f"{pixels.shape[-1]} x {pixels.shape[-2]} pixels are not whole latent cells")
    vae = cast(Any, model.vae)

    def mean(part: torch.Tensor) -> torch.Tensor:
        return vae.encode(part.to(vae.device, vae.dtype) * 2 - 1).latent_dist.mean.float()

    return _whole_or_tiled(model, mean, pixels, _Scale(CELL, 1), at_once) * model.scaling_factor


@torch.inference_mode()
def decode(model: ModelSet, latents: torch.Tensor, at_once: int | None = None) -> torch.Tensor:
    """Return pixels [n, 3, 8h, 8w] (float32, 0..1) of scaled latents [n, 4, h, w]."""
    vae = cast(Any, model.vae)

    def picture(part: torch.Tensor) -> torch.Tensor:
        return vae.decode(part.to(vae.device, vae.dtype), return_dict=False)[0].float()

    unscaled = latents / model.scaling_factor
    return (_whole_or_tiled(model, picture, unscaled, _Scale(1, CELL), at_once) / 2 + 0.5).clamp(0, 1)


@dataclass(frozen=True)
class _Scale:
    """Sides of one latent cell before and after the autoencoder, in values."""

    before: int
    after: int


Work = Callable[[torch.Tensor], torch.Tensor]


def _whole_or_tiled(
    model: ModelSet, work: Work, values: torch.Tensor, scale: _Scale, at_once: int | None
) -> torch.Tensor:
    most: int = at_once or model.derived.get(_AT_ONCE, PIXELS_AT_ONCE)
    height, width = values.shape[-2] // scale.before, values.shape[-1] // scale.before
    each = height * width * CELL * CELL
    if each <= most:
        return torch.cat([work(part) for part in values.split(max(1, most // each))])
    x, y = axes_of(model.vae)
    tile = max(2 * OVERLAP, int(most**0.5) // CELL)
    with tiling([model.vae], x=False, y=False):  # a tile's own edges are not the picture's
        around = [OVERLAP * x, OVERLAP * x, OVERLAP * y, OVERLAP * y]
        wrapped = (
            functional.pad(values, [side * scale.before for side in around], mode="circular") if x or y else values
        )
        whole = torch.cat([in_tiles(work, part, scale.before, scale.after, tile) for part in wrapped.split(1)])
    left, top = OVERLAP * x * scale.after, OVERLAP * y * scale.after
    return whole[..., top : top + height * scale.after, left : left + width * scale.after]


def in_tiles(work: Work, values: torch.Tensor, before: int, after: int, tile: int) -> torch.Tensor:
    """Return `work(values)` [n, c, h * after, w * after] of [n, k, h * before, w * before], done in square tiles.

    `tile` is their side in cells, at least twice `OVERLAP`; where tiles overlap they are blended linearly.
    """
    height, width = values.shape[-2] // before, values.shape[-1] // before
    total: torch.Tensor | None = None
    weight = torch.zeros(())
    for top, bottom in spans(height, tile):
        for left, right in spans(width, tile):
            part = work(values[..., top * before : bottom * before, left * before : right * before])
            if total is None:
                total = part.new_zeros(*part.shape[:2], height * after, width * after)
                weight = part.new_zeros(height * after, width * after)
            mask = _ramp(top, bottom, height, after)[:, None] * _ramp(left, right, width, after)[None]
            place = (..., slice(top * after, bottom * after), slice(left * after, right * after))
            total[place] += part * mask.to(part)
            weight[place] += mask.to(part)
    assert total is not None
    return total / weight


def spans(length: int, tile: int, overlap: int = OVERLAP) -> list[tuple[int, int]]:
    """Cover 0..length by spans of at most `tile` that share at least `overlap`, as evenly as whole numbers allow."""
    if length <= tile:
        return [(0, length)]
    count = -(-(length - overlap) // (tile - overlap))
    starts = [round(index * (length - tile) / (count - 1)) for index in range(count)]
    return [(start, start + tile) for start in starts]


def _ramp(start: int, stop: int, length: int, after: int) -> torch.Tensor:
    """Weights of a tile along one axis: rising over the overlap at inner edges, one at the picture's own."""
    size, reach = (stop - start) * after, OVERLAP * after
    rising = (torch.arange(size, dtype=torch.float32) + 0.5) / reach
    ramp = torch.ones(size)
    if start > 0:
        ramp = torch.minimum(ramp, rising)
    if stop < length:
        ramp = torch.minimum(ramp, rising.flip(0))
    return ramp
