"""Names of the single-file layout against diffusers' converters and names that everybody knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.loaders import single_file_utils
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import load_file

from bottega_daemon.models.ldm_keys import ldm_name
from tests import tiny

KNOWN = {
    ("unet", "conv_in.weight"): "model.diffusion_model.input_blocks.0.0.weight",
    ("unet", "down_blocks.1.downsamplers.0.conv.bias"): "model.diffusion_model.input_blocks.6.0.op.bias",
    ("unet", "down_blocks.2.attentions.1.proj_in.weight"): "model.diffusion_model.input_blocks.8.1.proj_in.weight",
    ("unet", "mid_block.resnets.1.conv1.weight"): "model.diffusion_model.middle_block.2.in_layers.2.weight",
    ("unet", "up_blocks.0.upsamplers.0.conv.weight"): "model.diffusion_model.output_blocks.2.1.conv.weight",
    ("unet", "up_blocks.1.upsamplers.0.conv.weight"): "model.diffusion_model.output_blocks.5.2.conv.weight",
    (
        "unet",
        "up_blocks.3.attentions.2.transformer_blocks.0.norm3.bias",
    ): "model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm3.bias",
    ("vae", "decoder.up_blocks.0.resnets.2.conv2.bias"): "first_stage_model.decoder.up.3.block.2.conv2.bias",
    ("vae", "encoder.mid_block.attentions.0.to_out.0.bias"): "first_stage_model.encoder.mid.attn_1.proj_out.bias",
    (
        "text_encoder",
        "text_model.final_layer_norm.bias",
    ): "cond_stage_model.transformer.text_model.final_layer_norm.bias",
    ("controlnet", "controlnet_down_blocks.11.weight"): "control_model.zero_convs.11.0.weight",
    ("controlnet", "controlnet_cond_embedding.blocks.5.bias"): "control_model.input_hint_block.12.bias",
}


@pytest.mark.parametrize(("part", "key"), KNOWN)
def test_well_known_names(part: str, key: str) -> None:
    assert ldm_name(part, key) == KNOWN[part, key]


def test_diffusers_reads_every_weight_back(tiny_root: Path) -> None:
    single = load_file(tiny_root / "checkpoints" / "tiny-single.safetensors")
    folder = tiny_root / "checkpoints" / "tiny"
    unet: Any = UNet2DConditionModel.from_config(dict(tiny.UNET))
    vae: Any = AutoencoderKL.from_config(dict(tiny.VAE))
    for part, converted in {
        "unet": single_file_utils.convert_ldm_unet_checkpoint(dict(single), config=unet.config),
        "vae": single_file_utils.convert_ldm_vae_checkpoint(dict(single), config=vae.config),
        "text_encoder": single_file_utils.convert_ldm_clip_checkpoint(dict(single)),
    }.items():
        same(converted, load_file(next((folder / part).glob("*.safetensors"))))


def test_diffusers_reads_a_control_network_back() -> None:
    net: Any = ControlNetModel.from_config(dict(tiny.CONTROL))
    weights = net.state_dict()
    named = {ldm_name("controlnet", key): value for key, value in weights.items()}
    same(single_file_utils.convert_controlnet_checkpoint(named, config=net.config), weights)


def same(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    assert {key.removeprefix("text_model.") for key in found} == {key.removeprefix("text_model.") for key in expected}
    for key, value in found.items():
        assert torch.equal(value.flatten(), expected[key].flatten()), key
