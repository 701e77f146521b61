"""What a loaded checkpoint and a loaded control network are: the nets and the numbers that the step loop needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.controlnets.controlnet import ControlNetModel
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

Prediction = Literal["epsilon", "v_prediction"]
Sigmas: TypeAlias = "npt.NDArray[np.float64]"


@dataclass(frozen=True, eq=False)
class ModelSet:
    """A checkpoint in memory; frozen because every job that runs on it shares it."""

    name: str
    family: str
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    sigmas: Sigmas
    """Noise levels of the training steps, ascending, in k-diffusion's terms (x = x0 + sigma * noise)."""
    prediction_type: Prediction
    native_extent: int
    """Pixels on a side."""
    scaling_factor: float
    """Latents of the step loop are the autoencoder's times this."""
    dtype: torch.dtype
    device: torch.device
    nbytes: int
    """Bytes in memory."""
    fits: str
    """Equal to that of the control networks that work with it."""
    derived: dict[str, Any] = field(default_factory=dict, repr=False)
    """What the layers above work out once per model (text encodings, preview map) and want dropped with it."""


@dataclass(frozen=True, eq=False)
class ControlNet:
    """A control network in memory, its first stage (hint picture to features) apart: that is the same for every step.

    Call `embed_hint` once per picture and give `net` the result as `controlnet_cond`.
    """

    name: str
    kind: str
    net: ControlNetModel
    embedding: nn.Module
    flipped: bool
    """The network was trained on blue-green-red hints."""
    dtype: torch.dtype
    device: torch.device
    nbytes: int
    fits: str

    @property
    def modules(self) -> tuple[nn.Module, nn.Module]:
        """Both parts, as `seamless.tiling` wants them."""
        return self.net, self.embedding

    @torch.inference_mode()
    def embed_hint(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return features [n, C, H/8, W/8] of hint pictures [n, 3, H, W] in 0..1, red first; H, W multiples of 8."""
        pixels = pixels.to(self.device, self.dtype)
        return self.embedding(pixels.flip(1) if self.flipped else pixels)


def training_sigmas(config: Mapping[str, Any]) -> Sigmas:
    """Return the noise level of every training step, ascending, from a diffusers scheduler's config.

    sigma = sqrt((1 - a) / a), a the product of (1 - beta) up to the step (Ho et al. 2020; Karras et al. 2022, table 1).
    """
    count = int(config.get("num_train_timesteps", 1000))
    first, last = float(config.get("beta_start", 0.0001)), float(config.get("beta_end", 0.02))
    schedule = config.get("beta_schedule", "linear")
    if config.get("trained_betas") is not None:
        betas = np.asarray(config["trained_betas"], np.float64)
    elif schedule == "scaled_linear":
        betas = np.linspace(first**0.5, last**0.5, count, dtype=np.float64) ** 2
    elif schedule == "linear":
        betas = np.linspace(first, last, count, dtype=np.float64)
    else:
        raise ValueError(f"unknown beta schedule {schedule!r}")
    kept: Sigmas = np.cumprod(1.0 - betas, dtype=np.float64)
    if config.get("rescale_betas_zero_snr"):
        kept = _zero_final_signal(kept)
    sigmas = np.sqrt((1.0 - kept) / kept)
    if sigmas.size < 2 or not np.isfinite(sigmas).all() or (np.diff(sigmas) <= 0).any():
        raise ValueError("the betas do not give rising noise levels")
    return sigmas


def _zero_final_signal(kept: Sigmas) -> Sigmas:
    """Shift and stretch so that the last step has (almost) no signal left: Lin et al. 2023, algorithm 1."""
    root = np.sqrt(kept)
    root = (root - root[-1]) * root[0] / (root[0] - root[-1])
    return np.maximum(root**2, 2.0**-24)
