"""What a loaded checkpoint and a loaded control network are: the nets and the numbers that the step loop needs."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import nn

from bottega_daemon.models.noise_levels import Sigmas

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.controlnets.controlnet import ControlNetModel
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

Prediction = Literal["epsilon", "v_prediction"]


@dataclass(eq=False)
class Worn:
    """The LoRAs in a net's weights right now."""

    key: Hashable = ()
    aside: dict[str, torch.Tensor] = field(default_factory=dict)
    """The weights that they changed, by name, as they were."""


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
    knows_missing: bool = False
    """The UNet was made for inpainting: it takes nine channels, the last five of which tell it what is missing."""
    derived: dict[str, Any] = field(default_factory=dict, repr=False)
    """What the layers above work out once per model (text encodings, preview map) and want dropped with it."""
    worn: dict[str, Worn] = field(default_factory=dict, repr=False)
    """By part; kept by `models.wearing` alone. A part that is not here wears nothing."""


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
