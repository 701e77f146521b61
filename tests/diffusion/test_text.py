"""Our text encoding against diffusers' and against the encoder's own hidden states."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.diffusion import text
from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.library import Library
from bottega_daemon.models.load import load_checkpoint
from bottega_daemon.models.model_set import ModelSet

LONG = ", ".join(["red brick wall of the blue stone"] * 20)


@pytest.fixture(scope="module")
def model(tiny_root: Path) -> ModelSet:
    entry = next(each for each in Library([tiny_root]).scan().checkpoints if each.name == "tiny")
    return load_checkpoint(entry, torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("prompt", ["", "a red brick wall", "Blue STONE, the wood!", "naïve café ☕ 木"])
def test_a_short_prompt_is_what_diffusers_encodes(model: ModelSet, tiny_root: Path, prompt: str) -> None:
    pipe = cast(Any, StableDiffusionPipeline.from_pretrained(tiny_root / "checkpoints" / "tiny"))
    expected = pipe.encode_prompt(prompt, "cpu", 1, False)[0][0]
    (ours,) = text.encode(model, [prompt])
    assert ours.shape == (77, 32)
    assert (ours - expected).abs().max() <= 1e-6


def test_clip_skip_takes_an_earlier_layer_and_normalises_it(model: ModelSet) -> None:
    encoder, tokenizer = cast(Any, model.text_encoder), cast(Any, model.tokenizer)
    ids = tokenizer("red wall", padding="max_length", max_length=77, return_tensors="pt").input_ids
    with torch.inference_mode():
        embedded = encoder.embeddings(ids)
        mask = torch.full((77, 77), -torch.inf).triu(1)[None, None]
        first = encoder.encoder.layers[0](embedded, attention_mask=mask)
        second = encoder.encoder.layers[1](first, attention_mask=mask)
        by_hand = [encoder.final_layer_norm(state)[0] for state in (second, first)]
    for skip, expected in enumerate(by_hand, 1):
        assert (text.encode(model, ["red wall"], skip)[0] - expected).abs().max() <= 1e-5
    assert (by_hand[0] - by_hand[1]).abs().max() > 0.1


@pytest.mark.parametrize("skip", [0, -1, 3, 12])
def test_a_layer_that_is_not_there_is_refused(model: ModelSet, skip: int) -> None:
    with pytest.raises(InvalidRequest) as caught:
        text.encode(model, ["red"], skip)
    assert caught.value.field == "denoising.clip_skip"
    assert "from 1 to 2" in caught.value.remedy


def test_a_long_prompt_is_its_chunks_side_by_side(model: ModelSet) -> None:
    chunks = text.chunks_of(model, LONG)
    assert len(chunks) > 2
    (whole,) = text.encode(model, [LONG])
    assert whole.shape == (77 * len(chunks), 32)
    texts = [cast(Any, model.tokenizer).decode(chunk) for chunk in chunks]
    parts = text.encode(model, texts)
    assert (whole - torch.cat(parts)).abs().max() <= 1e-6


def test_a_page_of_text_is_encoded_and_a_book_is_refused(model: ModelSet) -> None:
    (encoded,) = text.encode(model, ["stone " * (text.MOST_CHUNKS * text.CHUNK)])
    assert encoded.shape[0] == text.MOST_CHUNKS * 77
    assert torch.isfinite(encoded).all()
    with pytest.raises(InvalidRequest, match="at most") as caught:
        text.encode(model, ["stone " * (text.MOST_CHUNKS * text.CHUNK + 1)])
    assert caught.value.field == "denoising.prompt"
    assert caught.value.remedy


@given(st.lists(st.sampled_from([1, 2, 3, 9]), max_size=400))
def test_splitting_keeps_every_token_and_prefers_commas(tokens: list[int]) -> None:
    comma = 9
    chunks = text.split_tokens(tokens, comma)
    assert [token for chunk in chunks for token in chunk] == tokens
    assert all(len(chunk) <= text.CHUNK for chunk in chunks)
    for chunk in chunks[:-1]:
        torn = len(chunk) == text.CHUNK and chunk[-1] != comma
        assert chunk[-1] == comma or (torn and comma not in chunk[text.CHUNK - text.COMMA_REACH :])


def test_encodings_are_made_once_each(model: ModelSet, monkeypatch: pytest.MonkeyPatch) -> None:
    model.derived.pop("text", None)
    calls: list[int] = []
    forward = text._forward

    def counted(model: ModelSet, chunk: Any, clip_skip: int) -> torch.Tensor:
        calls.append(clip_skip)
        return forward(model, chunk, clip_skip)

    monkeypatch.setattr(text, "_forward", counted)
    first = text.encode(model, ["red", "blue", "red", ""])
    again = text.encode(model, ["blue", "red", "green"])
    assert len(calls) == 4
    assert torch.equal(first[0], first[2])
    assert torch.equal(again[0], first[1])
    text.encode(model, ["red"], 2)
    assert calls == [1, 1, 1, 1, 2]


def test_an_encoding_does_not_depend_on_its_neighbours(model: ModelSet) -> None:
    """Protects seeds in half precision, where kernels round differently by batch (here: by much): what a daemon encoded
    before must not show in a picture."""

    def by_batch(_: object, __: object, found: Any) -> Any:
        found.last_hidden_state *= len(found.last_hidden_state)
        return found

    hook = model.text_encoder.register_forward_hook(by_batch)
    try:
        model.derived.pop("text", None)
        together = text.encode(model, [LONG, "red", "a wall", ""])
        alone = []
        for prompt in (LONG, "red", "a wall", ""):
            model.derived.pop("text", None)
            alone += text.encode(model, [prompt])
    finally:
        hook.remove()
        model.derived.pop("text", None)
    assert all(torch.equal(one, other) for one, other in zip(together, alone, strict=True))


def test_the_cache_is_bounded(model: ModelSet, monkeypatch: pytest.MonkeyPatch) -> None:
    model.derived.pop("text", None)
    monkeypatch.setattr(text, "CACHED_CHUNKS", 3)
    (before,) = text.encode(model, ["red"])
    text.encode(model, ["a", "b", "c", "d", "e"])
    assert len(model.derived["text"]) == 3
    assert torch.equal(text.encode(model, ["red"])[0], before)


def test_padding_to_equal_length_adds_empty_prompts(model: ModelSet) -> None:
    long, short, empty = text.encode(model, [LONG, "red", ""])
    chunks = len(long) // 77
    padded = text.pad_to(short, chunks, empty)
    assert padded.shape == long.shape
    assert torch.equal(padded[:77], short)
    assert torch.equal(padded[-77:], empty)
    assert text.pad_to(long, 1, empty) is long
