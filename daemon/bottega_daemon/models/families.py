"""The families of models that are known by sight, one row each, and how a file or folder is told to be of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bottega_daemon.models.entries import Checkpoint, Embedding, Lora
from bottega_daemon.models.header import Header

CONFIGS = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class Family:
    """One architecture; `marks` are weights of a single file and the shape of each (0 = any size along that axis)."""

    name: str
    label: str
    native_extent: int
    """Pixels on a side that the published model was trained on."""
    marks: Mapping[str, tuple[int, ...]]
    vae_factor: int = 8
    latent_channels: int = 4
    supported: bool = False
    like: str = ""
    """A family whose configurations it shares."""

    @property
    def configs(self) -> Path:
        """Our carried configurations and tokenizer, for single files."""
        return CONFIGS / (self.like or self.name)


_IN = "model.diffusion_model.input_blocks.0.0.weight"
_CONTEXT = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"

FAMILIES: Mapping[str, Family] = {
    row.name: row
    for row in (
        Family(
            "sdxl", "Stable Diffusion XL", 1024, {_IN: (0, 0, 3, 3), "model.diffusion_model.label_emb.0.0.weight": ()}
        ),
        Family("sd2", "Stable Diffusion 2", 768, {_IN: (0, 0, 3, 3), _CONTEXT: (0, 1024)}),
        Family(
            "sd15-inpaint",
            "Stable Diffusion 1.x inpainting",
            512,
            {_IN: (0, 9, 3, 3), _CONTEXT: (0, 0)},
            supported=True,
            like="sd15",
        ),
        Family("sd15-edit", "InstructPix2Pix", 512, {_IN: (0, 8, 3, 3), _CONTEXT: (0, 0)}),
        Family("sd15", "Stable Diffusion 1.x", 512, {_IN: (0, 4, 3, 3), _CONTEXT: (0, 0)}, supported=True),
    )
}
"""By name; the first row whose marks all fit is the family, so the narrower ones come first."""

PIPELINES: Mapping[str, str] = {
    "StableDiffusionXLPipeline": "sdxl",
    "StableDiffusionXLImg2ImgPipeline": "sdxl",
    "StableDiffusionXLInpaintPipeline": "sdxl",
    "StableDiffusionInstructPix2PixPipeline": "sd15-edit",
}
"""Pipelines of a diffusers folder that decide the family by their name alone."""

_BY_CHANNELS: Mapping[int, str] = {4: "sd15", 8: "sd15-edit", 9: "sd15-inpaint"}


def family_of_file(header: Header) -> Family | None:
    """Return the family of a single-file checkpoint, or None where no row fits."""
    return next((row for row in FAMILIES.values() if all(_fits(header, *mark) for mark in row.marks.items())), None)


def family_of_folder(index: Mapping[str, Any], unet: Mapping[str, Any]) -> Family | None:
    """Return the family of a diffusers folder from its model_index.json and its UNet's config, or None."""
    pipeline = index.get("_class_name")
    if isinstance(pipeline, str) and pipeline in PIPELINES:
        return FAMILIES[PIPELINES[pipeline]]
    if unet.get("addition_embed_type") is not None:
        return FAMILIES["sdxl"]
    if unet.get("cross_attention_dim") == 1024 or unet.get("use_linear_projection"):
        return FAMILIES["sd2"]
    channels = unet.get("in_channels", 4)
    return FAMILIES.get(_BY_CHANNELS.get(channels, "")) if isinstance(channels, int) else None


def suits(entry: Lora | Embedding, checkpoint: Checkpoint) -> bool:
    """Whether a LoRA or an embedding works with a checkpoint, as far as its header tells.

    A family for inpainting takes those of the family that it is like: only its first convolution differs.
    """
    row = FAMILIES.get(checkpoint.family)
    width = checkpoint.fits.rpartition("x")[2]
    made_for = (checkpoint.family, row.like if row else "")
    return entry.family in made_for and (not entry.context or width == str(entry.context))


def _fits(header: Header, name: str, wanted: tuple[int, ...]) -> bool:
    shape = header.shape(name)
    if shape is None or not wanted:
        return shape is not None
    return len(shape) == len(wanted) and all(want in (0, size) for want, size in zip(wanted, shape, strict=True))
