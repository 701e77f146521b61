"""Tiny random LoRAs and embeddings for the checkpoint of `tests.tiny`, in the layouts that people's files have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

from tests import tiny

Layout = Literal["kohya", "ldm", "diffusers", "peft", "processor"]
Kind = Literal["lora", "tucker", "loha", "loha-tucker", "lokr", "lokr-low", "diff"]
RANK = 3

ATTENTION = "down_blocks.0.attentions.0.transformer_blocks.0."
UNET_LAYERS = (
    f"{ATTENTION}attn1.to_q",
    f"{ATTENTION}attn2.to_k",
    f"{ATTENTION}attn2.to_out.0",
    "up_blocks.1.attentions.2.transformer_blocks.0.attn2.to_v",
)
WIDE_LAYERS = (
    f"{ATTENTION}ff.net.0.proj",
    "down_blocks.0.attentions.0.proj_in",
    "down_blocks.0.resnets.0.conv1",
    "mid_block.resnets.1.conv2",
)
"""What LoCon and its like change beside attention: feed-forward, a 1x1 and two 3x3 convolutions."""
TEXT_LAYERS = (
    "encoder.layers.0.self_attn.q_proj",
    "encoder.layers.0.self_attn.out_proj",  # without one diffusers takes kohya's text encoder for another layout
    "encoder.layers.1.mlp.fc1",
)


def tiny_lora(
    path: Path,
    layout: Layout = "kohya",
    kind: Kind = "lora",
    seed: int = 0,
    *,
    alpha: float | None = 2.0,
    layers: tuple[str, ...] = UNET_LAYERS,
    text_layers: tuple[str, ...] = TEXT_LAYERS,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Write a LoRA that changes its layers visibly. Without alpha its scale is 1, with it alpha / rank."""
    shapes = _shapes()
    draw = torch.Generator().manual_seed(seed)
    tensors: dict[str, torch.Tensor] = {}
    for part, names in (("unet", layers), ("text_encoder", text_layers)):
        for name in names:
            factors = _KINDS[kind](shapes[part, name], draw)
            if alpha is not None and kind != "diff":
                factors["alpha"] = torch.tensor(alpha)
            tensors |= {_key(layout, part, name, role): value for role, value in factors.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata=dict(metadata or {}))
    return path


def tiny_embedding(path: Path, vectors: int = 3, seed: int = 0, key: str = "emb_params") -> Path:
    """Write an embedding of so many vectors under A1111's key, or under a token as diffusers writes it."""
    values = torch.randn(vectors, tiny.TEXT_WIDTH, generator=torch.Generator().manual_seed(seed))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: values}, path)
    return path


def _shapes() -> dict[tuple[str, str], tuple[int, ...]]:
    with torch.device("meta"):
        unet, text = UNet2DConditionModel(**tiny.UNET), CLIPTextModel(CLIPTextConfig(**tiny.TEXT))
    wanted = (("unet", unet, (*UNET_LAYERS, *WIDE_LAYERS)), ("text_encoder", text, TEXT_LAYERS))
    return {
        (part, name): tuple(net.get_parameter(f"{name}.weight").shape) for part, net, names in wanted for name in names
    }


def _key(layout: Layout, part: str, name: str, role: str) -> str:
    from bottega_daemon.models.ldm_keys import bare_ldm_name

    text = part == "text_encoder"
    if layout in ("kohya", "ldm"):
        if layout == "ldm" and not text:
            name = bare_ldm_name(part, f"{name}.weight").removesuffix(".weight")
        prefix = "lora_te_text_model_" if text else "lora_unet_"
        return f"{prefix}{name.replace('.', '_')}.{role}"
    path = f"text_encoder.text_model.{name}" if text else f"unet.{name}"
    if layout == "processor" and not text and ".attn" in name and role != "alpha":
        block, _, last = name.replace(".to_out.0", ".to_out").rpartition(".")
        return f"unet.{block}.processor.{last}_{role.replace('lora_', 'lora.')}"
    return f"{path}.{_ROLES['processor' if text and layout == 'diffusers' else layout].get(role, role)}"


