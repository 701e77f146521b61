"""The phases in order, each resumable from its own checkpoint, handing its nets on through files."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch

from bottega_daemon.starter.training import control, data, export, loop, nets, text, unet, vae
from bottega_daemon.starter.training.settings import Settings


def pictures(out: Path, settings: Settings) -> data.Pictures:
    return data.load(out / "data", range(settings.shards))


def make_data(out: Path, settings: Settings) -> None:
    """Every process draws its share of the shards."""
    rank, size = loop.world()
    for number in range(rank, settings.shards, size):
        data.make_shard(out / "data", settings.seed, number)
    if size > 1:
        torch.distributed.barrier()


def make_text(out: Path, settings: Settings) -> None:
    """Tokenizer, then the text encoder's first lessons; small, so one process only."""
    if loop.world()[0] > 0:
        return
    folder = out / "tokenizer"
    if not (folder / "vocab.json").exists():
        text.save_tokenizer(text.train_tokenizer(text.captions(1500)), folder)
    captions = [str(c) for c in pictures(out, settings).caption]
    text.pretrain(out, text.load_tokenizer(folder), settings.text_steps, captions)


def make_vae(out: Path, settings: Settings) -> None:
    vae.train(out, pictures(out, settings), settings.vae_steps, settings.vae_batch)


def make_latents(out: Path, settings: Settings) -> None:
    """Encode everything once, a shard at a time, and fold the latents' mean and deviation into the autoencoder."""
    rank, size = loop.world()
    model = nets.new_vae()
    model.load_state_dict(loop.saved(out, "vae")["vae"])
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
    nets.whiten(model, mean, deviation)
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
    return unet.Lessons(torch.load(out / "latents.pt", weights_only=True), coded[:-1], coded[-1])


def tokens(out: Path) -> nets.Tokenizer:
    return text.load_tokenizer(out / "tokenizer")


def make_unet(out: Path, settings: Settings) -> None:
    torch.manual_seed(23)
    model = nets.new_unet()
    unet.wire(model)
    encoder = nets.new_text_encoder(len(tokens(out)))
    encoder.load_state_dict(loop.saved(out, "text")["text"])
    unet.train(out, model, encoder, lessons(out, settings), settings.unet_steps, settings.unet_batch)


def averaged(out: Path) -> tuple[nets.Unet, nets.Text]:
    """The moving averages of denoiser and text encoder as they stand."""
    state = loop.saved(out, "unet", "ema")
    model, encoder = nets.new_unet(), nets.new_text_encoder(len(tokens(out)))
    model.load_state_dict(state["unet"])
    encoder.load_state_dict(state["text"])
    return model.eval(), encoder.eval()


def make_control(out: Path, settings: Settings, kind: str) -> None:
    """Depth starts from the denoiser; canny and pose start from the depth network, whose hint embedding is awake."""
    torch.manual_seed(31)
    model, encoder = averaged(out)
    network = nets.new_control(model)
    if kind != "depth":
        network.load_state_dict(loop.saved(out, "control-depth")["control"])
    steps = settings.control_steps[kind]
    shown = pictures(out, settings)
    control.train(out, kind, network, model, encoder, lessons(out, settings), shown, steps, settings.control_batch)


def make_decoder(out: Path, settings: Settings) -> None:
    model = nets.new_vae()
    model.load_state_dict(torch.load(out / "vae-whitened.pt", weights_only=True))
    raw = torch.load(out / "latents.pt", weights_only=True).float() / nets.VAE_SCALE
    vae.tune_decoder(out, model, pictures(out, settings), raw, settings.decoder_steps, settings.decoder_batch)


def _control(kind: str) -> Callable[[Path, Settings], None]:
    return lambda out, settings: make_control(out, settings, kind)


PHASES: dict[str, Callable[[Path, Settings], None]] = {
    "data": make_data,
    "text": make_text,
    "vae": make_vae,
    "latents": make_latents,
    "unet": make_unet,
    **{f"control-{kind}": _control(kind) for kind in export.CONTROLS},
    "decoder": make_decoder,
}


def export_all(out: Path, weights: Path) -> str:
    """Write what there is (control networks as far as trained) to the weights folder; its size as text."""
    model, encoder = averaged(out)
    export.export_base(weights, whitened_vae(out), encoder, model, out / "tokenizer")
    for kind in export.CONTROLS:
        if loop.checkpoint_path(out, f"control-{kind}").exists():
            export.export_control(weights, kind, trained_control(out, model, kind))
    return export.write_checksums(weights)


def trained_control(out: Path, model: nets.Unet, kind: str) -> nets.Control:
    network = nets.new_control(copy.deepcopy(model))
    network.load_state_dict(loop.saved(out, f"control-{kind}")["control"])
    return network.eval()
