"""Prompts to conditioning: CLIP's text encoder on chunks of 75 tokens, each chunk encoded once per model.

Longer prompts are several chunks side by side, a convention of AUTOMATIC1111's web UI: a chunk ends at a comma where
one stands among its last tokens, so that a phrase is not torn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, cast

import torch

from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.model_set import ModelSet

CHUNK = 75
"""Tokens of a prompt in one chunk; with begin and end the 77 that CLIP was trained on."""

COMMA_REACH = 20
"""How many tokens before a chunk's end a comma may end it instead."""

CACHED_CHUNKS = 256
"""Encodings kept per model (0.2 MB each for CLIP-L)."""

MOST_CHUNKS = 32
"""Chunks of one prompt: a page of text is ten; every step attends to all of them."""

AT_ONCE = 32
"""Chunks in one call of the encoder."""

Chunk = tuple[int, ...]
_Cache = OrderedDict[tuple[int, Chunk], torch.Tensor]


@torch.inference_mode()
def encode(model: ModelSet, prompts: Sequence[str], clip_skip: int = 1) -> list[torch.Tensor]:
    """Return each prompt's conditioning [77 * chunks, width]; an empty prompt is one chunk.

    `clip_skip` 1 takes the encoder's last layer, 2 the one before, and so on, normalised as the last. Raises
    InvalidRequest where the encoder has fewer layers, or for a prompt of more than `MOST_CHUNKS` chunks.
    """
    layers = model.text_encoder.config.num_hidden_layers
    if not 1 <= clip_skip <= layers:
        remedy = f"Choose a value from 1 to {layers}."
        raise InvalidRequest(
            f"this checkpoint's text encoder has no layer {clip_skip}.", remedy=remedy, field="denoising.clip_skip"
        )
    split = [chunks_of(model, prompt) for prompt in prompts]
    encoded = _encode_chunks(model, list(dict.fromkeys(chunk for chunks in split for chunk in chunks)), clip_skip)
    return [torch.cat([encoded[chunk] for chunk in chunks]) for chunks in split]


def pad_to(conditioning: torch.Tensor, chunks: int, empty: torch.Tensor) -> torch.Tensor:
    """Lengthen a conditioning to `chunks` chunks with that of the empty prompt, so that two prompts fit one batch."""
    missing = chunks - len(conditioning) // len(empty)
    return torch.cat([conditioning, *[empty] * missing]) if missing > 0 else conditioning


def chunks_of(model: ModelSet, prompt: str) -> list[Chunk]:
    """Return the prompt's tokens in chunks, without begin, end and padding; at least one, perhaps empty."""
    tokenizer = cast(Any, model.tokenizer)
    tokens = tokenizer(prompt, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
    chunks = split_tokens(tokens, tokenizer.convert_tokens_to_ids(",</w>"))
    if len(chunks) > MOST_CHUNKS:
        raise InvalidRequest(
            f"the prompt has {len(tokens)} tokens; at most {MOST_CHUNKS * CHUNK} can be painted from.",
            remedy="Shorten it: the model hardly looks at the end of a prompt this long.",
            field="denoising.prompt",
        )
    return chunks


def split_tokens(tokens: Sequence[int], comma: int) -> list[Chunk]:
    """Cut tokens into chunks of at most `CHUNK`, after the last comma in reach of a chunk's end."""
    chunks: list[Chunk] = []
    rest = tuple(tokens)
    while len(rest) > CHUNK:
        commas = [place for place in range(CHUNK - COMMA_REACH, CHUNK) if rest[place] == comma]
        cut = commas[-1] + 1 if commas else CHUNK
        chunks.append(rest[:cut])
        rest = rest[cut:]
    return [*chunks, rest]


def _encode_chunks(model: ModelSet, chunks: Sequence[Chunk], clip_skip: int) -> dict[Chunk, torch.Tensor]:
    """Encode what the model's cache does not hold; return every chunk's [77, width]."""
    cache: _Cache = model.derived.setdefault("text", OrderedDict())
    found = {chunk: cache[clip_skip, chunk] for chunk in chunks if (clip_skip, chunk) in cache}
    missing = [chunk for chunk in chunks if chunk not in found]
    for start in range(0, len(missing), AT_ONCE):
        batch = missing[start : start + AT_ONCE]
        found |= zip(batch, (each.clone() for each in _forward(model, batch, clip_skip)), strict=True)
    for chunk in chunks:
        cache[clip_skip, chunk] = found[chunk]
        cache.move_to_end((clip_skip, chunk))
    while len(cache) > CACHED_CHUNKS:
        cache.popitem(last=False)
    return found


def _forward(model: ModelSet, chunks: Sequence[Chunk], clip_skip: int) -> torch.Tensor:
    """Run the encoder on chunks; return [n, 77, width]."""
    tokenizer, encoder = cast(Any, model.tokenizer), cast(Any, model.text_encoder)
    rows = [[tokenizer.bos_token_id, *chunk, tokenizer.eos_token_id] for chunk in chunks]
    padded = [row + [tokenizer.pad_token_id] * (CHUNK + 2 - len(row)) for row in rows]
    ids = torch.tensor(padded, device=model.device)
    if clip_skip == 1:
        return encoder(ids).last_hidden_state
    states = encoder(ids, output_hidden_states=True).hidden_states
    inner = getattr(encoder, "text_model", encoder)  # transformers 5.6 moved the inner model's parts up
    return inner.final_layer_norm(states[-clip_skip])
