"""The weights in the repository: whole by their checksums, small enough, and in Stable Diffusion 1.x's exact layout."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel  # pyright: ignore[reportPrivateImportUsage]
from safetensors import safe_open
from transformers import CLIPTextConfig, CLIPTextModel

from bottega_daemon import starter
from bottega_daemon.starter.training import nets

WEIGHTS = Path(next(iter(starter.__path__))) / "weights"
CHECKPOINT = WEIGHTS / "checkpoints" / "starter"

VAE: dict[str, Any] = {
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
}
BIG: dict[str, Any] = {
    "unet": lambda: UNet2DConditionModel(cross_attention_dim=768),
    "vae": lambda: AutoencoderKL(**VAE),
    "control": lambda: ControlNetModel(cross_attention_dim=768),
    "text": lambda: CLIPTextModel(CLIPTextConfig()),
}
"""Stable Diffusion 1.5's own networks, as diffusers' defaults and its published configuration have them."""

LAYERS = re.compile(r"\.layers\.\d+\.")


def keys(path: Path) -> set[str]:
    with safe_open(path, "pt") as file:
        return set(file.keys())


@pytest.mark.parametrize(
    ("kind", "folder"),
    [
        ("unet", CHECKPOINT / "unet"),
        ("vae", CHECKPOINT / "vae"),
        *(("control", WEIGHTS / "controlnets" / f"starter-{kind}") for kind in ("depth", "canny", "pose")),
    ],
    ids=["unet", "vae", "depth", "canny", "pose"],
)
def test_every_key_is_one_of_stable_diffusion_s_and_none_is_missing(kind: str, folder: Path) -> None:
    with torch.device("meta"):
        wanted = set(BIG[kind]().state_dict())
    assert keys(folder / "diffusion_pytorch_model.safetensors") == wanted


def test_the_text_encoder_has_all_keys_of_each_of_its_layers() -> None:
    """Stable Diffusion's text encoder has twelve layers, ours two; what is in a layer, and beside them, is the same."""
    with torch.device("meta"):
        wanted = set(BIG["text"]().state_dict())
    found = keys(CHECKPOINT / "text_encoder" / "model.safetensors")
    assert found <= wanted
    assert {LAYERS.sub(".layers.N.", key) for key in found} == {LAYERS.sub(".layers.N.", key) for key in wanted}


def test_the_upscaler_has_the_keys_that_spandrel_tells_compact_by() -> None:
    with safe_open(WEIGHTS / "upscalers" / "starter-4x.safetensors", "pt") as file:
        found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    assert {name: tuple(value.shape) for name, value in nets.new_upscaler().state_dict().items()} == found
    last = max(int(name.split(".")[1]) for name in found)
    assert found["body.0.weight"][1] == 3 and found[f"body.{last}.weight"][0] == 3 * 4 * 4


def test_every_file_is_named_with_its_checksum_and_all_are_small() -> None:
    lines = [line.split("  ", 1) for line in (WEIGHTS / "SHA256SUMS").read_text().splitlines()]
    files = {path.relative_to(WEIGHTS).as_posix() for path in WEIGHTS.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert {name for _, name in lines} == files
    for wanted, name in lines:
        assert hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() == wanted, name
    assert sum((WEIGHTS / name).stat().st_size for name in files) < 40e6
