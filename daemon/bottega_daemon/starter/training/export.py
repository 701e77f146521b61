"""Writes the weights folder, all in fp16: a diffusers pipeline, control networks, LoRA, embedding, upscaler."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from diffusers import PNDMScheduler  # pyright: ignore[reportPrivateImportUsage]
from safetensors.torch import save_file
from torch import Tensor

from bottega_daemon.starter.generator.extra import EXTRAS
from bottega_daemon.starter.training import adapters, nets

CONTROLS = ("depth", "canny", "pose")
INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "PNDMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def scheduler() -> Any:
    """Stable Diffusion 1.x's training noise."""
    return PNDMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1,
        set_alpha_to_one=False, prediction_type="epsilon",
    )  # fmt: skip


def _replace(folder: Path, fresh: Path) -> None:
    """Swap a finished folder in; readers that hold the old files keep them."""
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def export_base(weights: Path, vae: nets.Vae, text: nets.Text, unet: nets.Unet, tokenizer_folder: Path) -> Path:
    """checkpoints/starter as a diffusers folder."""
    target = weights / "checkpoints" / "starter"
    fresh = target.with_name(".starter.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, module in (("vae", vae), ("text_encoder", text), ("unet", unet)):
        _half(module, fresh / name)
    shutil.copytree(tokenizer_folder, fresh / "tokenizer")
    scheduler().save_pretrained(fresh / "scheduler")
    (fresh / "model_index.json").write_text(json.dumps(INDEX, indent=2) + "\n")
    _replace(target, fresh)
    return target


def _half(module: Any, folder: Path) -> None:
    """Save a copy in fp16 without touching the module, and without absolute paths in its config."""
    small = copy.deepcopy(module).half()
    small.save_pretrained(folder, safe_serialization=True)
    for written in folder.iterdir():
        written.chmod(0o644)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.pop("_name_or_path", None)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def export_control(weights: Path, kind: str, control: nets.Control) -> Path:
    """controlnets/starter-<kind>, with the sidecar that names its kind."""
    target = weights / "controlnets" / f"starter-{kind}"
    fresh = target.with_name(f".{kind}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _half(control, fresh)
    (fresh / "bottega.json").write_text(json.dumps({"kind": kind}) + "\n")
    _replace(target, fresh)
    return target


def _write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.half().contiguous() for key, value in tensors.items()}, path, metadata)
    path.chmod(0o644)
    return path


def export_lora(weights: Path, tensors: dict[str, Tensor]) -> Path:
    """loras/starter-mosaic.safetensors with kohya's keys; metadata by the model specification (modelspec)."""
    extra = EXTRAS[adapters.LORA]
    metadata = {
        "modelspec.architecture": "stable-diffusion-v1/lora",
        "modelspec.title": f"starter-{adapters.LORA}",
        "modelspec.trigger_phrase": extra.trigger,
        "ss_base_model_version": "sd_v1",
        "ss_network_module": "networks.lora",
        "ss_network_dim": str(adapters.RANK),
        "ss_network_alpha": str(adapters.RANK),
    }
    return _write(weights / "loras" / f"starter-{adapters.LORA}.safetensors", tensors, metadata)


def export_embedding(weights: Path, vectors: Tensor) -> Path:
    """embeddings/starter-dots.safetensors: (vectors, width) under "emb_params"; its name is its trigger."""
    name = EXTRAS[adapters.EMBEDDING].trigger.strip("<>")
    return _write(weights / "embeddings" / f"{name}.safetensors", {"emb_params": vectors}, {"name": name})


def export_upscaler(weights: Path, network: nets.Compact) -> Path:
    """upscalers/starter-4x.safetensors with Compact's keys."""
    return _write(weights / "upscalers" / f"starter-{network.scale}x.safetensors", network.state_dict(), {})


def write_checksums(weights: Path) -> str:
    """SHA256SUMS of every file beside it, in `sha256sum -c` form; the total size in MB as text."""
    files = sorted(p for p in weights.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(weights).as_posix()}" for p in files]
    (weights / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    return f"{sum(p.stat().st_size for p in files) / 1e6:.1f} MB"
