"""What a prompt says beside words: LoRA tags as AUTOMATIC1111 writes them, embeddings by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.diffusion.prompts import Tag, mentioned, pieces, take_tags

TEXTS = st.text("ab<>:lor aA-_.,", max_size=40)


@pytest.mark.parametrize(
    ("prompt", "words", "tags"),
    [
        ("a cat", "a cat", []),
        ("a cat <lora:ink>", "a cat", [Tag("ink")]),
        ("a <lora:ink wash v1.2:0.8> cat", "a cat", [Tag("ink wash v1.2", "0.8", "0.8")]),
        ("<lora:ink:0.5:1.5> cat", "cat", [Tag("ink", "1.5", "0.5")]),
        ("<LyCO:ink:unet=1.5:te=0.5> cat", "cat", [Tag("ink", "1.5", "0.5")]),
        ("<lora:a:1><lora:b:-1>", "", [Tag("a", "1", "1"), Tag("b", "-1", "-1")]),
        ("<lora:> <lora> a < b", "<lora:> <lora> a < b", []),
    ],
)
def test_tags_are_taken_out(prompt: str, words: str, tags: list[Tag]) -> None:
    assert take_tags(prompt) == (words, tags)


@given(TEXTS)
def test_no_tag_is_left(prompt: str) -> None:
    words, tags = take_tags(prompt)
    assert take_tags(words) == (words, [])
    assert tags or words == prompt


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("a bad-hands cat", ["bad-hands"]),
        ("a <bad-hands>, Easy.Neg!", ["bad-hands", "easy.neg"]),
        ("bad-hands-5", ["bad-hands-5"]),
        ("bad-hands-6 xbad-hands bad-handsome", []),
        ("(easy.neg:1.2)", ["easy.neg"]),
        ("naïve über", ["über"]),
    ],
)
def test_embeddings_are_called_by_name(prompt: str, found: list[str]) -> None:
    assert mentioned(prompt, ["bad-hands", "bad-hands-5", "easy.neg", "über"]) == found


@given(TEXTS, st.lists(st.text("abA-.", min_size=1, max_size=3), max_size=3))
def test_pieces_are_the_prompt_in_order(prompt: str, names: list[str]) -> None:
    cut = pieces(prompt, names)
    assert all(bool(words) != bool(name) and (not name or name in names) for words, name in cut)
    rest = prompt.lower()
    for words, name in cut:
        part = (words or name).lower()
        assert part in rest
        rest = rest[rest.index(part) + len(part) :]
    assert pieces(prompt, ()) == ([(prompt, "")] if prompt else [])
