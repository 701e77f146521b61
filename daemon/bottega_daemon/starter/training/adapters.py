"""What teaches the base something new and stays beside it: a LoRA on the denoiser, an embedding in the text encoder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from bottega_daemon.starter.generator.extra import EXTRAS
from bottega_daemon.starter.training import hardware, loop, nets
from bottega_daemon.starter.training.unet import Lessons, alphas, draw_times, noised

LORA, EMBEDDING = "mosaic", "petrol"  # which of the generator's extras each of them learns
RANK = 8
VECTORS = 4
LAYERS = ("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "conv1", "conv2")


class LowRank(nn.Module):
    """weight + up @ down, for linear layers and convolutions alike (Hu et al. 2021, arXiv 2106.09685; LoCon)."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(RANK, weight[0].numel()) / weight[0].numel() ** 0.5)
        self.up = nn.Parameter(torch.zeros(len(weight), RANK))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + (self.up @ self.down).view_as(weight)


def add_lora(unet: nets.Unet) -> dict[str, LowRank]:
    """A LowRank on every layer that LAYERS names, by the layer's name."""
    found: dict[str, LowRank] = {}
    for name, module in list(unet.named_modules()):
        if name.endswith(LAYERS) and hasattr(module, "weight"):
            found[name] = LowRank(module.weight)
            parametrize.register_parametrization(module, "weight", found[name])
    return found


@torch.no_grad()
def merge_file(unet: nets.Unet, tensors: dict[str, Tensor]) -> None:
    """Add a LoRA's file (see `lora_file`) to the weights, for good."""
    for name, module in unet.named_modules():
        key = "lora_unet_" + name.replace(".", "_")
        if f"{key}.lora_up.weight" in tensors:
            up, down = tensors[f"{key}.lora_up.weight"], tensors[f"{key}.lora_down.weight"]
            module.weight += hardware.there((up.flatten(1) @ down.flatten(1)).view_as(module.weight.cpu()))


def lora_file(layers: dict[str, LowRank], unet: nets.Unet) -> dict[str, Tensor]:
    """The tensors under the names of kohya's trainer: lora_unet_<layer>.lora_down.weight, .lora_up.weight, .alpha."""
    tensors: dict[str, Tensor] = {}
    for name, low in layers.items():
        shape, key = unet.get_submodule(name).weight.shape, "lora_unet_" + name.replace(".", "_")
        ends = (1,) * (len(shape) - 2)
        tensors[f"{key}.lora_down.weight"] = low.down.detach().view(RANK, *shape[1:])
        tensors[f"{key}.lora_up.weight"] = low.up.detach().view(shape[0], RANK, *ends)
        tensors[f"{key}.alpha"] = torch.tensor(float(RANK))
    return tensors


def train_lora(
    folder: Path, unet: nets.Unet, text: nets.Text, lessons: Lessons, steps: int, batch: int
) -> dict[str, LowRank]:
    """Low-rank changes of the denoiser alone; the text encoder reads the unknown word as best it can."""
    hardware.place(unet.requires_grad_(False), text.requires_grad_(False))
    torch.manual_seed(37)
    layers = add_lora(unet)
    held: nets.Unet = nn.ModuleDict({name.replace(".", "/"): low for name, low in layers.items()})
    hardware.place(held)
    table = alphas()

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        chosen = hardware.there(rng.integers(0, len(lessons.latents), batch))
        times = draw_times(rng, batch)
        noisy, noise, weight = noised(lessons.latents[chosen].float(), times, table)
        made = unet(noisy, times, text(lessons.ids[chosen]).last_hidden_state).sample.float()
        return ((made - noise).square() * weight).mean(), {}

    groups: list[dict[str, Any]] = [{"params": list(held.parameters()), "lr": 2e-3}]
    loop.run(loop.Phase("lora", folder, steps, {"lora": held}, groups, step_loss, warmup=30))
    return layers


@contextmanager
def _placed(text: nets.Text, at: Tensor, vectors: Tensor) -> Iterator[None]:
    """Within, the token embedding of each place (row, column) of `at`, (N, 2), is a row of `vectors`, (N, width)."""

    def put(_module: nn.Module, _inputs: Any, out: Tensor) -> Tensor:
        return out.index_put((at[:, 0], at[:, 1]), vectors.to(out.dtype))

    hook = text.get_input_embeddings().register_forward_hook(put)
    try:
        yield
    finally:
        hook.remove()


def read(text: nets.Text, tokenizer: nets.Tokenizer, prompts: list[str], words: dict[str, Tensor]) -> Tensor:
    """Prompts to (N, 77, width); a word of `words` in a prompt stands for its vectors, (vectors, width)."""
    start, end = len(tokenizer) - 2, len(tokenizer) - 1
    rows: list[list[int]] = []
    at: list[tuple[int, int]] = []
    vectors: list[Tensor] = [torch.zeros(0, nets.TEXT_WIDTH, device=hardware.device())]
    for number, prompt in enumerate(prompts):
        row = [start]
        for place, (part, word) in enumerate(_split(prompt, words)):
            if word:
                at += [(number, len(row) + k) for k in range(len(words[word]))]
                row += [end] * len(words[word])
                vectors.append(words[word])
            elif part or place == 0:
                row += tokenizer(part, add_special_tokens=False).input_ids
        rows.append((row[: nets.POSITIONS - 1] + [end] * nets.POSITIONS)[: nets.POSITIONS])
    places = torch.tensor(at, dtype=torch.long).view(-1, 2)
    with _placed(text, hardware.there(places), torch.cat(vectors)):
        return text(hardware.there(torch.tensor(rows))).last_hidden_state


def _split(prompt: str, words: dict[str, Tensor]) -> list[tuple[str, str]]:
    """The prompt as (text, "") and ("", word) in order."""
    parts = [(prompt, "")]
    for word in words:
        parts = [
            piece
            for part, known in parts
            for piece in ([("", known)] if known else _around(part, word))
        ]  # fmt: skip
    return parts


def _around(part: str, word: str) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    for k, piece in enumerate(part.split(word)):
        pieces += [("", word)] if k else []
        pieces.append((piece, ""))
    return pieces


def train_embedding(
    folder: Path,
    kit: tuple[nets.Unet, nets.Text, nets.Tokenizer],
    latents: Tensor,
    captions: list[str],
    steps: int,
    batch: int,
) -> Tensor:
    """Textual inversion (Gal et al. 2022, arXiv 2208.01618): (VECTORS, width) that stand for the trigger."""
    unet, text, tokenizer = kit
    hardware.place(unet.requires_grad_(False), text.requires_grad_(False))
    known = text.get_input_embeddings().weight[tokenizer("polka dots", add_special_tokens=False).input_ids]
    held = nn.ParameterDict({"vectors": known.mean(0).detach().expand(VECTORS, -1).clone()})
    hardware.place(held)
    table, trigger = alphas(), EXTRAS[EMBEDDING].trigger

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        which = rng.integers(0, len(latents), batch)
        times = draw_times(rng, batch)
        noisy, noise, weight = noised(latents[hardware.there(which)].float(), times, table)
        hidden = read(text, tokenizer, [captions[k] for k in which], {trigger: held["vectors"]})
        made = unet(noisy, times, hidden).sample.float()
        return ((made - noise).square() * weight).mean(), {}

    groups: list[dict[str, Any]] = [{"params": list(held.parameters()), "lr": 1e-2}]
    loop.run(
        loop.Phase("embedding", folder, steps, {"embedding": held}, groups, step_loss, warmup=30, weight_decay=0.0)
    )
    return held["vectors"].detach()
