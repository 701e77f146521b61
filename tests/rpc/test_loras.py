"""LoRAs and embeddings of a request: from its field, from tags in its prompt; every mistake is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.errors import BottegaError, InvalidRequest, NotFound
from bottega_daemon.models.entries import Embedding
from bottega_daemon.models.entries import Lora as Entry
from bottega_daemon.rpc.convert.menus import catalog_message
from bottega_daemon.rpc.convert.tasks import task_message, task_of
from bottega_daemon.rpc.generated.v1 import catalog_pb2, control_pb2, task_pb2
from bottega_daemon.spec import Denoising, Generate, Lora
from tests.rpc.kit import MENUS, generate

INK = Entry("ink", Path("ink"), "sd15", 0, ("ink wash",), "author", 9, 1)
OIL = replace(INK, name="oil", trigger_source="training", tags=("fog", "tree"))
XL = replace(INK, name="xl-oil", family="sdxl")
WORD, BAD = Embedding("zap", Path(), "sd15", 0, 2, 9, 1), Embedding("xlzap", Path(), "sdxl", 1280, 2, 9, 1)
SHELF = replace(MENUS, loras={each.name: each for each in (INK, OIL, XL)}, embeddings={"zap": WORD, "xlzap": BAD})


def how(prompt: str = "brick", *loras: task_pb2.LoraUse, negative: str = "") -> Denoising:
    """The settings that a request becomes; it says the same again."""
    task = task_of(generate(prompt=prompt, negative_prompt=negative, loras=loras), SHELF, {})
    assert task_of(task_message(task), SHELF, {}) == task
    assert isinstance(task, Generate)
    return task.how


def test_weights_have_defaults() -> None:
    assert how("brick", task_pb2.LoraUse(name="oil"), task_pb2.LoraUse(name="ink", weight=-0.7)).loras == (
        Lora("ink", -0.7, -0.7),
        Lora("oil", 1.0, 1.0),
    )
    assert how("brick", task_pb2.LoraUse(name="oil", text_weight=0.0)).loras == (Lora("oil", 1.0, 0.0),)


def test_tags_and_fields_add_up_in_one_order() -> None:
    asked = how("a <lora:oil:0.5:2> brick <lora:ink>")
    assert (asked.prompt, asked.loras) == ("a brick", (Lora("ink"), Lora("oil", 2.0, 0.5)))
    assert how("a brick <lora:ink>", task_pb2.LoraUse(name="oil", weight=2, text_weight=0.5)).loras == asked.loras


@pytest.mark.parametrize(
    ("prompt", "uses", "negative", "kind", "field", "said"),
    [
        ("<lora:inc>", [], "", NotFound, "prompt", "Did you mean ink"),
        ("x", [task_pb2.LoraUse(name="inc")], "", NotFound, "loras[0].name", "Did you mean ink"),
        ("<lora:ink:much>", [], "", InvalidRequest, "prompt", "<lora:ink:0.8>"),
        ("<lora:ink:11>", [], "", InvalidRequest, "prompt", "-10 to 10"),
        ("<lora:ink:nan>", [], "", InvalidRequest, "prompt", "-10 to 10"),
        ("x", [task_pb2.LoraUse(name="ink", weight=-10.5)], "", InvalidRequest, "loras[0].weight", "-10 to 10"),
        ("<lora:ink> <lora:ink:0.5>", [], "", InvalidRequest, "prompt", "once"),
        ("<lora:ink>", [task_pb2.LoraUse(name="ink")], "", InvalidRequest, "prompt", "once"),
        ("<lora:xl-oil>", [], "", InvalidRequest, "prompt", "this checkpoint's family"),
        ("x", [], "ugly <lora:ink>", InvalidRequest, "negative_prompt", "Put it into the prompt"),
        ("x", [task_pb2.LoraUse(name="ink")] * 17, "", InvalidRequest, "loras", "0 to 16"),
        ("a <xlzap>", [], "", InvalidRequest, "prompt", "this checkpoint's family"),
    ],
)
def test_mistakes_are_named(
    prompt: str, uses: list[task_pb2.LoraUse], negative: str, kind: type[BottegaError], field: str, said: str
) -> None:
    with pytest.raises(kind) as caught:
        how(prompt, *uses, negative=negative)
    assert caught.value.field == f"generate.denoising.{field}"
    assert said in caught.value.remedy


def test_embeddings_are_found_in_both_prompts_and_the_unknown_are_words() -> None:
    assert how("a ZAP wall", negative="<zap>, <zip>").embeddings == ("zap",)
    assert how("zapped xlzap <zip>").embeddings == ()


@given(st.text("abilnkorxz <>:0123.-", max_size=60))
def test_any_prompt_is_refused_by_name_or_says_the_same_again(prompt: str) -> None:
    try:
        asked = how(prompt)
    except BottegaError as error:
        assert error.field.startswith("generate.denoising.") and error.remedy
    else:
        assert "<lora:ink" not in asked.prompt


def test_the_catalog_lists_them() -> None:
    catalog = catalog_message(SHELF)
    assert [(row.name, row.family, list(row.trigger_words), row.trigger_source) for row in catalog.loras] == [
        ("ink", "sd15", ["ink wash"], catalog_pb2.TRIGGER_SOURCE_AUTHOR),
        ("oil", "sd15", ["ink wash"], catalog_pb2.TRIGGER_SOURCE_TRAINING),
        ("xl-oil", "sdxl", ["ink wash"], catalog_pb2.TRIGGER_SOURCE_AUTHOR),
    ]
    assert [list(row.tags) for row in catalog.loras] == [[], ["fog", "tree"], []]
    assert list(catalog.detected_kinds) == [control_pb2.CONTROL_KIND_CANNY]
    assert [(row.name, row.vectors) for row in catalog.embeddings] == [("zap", 2), ("xlzap", 2)]
    assert (catalog.limits.max_loras, catalog.limits.max_lora_weight) == (16, 10.0)
    assert catalog_message(replace(SHELF, loras={})).version != catalog.version
