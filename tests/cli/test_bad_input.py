"""What cannot work is refused with the field's name, a remedy and the right exit code, and the daemon lives on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.kit import Shell

WRONG = [
    (["--size", "0x0"], "generate.extent"),
    (["--size", "-64x64"], "generate.extent"),
    (["--size", "64xx"], "generate.extent"),
    (["--size", "8x8"], "generate.extent.width"),
    (["--size", "99999x64"], "generate.extent.width"),
    (["--size", "4294967297x64"], "generate.extent.width"),
    (["--size", "4096x4096"], "generate.extent"),
    (["--steps", "0"], "generate.denoising.steps"),
    (["--steps", "-3"], "generate.denoising.steps"),
    (["--steps", "1000000"], "generate.denoising.steps"),
    (["--guidance", "nan"], "generate.denoising.guidance"),
    (["--guidance", "inf"], "generate.denoising.guidance"),
    (["--guidance", "-1"], "generate.denoising.guidance"),
    (["--sampler", "eular"], "generate.denoising.sampler"),
    (["--schedule", "caras"], "generate.denoising.schedule"),
    (["--checkpoint", "../../etc/passwd"], "generate.denoising.checkpoint"),
    (["--seed", "-1"], "generate.denoising.seed"),
    (["--seed", "4294967296"], "generate.denoising.seed"),
    (["--seed", "4294967295", "--count", "2"], "generate.denoising.seed"),
    (["--seed", "99999999999999999999"], "generate.denoising.seed"),
    (["--count", "0"], "generate.denoising.count"),
    (["--count", "65"], "generate.denoising.count"),
    (["--clip-skip", "13"], "generate.denoising.clip_skip"),
    (["--negative", "x" * 10_000], "generate.denoising.negative_prompt"),
    (["--start", "none.png"], "generate.start"),
    (["--output", "none/a.png"], "output"),
    (["--output", "a.jpg"], "output"),
    (["--map", "edges.png"], "map"),
    (["--network", "canny"], "network"),
]


@pytest.mark.parametrize(
    ("words", "field"), WRONG, ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else ""
)
def test_a_wrong_value_is_named(shell: Shell, words: list[str], field: str) -> None:
    if words[0] == "--network":
        words = [*words, "--canny", str(shell.picture("edges.png"))]
    done = shell.run("generate", "a wall", *words, "--json", "--quiet")
    assert done.code == 2
    error = done.error
    assert error["field"].startswith(field), error
    assert error["message"]
    assert error["remedy"]
    assert not list(shell.folder.glob("*a-wall*"))
    assert shell.run("catalog", "--json").code == 0


def test_the_option_is_named_to_people(shell: Shell) -> None:
    done = shell.run("generate", "a wall", "--steps", "1000000")
    assert (done.code, done.out) == (2, "")
    assert "generate.denoising.steps (--steps): 1000000 is out of range." in done.err
    assert "Use 1 to 1000." in done.err


def test_a_prompt_may_be_empty_but_not_endless(shell: Shell) -> None:
    assert shell.run("generate", "", "--size", "64", "--steps", "1", "-o", "e.png", "--quiet").code == 0
    done = shell.run("generate", "x " * 5000, "--json", "--quiet")
    assert (done.code, done.error["field"]) == (2, "generate.denoising.prompt")


def test_a_prompt_cannot_play_tricks_with_the_terminal(shell: Shell) -> None:
    done = shell.run("generate", "a wall", "--sampler", "[bold]\x1b[2Jx", "--quiet")
    assert done.code == 2
    assert "\x1b" not in done.err
    assert "[bold]" in done.err


def test_masks_must_have_the_pictures_size(shell: Shell) -> None:
    picture = shell.picture("photo.png", 64, 48)
    done = shell.run("inpaint", picture, "x", "--mask", shell.mask("small.png", 32, 24), "--json")
    assert (done.code, done.error["field"]) == (2, "inpaint.mask")
    assert "32 x 24" in done.error["message"]
    assert "64 x 48" in done.error["message"]


@pytest.mark.parametrize(
    "words",
    [(), ("--mask", "m.png", "--rect", "1,1,4,4"), ("--rect", "1,1,4"), ("--rect", "99,99,4,4"), ("--rect", "1,1,0,4")],
)
def test_one_selection_is_needed(shell: Shell, words: tuple[str, ...]) -> None:
    shell.mask("m.png")
    done = shell.run("inpaint", shell.picture("photo.png"), "x", *words, "--json")
    assert (done.code, done.error["field"]) == (2, "inpaint.mask")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--grow", "-1"), "inpaint.grow"),
        (("--feather", "wide"), "inpaint.feather"),
        (("--feather", "5%+4"), "inpaint.feather"),
        (("--grow", ""), "inpaint.grow"),
        (("--feather", "101%"), "inpaint.feather.relative"),
        (("--expand", "1,2,3"), "inpaint"),
        (("--expand", "0,0,0,0"), "inpaint"),
        (("--at", "many"), "inpaint.extent"),
        (("--at", "8x64"), "inpaint.extent.width"),
        (("-n", "64", "--rect", "9,9,4,4"), "inpaint.more_masks"),
    ],
)
def test_what_makes_no_selection_is_named(shell: Shell, words: tuple[str, ...], field: str) -> None:
    done = shell.run("inpaint", shell.picture("photo.png"), "x", "--rect", "1,1,9,9", *words, "--json", "--quiet")
    assert (done.code, done.error["field"]) == (2, field), done
    assert done.error["remedy"]


def test_a_black_mask_is_remarked_upon(shell: Shell) -> None:
    Image.new("L", (64, 48)).save("black.png")
    done = shell.run("inpaint", shell.picture("photo.png"), "x", "--mask", "black.png", "--steps", "1", "-o", "i.png")
    assert done.code == 0
    assert "nothing will be repainted" in done.err


def test_files_that_are_no_pictures(shell: Shell) -> None:
    good = shell.picture("good.png")
    Path("text.png").write_text("hello")
    Path("cut.png").write_bytes(good.read_bytes()[:-900])
    Path("empty.png").touch()
    for name, words in {
        "text.png": "no picture",
        "cut.png": "damaged",
        "empty.png": "no picture",
        ".": "folder",
    }.items():
        done = shell.run("inpaint", name, "x", "--rect", "1,1,9,9", "--json")
        assert (done.code, done.error["field"]) == (2, "inpaint.picture")
        assert words in done.error["message"], done.error


def test_structures_that_are_none(shell: Shell) -> None:
    np.save("int.npy", np.zeros((8, 8), np.int32))
    np.save("flat.npy", np.zeros(8, np.float32))
    np.save("nan.npy", np.full((8, 8), np.nan, np.float32))
    np.save("objects.npy", np.array([[{}]]), allow_pickle=True)
    Path("text.npz").write_text("hello")
    Image.fromarray(np.zeros((8, 8), np.uint16)).save("grey16.png")
    Path("people.json").write_text(json.dumps({"people": []}))
    Path("few.json").write_text(json.dumps({"people": [{"pose_keypoints_2d": [1, 2, 3]}]}))
    rgb = shell.picture("rgb.png")
    depths = ["int.npy", "flat.npy", "nan.npy", "objects.npy", "text.npz", "grey16.png", str(rgb), "none.npy"]
    wrong = [("depth", name) for name in depths] + [("pose", name) for name in ("people.json", "few.json", "rgb.png")]
    for kind, name in wrong:
        done = shell.run("control", "x", f"--{kind}", name, "--json")
        assert (done.code, done.error["field"]) == (2, kind), done
        assert done.error["remedy"]


def test_control_needs_a_structure_and_a_sound_strength(shell: Shell) -> None:
    assert shell.run("control", "x", "--json").error["field"] == "generate.denoising.controls"
    photo = shell.picture("photo.png")
    done = shell.run("control", "x", "--canny", f"{photo}@5", "--json")
    assert (done.code, done.error["field"]) == (2, "generate.denoising.controls[0].strength")
    assert done.error["option"] == "structure option 1"
    done = shell.run("control", "x", "--canny", f"{photo}@1:0.8:0.2", "--json")
    assert done.error["field"].startswith("generate.denoising.controls[0].")


@pytest.mark.parametrize(
    "words",
    [
        ("generate",),
        ("generate", "x", "--steps", "many"),
        ("paint",),
        ("generate", "x", "--stepps", "3"),
        ("jobs", "list", "--limit", "0"),
    ],
)
def test_a_command_line_that_is_none(lonely: Shell, words: tuple[str, ...]) -> None:
    done = lonely.run(*words, "--json")
    assert (done.code, done.error["reason"]) == (2, "USAGE")
    assert "--help" in done.error["remedy"]


def test_no_daemon(lonely: Shell) -> None:
    for words in (("generate", "x"), ("catalog",), ("jobs", "list"), ("generate", "x", "--address", "127.0.0.1:9")):
        done = lonely.run(*words, "--json")
        assert (done.code, done.error["reason"]) == (3, "DAEMON_NOT_FOUND")
        assert "bottega serve" in done.error["remedy"]
    assert lonely.run("catalog", "--address", "box:99999", "--json").error["field"] == "address"


def test_a_wrong_token(shell: Shell) -> None:
    done = shell.run("catalog", "--token", "guess", "--json")
    assert (done.code, done.error["reason"]) == (8, "UNAUTHENTICATED")
