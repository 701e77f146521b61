"""The demo: its inputs, its contact sheet, and all of it with the starter model."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bottega import messages as m
from bottega.pixels import Pixels
from bottega_daemon.cli.demo import sheet, show
from bottega_daemon.cli.demo.works import SIDE, inputs, works
from tests.cli.kit import Shell


def test_the_repository_carries_what_the_demo_needs() -> None:
    given = inputs()
    assert {(each.width, each.height) for each in (given.wall, given.mask, given.scene, given.depth)} == {(SIDE, SIDE)}
    assert (given.depth.depth, given.depth.channels, given.mask.channels) == ("f32", 1, 1)
    metres = np.frombuffer(given.depth.data, "<f4")
    assert metres.min() > 0.5
    assert metres.max() > metres.min() + 1
    assert {0, 255} <= set(given.mask.data)
    names = [work.name for work in works(given)]
    assert names == ["texture-1", "texture-2", "texture-3", "inpaint", "scene-depth", "scene-canny"]


def test_the_sheet_shows_every_picture_once() -> None:
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0)]
    cells = [sheet.Cell(Image.new("RGB", (9, 9), colour), "title", "a long line " * 20) for colour in colours]
    page = sheet.sheet("Bottega", "line", cells)
    counted = {colour: count for count, colour in page.getcolors(1 << 20) or () if colour in colours}
    assert counted == dict.fromkeys(colours, sheet.CELL**2)


def test_a_flat_or_missing_picture_fails_the_demo(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    done = show.Done(works(inputs())[0], Pixels.of(noise), m.Job(), 1.0)
    assert show._verdict([done], tmp_path) == 1, "nothing was written"
    for name in ("texture-1.png", show.SHEET):
        (tmp_path / name).touch()
    assert show._verdict([done], tmp_path) == 0
    flat = dataclasses.replace(done, pixels=Pixels.filled(8, 8, (128, 128, 128)))
    assert show._verdict([flat], tmp_path) == 1


@pytest.mark.slow
def test_the_whole_demo(lonely: Shell, capfd: pytest.CaptureFixture[str]) -> None:
    done = lonely.run("demo")
    assert done.code == 0, done.out + capfd.readouterr().err
    for name in ("texture-1", "texture-2", "texture-3", "inpaint", "scene-depth", "scene-canny", "contact-sheet"):
        with Image.open(f"demo/{name}.png") as image:
            image.load()
        assert f"{name}.png" in done.out
    assert "UNet calls" in done.out
    given = inputs()
    with Image.open("demo/inpaint.png") as image:
        changed = (np.asarray(image).reshape(-1) != np.frombuffer(given.wall.data, np.uint8)).reshape(SIDE * SIDE, 3)
    selected = np.frombuffer(given.mask.data, np.uint8) > 0
    assert changed.any(axis=1)[selected].mean() > 0.5
    assert not changed[~selected].any()
