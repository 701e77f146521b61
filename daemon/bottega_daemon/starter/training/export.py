"""Writes the weights folder: a diffusers pipeline and three control networks in fp16, with their checksums."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from diffusers import PNDMScheduler  # pyright: ignore[reportPrivateImportUsage]

from bottega_daemon.starter.training import nets

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


def write_checksums(weights: Path) -> str:
    """SHA256SUMS of every file beside it, in `sha256sum -c` form; the total size in MB as text."""
    files = sorted(p for p in weights.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(weights).as_posix()}" for p in files]
    (weights / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    return f"{sum(p.stat().st_size for p in files) / 1e6:.1f} MB"
