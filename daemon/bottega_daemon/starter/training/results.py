"""What the phases left in their folder: pictures, lessons, networks; and all of it as weights."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import torch

from bottega_daemon.starter.training import data, export, hardware, loop, nets, text, unet, vae
from bottega_daemon.starter.training.settings import Settings


def pictures(out: Path, settings: Settings) -> data.Pictures:
    return data.load(out / "data", range(settings.shards))


def extra_path(out: Path, name: str) -> Path:
    return out / "data" / f"extra-{name}.npz"


def whitened_vae(out: Path) -> nets.Vae:
    """The autoencoder, with the tuned decoder where there is one."""
    model = nets.new_vae()
    model.load_state_dict(torch.load(out / "vae-whitened.pt", weights_only=True))
    if loop.checkpoint_path(out, "decoder").exists():
        model.load_state_dict(loop.saved(out, "decoder")["vae"])
    return model


def lessons(out: Path, settings: Settings) -> unet.Lessons:
    tokenizer = tokens(out)
    captions = [str(c) for c in pictures(out, settings).caption]
    coded = text.ids(tokenizer, [*captions, ""])
    latents = hardware.there(torch.load(out / "latents.pt", weights_only=True))
    return unet.Lessons(latents, hardware.there(coded[:-1]), hardware.there(coded[-1]))


def extra_lessons(out: Path, name: str) -> tuple[unet.Lessons, list[str]]:
    """Latents and captions of one of materials.EXTRA."""
    shown, model = data.read([extra_path(out, name)]), whitened_vae(out)
    hardware.place(model)
    latents = hardware.there(vae.encode_all(model, shown.rgb).float() * nets.VAE_SCALE)
    captions = [str(c) for c in shown.caption]
    coded = hardware.there(text.ids(tokens(out), [*captions, ""]))
    return unet.Lessons(latents, coded[:-1], coded[-1]), captions


def tokens(out: Path) -> nets.Tokenizer:
    return text.load_tokenizer(out / "tokenizer")


def averaged(out: Path, phase: str = "naming") -> tuple[nets.Unet, nets.Text]:
    """The moving averages of denoiser and text encoder as a phase left them."""
    state = loop.saved(out, phase, "ema")
    model, encoder = nets.new_unet(), nets.new_text_encoder(len(tokens(out)))
    model.load_state_dict(state["unet"])
    encoder.load_state_dict(state["text"])
    return model.eval(), encoder.eval()


def trained_control(out: Path, model: nets.Unet, kind: str) -> nets.Control:
    network = nets.new_control(copy.deepcopy(model).cpu())
    network.load_state_dict(loop.saved(out, f"control-{kind}")["control"])
    return network.eval()


def trained_upscaler(out: Path) -> nets.Compact:
    network = nets.new_upscaler()
    network.load_state_dict(loop.saved(out, "upscaler")["upscaler"])
    return network.eval()


def trained_lora(out: Path) -> dict[str, torch.Tensor]:
    """The LoRA's file (see adapters.lora_file)."""
    return torch.load(out / "lora-file.pt", weights_only=True)


def trained_embedding(out: Path) -> torch.Tensor:
    """(vectors, width)."""
    return loop.saved(out, "embedding")["embedding"]["vectors"]


def export_all(out: Path, weights: Path) -> str:
    """Write everything to the weights folder, with its scores and curves as far as there are any; its size as text."""
    model, encoder = averaged(out)
    export.export_base(weights, whitened_vae(out), encoder, model, out / "tokenizer")
    for kind in export.CONTROLS:
        export.export_control(weights, kind, trained_control(out, model, kind))
    export.export_lora(weights, trained_lora(out))
    export.export_embedding(weights, trained_embedding(out))
    export.export_upscaler(weights, trained_upscaler(out))
    for name in ("scores.json", "curve.png"):
        if (out / name).exists():
            shutil.copy(out / name, weights / name)
    return export.write_checksums(weights)
