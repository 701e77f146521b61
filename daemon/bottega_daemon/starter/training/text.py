"""The tokenizer, made from the grammar's own captions, and the text encoder's first lessons, without pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import CLIPTokenizer

from bottega_daemon.starter.generator import sample
from bottega_daemon.starter.training import hardware, loop, nets

BOS, EOS = "<|startoftext|>", "<|endoftext|>"
VOCABULARY = 768
# Words an artist may type that the grammar never says: they must at least not fall apart into single letters.
EXTRA = (
    "seamless texture wall floor photo render picture image of the with and dark light bright old dirty clean no "
    "blurry ugly"
)


def captions(count: int = 3000) -> list[str]:
    """Captions of the grammar, without their pictures."""
    return [sample.plan(3, k).caption for k in range(count)]


def train_tokenizer(texts: list[str]) -> Tokenizer:
    """CLIP's byte-level BPE (lower case, "</w>" ends a word) learnt on these texts; the last two ids start and end."""
    tokenizer = Tokenizer(models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>", unk_token=EOS))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    split = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(split), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        initial_alphabet=letters,
        end_of_word_suffix="</w>",
        show_progress=False,
        special_tokens=[],
    )
    tokenizer.train_from_iterator([*texts, *([EXTRA] * 50)], trainer)
    return _in_clip_order(tokenizer, letters)


def _in_clip_order(tokenizer: Tokenizer, letters: list[str]) -> Tokenizer:
    """CLIP's id order: letters, letters that end a word, merges, start, end."""
    state = json.loads(tokenizer.to_str())
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in state["model"]["merges"]]
    words = [*letters, *(letter + "</w>" for letter in letters)]
    words += list(dict.fromkeys(a + b for a, b in merges if a + b not in set(words)))
    vocabulary = {text: number for number, text in enumerate([*words, BOS, EOS])}
    state["model"]["vocab"], state["model"]["merges"] = vocabulary, [list(m) for m in merges]
    made = Tokenizer.from_str(json.dumps(state))
    start, end = vocabulary[BOS], vocabulary[EOS]
    made.add_special_tokens([BOS, EOS])
    made.post_processor = processors.RobertaProcessing(
        (EOS, end), (BOS, start), trim_offsets=False, add_prefix_space=False
    )
    return made


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """tokenizer.json, vocab.json and merges.txt, with the settings that nets.Tokenizer reads."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    state = json.loads(tokenizer.to_str())["model"]
    (folder / "vocab.json").write_text(json.dumps(state["vocab"], ensure_ascii=False))
    pairs = [" ".join(m) if isinstance(m, list) else m for m in state["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *pairs, ""]))
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": nets.POSITIONS,
        "bos_token": BOS,
        "eos_token": EOS,
        "pad_token": EOS,
        "unk_token": EOS,
        "do_lower_case": True,
        "add_prefix_space": False,
        "errors": "replace",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
    specials = {key: settings[key] for key in ("bos_token", "eos_token", "pad_token", "unk_token")}
    (folder / "special_tokens_map.json").write_text(json.dumps(specials, indent=2))


def load_tokenizer(folder: Path) -> nets.Tokenizer:
    return CLIPTokenizer.from_pretrained(folder, local_files_only=True)


def ids(tokenizer: nets.Tokenizer, texts: list[str], length: int = nets.POSITIONS) -> Tensor:
    """(N, length) token ids, padded with the end of text."""
    coded = tokenizer(texts, padding="max_length", max_length=length, truncation=True, return_tensors="pt")
    return coded.input_ids


def pretrain(folder: Path, tokenizer: nets.Tokenizer, steps: int, batch: int, texts: list[str]) -> nets.Text:
    """From every pad position say which tokens the caption has: pads, 60 of 77 places, are most of what is read."""
    torch.manual_seed(5)
    encoder = nets.new_text_encoder(len(tokenizer))
    head = nn.Linear(nets.TEXT_WIDTH, len(tokenizer))
    hardware.place(encoder, head)
    coded = hardware.there(ids(tokenizer, texts, 40))
    end = len(tokenizer) - 1

    def step_loss(_: int, rng: np.random.Generator) -> tuple[Tensor, loop.Figures]:
        read = coded[hardware.there(rng.integers(0, len(coded), batch))]
        hidden = encoder(read).last_hidden_state
        present = torch.zeros(len(read), end + 1, device=read.device).scatter_(1, read, 1.0)
        pads = (read == end).float()
        logits = head(hidden)
        loss = F.binary_cross_entropy_with_logits(logits, present[:, None].expand_as(logits), reduction="none").sum(-1)
        hit = ((logits.detach() > 0).float() * present[:, None]).sum(-1) / present.sum(1, keepdim=True)
        return (loss * pads).sum() / pads.sum(), {"recall": (hit * pads).sum() / pads.sum()}

    table = [p for name, p in encoder.named_parameters() if "token_embedding" in name]
    rest = [p for name, p in encoder.named_parameters() if "token_embedding" not in name]
    rest += list(head.parameters())
    groups: list[dict[str, Any]] = [{"params": table, "lr": 2e-2}, {"params": rest, "lr": 2.5e-3}]
    loop.run(loop.Phase("text", folder, steps, {"text": encoder, "head": head}, groups, step_loss))
    return encoder
