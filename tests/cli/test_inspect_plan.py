"""`inspect-plan` tells and draws what would be sent, with and without a daemon, and sends nothing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from bottega.geometry import Bounds, Extent
from bottega.planning import native, plan
from bottega_daemon.cli.drawing import CONTEXT, RESULT, SELECTION, TILE
from tests.cli.kit import Shell


def mask_file(shell: Shell, *, width: int = 600, height: int = 400, mode: str = "L") -> Path:
    """White in 40 x 30 pixels at (500, 20)."""
    image = Image.new(mode, (width, height), 0)
    image.paste(65535 if mode == "I;16" else 255, (500, 20, 540, 50))
    image.save(shell.folder / "mask.png")
    return shell.folder / "mask.png"


def test_the_plan_is_that_of_the_planner(lonely: Shell) -> None:
    picture = lonely.picture("photo.png", 600, 400)
    asked = ("--family", "sd15", "--native", "128", "--detail", "2", "--grow", "2", "--feather", "3", "--json")
    done = lonely.run("inspect-plan", picture, "--mask", mask_file(lonely), *asked)
    assert done.code == 0, done.err
    (found,) = done.json["plans"]
    assert found["selection"] == {"x": 500, "y": 20, "width": 40, "height": 30}
    assert found["result"] == {"x": 492, "y": 11, "width": 56, "height": 48}
    assert found["way"] == "two"
    assert done.json["native"] == 128
    part = ("--grow", "4%", "--feather", "1+4%")  # of a diagonal of 50 pixels
    assert lonely.run("inspect-plan", picture, "--rect", "500,20,40,30", *asked, *part).json["plans"] == [found]
    by_rect = lonely.run("inspect-plan", picture, "--rect", "500,20,40,30", *asked)
    assert by_rect.json["plans"] == [found]
    deep = lonely.run("inspect-plan", picture, "--mask", mask_file(lonely, mode="I;16"), *asked)
    assert deep.json["plans"] == [found]


def test_the_words_name_every_size(lonely: Shell) -> None:
    picture = lonely.picture("photo.png", 600, 400)
    done = lonely.run("inspect-plan", picture, "--mask", mask_file(lonely), "--family", "sdxl")
    assert done.code == 0, done.err
    found = plan(Extent(600, 400), Bounds(500, 20, 40, 30), native("sdxl"))
    for size in (found.canvas, found.selection.extent, found.result.extent, found.context.extent, found.last.work):
        assert str(size) in done.out
    assert "in one pass" in " ".join(done.out.split()), "wherever the terminal's width breaks it"


def test_an_outpaint_and_tiles_are_told(lonely: Shell) -> None:
    picture = lonely.picture("photo.png", 600, 400)
    out = lonely.run("inspect-plan", picture, "--rect=-300,-100,1200,600", "--family", "starter")
    assert out.code == 0, out.err
    assert "1200 x 600" in out.out
    assert "added to it" in out.out
    assert "tiles of 128 x 128" in out.out


def test_several_masks_have_a_plan_each_and_are_drawn_below_each_other(lonely: Shell) -> None:
    picture = lonely.picture("photo.png", 600, 400)
    asked = ("--rect", "10,20,30,40", "--rect", "400,300,64,64", "--family", "sd15")
    done = lonely.run("inspect-plan", picture, *asked, "--json", "--picture", "plans.png")
    assert done.code == 0, done.err
    wanted = [plan(Extent(600, 400), box, native("sd15")) for box in (Bounds(10, 20, 30, 40), Bounds(400, 300, 64, 64))]
    assert done.json["plans"] == [each.as_dict() for each in wanted]
    told = lonely.run("inspect-plan", picture, *asked)
    assert "mask 0" in told.out and "mask 1" in told.out
    lonely.run("inspect-plan", picture, "--rect", "10,20,30,40", "--family", "sd15", "--picture", "plan.png")
    with Image.open("plans.png") as both, Image.open("plan.png") as one:
        assert both.height == 2 * one.height
        assert (np.asarray(both.crop((0, 0, *one.size))) == np.asarray(one)).all()


def test_an_expanded_canvas_and_what_must_be_seen_are_planned_as_inpaint_plans_them(lonely: Shell) -> None:
    """Protects that the plan shown is the one carried out: the void is selected with every mask."""
    picture = lonely.picture("photo.png", 600, 400)
    done = lonely.run("inspect-plan", picture, "--expand", "0,0,200,0", "--family", "sd15", "--json")
    (found,) = done.json["plans"]
    assert found["canvas"] == [800, 400]
    assert found["selection"] == {"x": 600, "y": 0, "width": 200, "height": 400}
    rect = ("--rect", "300,200,20,20", "--family", "sd15", "--json")
    near = lonely.run("inspect-plan", picture, *rect).json["plans"][0]["context"]
    (far,) = lonely.run("inspect-plan", picture, *rect, "--include", "5,6,40,40").json["plans"]
    assert near["x"] > 45 and far["context"]["x"] <= 5 and far["context"]["y"] <= 6


def test_a_daemon_tells_its_models(shell: Shell) -> None:
    picture = shell.picture("photo.png")
    asked = ("--mask", shell.mask("mask.png"), "--json")
    assert shell.run("inspect-plan", picture, *asked).json["native"] == 64, "the tiny library's"
    unknown = shell.run("inspect-plan", picture, "--checkpoint", "none", *asked)
    assert (unknown.code, unknown.error["reason"], unknown.error["option"]) == (2, "NOT_FOUND", "--checkpoint")


def test_without_a_daemon_it_is_planned_for_a_common_family(lonely: Shell) -> None:
    picture = lonely.picture("photo.png")
    done = lonely.run("inspect-plan", picture, "--mask", lonely.mask("mask.png"))
    assert done.code == 0
    assert "--family" in done.err
    named = lonely.run("inspect-plan", picture, "--mask", "mask.png", "--checkpoint", "a", "--json")
    assert named.code == 3, "what a checkpoint needs only its daemon knows"


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_drawing_shows_each_bounds_in_its_colour(lonely: Shell, mode: str) -> None:
    picture = lonely.picture("photo.png", 600, 400, mode=mode)
    done = lonely.run(
        "inspect-plan", picture, "--rect", "100,80,300,200", "--family", "starter", "--picture", "plan.png"
    )
    assert done.code == 0, done.err
    assert "plan.png" in done.out
    pixels = np.asarray(Image.open("plan.png").convert("RGB"))
    assert pixels.shape[1] >= 720
    for colour in (SELECTION, RESULT, CONTEXT, TILE):
        assert (pixels == colour).all(axis=2).sum() > 100


@pytest.mark.parametrize("value", [0.0, 0.2140411, 1.0, 7.0])
def test_floats_are_drawn_as_they_look(lonely: Shell, value: float) -> None:
    cv2.imwrite("light.tiff", np.full((300, 400, 3), value, np.float32))
    done = lonely.run("inspect-plan", "light.tiff", "--rect", "10,10,9,9", "--family", "sd15", "--picture", "plan.png")
    assert done.code == 0, done.err
    pixels = np.asarray(Image.open("plan.png").convert("RGB")).reshape(-1, 3)
    wanted = {0.0: 0, 0.2140411: 128}.get(value, 255)
    assert (np.abs(pixels.astype(int) - wanted) <= 1).all(axis=1).sum() > 20_000, "that grey, in the context at least"


def test_words_say_what_is_done_in_which_order(lonely: Shell) -> None:
    picture = lonely.picture("photo.png", 600, 400)
    asked = ("--rect", "0,0,600,400", "--family", "starter", "--strength")
    high = " ".join(lonely.run("inspect-plan", picture, *asked, "1").out.split())
    assert "composed small, then refined in tiles" in high
    low = " ".join(lonely.run("inspect-plan", picture, *asked, "0.4").out.split())
    assert "nothing composed first" in low and "composed small" not in low
    tiny = lonely.picture("tiny.png", 100, 100)
    done = lonely.run("inspect-plan", tiny, "--rect", "10,10,20,20", "--family", "sd15")
    assert "exactly" not in done.out


def test_strips_and_single_pixels_are_drawn(lonely: Shell) -> None:
    strip = lonely.picture("strip.png", 900, 3)
    for rect in ("0,0,900,3", "450,1,1,1", "899,0,5000,3"):
        done = lonely.run("inspect-plan", strip, "--rect", rect, "--family", "sd15", "--picture", "plan.png")
        assert done.code == 0, done.err
        with Image.open("plan.png") as image:
            assert image.height > 640


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ((), "inpaint.mask"),
        (("--rect", "1,1,4,4", "--mask", "mask.png"), "inpaint.mask"),
        (("--rect", "a"), "inpaint.mask"),
        (("--rect", "1,1,0,4"), "plan.selection"),
        (("--rect", "30000,1,4,4"), "plan.selection"),
        (("--mask", "black.png"), "inpaint.mask"),
        (("--rect", "1,1,4,4", "--detail", "9"), "plan.detail"),
        (("--rect", "1,1,4,4", "--detail", "nan"), "plan.detail"),
        (("--rect", "1,1,4,4", "--grow", "-1"), "inpaint.grow"),
        (("--rect", "1,1,4,4", "--context", "-1"), "plan.margin"),
        (("--rect", "1,1,4,4", "--include", "here"), "plan.include"),
        (("--expand", "0,0,0,0"), "inpaint"),
        (("--rect", "1,1,4,4", "--family", "sd99"), "family"),
        (("--rect", "1,1,4,4", "--family", "sd15", "--native", "7"), "native"),
        (("--rect", "1,1,4,4", "--picture", "plan.jpg"), "output"),
    ],
)
def test_bad_input_is_told_with_its_field(lonely: Shell, words: tuple[str, ...], field: str) -> None:
    picture = lonely.picture("photo.png")
    lonely.mask("mask.png")
    Image.new("L", (64, 48)).save("black.png")
    family = () if "--family" in words else ("--family", "sd15")
    done = lonely.run("inspect-plan", picture, *words, *family, "--json")
    assert (done.code, done.error["field"]) == (2, field)
    assert done.error["remedy"]
