"""Prompts to conditioning: CLIP's text encoder on chunks of 75 tokens, each chunk encoded once per model.

Longer prompts are several chunks side by side, a convention of AUTOMATIC1111's web UI: a chunk ends at a comma where
one stands among its last tokens, so that a phrase is not torn. An embedding's vectors take the place of tokens, one
each; they go into the encoder's lookup as it runs, and neither tokenizer nor table knows of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

import torch

from bottega_daemon.diffusion.prompts import pieces
from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.adapters import Embedding, Vector
from bottega_daemon.models.model_set import ModelSet
from bottega_daemon.models.wearing import LoraSet, key_of, wear

CHUNK = 75
"""Tokens of a prompt in one chunk; with begin and end the 77 that CLIP was trained on."""

COMMA_REACH = 20
"""How many tokens before a chunk's end a comma may end it instead."""

CACHED_CHUNKS = 256
"""Encodings kept per model (0.2 MB each for CLIP-L)."""

MOST_CHUNKS = 32
"""Chunks of one prompt: a page of text is ten; every step attends to all of them."""

Token: TypeAlias = int | Vector
Chunk: TypeAlias = tuple[Token, ...]
_Cache: TypeAlias = OrderedDict[tuple[Hashable, int, Chunk], torch.Tensor]
_NONE: Mapping[str, Embedding] = {}


@torch.inference_mode()
def encode(
    model: ModelSet,
    prompts: Sequence[str],
    clip_skip: int = 1,
    loras: LoraSet = (),
    embeddings: Mapping[str, Embedding] = _NONE,
) -> list[torch.Tensor]:
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
    split = [chunks_of(model, prompt, embeddings) for prompt in prompts]
    distinct = list(dict.fromkeys(chunk for chunks in split for chunk in chunks))
    encoded = _encode_chunks(model, distinct, clip_skip, loras)
    return [torch.cat([encoded[chunk] for chunk in chunks]) for chunks in split]


def pad_to(conditioning: torch.Tensor, chunks: int, empty: torch.Tensor) -> torch.Tensor:
    """Lengthen a conditioning to `chunks` chunks with that of the empty prompt, so that two prompts fit one batch."""
    missing = chunks - len(conditioning) // len(empty)
    return torch.cat([conditioning, *[empty] * missing]) if missing > 0 else conditioning


def chunks_of(model: ModelSet, prompt: str, embeddings: Mapping[str, Embedding] = _NONE) -> list[Chunk]:
    """Return the prompt's tokens in chunks, without begin, end and padding; at least one, perhaps empty."""
    tokenizer = cast(Any, model.tokenizer)
    tokens: list[Token] = []
    for words, name in pieces(prompt, embeddings):
        if name:
            tokens += embeddings[name].vectors
        else:
            tokens += tokenizer(words, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
    chunks = split_tokens(tokens, tokenizer.convert_tokens_to_ids(",</w>"))
    if len(chunks) > MOST_CHUNKS:
        raise InvalidRequest(
            f"the prompt has {len(tokens)} tokens; at most {MOST_CHUNKS * CHUNK} can be painted from.",
            remedy="Shorten it: the model hardly looks at the end of a prompt this long.",
            field="denoising.prompt",
        )
    return chunks


def split_tokens(tokens: Sequence[Token], comma: int) -> list[Chunk]:
    """Cut tokens into chunks of at most `CHUNK`, after the last comma in reach of a chunk's end.

    An embedding is not torn unless it alone has more vectors than a chunk.
    """
    chunks: list[Chunk] = []
    rest = tuple(tokens)
    while len(rest) > CHUNK:
        commas = [place for place in range(CHUNK - COMMA_REACH, CHUNK) if rest[place] == comma]
        cut = commas[-1] + 1 if commas else CHUNK
        cut = _before_embedding(rest, cut) or cut
        chunks.append(rest[:cut])
        rest = rest[cut:]
    return [*chunks, rest]


def _before_embedding(tokens: Sequence[Token], cut: int) -> int:
    """Move a cut that would tear an embedding to where it begins."""
    while isinstance(token := tokens[cut], Vector) and token.index and cut:
        cut -= 1
    return cut


def _encode_chunks(
    model: ModelSet, chunks: Sequence[Chunk], clip_skip: int, loras: LoraSet
) -> dict[Chunk, torch.Tensor]:
    """Encode what the model's cache does not hold; return every chunk's [77, width].

    One chunk a call: kernels of half precision round differently by batch, and a picture must not depend on what its
    daemon encoded before.
    """
    cache: _Cache = model.derived.setdefault("text", OrderedDict())
    keys = {chunk: (key_of(loras, "text_encoder"), clip_skip, chunk) for chunk in chunks}
    found = {chunk: cache[key] for chunk, key in keys.items() if key in cache}
    missing = [chunk for chunk in chunks if chunk not in found]
    if missing:
        wear(model, "text_encoder", loras)
    found |= {chunk: _forward(model, chunk, clip_skip) for chunk in missing}
    for chunk, key in keys.items():
        cache[key] = found[chunk]
        cache.move_to_end(key)
    while len(cache) > CACHED_CHUNKS:
        cache.popitem(last=False)
    return found


def _forward(model: ModelSet, chunk: Chunk, clip_skip: int) -> torch.Tensor:
    """Run the encoder on a chunk; return [77, width]."""
    tokenizer, encoder = cast(Any, model.tokenizer), cast(Any, model.text_encoder)
    row = [tokenizer.bos_token_id, *chunk, tokenizer.eos_token_id]
    row += [tokenizer.pad_token_id] * (CHUNK + 2 - len(row))
    ids = torch.tensor([[0 if isinstance(token, Vector) else token for token in row]], device=model.device)
    inner = getattr(encoder, "text_model", encoder)  # transformers 5.6 moved the inner model's parts up
    with _learned(inner.embeddings.token_embedding, row):
        if clip_skip == 1:
            return encoder(ids).last_hidden_state[0]
        states = encoder(ids, output_hidden_states=True).hidden_states
    return inner.final_layer_norm(states[-clip_skip])[0]


@contextmanager
def _learned(lookup: torch.nn.Module, row: Sequence[Token]) -> Iterator[None]:
    """Let the lookup of tokens answer with the vectors that stand among them, inside the `with` block."""
    places = [(at, token.value) for at, token in enumerate(row) if isinstance(token, Vector)]

    def put(_: torch.nn.Module, __: object, found: torch.Tensor) -> torch.Tensor:
        for at, value in places:
            found[0, at] = value
        return found

    handle = lookup.register_forward_hook(put)
    try:
        yield
    finally:
        handle.remove()
