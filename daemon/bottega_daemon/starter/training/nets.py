"""The starter's networks: stock diffusers classes in the Stable Diffusion 1.x key layout, only narrow."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel  # pyright: ignore[reportPrivateImportUsage]
from diffusers.models.resnet import ResnetBlock2D
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from bottega_daemon.models.upscalers import Compact

# The libraries' annotations deny attributes that their networks have (latent_dist, sample, conv_shortcut …):
# a network is Any here, named by what it is.
Vae = Any
Unet = Any
Text = Any
Control = Any
Tokenizer = Any
VAE_SCALE = 0.18215  # Stable Diffusion's own, so that loaders which assume it are right; see `whiten`
WIDTHS = (48, 80, 96, 96)  # three different widths first: every shortcut of Stable Diffusion 1.x is there
TEXT_WIDTH = 128
POSITIONS = 77
COLOUR_CHANNELS = 12  # what `wire_vae` lays out: (+v, -v, +1, -1) for each of red, green, blue


def new_vae() -> Vae:
    """8x, four latents, 1.3 M parameters, wired so that it starts as an 8x8 mean."""
    blocks: dict[str, Any] = {
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "block_out_channels": (16, 32, 64, 64),
    }
    vae: Vae = AutoencoderKL(
        **blocks,
        layers_per_block=2,
        norm_num_groups=4,
        sample_size=128,
        scaling_factor=VAE_SCALE,
    )
    wire_vae(vae)
    return vae


def new_unet() -> Unet:
    """About 6.7 M parameters; `attention_head_dim` is the number of heads here, as in Stable Diffusion 1.x."""
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        layers_per_block=2,
        block_out_channels=WIDTHS,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=4,
        norm_num_groups=16,
    )


def new_text_encoder(vocabulary: int) -> Text:
    """Two layers, 77 positions; the last id of the vocabulary ends a text and pads it."""
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=TEXT_WIDTH,
        intermediate_size=4 * TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=POSITIONS,
        hidden_act="quick_gelu",
        projection_dim=TEXT_WIDTH,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1,
    )
    return CLIPTextModel(config)


def new_control(unet: Unet) -> Control:
    """A control network that starts from the UNet's encoder, its hint embedding awake.

    diffusers starts the embedding near zero, which at this width lets nothing through: all but its last layer start
    by Kaiming, the last so that its output has a deviation of about one half.
    """
    control: Control = ControlNetModel.from_unet(unet, conditioning_channels=3)
    embedding: Any = ControlNetModel(
        block_out_channels=WIDTHS,
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=4,
        norm_num_groups=16,
        conditioning_embedding_out_channels=(16, 24, 32, 64),
    ).controlnet_cond_embedding
    for layer in (embedding.conv_in, *embedding.blocks):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    nn.init.normal_(embedding.conv_out.weight, std=0.5 / (64 * 9) ** 0.5)
    control.controlnet_cond_embedding = embedding
    control.register_to_config(conditioning_embedding_out_channels=(16, 24, 32, 64))
    return control


@torch.no_grad()
def _dirac(conv: Any, centre: tuple[int, ...], gain: float = 1.0, spare: float = 0.0) -> None:
    """Pass channels through; those with no source get noise of deviation `spare`."""
    weight = conv.weight
    shared = min(weight.shape[:2])
    weight.normal_(std=0.02)
    if weight.shape[0] > shared:
        weight[shared:].normal_(std=spare)
    weight[:COLOUR_CHANNELS] = 0.0
    for channel in range(shared):
        for tap in centre:
            weight[channel, channel, tap // 10, tap % 10] += gain
    conv.bias.zero_()


@torch.no_grad()
def wire_vae(vae: Vae) -> None:
    """Start as an 8x8 mean: every trunk carries +v, -v and two constants for each colour channel, so that group norms
    keep absolute levels; residual branches start at a tenth."""
    resnets: list[Any] = [module for module in vae.modules() if isinstance(module, ResnetBlock2D)]
    for module in resnets:
        module.conv2.weight.mul_(0.1)
        module.conv2.weight[:COLOUR_CHANNELS] = 0.0
        module.conv2.bias.zero_()
        if module.conv_shortcut is not None:
            _dirac(module.conv_shortcut, (0,), spare=0.15)
    for half in (vae.encoder, vae.decoder):
        half.mid_block.attentions[0].to_out[0].weight.mul_(0.1)
        half.mid_block.attentions[0].to_out[0].weight[:COLOUR_CHANNELS] = 0.0
    for block in vae.encoder.down_blocks[:-1]:
        _dirac(block.downsamplers[0].conv, (0, 1, 10, 11), 0.25)
    for block in vae.decoder.up_blocks[:-1]:
        _dirac(block.upsamplers[0].conv, (11,))
    for conv in (vae.encoder.conv_in, vae.decoder.conv_in):
        conv.weight[:COLOUR_CHANNELS] = 0.0
        conv.bias.zero_()
        for colour in range(3):
            conv.weight[4 * colour, colour, 1, 1], conv.weight[4 * colour + 1, colour, 1, 1] = 1.0, -1.0
            conv.bias[4 * colour + 2], conv.bias[4 * colour + 3] = 1.0, -1.0
    _wire_ends(vae)


@torch.no_grad()
def _wire_ends(vae: Vae) -> None:
    """x = silu(x) - silu(-x) reads a colour back from its pair; the fourth latent starts as a mix of spare channels."""
    for conv in (vae.encoder.conv_out, vae.decoder.conv_out):
        conv.weight.mul_(0.1)
        conv.bias.zero_()
        conv.weight[:3] = 0.0
        for colour in range(3):
            conv.weight[colour, 4 * colour, 1, 1], conv.weight[colour, 4 * colour + 1, 1, 1] = 0.85, -0.85
    vae.encoder.conv_out.weight[3, COLOUR_CHANNELS:].normal_(std=0.05)
    for conv in (vae.quant_conv, vae.post_quant_conv):
        conv.weight.zero_()
        conv.bias.zero_()
        for channel in range(4):
            conv.weight[channel, channel, 0, 0] = 1.0
    vae.quant_conv.bias[4:] = -6.0


@torch.no_grad()
def whiten(vae: Vae, mean: torch.Tensor, deviation: torch.Tensor) -> None:
    """Fold into the two 1x1 convolutions that every latent channel has mean 0 and deviation 1 / VAE_SCALE.

    mean, deviation: (4,) of the latents as they are now. The pictures do not change.
    """
    gain = 1.0 / (VAE_SCALE * deviation)
    inner = vae.quant_conv
    inner.bias[:4] = (inner.bias[:4] - mean) * gain
    inner.weight[:4] *= gain[:, None, None, None]
    inner.bias[4:] += 2.0 * gain.log()
    outer = vae.post_quant_conv
    outer.bias += (outer.weight[:, :, 0, 0] * mean).sum(1)
    outer.weight /= gain[None, :, None, None]


def new_upscaler(width: int = 32, depth: int = 10, scale: int = 4) -> Compact:
    """A network of the kind that the daemon knows as "compact"."""
    return Compact(width, depth, scale)
