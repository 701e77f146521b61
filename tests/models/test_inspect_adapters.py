"""The library tells a LoRA's family and trigger words, and an embedding's, from headers alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bottega_daemon.models.entries import Checkpoint
from bottega_daemon.models.families import suits
from bottega_daemon.models.library import Library
from tests.models.kit import Shapes, weights, write
from tests.tiny_adapters import tiny_lora

DOWN, UP = "lora_down.weight", "lora_up.weight"
CROSS = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
DOTTED = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
QUERY = "lora_te_text_model_encoder_layers_0_self_attn_q_proj"

LORAS: dict[str, tuple[Shapes, str, int]] = {
    "sd15": ({f"{CROSS}.{DOWN}": (4, 768), f"{CROSS}.{UP}": (640, 4)}, "sd15", 768),
    "sd2": ({f"{CROSS}.{DOWN}": (4, 1024), f"{CROSS}.{UP}": (640, 4)}, "sd2", 1024),
    "sdxl": ({f"{CROSS}.{DOWN}": (4, 2048), f"{CROSS}.{UP}": (640, 4)}, "sdxl", 2048),
    "second encoder": ({f"{QUERY.replace('te_', 'te2_')}.{DOWN}": (4, 1280)}, "sdxl", 0),
    "peft": ({f"{DOTTED}.lora_A.weight": (4, 768), f"{DOTTED}.lora_B.weight": (640, 4)}, "sd15", 768),
    "loha": ({f"{CROSS}.hada_w1_b": (4, 1024), f"{CROSS}.hada_w1_a": (640, 4)}, "sd2", 1024),
    "lokr": ({f"{CROSS}.lokr_w1": (4, 8), f"{CROSS}.lokr_w2_b": (4, 96), f"{CROSS}.lokr_w2_a": (9, 4)}, "sd15", 768),
    "full": ({f"{CROSS}.diff": (640, 2048)}, "sdxl", 2048),
    "words only": ({f"{QUERY}.{DOWN}": (4, 768), f"{QUERY}.{UP}": (768, 4)}, "sd15", 768),
    "convolutions": ({f"lora_unet_down_blocks_0_resnets_0_conv1.{DOWN}": (4, 320, 3, 3)}, "sd15", 0),
}


@pytest.mark.parametrize("name", LORAS)
def test_a_loras_family_is_told_by_its_shapes(tmp_path: Path, name: str) -> None:
    shapes, family, context = LORAS[name]
    weights(tmp_path / "loras" / f"{name}.safetensors", shapes)
    (found,) = Library([tmp_path]).scan().loras
    assert (found.name, found.family, found.context, found.trigger_source) == (name, family, context, "")


EMBEDDINGS: dict[str, tuple[Shapes, tuple[str, str, int, int]]] = {
    "many": ({"emb_params": (8, 768)}, ("many", "sd15", 8, 768)),
    "flat": ({"<cat-toy>": (768,)}, ("flat", "sd15", 1, 768)),
    "learned_embeds": ({"<cat-toy>": (2, 768)}, ("cat-toy", "sd15", 2, 768)),
    "two": ({"emb_params": (2, 1024)}, ("two", "sd2", 2, 1024)),
    "pair": ({"clip_l": (3, 768), "clip_g": (3, 1280)}, ("pair", "sdxl", 3, 1280)),
}


@pytest.mark.parametrize("name", EMBEDDINGS)
def test_embeddings_are_described(tmp_path: Path, name: str) -> None:
    shapes, expected = EMBEDDINGS[name]
    weights(tmp_path / "embeddings" / f"{name}.safetensors", shapes)
    (found,) = Library([tmp_path]).scan().embeddings
    assert (found.name, found.family, found.vectors, found.context) == expected


NOTHING: dict[str, tuple[str, Shapes | None, str]] = {
    "a checkpoint": ("loras", {"model.diffusion_model.out.2.weight": (4, 4)}, "not a LoRA"),
    "flux": (
        "loras",
        {f"lora_unet_double_blocks_0_img_attn_qkv.{DOWN}": (4, 3072)},
        "family that Bottega does",
    ),
    "a renamed text": ("loras", None, "damaged or not a safetensors file"),
    "a lora": ("embeddings", {"a": (2, 2), "b": (2, 2)}, "no weight emb_params"),
    "a picture": ("embeddings", {"emb_params": (1, 2, 3)}, "its shape is"),
    "empty": ("embeddings", {"emb_params": (0, 768)}, "its shape is"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_none_is_a_problem_with_a_remedy(tmp_path: Path, name: str) -> None:
    folder, shapes, said = NOTHING[name]
    path = tmp_path / folder / f"{name}.safetensors"
    weights(path, shapes) if shapes else write(path, "<html>You need to log in to download this.</html>")
    found = Library([tmp_path]).scan()
    assert (found.loras, found.embeddings) == ((), ())
    (problem,) = found.problems
    assert problem.path == path and str(path) in problem.reason and said in problem.reason and problem.remedy


def tags(**counts: int) -> str:
    return json.dumps({"10_ink": counts, "5_ink": {"ink": 10}})


@pytest.mark.parametrize(
    ("metadata", "sidecar", "expected"),
    [
        ({}, None, ((), "")),
        ({"modelspec.trigger_phrase": " ink wash,  wet  paper ,"}, None, (("ink wash", "wet paper"), "author")),
        ({"ss_tag_frequency": tags(ink=10, tree=4)}, None, (("ink",), "training")),
        ({"modelspec.trigger_phrase": "a", "ss_tag_frequency": tags(ink=10)}, None, (("a",), "author")),
        ({"modelspec.trigger_phrase": "a"}, '{"trigger_words": ["mine"]}', (("mine",), "sidecar")),
        ({"ss_tag_frequency": "[[["}, None, ((), "")),
        ({"ss_tag_frequency": '{"a": 3, "b": {"x": "y"}}'}, None, ((), "")),
        (
            {"modelspec.trigger_phrase": ",".join(map(str, range(99)))},
            None,
            (tuple(map(str, range(16))), "author"),
        ),
    ],
)
def test_trigger_words_come_from_the_most_deliberate_source(
    tmp_path: Path, metadata: dict[str, str], sidecar: str | None, expected: tuple[tuple[str, ...], str]
) -> None:
    tiny_lora(tmp_path / "loras" / "ink.safetensors", metadata=metadata)
    library = Library([tmp_path])
    library.scan()
    if sidecar:
        write(tmp_path / "loras" / "ink.bottega.json", sidecar)
    (found,) = library.scan().loras
    assert (found.triggers, found.trigger_source) == expected


def test_tags_are_what_the_training_captions_said(tmp_path: Path) -> None:
    """The most frequent first, of all folders together, and no more than menus can hold."""
    tiny_lora(tmp_path / "loras" / "ink.safetensors", metadata={"ss_tag_frequency": tags(tree=12, ink=10, fog=1)})
    many = json.dumps({"a": {str(number): 1000 - number for number in range(99)}})
    tiny_lora(tmp_path / "loras" / "much.safetensors", metadata={"ss_tag_frequency": many})
    tiny_lora(tmp_path / "loras" / "none.safetensors", metadata={})
    found = {lora.name: lora.tags for lora in Library([tmp_path]).scan().loras}
    assert found == {"ink": ("ink", "tree", "fog"), "much": tuple(map(str, range(64))), "none": ()}


def test_a_sidecar_without_a_list_is_a_problem(tmp_path: Path) -> None:
    tiny_lora(tmp_path / "loras" / "ink.safetensors")
    write(tmp_path / "loras" / "ink.bottega.json", '{"trigger_words": "ink"}')
    (problem,) = Library([tmp_path]).scan().problems
    assert "trigger_words" in problem.reason and problem.remedy


def test_what_suits_a_checkpoint(tiny_root: Path) -> None:
    found = Library([tiny_root]).scan()
    lora, checkpoint = found.loras[0], found.checkpoints[0]
    assert suits(lora, checkpoint)
    large = Checkpoint("large", Path(), "sd15", "", "diffusers", 512, 1, "320-640-1280-1280x768")
    assert not suits(lora, large)
    assert suits(lora, Checkpoint("mender", Path(), "sd15-inpaint", "", "diffusers", 512, 1, checkpoint.fits))
    assert not suits(lora, Checkpoint("other", Path(), "sdxl", "", "diffusers", 512, 1, checkpoint.fits))
