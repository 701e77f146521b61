"""The phases, each resumable from its own checkpoint, handing its nets on through files; STAGES says their order."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch

from bottega_daemon.starter.generator import materials
from bottega_daemon.starter.training import (
    adapters,
    control,
    data,
    export,
    hardware,
    judge,
    loop,
    nets,
    text,
    unet,
    upscaler,
    vae,
)  # fmt: skip
from bottega_daemon.starter.training.settings import Settings


def pictures(out: Path, settings: Settings) -> data.Pictures:
    return data.load(out / "data", range(settings.shards))


def make_data(out: Path, settings: Settings) -> None:
    """Shards of the base's world, and what it is never shown, drawn by a process per core."""
    rank, size = loop.world()
    if rank == 0:
        with hardware.workers() as pool:
            drawn = [pool.submit(data.make_extra, out / "data", settings.seed, name) for name in materials.EXTRA]
            drawn += [pool.submit(data.make_shard, out / "data", settings.seed, k) for k in range(settings.shards)]
            for each in drawn:
                each.result()
    if size > 1:
        torch.distributed.barrier()


def extra_path(out: Path, name: str) -> Path:
    return out / "data" / f"extra-{name}.npz"


def make_text(out: Path, settings: Settings) -> None:
    """Tokenizer, then the text encoder's first lessons; small, so one process only."""
    if loop.world()[0] > 0:
        return
    folder = out / "tokenizer"
    if not (folder / "vocab.json").exists():
        text.save_tokenizer(text.train_tokenizer(text.captions(1500)), folder)
    captions = [str(c) for c in pictures(out, settings).caption]
    length = settings.phases["text"]
    text.pretrain(out, text.load_tokenizer(folder), length.steps, length.batch, captions)


def make_vae(out: Path, settings: Settings) -> None:
    length = settings.phases["vae"]
    vae.train(out, pictures(out, settings), length.steps, length.batch)


def make_upscaler(out: Path, settings: Settings) -> None:
    length = settings.phases["upscaler"]
    upscaler.train(out, pictures(out, settings), length.steps, length.batch)


def make_judge(out: Path, settings: Settings) -> None:
    """On the base's flat pictures and on what the LoRA teaches."""
    length = settings.phases["judge"]
    judge.train(out, judge_lessons(out, settings), length.steps, length.batch)


def judge_lessons(out: Path, settings: Settings) -> data.Pictures:
    shards = [out / "data" / f"shard-{k:03d}.npz" for k in range(min(settings.shards, 20))]
    return data.read([*shards, extra_path(out, adapters.LORA)])


def make_latents(out: Path, settings: Settings) -> None:
    """Encode everything once, a shard at a time, and fold the latents' mean and deviation into the autoencoder."""
    rank, size = loop.world()
    model = nets.new_vae()
    model.load_state_dict(loop.saved(out, "vae")["vae"])
    hardware.place(model)
    parts = [out / f"latents-{number:03d}.pt" for number in range(settings.shards)]
    for number in range(rank, settings.shards, size):
        if not parts[number].exists():
            torch.save(vae.encode_all(model, data.load(out / "data", range(number, number + 1)).rgb), parts[number])
    if size > 1:
        torch.distributed.barrier()
    if rank > 0 or (out / "latents.pt").exists():
        return
    raw = torch.cat([torch.load(part, weights_only=True) for part in parts]).float()
    mean, deviation = raw.mean((0, 2, 3)), raw.std((0, 2, 3))
    nets.whiten(model.cpu(), mean, deviation)
    torch.save(model.state_dict(), out / "vae-whitened.pt")
    torch.save(((raw - mean[:, None, None]) / deviation[:, None, None]).half(), out / "latents.pt")


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


def make_unet(out: Path, settings: Settings) -> None:
    torch.manual_seed(23)
    model = nets.new_unet()
    unet.wire(model)
    encoder = nets.new_text_encoder(len(tokens(out)))
    encoder.load_state_dict(loop.saved(out, "text")["text"])
    length = settings.phases["unet"]
    unet.train(out, model, encoder, lessons(out, settings), length.steps, length.batch)


def averaged(out: Path) -> tuple[nets.Unet, nets.Text]:
    """The moving averages of denoiser and text encoder as they stand."""
    state = loop.saved(out, "unet", "ema")
    model, encoder = nets.new_unet(), nets.new_text_encoder(len(tokens(out)))
    model.load_state_dict(state["unet"])
    encoder.load_state_dict(state["text"])
    return model.eval(), encoder.eval()


def make_control(out: Path, settings: Settings, kind: str) -> None:
    torch.manual_seed(31)
    model, encoder = averaged(out)
    network, length = nets.new_control(model), settings.phases[f"control-{kind}"]
    files = [out / "data" / f"shard-{k:03d}.npz" for k in range(settings.shards)]
    drawn = control.all_hints(files, kind)
    shown, taught = pictures(out, settings), lessons(out, settings)
    control.train(out, kind, network, model, encoder, taught, shown, drawn, length.steps, length.batch)


def make_lora(out: Path, settings: Settings) -> None:
    model, encoder = averaged(out)
    length, (taught, _) = settings.phases["lora"], extra_lessons(out, adapters.LORA)
    layers = adapters.train_lora(out, model, encoder, taught, length.steps, length.batch)
    torch.save({key: value.cpu() for key, value in adapters.lora_file(layers, model).items()}, out / "lora-file.pt")


def make_embedding(out: Path, settings: Settings) -> None:
    model, encoder = averaged(out)
    length, (taught, captions) = settings.phases["embedding"], extra_lessons(out, adapters.EMBEDDING)
    kit = (model, encoder, tokens(out))
    adapters.train_embedding(out, kit, taught.latents, captions, length.steps, length.batch)


def make_decoder(out: Path, settings: Settings) -> None:
    model = nets.new_vae()
    model.load_state_dict(torch.load(out / "vae-whitened.pt", weights_only=True))
    raw = torch.load(out / "latents.pt", weights_only=True).float() / nets.VAE_SCALE
    length = settings.phases["decoder"]
    vae.tune_decoder(out, model, pictures(out, settings), raw, length.steps, length.batch)


def _control(kind: str) -> Callable[[Path, Settings], None]:
    return lambda out, settings: make_control(out, settings, kind)


PHASES: dict[str, Callable[[Path, Settings], None]] = {
    "data": make_data,
    "text": make_text,
    "vae": make_vae,
    "upscaler": make_upscaler,
    "judge": make_judge,
    "latents": make_latents,
    "unet": make_unet,
    **{f"control-{kind}": _control(kind) for kind in export.CONTROLS},
    "decoder": make_decoder,
    "lora": make_lora,
    "embedding": make_embedding,
}

STAGES: tuple[tuple[str, ...], ...] = (
    ("data",),
    ("vae", "text", "upscaler", "judge"),
    ("latents",),
    ("unet",),
    ("control-depth", "control-canny", "control-pose", "decoder", "lora", "embedding"),
)
"""Phases by what they wait for: those of one stage may run side by side."""


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
    """Write everything to the weights folder; its size as text."""
    model, encoder = averaged(out)
    export.export_base(weights, whitened_vae(out), encoder, model, out / "tokenizer")
    for kind in export.CONTROLS:
        export.export_control(weights, kind, trained_control(out, model, kind))
    export.export_lora(weights, trained_lora(out))
    export.export_embedding(weights, trained_embedding(out))
    export.export_upscaler(weights, trained_upscaler(out))
    return export.write_checksums(weights)
