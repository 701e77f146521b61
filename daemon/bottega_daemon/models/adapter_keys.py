"""Takes the names of a LoRA file's weights apart: which layer of which net, and which factor of its change.

Trainers name layers in three ways: kohya's flatten the path (`lora_unet_down_blocks_0_…`), diffusers and peft keep it
(`unet.down_blocks.0.…`), LyCORIS writes `lycoris_`. All are flattened here, so that a net's own module names, flattened
too, find them (`flat_names` in `lora_weights`); no table of layers is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PREFIXES: tuple[tuple[str, str], ...] = (
    ("lora_unet_", "unet"),
    ("lora_te1_", "text_encoder"),
    ("lora_te2_", "text_encoder_2"),
    ("lora_te_", "text_encoder"),
    ("lycoris_", "unet"),
    ("base_model.model.unet.", "unet"),
    ("base_model.model.text_encoder.", "text_encoder"),
    ("base_model.model.", "unet"),
    ("unet.", "unet"),
    ("text_encoder_2.", "text_encoder_2"),
    ("text_encoder.", "text_encoder"),
)
"""What names begin with, and the net that each stands for; the first that fits decides."""

_FACTORS: Mapping[str, str] = {
    "lora_up.weight": "up",
    "lora_down.weight": "down",
    "lora_mid.weight": "mid",
    "lora_B.weight": "up",
    "lora_A.weight": "down",
    "lora_B.default.weight": "up",
    "lora_A.default.weight": "down",
    "lora.up.weight": "up",
    "lora.down.weight": "down",
    "lora_linear_layer.up.weight": "up",
    "lora_linear_layer.down.weight": "down",
    "alpha": "alpha",
    **{name: name for name in ("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2")},
    **{name: name for name in ("lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2")},
    "diff": "diff",
    "diff_b": "bias",
    "w_norm": "diff",
    "b_norm": "bias",
}
"""What names end in, and the factor of the layer's change that each stands for."""

_PROCESSOR = re.compile(r"\.processor\.(to_[qkv]|to_out)_lora\.(up|down)\.weight$")


@dataclass(frozen=True)
class Place:
    """One layer of one net, its path flattened with underscores."""

    part: str
    layer: str


def split(keys: Iterable[str]) -> tuple[dict[Place, dict[str, str]], list[str]]:
    """Return each layer's factors with their names in the file, and the names that are of no known kind."""
    layers: dict[Place, dict[str, str]] = {}
    strange: list[str] = []
    for key in keys:
        found = _place(key)
        if found is None:
            strange.append(key)
        else:
            layers.setdefault(found[0], {})[found[1]] = key
    return layers, strange


def _place(key: str) -> tuple[Place, str] | None:
    plain = _PROCESSOR.sub(_processor, key)
    prefix, part = next(((prefix, part) for prefix, part in _PREFIXES if plain.startswith(prefix)), ("", "unet"))
    rest = plain[len(prefix) :]
    suffix = next((suffix for suffix in _FACTORS if rest.endswith("." + suffix)), None)
    if suffix is None:
        return None
    return Place(part, rest[: -len(suffix) - 1].replace(".", "_")), _FACTORS[suffix]


def _processor(match: re.Match[str]) -> str:
    """diffusers once kept a LoRA in the attention's processor: `attn1.processor.to_q_lora.up.weight`."""
    layer = "to_out.0" if match[1] == "to_out" else match[1]
    return f".{layer}.lora.{match[2]}.weight"


def columns(factors: Mapping[str, tuple[int, ...]]) -> int:
    """Return the inputs of a layer from the shapes of its change's factors; 0 where they do not tell.

    Of a convolution these may be its channels or, in kinds that flatten the kernel, channels times kernel.
    """
    for name in ("down", "hada_w1_b", "diff"):
        if len(shape := factors.get(name, ())) > 1:
            return shape[1]
    widths = [factors.get(name, factors.get(f"{name}_b", ())) for name in ("lokr_w1", "lokr_w2")]
    return widths[0][1] * widths[1][1] if all(len(shape) > 1 for shape in widths) else 0
