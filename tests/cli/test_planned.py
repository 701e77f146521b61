"""`inpaint` through a real daemon: only contexts are sent, and the whole picture comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.kit import Outcome, Shell

QUICK = ("--steps", "2", "--quiet")


def pixels(path: Path | str) -> np.ndarray:
    """A picture file as numpy sees it."""
    with Image.open(path) as image:
        return np.asarray(image)


def inpainted(shell: Shell, *words: str | Path, mode: str = "RGB") -> tuple[Outcome, np.ndarray, np.ndarray]:
    """What the command says, and the picture before and after."""
    picture = shell.picture("photo.png", 300, 200, mode=mode)
    done = shell.run("inpaint", picture, "wood", *words, "-o", "i.png", "--json", *QUICK)
    assert done.code == 0, done.out + done.err
    return done, pixels(picture), pixels("i.png")


def mask_file(*places: tuple[int, int, int, int]) -> Path:
    """White in the given boxes of 300 x 200 pixels: left, top, right, bottom."""
    image = Image.new("L", (300, 200), 0)
    for place in places:
        image.paste(255, place)
    image.save("mask.png")
    return Path("mask.png")


@pytest.mark.parametrize(
    ("words", "way"),
    [((), "one"), (("--detail", "2"), "two"), (("--detail", "4"), "tiles"), (("--strength", "0.4"), "one")],
)
def test_a_small_selection_sends_its_context_alone(shell: Shell, words: tuple[str, ...], way: str) -> None:
    done, before, after = inpainted(shell, "--mask", mask_file((200, 30, 220, 50)), *words)
    (plan,) = done.json["plans"]
    assert plan["way"] == way
    assert plan["share"] < 0.15
    for job in done.json["jobs"]:
        asked = shell.run("jobs", "show", job, "--json").json
        width, height = map(int, asked["settings"]["size"].split("x"))
        assert width <= plan["context"]["width"]
        assert height <= plan["context"]["height"]
    changed = (before != after).any(axis=2)
    assert changed[30:50, 200:220].mean() > 0.9
    changed[30:50, 200:220] = False
    assert not changed.any()
    assert done.json["settings"]["size"] == "300x200"


def test_candidates_and_several_masks_come_as_whole_pictures(shell: Shell) -> None:
    shell.mask("first.png", 300, 200)
    picture = shell.picture("photo.png", 300, 200)
    boxes = ("--rect", "10,10,20,20", "--rect", "250,150,30,30")
    done = shell.run("inpaint", picture, "wood", *boxes, "-n", "2", "--seed", "3", "-o", "i.png", "--json", *QUICK)
    assert done.code == 0, done.out
    assert [file["path"] for file in done.json["files"]] == ["i-3.png", "i-4.png"]
    assert len(done.json["plans"]) == len(done.json["jobs"]) == 2
    for name in ("i-3.png", "i-4.png"):
        changed = (pixels(picture) != pixels(name)).any(axis=2)
        assert changed[10:30, 10:30].mean() > 0.9 and changed[150:180, 250:280].mean() > 0.9
        changed[10:30, 10:30] = changed[150:180, 250:280] = False
        assert not changed.any()


@pytest.mark.parametrize("detail", ["1", "2"])
def test_layers_are_painted_from_contexts_too_and_say_where_they_lie(shell: Shell, detail: str) -> None:
    """Protects `--layers`: the same pixels as without, laid by whoever asked; nothing but contexts leaves."""
    picture = shell.picture("photo.png", 300, 200)
    boxes = ("--rect", "10,10,20,20", "--rect", "250,150,30,30", "--seed", "3", "--detail", detail)
    done = shell.run("inpaint", picture, "wood", *boxes, "--layers", "-o", "l.png", "--json", *QUICK)
    assert done.code == 0, done.out + done.err
    assert [plan["share"] < 0.15 for plan in done.json["plans"]] == [True, True]
    whole = pixels(picture).copy()
    for number, (file, plan) in enumerate(zip(done.json["files"], done.json["plans"], strict=True)):
        layer, place = pixels(file["path"]), file["bounds"]
        assert (file["mask"], file["seed"]) == (number, 3)
        result = plan["result"]
        assert result["x"] <= place["x"] and place["x"] + place["width"] <= result["x"] + result["width"]
        rows = slice(place["y"], place["y"] + place["height"])
        columns = slice(place["x"], place["x"] + place["width"])
        opaque = layer[..., 3] == 255
        assert opaque.any() and set(np.unique(layer[..., 3])) <= {0, 255}
        whole[rows, columns][opaque] = layer[..., :3][opaque]
    shell.run("inpaint", picture, "wood", *boxes, "-o", "w.png", "--json", *QUICK)
    assert np.abs(whole.astype(int) - pixels("w.png")).max() <= 1


def test_softness_reaches_as_far_as_the_plan_says(shell: Shell) -> None:
    rect = ("--rect", "100,80,40,40")
    done, before, after = inpainted(shell, *rect, "--grow", "4", "--feather", "6", mode="RGBA")
    result = done.json["plans"][0]["result"]
    changed = (before != after).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert columns.min() < 100 and columns.max() >= 140
    assert result["x"] <= columns.min() and columns.max() < result["x"] + result["width"]
    assert result["y"] <= rows.min() and rows.max() < result["y"] + result["height"]


def test_a_canvas_beyond_the_picture_is_filled(shell: Shell) -> None:
    done, before, after = inpainted(shell, "--expand", "0,0,24,0")
    assert after.shape == (200, 324, 4)
    assert (after[..., 3] == 255).all()
    assert np.array_equal(after[:, :300, :3], before)
    assert done.json["plans"][0]["context"]["width"] < 324


def test_a_whole_picture_is_sent_for_what_is_fetched_later(shell: Shell) -> None:
    picture = shell.picture("photo.png", 300, 200)
    words = ("--rect", "100,80,40,40", "--detach", "--json", *QUICK)
    done = shell.run("inpaint", picture, "wood", *words)
    assert shell.run("jobs", "watch", done.json["job_id"], "-o", "w.png", "--quiet").code == 0
    assert pixels("w.png").shape == (200, 300, 3)
