"""Words under LoRAs and with embeddings: diffusers encodes the same, chunks count vectors, caches keep sets apart."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.diffusion import text
from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.adapters import Embedding, Vector, load_embedding
from bottega_daemon.models.inspect_adapters import embedding_file
from bottega_daemon.tasks.stages import Models
from tests.tiny_adapters import tiny_embedding
from tests.worker.kit import read_models

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root, names=())


def pipeline(tiny_root: Path) -> Any:
    return cast(Any, StableDiffusionPipeline.from_pretrained(tiny_root / "checkpoints" / "tiny"))


@pytest.mark.parametrize("key", ["emb_params", "<zorblax>"])
@pytest.mark.parametrize("vectors", [1, 4])
def test_an_embedding_is_what_diffusers_loads(
    models: Models, tiny_root: Path, tmp_path: Path, key: str, vectors: int
) -> None:
    """Oracle: load_textual_inversion, in A1111's format and in diffusers' own. Encodings differ by at most 1e-5."""
    path = tiny_embedding(tmp_path / "zorblax.safetensors", vectors, key=key)
    pipe = pipeline(tiny_root)
    pipe.load_textual_inversion(path, token="<zorblax>", use_safetensors=True)
    prompt = "a red <zorblax> wall, blue <zorblax>"
    expected = pipe.encode_prompt(prompt, "cpu", 1, False)[0][0]
    entry = embedding_file(path)
    assert (entry.name, entry.vectors, entry.family) == ("zorblax", vectors, "sd15")
    known = {"zorblax": load_embedding(entry, CPU)}
    table = cast(Any, models.checkpoint.text_encoder).get_input_embeddings().weight.clone()
    (marked,) = text.encode(models.checkpoint, [prompt], embeddings=known)
    (bare,) = text.encode(models.checkpoint, [prompt.replace("<", "").replace(">", "")], embeddings=known)
    assert (marked - expected).abs().max() <= 1e-5
    assert torch.equal(marked, bare)
    (without,) = text.encode(models.checkpoint, [prompt])
    assert (marked - without).abs().max() > 0.1
    assert torch.equal(cast(Any, models.checkpoint.text_encoder).get_input_embeddings().weight, table)


def test_words_under_a_lora_are_what_diffusers_encodes(models: Models, tiny_root: Path) -> None:
    pipe = pipeline(tiny_root)
    pipe.load_lora_weights(tiny_root / "loras", weight_name="tiny-style.safetensors")
    pipe.fuse_lora(lora_scale=0.6)
    expected = pipe.encode_prompt("red wall", "cpu", 1, False)[0][0]
    model, style = models.checkpoint, models.loras["tiny-style"]
    (plain,) = text.encode(model, ["red wall"])
    (ours,) = text.encode(model, ["red wall"], loras=((style, 0.6),))
    assert (ours - expected).abs().max() <= 1e-5
    assert (ours - plain).abs().max() > 0.01
    assert torch.equal(text.encode(model, ["red wall"], loras=((style, 0.0),))[0], plain)
    model.derived.pop("text")
    assert torch.equal(text.encode(model, ["red wall"])[0], plain), "nothing of the LoRA is left"
    model.derived.pop("text")
    (again,) = text.encode(model, ["red wall"], loras=((style, 0.6),))
    assert torch.equal(again, ours)


def test_cached_words_ask_for_no_change_of_weights(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    model, style = models.checkpoint, models.loras["tiny-style"]
    first = [text.encode(model, ["blue"], loras=loras)[0] for loras in ((), ((style, 1.0),))]
    monkeypatch.setattr(text, "wear", None)
    second = [text.encode(model, ["blue"], loras=loras)[0] for loras in ((), ((style, 1.0),))]
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def learned(count: int) -> Embedding:
    return Embedding("e", tuple(Vector(torch.zeros(32), index) for index in range(count)), 0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 90)), max_size=6))
def test_chunks_count_vectors_and_tear_no_embedding_that_fits(uses: list[tuple[int, int]]) -> None:
    tokens: list[text.Token] = []
    for words, vectors in uses:
        tokens += [1] * words + list(learned(vectors).vectors)
    chunks = text.split_tokens(tokens, 9)
    assert [token for chunk in chunks for token in chunk] == tokens
    assert all(len(chunk) <= text.CHUNK for chunk in chunks)
    for chunk, following in pairwise(chunks):
        begin = following[0]
        if isinstance(begin, Vector) and begin.index:
            assert len(chunk) == text.CHUNK and all(isinstance(token, Vector) for token in chunk)


def test_many_vectors_make_many_chunks_up_to_the_limit(models: Models) -> None:
    known = {"long": learned(40)}
    (encoded,) = text.encode(models.checkpoint, ["long long long"], embeddings=known)
    assert encoded.shape == (3 * 77, 32)
    with pytest.raises(InvalidRequest, match="at most"):
        text.encode(models.checkpoint, ["long " * (text.MOST_CHUNKS + 1)], embeddings=known)
