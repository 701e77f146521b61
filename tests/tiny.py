"""Tiny random models of the Stable Diffusion 1.x layout, written to disk in a fraction of a second, for every test."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
    os.environ.setdefault(_name, "1")

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from bottega_daemon.models.upscalers import Compact

BLOCKS = (16, 16, 32, 32)
TEXT_WIDTH = 32
NATIVE = 64
"""Pixels on a side that a tiny checkpoint is made for."""

UNET: dict[str, Any] = {
    "sample_size": NATIVE // 8,
    "block_out_channels": BLOCKS,
    "layers_per_block": 2,
    "norm_num_groups": 8,
    "attention_head_dim": 4,
    "cross_attention_dim": TEXT_WIDTH,
}
VAE: dict[str, Any] = {
    "sample_size": NATIVE,
    "block_out_channels": (8, 16, 16, 16),
    "layers_per_block": 2,
    "norm_num_groups": 4,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "latent_channels": 4,
}
TEXT: dict[str, Any] = {
    "hidden_size": TEXT_WIDTH,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 77,
}
CONTROL: dict[str, Any] = {
    **{name: value for name, value in UNET.items() if name != "sample_size"},
    "conditioning_embedding_out_channels": (8, 8, 16, 16),
}
SCHEDULER: dict[str, Any] = {
    "_class_name": "PNDMScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "clip_sample": False,
}
INDEX: dict[str, Any] = {
    "_diffusers_version": "0.42.1",
    "_class_name": "StableDiffusionPipeline",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "PNDMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}
WORDS = ("red", "blue", "green", "brick", "wood", "stone", "wall", "a", "of", "the")
"""Words of the tiny vocabulary that are one token each; every other character is a token of its own."""


@dataclass(frozen=True)
class TinyLibrary:
    """One model root on disk with what was put into it."""

    root: Path
    checkpoint: Path
    single_file: Path
    controls: Mapping[str, Path]


def tiny_checkpoint(
    folder: Path, seed: int = 0, *, prediction_type: str = "epsilon", channels: int = 4, native: int = NATIVE
) -> Path:
    """Write a diffusers folder (under 1 M parameters, float32) and return it; same seed, same weights.
    Its UNet takes so many channels: nine are those of a model for inpainting."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = write_tokenizer(folder / "tokenizer")
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        _tiny_unet(channels, native).save_pretrained(folder / "unet")
        _tiny_vae().save_pretrained(folder / "vae")
        _save_text(_tiny_text(vocabulary), folder / "text_encoder")
    _write_json(folder / "scheduler" / "scheduler_config.json", {**SCHEDULER, "prediction_type": prediction_type})
    _write_json(folder / "model_index.json", INDEX)
    return folder


