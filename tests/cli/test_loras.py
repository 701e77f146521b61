"""LoRAs and embeddings from the command line, through a real daemon, to the picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from bottega.tasks import Lora
from bottega_daemon.cli.asking import _lora
from tests.cli.kit import Shell

HOW = ("--steps", "2", "--quiet", "--size", "64", "--seed", "1")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ink", Lora("ink")),
        ("ink:0.8", Lora("ink", 0.8)),
        ("ink:-1:0.5", Lora("ink", -1.0, 0.5)),
        ("a:b", Lora("a:b")),
        ("a:b:2", Lora("a:b", 2.0)),
        ("v1:2:3:4", Lora("v1:2", 3.0, 4.0)),
    ],
)
def test_a_lora_is_a_name_and_weights(said: str, meant: Lora) -> None:
    assert _lora(said) == meant


def test_loras_and_embeddings_change_the_picture_and_are_told(shell: Shell) -> None:
    plain = shell.run("generate", "a tinyword wall", *HOW, "-o", "p.png", "--json")
    loras = ("--lora", "tiny-style:0.5", "--lora", "tiny-ink:-1:0")
    worn = shell.run("generate", "a tinyword wall", *HOW, *loras, "-o", "w.png", "--json")
    tags = "a tinyword wall <lora:tiny-style:0.5> <lora:tiny-ink:0:-1>"
    tagged = shell.run("generate", tags, *HOW, "-o", "t.png", "--json")
    assert (plain.code, worn.code, tagged.code) == (0, 0, 0), worn.err + tagged.err
    told = [
        {"name": "tiny-ink", "weight": -1.0, "text_weight": 0.0},
        {"name": "tiny-style", "weight": 0.5, "text_weight": 0.5},
    ]
    assert worn.json["settings"]["loras"] == tagged.json["settings"]["loras"] == told
    assert tagged.json["settings"]["prompt"] == "a tinyword wall"
    assert plain.json["settings"]["loras"] == []
    pictures = [Path(name).read_bytes() for name in ("p.png", "w.png")]
    assert pictures[0] != pictures[1]
    again = shell.run("generate", "a tinyword wall", *HOW, "-o", "a.png", "--json")
    assert again.code == 0 and Path("a.png").stat().st_size == Path("p.png").stat().st_size


def test_a_name_that_is_nearly_right_is_helped(shell: Shell) -> None:
    done = shell.run("generate", "wall", "--lora", "tiny-stile", *HOW, "--json")
    assert done.error["field"] == "generate.denoising.loras[0].name"
    assert "tiny-style" in done.error["remedy"]


def test_the_catalog_lists_them(shell: Shell) -> None:
    shown = shell.run("catalog")
    assert shown.code == 0
    for text in ("tiny-style", "sty, two words", "tiny-ink", "ink wash (?)", "tinyword"):
        assert text in shown.out
    found = shell.run("catalog", "--json").json
    assert [(each["name"], each["family"]) for each in found["loras"]] == [("tiny-ink", "sd15"), ("tiny-style", "sd15")]
    assert [(each["name"], each["vectors"]) for each in found["embeddings"]] == [("tinyword", 3)]
