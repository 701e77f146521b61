"""Names of weights in the original (LDM, "A1111") single-file layout of Stable Diffusion 1.x, from diffusers' names.

One direction is enough: to read a single file, name every weight that the net expects and look that name up.
Layout: CompVis/stable-diffusion `v1-inference.yaml` (`openaimodel.UNetModel`, `autoencoder.AutoencoderKL`,
`FrozenCLIPEmbedder`) and lllyasviel/ControlNet `cldm.ControlNet`; levels have two residual layers each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

PREFIX: Mapping[str, str] = {
    "unet": "model.diffusion_model.",
    "vae": "first_stage_model.",
    "text_encoder": "cond_stage_model.transformer.text_model.",
    "controlnet": "control_model.",
}
"""Where each part lives in one file."""

LEVELS = 4
LAYERS = 2
_STRIDE = LAYERS + 1

_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def ldm_name(part: str, key: str) -> str:
    """Return the single-file name of diffusers' weight `key` of `part` (unet, vae, text_encoder, controlnet)."""
    return PREFIX[part] + bare_ldm_name(part, key)


def bare_ldm_name(part: str, key: str) -> str:
    """Return the same without the part's prefix, as files hold it that carry only one part."""
    for pattern, name in _RULES[part]:
        key = pattern.sub(name, key, count=1)
    return key


def _rules(*pairs: tuple[str, str | Callable[[re.Match[str]], str]]) -> tuple[_Rule, ...]:
    return tuple((re.compile(pattern), name) for pattern, name in pairs)


def _down(match: re.Match[str]) -> str:
    level, kind, layer = int(match[1]), match[2], int(match[3])
    return f"input_blocks.{_STRIDE * level + layer + 1}.{0 if kind == 'resnets' else 1}."


def _up(match: re.Match[str]) -> str:
    level, kind, layer = int(match[1]), match[2], int(match[3])
    return f"output_blocks.{_STRIDE * level + layer}.{0 if kind == 'resnets' else 1}."


def _upsample(match: re.Match[str]) -> str:
    level = int(match[1])  # the innermost level has no attention, so its upsampler moves up one place
    return f"output_blocks.{_STRIDE * level + LAYERS}.{1 if level == 0 else 2}."


def _mid(match: re.Match[str]) -> str:
    return f"middle_block.{1 if match[1] == 'attentions' else 2 * int(match[2])}."


def _hint(match: re.Match[str]) -> str:
    return f"input_hint_block.{2 * int(match[1]) + 2}."


def _mirrored(match: re.Match[str]) -> str:
    return f"decoder.up.{LEVELS - 1 - int(match[1])}."


_RESIDUAL = (
    (r"(resnets\.\d)\.norm1\.", r"\1.in_layers.0."),
    (r"(resnets\.\d)\.conv1\.", r"\1.in_layers.2."),
    (r"(resnets\.\d)\.time_emb_proj\.", r"\1.emb_layers.1."),
    (r"(resnets\.\d)\.norm2\.", r"\1.out_layers.0."),
    (r"(resnets\.\d)\.conv2\.", r"\1.out_layers.3."),
    (r"(resnets\.\d)\.conv_shortcut\.", r"\1.skip_connection."),
)

_UNET = _rules(
    *_RESIDUAL,
    (r"^time_embedding\.linear_1\.", "time_embed.0."),
    (r"^time_embedding\.linear_2\.", "time_embed.2."),
    (r"^conv_in\.", "input_blocks.0.0."),
    (r"^conv_norm_out\.", "out.0."),
    (r"^conv_out\.", "out.2."),
    (
        r"^down_blocks\.(\d)\.downsamplers\.0\.conv\.",
        lambda match: f"input_blocks.{_STRIDE * (int(match[1]) + 1)}.0.op.",
    ),
    (r"^down_blocks\.(\d)\.(resnets|attentions)\.(\d)\.", _down),
    (r"^mid_block\.(resnets|attentions)\.(\d)\.", _mid),
    (r"^up_blocks\.(\d)\.upsamplers\.0\.", _upsample),
    (r"^up_blocks\.(\d)\.(resnets|attentions)\.(\d)\.", _up),
)

_VAE = _rules(
    (r"\.conv_norm_out\.", ".norm_out."),
    (r"\.conv_shortcut\.", ".nin_shortcut."),
    (r"^encoder\.down_blocks\.", "encoder.down."),
    (r"^decoder\.up_blocks\.(\d)\.", _mirrored),
    (r"(down|up)\.(\d)\.resnets\.", r"\1.\2.block."),
    (r"\.downsamplers\.0\.", ".downsample."),
    (r"\.upsamplers\.0\.", ".upsample."),
    (r"\.mid_block\.resnets\.0\.", ".mid.block_1."),
    (r"\.mid_block\.resnets\.1\.", ".mid.block_2."),
    (r"\.mid_block\.attentions\.0\.group_norm\.", ".mid.attn_1.norm."),
    (r"\.mid_block\.attentions\.0\.to_([qkv])\.", r".mid.attn_1.\1."),
    (r"\.mid_block\.attentions\.0\.to_out\.0\.", ".mid.attn_1.proj_out."),
)

_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "unet": _UNET,
    "vae": _VAE,
    "text_encoder": _rules((r"^text_model\.", "")),
    "controlnet": _rules(
        (r"^controlnet_cond_embedding\.conv_in\.", "input_hint_block.0."),
        (r"^controlnet_cond_embedding\.blocks\.(\d)\.", _hint),
        (r"^controlnet_cond_embedding\.conv_out\.", "input_hint_block.14."),
        (r"^controlnet_down_blocks\.(\d+)\.", r"zero_convs.\1.0."),
        (r"^controlnet_mid_block\.", "middle_block_out.0."),
    )
    + _UNET,
}