def tiny_controlnet(folder: Path, kind: str = "depth", seed: int = 0) -> Path:
    """Write a ControlNet folder for `tiny_checkpoint` whose output convolutions are not zero, and its sidecar kind."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(1000 + seed + sum(map(ord, kind)))
        net = ControlNetModel(**CONTROL).eval()
        silent = [net.controlnet_cond_embedding.conv_out, *net.controlnet_down_blocks, net.controlnet_mid_block]
        for conv in silent:
            torch.nn.init.normal_(conv.weight, std=0.6 / conv.weight[0].numel() ** 0.5)
        net.save_pretrained(folder)
    _write_json(folder / "bottega.json", {"kind": kind})
    return folder


def tiny_single_file(path: Path, seed: int = 0, *, half: bool = False, channels: int = 4) -> Path:
    """Write the weights of `tiny_checkpoint(seed)` as one file in the original (LDM) layout, and return it.

    Its vocabulary goes beside it as `<stem>.tokenizer/`; what shapes cannot tell goes into the file's metadata.
    """
    from bottega_daemon.models import ldm_keys

    source = tiny_checkpoint(path.parent / f".{path.stem}.source", seed, channels=channels)
    tensors: dict[str, torch.Tensor] = {}
    for part in ("unet", "vae", "text_encoder"):
        weights = load_file(next((source / part).glob("*.safetensors")))
        tensors |= {ldm_keys.ldm_name(part, key): _ldm_shape(part, key, value) for key, value in weights.items()}
    if half:
        tensors = {key: value.half() for key, value in tensors.items()}
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata=single_file_metadata())
    (source / "tokenizer").rename(path.with_suffix(".tokenizer"))
    _remove(source)
    return path


def single_file_metadata() -> dict[str, str]:
    """What a single file of the tiny model must state beside its shapes."""
    stated = {
        "unet": {name: UNET[name] for name in ("attention_head_dim", "norm_num_groups", "sample_size")},
        "vae": {"norm_num_groups": VAE["norm_num_groups"]},
        "text_encoder": {"num_attention_heads": TEXT["num_attention_heads"]},
    }
    return {"bottega.config": json.dumps(stated)}


def tiny_library(root: Path, seed: int = 0) -> TinyLibrary:
    """Write a model root: checkpoints/{tiny, tiny-single.safetensors}, controlnets/tiny-{depth,canny,normal,pose},
    upscalers/tiny-4x.safetensors, and what `tests.tiny_adapters.library_adapters` adds.
    """
    from tests.tiny_adapters import library_adapters

    library_adapters(root)
    checkpoint = tiny_checkpoint(root / "checkpoints" / "tiny", seed)
    single = tiny_single_file(root / "checkpoints" / "tiny-single.safetensors", seed)
    kinds = ("depth", "canny", "normal", "pose")
    controls = {kind: tiny_controlnet(root / "controlnets" / f"tiny-{kind}", kind, seed) for kind in kinds}
    tiny_upscaler(root / "upscalers" / "tiny-4x.safetensors", seed)
    return TinyLibrary(root, checkpoint, single, controls)


def tiny_upscaler(path: Path, seed: int = 0) -> Path:
    """Write a network that enlarges four times and changes a little on its way."""
    torch.manual_seed(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value * 0.5 for name, value in Compact(4, 2, 4).state_dict().items()}, path)
    return path


def write_tokenizer(folder: Path) -> int:
    """Write a byte-level CLIP vocabulary of single characters and `WORDS`; return its size."""
    letters = list(_byte_letters())
    tokens = [*letters, *(letter + "</w>" for letter in letters)]
    merges: list[str] = []
    for word in WORDS:
        pieces = [*word[:-1], word[-1] + "</w>"]
        while len(pieces) > 1:
            pair = f"{pieces[-2]} {pieces[-1]}"
            pieces[-2:] = [pieces[-2] + pieces[-1]]
            if pair not in merges:
                merges.append(pair)
                tokens.append(pieces[-1])
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / "vocab.json", {token: number for number, token in enumerate(dict.fromkeys(tokens))})
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    _write_json(folder / "tokenizer_config.json", _TOKENIZER)
    return len(dict.fromkeys(tokens))


_TOKENIZER: dict[str, Any] = {
    "tokenizer_class": "CLIPTokenizer",
    "model_max_length": 77,
    "bos_token": "<|startoftext|>",
    "eos_token": "<|endoftext|>",
    "unk_token": "<|endoftext|>",
    "pad_token": "<|endoftext|>",
}


def _byte_letters() -> list[str]:
    """The printable letter that stands for each byte in GPT-2's byte-level BPE, in byte order."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    spare = iter(range(0x100, 0x200))
    return [chr(byte) if byte in printable else chr(next(spare)) for byte in range(256)]


def _tiny_unet(channels: int, native: int) -> UNet2DConditionModel:
    """A random UNet whose output has unit deviation and answers to its prompt."""
    shape: dict[str, Any] = {**UNET, "sample_size": native // 8, "in_channels": channels}
    net = UNet2DConditionModel(**shape).eval()
    for name, module in net.named_modules():
        if name.endswith("attn2.to_out.0"):
            module.weight.mul_(8.0)
    x, context = torch.randn(2, channels, 8, 8), torch.randn(2, 77, TEXT_WIDTH)
    spread = net(x, torch.tensor([100, 800]), context).sample.std()
    net.conv_out.weight.div_(spread)
    return net


def _tiny_vae() -> AutoencoderKL:
    """A random autoencoder with scaled latents of about unit deviation and pixels that use most of their range."""
    net = AutoencoderKL(**VAE).eval()
    pixels = torch.nn.functional.interpolate(torch.randn(2, 3, 8, 8), scale_factor=8, mode="bilinear")
    spread = net.encode(pixels, return_dict=False)[0].mean.std() * net.config["scaling_factor"]
    assert net.quant_conv is not None
    net.quant_conv.weight.div_(spread)
    spread = net.decode(torch.randn(2, 4, 8, 8) / net.config["scaling_factor"], return_dict=False)[0].std()
    net.decoder.conv_out.weight.mul_(0.5 / spread)
    return net


def _tiny_text(vocabulary: int) -> CLIPTextModel:
    """A random text encoder whose states differ visibly from prompt to prompt."""
    last = vocabulary - 1
    config = CLIPTextConfig(**TEXT, vocab_size=vocabulary, bos_token_id=last - 1, eos_token_id=last, pad_token_id=last)
    net = CLIPTextModel(config).eval()
    for name, weight in net.named_parameters():
        if name.endswith("embedding.weight"):
            weight.normal_()
        elif weight.ndim == 2:
            weight.normal_(std=weight.shape[1] ** -0.5)
    return net


def _save_text(net: CLIPTextModel, folder: Path) -> None:
    """Write the encoder under the key names that published checkpoints use."""
    net.config.save_pretrained(folder)
    weights = {f"text_model.{key}": value.contiguous() for key, value in net.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _ldm_shape(part: str, key: str, value: torch.Tensor) -> torch.Tensor:
    """The original VAE keeps its attention's projections as 1x1 convolutions."""
    return value[:, :, None, None] if part == "vae" and ".attentions." in key and value.ndim == 2 else value


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
