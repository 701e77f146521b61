"""The phases, each resumable from its own checkpoint, handing its nets on through files; STAGES says their order."""

from __future__ import annotations

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
    namers,
    naming,
    nets,
    onlooker,
    readers,
    results,
    text,
    unet,
    upscaler,
    vae,
)  # fmt: skip
from bottega_daemon.starter.training.settings import Settings


def make_data(out: Path, settings: Settings) -> None:
    """Shards of the base's world, and what it is never shown, drawn by a process per core."""
    rank, size = loop.world()
    if rank == 0:
        with hardware.workers() as pool:
            to, seed, count = out / "data", settings.seed, settings.shard
            drawn = [pool.submit(data.make_extra, to, seed, name, count) for name in materials.EXTRA]
            drawn += [pool.submit(data.make_shard, to, seed, number, count) for number in range(settings.shards)]
            for each in drawn:
                each.result()
    if size > 1:
        torch.distributed.barrier()


def make_text(out: Path, settings: Settings) -> None:
    """Tokenizer, then the text encoder's first lessons; small, so one process only."""
    if loop.world()[0] > 0:
        return
    folder = out / "tokenizer"
    if not (folder / "vocab.json").exists():
        text.save_tokenizer(text.train_tokenizer(text.captions(1500)), folder)
    captions = [str(c) for c in results.pictures(out, settings).caption]
    length = settings.phases["text"]
    text.pretrain(out, text.load_tokenizer(folder), length.steps, length.batch, captions)


def make_vae(out: Path, settings: Settings) -> None:
    length = settings.phases["vae"]
    vae.train(out, results.pictures(out, settings), length.steps, length.batch)


def make_upscaler(out: Path, settings: Settings) -> None:
    length = settings.phases["upscaler"]
    upscaler.train(out, results.pictures(out, settings), length.steps, length.batch)


def make_judge(out: Path, settings: Settings) -> None:
    """On the base's flat pictures and on what the LoRA teaches."""
    length = settings.phases["judge"]
    judge.train(out, judge_lessons(out, settings), length.steps, length.batch)


def judge_lessons(out: Path, settings: Settings) -> data.Pictures:
    shards = [out / "data" / f"shard-{k:03d}.npz" for k in range(min(settings.shards, 20))]
    return data.read([*shards, results.extra_path(out, adapters.LORA)])


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


def make_unet(out: Path, settings: Settings) -> None:
    torch.manual_seed(23)
    model = nets.new_unet()
    unet.wire(model)
    encoder = nets.new_text_encoder(len(results.tokens(out)))
    encoder.load_state_dict(loop.saved(out, "text")["text"])
    length = settings.phases["unet"]
    unet.train(out, model, encoder, results.lessons(out, settings), length.steps, length.batch)


def make_namers(out: Path, settings: Settings) -> None:
    length = settings.phases["namers"]
    said = namers.labels(results.pictures(out, settings), settings.seed)
    namers.train(out, results.lessons(out, settings), said, length.steps, length.batch)


def make_onlooker(out: Path, settings: Settings) -> None:
    length, shown = settings.phases["onlooker"], results.pictures(out, settings)
    onlooker.train(out, shown, namers.labels(shown, settings.seed)["flat"], length.steps, length.batch)


def make_naming(out: Path, settings: Settings) -> None:
    """From the denoiser's averages. Resumed, it begins its trajectories anew."""
    torch.manual_seed(47)
    model, encoder = results.averaged(out, "unet")
    length, shown = settings.phases["naming"], results.pictures(out, settings)
    said = namers.labels(shown, settings.seed)
    known: dict[str, list[torch.nn.Module]] = {sort: [*each] for sort, each in namers.trained(out).items()}
    known["flat"][0] = onlooker.trained(out, results.whitened_vae(out))
    lesson = naming.Lesson(results.lessons(out, settings), said, known)
    naming.train(out, model, encoder, lesson, shown, length.steps, length.batch)


def _hints(out: Path, settings: Settings, kind: str) -> control.Hints:
    files = [out / "data" / f"shard-{k:03d}.npz" for k in range(settings.shards)]
    return control.Hints(control.usable(results.pictures(out, settings), kind), control.all_hints(files, kind))


def make_reader(out: Path, settings: Settings, kind: str) -> None:
    length, shown = settings.phases[f"reader-{kind}"], _hints(out, settings, kind)
    taught = results.lessons(out, settings)
    readers.train(out, kind, taught, shown.allowed, shown.drawn, length.steps, length.batch)


def make_control(out: Path, settings: Settings, kind: str) -> None:
    """Resumed, it begins its trajectories anew."""
    torch.manual_seed(31)
    base = results.averaged(out)
    network, length, shown = nets.new_control(base[0]), settings.phases[f"control-{kind}"], _hints(out, settings, kind)
    reader, taught = readers.trained(out, kind), results.lessons(out, settings)
    control.train(out, kind, network, base, reader, taught, shown, length.steps, length.batch)


def make_lora(out: Path, settings: Settings) -> None:
    model, encoder = results.averaged(out)
    length, (taught, _) = settings.phases["lora"], results.extra_lessons(out, adapters.LORA)
    layers = adapters.train_lora(out, model, encoder, taught, length.steps, length.batch)
    torch.save({key: value.cpu() for key, value in adapters.lora_file(layers, model).items()}, out / "lora-file.pt")


def make_embedding(out: Path, settings: Settings) -> None:
    model, encoder = results.averaged(out)
    length, (taught, captions) = settings.phases["embedding"], results.extra_lessons(out, adapters.EMBEDDING)
    kit = (model, encoder, results.tokens(out))
    adapters.train_embedding(out, kit, taught.latents, captions, length.steps, length.batch)


def make_decoder(out: Path, settings: Settings) -> None:
    model = nets.new_vae()
    model.load_state_dict(torch.load(out / "vae-whitened.pt", weights_only=True))
    raw = torch.load(out / "latents.pt", weights_only=True).float() / nets.VAE_SCALE
    length = settings.phases["decoder"]
    vae.tune_decoder(out, model, results.pictures(out, settings), raw, length.steps, length.batch)


def _each(name: str, make: Callable[[Path, Settings, str], None]) -> dict[str, Callable[[Path, Settings], None]]:
    """A phase for each kind of control."""
    return {f"{name}-{kind}": lambda out, settings, kind=kind: make(out, settings, kind) for kind in export.CONTROLS}


PHASES: dict[str, Callable[[Path, Settings], None]] = {
    "data": make_data,
    "text": make_text,
    "vae": make_vae,
    "upscaler": make_upscaler,
    "judge": make_judge,
    "latents": make_latents,
    "unet": make_unet,
    "namers": make_namers,
    "onlooker": make_onlooker,
    "naming": make_naming,
    **_each("reader", make_reader),
    **_each("control", make_control),
    "decoder": make_decoder,
    "lora": make_lora,
    "embedding": make_embedding,
}

STAGES: tuple[tuple[str, ...], ...] = (
    ("data",),
    ("vae", "text", "upscaler", "judge"),
    ("latents",),
    ("unet", "namers", "onlooker", "reader-depth", "reader-canny", "reader-pose"),
    ("naming",),
    ("control-depth", "control-canny", "control-pose", "decoder", "lora", "embedding"),
)
"""Phases by what they wait for: those of one stage may run side by side."""
