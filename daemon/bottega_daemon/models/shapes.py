"""Reads what a net of the Stable Diffusion 1.x layout looks like from the shapes of its weights: no torch, no weights.

Shapes tell channels, widths and layer counts. They cannot tell attention heads, groups of a norm or the native extent:
a file may state those in its metadata as `bottega.config` (JSON by part); without it the published model's values hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bottega_daemon.models.header import Header
from bottega_daemon.models.ldm_keys import LAYERS, LEVELS, PREFIX

METADATA = "bottega.config"
STATED: Mapping[str, frozenset[str]] = {
    "unet": frozenset({"attention_head_dim", "norm_num_groups", "sample_size"}),
    "vae": frozenset({"norm_num_groups", "scaling_factor"}),
    "text_encoder": frozenset({"num_attention_heads", "hidden_act"}),
    "controlnet": frozenset({"attention_head_dim", "norm_num_groups"}),
    "scheduler": frozenset({"prediction_type"}),
}
"""What a file's metadata may say about each part; anything else in it is ignored."""

CONTROL_MARK = "controlnet_cond_embedding.conv_in.weight"


class MissingWeight(ValueError):
    """The header has no weight that every net of this layout has; the message is its name."""


def unet_config(header: Header) -> dict[str, Any]:
    """Return the parts of a UNet's diffusers config that a single file's shapes and metadata decide."""
    return {**_unet_shapes(header, (PREFIX["unet"],)), **stated(header, "unet")}


def vae_config(header: Header) -> dict[str, Any]:
    """Return the parts of an AutoencoderKL's config that a single file's shapes and metadata decide."""
    levels = [_need(header, f"{PREFIX['vae']}encoder.down.{i}.block.0.conv2.weight")[0] for i in range(LEVELS)]
    latents = _need(header, f"{PREFIX['vae']}post_quant_conv.weight")[0]
    return {"block_out_channels": levels, "latent_channels": latents, **stated(header, "vae")}


def text_config(header: Header) -> dict[str, Any]:
    """Return the parts of a CLIP text encoder's config that a single file's shapes and metadata decide."""
    old = PREFIX["text_encoder"].removesuffix("text_model.")
    prefix = next((p for p in (PREFIX["text_encoder"], old) if f"{p}final_layer_norm.weight" in header.tensors), old)
    vocabulary, width = _matrix(header, f"{prefix}embeddings.token_embedding.weight")
    layers = sum(name.startswith(prefix) and name.endswith(".self_attn.q_proj.weight") for name in header.tensors)
    return {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "num_hidden_layers": layers,
        "intermediate_size": _need(header, f"{prefix}encoder.layers.0.mlp.fc1.weight")[0],
        "max_position_embeddings": _need(header, f"{prefix}embeddings.position_embedding.weight")[0],
        "num_attention_heads": max(1, width // 64),
        **stated(header, "text_encoder"),
    }


def control_config(header: Header) -> dict[str, Any]:
    """Return the same for a control network, whose names may be prefixed or bare LDM ones, or diffusers'."""
    if CONTROL_MARK in header.tensors:
        hints = [_need(header, CONTROL_MARK)[0]]
        hints += [_need(header, f"controlnet_cond_embedding.blocks.{2 * i + 1}.weight")[0] for i in range(3)]
        return {**folder_shapes(header), "conditioning_embedding_out_channels": hints, **stated(header, "controlnet")}
    names = (PREFIX["controlnet"], "")
    hints = [_need(header, *(f"{p}input_hint_block.{4 * i}.weight" for p in names))[0] for i in range(4)]
    found = _unet_shapes(header, names)
    return {**found, "conditioning_embedding_out_channels": hints, **stated(header, "controlnet")}


def folder_shapes(header: Header) -> dict[str, Any]:
    """Return channels and widths of a UNet or control network that carries diffusers' names."""
    levels = [_need(header, f"down_blocks.{level}.resnets.0.conv2.weight")[0] for level in range(LEVELS)]
    context = _matrix(header, "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight")[1]
    channels = _need(header, "conv_in.weight")
    return {"block_out_channels": levels, "cross_attention_dim": context, "in_channels": _at(channels, 1)}


def signature(config: Mapping[str, Any]) -> str:
    """Return a word that is equal for a UNet and a control network that fit together."""
    channels = "-".join(map(str, config["block_out_channels"]))
    return f"{channels}x{config['cross_attention_dim']}"


def stated(header: Header, part: str) -> dict[str, Any]:
    """Return what the file's metadata says about `part`, as far as it may say it and it is a sane value."""
    try:
        said = json.loads(header.metadata.get(METADATA, "{}"))
    except (ValueError, RecursionError):
        return {}
    about = said.get(part) if isinstance(said, dict) else None
    if not isinstance(about, dict):
        return {}
    return {key: value for key, value in about.items() if key in STATED[part] and _sane(value)}


def _sane(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int | float) and 0 < value < 1 << 16)


def _unet_shapes(header: Header, prefixes: tuple[str, ...]) -> dict[str, Any]:
    def need(name: str) -> tuple[int, ...]:
        return _need(header, *(prefix + name for prefix in prefixes))

    blocks = [(LAYERS + 1) * level + 1 for level in range(LEVELS)]
    context = need("input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight")
    return {
        "block_out_channels": [need(f"input_blocks.{block}.0.out_layers.3.weight")[0] for block in blocks],
        "cross_attention_dim": _at(context, 1),
        "in_channels": _at(need("input_blocks.0.0.weight"), 1),
    }


def _need(header: Header, *names: str) -> tuple[int, ...]:
    shape = header.shape(*names)
    if not shape:
        raise MissingWeight(names[0])
    return shape


def _matrix(header: Header, name: str) -> tuple[int, int]:
    shape = _need(header, name)
    return shape[0], _at(shape, 1)


def _at(shape: tuple[int, ...], axis: int) -> int:
    return shape[axis] if axis < len(shape) else 0
