"""Rough pictures of unfinished latents for the cost of one small matrix product, and their JPEG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from bottega_daemon.diffusion import latents
from bottega_daemon.diffusion.seamless import tiling
from bottega_daemon.models.model_set import ModelSet
from bottega_daemon.spec import Extent

Pixels = NDArray[np.uint8]

SD1_FACTORS = ((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473))
"""Scaled latents to RGB in -1..1 for Stable Diffusion 1's autoencoder, by keturn (discuss.huggingface.co/t/23204)."""

SD1_CHANNELS = (128, 256, 512, 512)
"""Block channels of that autoencoder; any other gets a map of its own, fitted once."""

SAMPLES, SIDE = 8, 16
"""Latents that a map is fitted on: how many, and cells on a side."""


@dataclass(frozen=True)
class LatentMap:
    """A linear map from a latent cell to RGB in 0..1."""

    factors: torch.Tensor
    """[latent channels, 3]"""
    bias: torch.Tensor
    """[3]"""


@torch.inference_mode()
def preview(model: ModelSet, denoised: torch.Tensor) -> Pixels:
    """Return uint8 RGB [h, w, 3] of one picture's scaled latents [1, 4, h, w] or [4, h, w]: one pixel per cell."""
    known = latent_map(model)
    cells = denoised.reshape(denoised.shape[-3:]).permute(1, 2, 0).float()
    rgb = (cells @ known.factors + known.bias).nan_to_num().clamp(0, 1)
    return (rgb * 255).round().to(torch.uint8).cpu().numpy()


def to_jpeg(rgb: Pixels, max_side: int = 512, quality: int = 80) -> tuple[Extent, bytes]:
    """Return a JPEG of uint8 RGB [h, w, 3] and its extent; a picture with a longer side than `max_side` is shrunk."""
    height, width = rgb.shape[:2]
    shrink = min(1.0, max_side / max(height, width))
    extent = Extent(max(1, round(width * shrink)), max(1, round(height * shrink)))
    if shrink < 1:
        rgb = cast(Pixels, cv2.resize(rgb, (extent.width, extent.height), interpolation=cv2.INTER_AREA))
    settings = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), settings)
    return extent, encoded.tobytes()


def latent_map(model: ModelSet) -> LatentMap:
    """Return the model's map: the published one where its autoencoder is Stable Diffusion 1's, else one fitted once."""
    if "latent_map" not in model.derived:
        channels = tuple(cast(Any, model.vae).config["block_out_channels"])
        model.derived["latent_map"] = _published(model) if channels == SD1_CHANNELS else fit(model)
    return model.derived["latent_map"]


@torch.inference_mode()
def fit(model: ModelSet) -> LatentMap:
    """Fit a map by least squares to the autoencoder's own decoding of a few smooth random latents."""
    draw = torch.Generator().manual_seed(0)
    channels = int(cast(Any, model.vae).config["latent_channels"])
    coarse = torch.randn(SAMPLES, channels, SIDE // 4, SIDE // 4, generator=draw)
    cells = functional.interpolate(coarse, size=(SIDE, SIDE), mode="bilinear")
    with tiling([model.vae], x=False, y=False):
        pixels = latents.decode(model, cells.to(model.device)).cpu()
    seen = functional.avg_pool2d(pixels, latents.CELL).permute(0, 2, 3, 1).reshape(-1, 3)
    given = cells.permute(0, 2, 3, 1).reshape(-1, channels)
    given = torch.cat([given, torch.ones(len(given), 1)], 1)
    solution = torch.linalg.lstsq(given.double(), seen.double()).solution.float().to(model.device)
    return LatentMap(solution[:-1], solution[-1])


def _published(model: ModelSet) -> LatentMap:
    factors = torch.tensor(SD1_FACTORS, device=model.device) / 2
    return LatentMap(factors, torch.full((3,), 0.5, device=model.device))