_ROLES: Mapping[str, Mapping[str, str]] = {
    "diffusers": {"lora_up.weight": "lora.up.weight", "lora_down.weight": "lora.down.weight"},
    "processor": {"lora_up.weight": "lora_linear_layer.up.weight", "lora_down.weight": "lora_linear_layer.down.weight"},
    "peft": {"lora_up.weight": "lora_B.weight", "lora_down.weight": "lora_A.weight"},
}

Factors = dict[str, torch.Tensor]


def _random(draw: torch.Generator, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=draw) * 0.3


def _lora(shape: tuple[int, ...], draw: torch.Generator) -> Factors:
    ones = (1,) * (len(shape) - 2)
    return {
        "lora_up.weight": _random(draw, shape[0], RANK, *ones),
        "lora_down.weight": _random(draw, RANK, *shape[1:]),
    }


def _tucker(shape: tuple[int, ...], draw: torch.Generator) -> Factors:
    if len(shape) == 2 or shape[2:] == (1, 1):
        return _lora(shape, draw)
    return {
        "lora_up.weight": _random(draw, shape[0], RANK, 1, 1),
        "lora_mid.weight": _random(draw, RANK, RANK, *shape[2:]),
        "lora_down.weight": _random(draw, RANK, shape[1], 1, 1),
    }


def _loha(shape: tuple[int, ...], draw: torch.Generator, *, tucker: bool = False) -> Factors:
    tucker = tucker and len(shape) == 4
    inner = shape[1] if tucker else torch.Size(shape[1:]).numel()
    factors: Factors = {}
    for half in ("w1", "w2"):
        factors[f"hada_{half}_a"] = _random(draw, *((RANK, shape[0]) if tucker else (shape[0], RANK)))
        factors[f"hada_{half}_b"] = _random(draw, RANK, inner)
        if tucker:
            factors[f"hada_t{half[1]}"] = _random(draw, RANK, RANK, *shape[2:])
    return factors


def _lokr(shape: tuple[int, ...], draw: torch.Generator, *, low: bool = False) -> Factors:
    factors = {"lokr_w1": _random(draw, 2, 4)}
    rows, columns = shape[0] // 2, shape[1] // 4
    if low:
        inner = columns * torch.Size(shape[2:]).numel()
        return factors | {"lokr_w2_a": _random(draw, rows, RANK), "lokr_w2_b": _random(draw, RANK, inner)}
    return factors | {"lokr_w2": _random(draw, rows, columns, *shape[2:])}


_KINDS: Mapping[str, Callable[[tuple[int, ...], torch.Generator], Factors]] = {
    "lora": _lora,
    "tucker": _tucker,
    "loha": _loha,
    "loha-tucker": lambda shape, draw: _loha(shape, draw, tucker=True),
    "lokr": _lokr,
    "lokr-low": lambda shape, draw: _lokr(shape, draw, low=True),
    "diff": lambda shape, draw: {"diff": _random(draw, *shape) * 0.3},
}


def library_adapters(root: Path) -> dict[str, Any]:
    """What the tiny library holds beside models: loras/{tiny-style, tiny-ink}, embeddings/tinyword."""
    trained = {"ss_tag_frequency": '{"10_ink": {"ink wash": 10, "tree": 3}}'}
    return {
        "tiny-style": tiny_lora(
            root / "loras" / "tiny-style.safetensors", metadata={"modelspec.trigger_phrase": "sty, two words"}
        ),
        "tiny-ink": tiny_lora(root / "loras" / "tiny-ink.safetensors", "peft", seed=5, alpha=None, metadata=trained),
        "tinyword": tiny_embedding(root / "embeddings" / "tinyword.safetensors"),
    }
