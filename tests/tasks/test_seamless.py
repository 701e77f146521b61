"""Seamless as an artist meets it: nothing shows where the asked edges meet, and no place on the picture is special."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bottega_daemon.diffusion.noise import PictureNoise
from bottega_daemon.spec import Axes, Extent, Generate
from bottega_daemon.tasks import painting
from bottega_daemon.tasks.stages import Models
from tests.worker.kit import Bench, read_models, words

SIDE = 128
AXES: tuple[Axes, ...] = ("none", "x", "y", "xy")
DOWN, ACROSS = 0, 1


@pytest.fixture(scope="module")
def models(tiny_root: Path) -> Models:
    return read_models(tiny_root)


def jump(made: Any, axis: int) -> float:
    """How much more the picture changes across its outer edge than across an edge of latent cells inside."""
    inside = np.abs(np.diff(made, axis=axis)).mean(axis=(1 - axis, 2))[7::8]
    outer = np.abs(np.take(made, 0, axis) - np.take(made, -1, axis)).mean()
    return float(outer / np.median(inside))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("seamless", AXES)
def test_only_edges_that_were_not_asked_for_show(models: Models, tmp_path: Path, seed: int, seamless: Axes) -> None:
    bench = Bench(models, tmp_path)
    grey = bench.image(np.full((SIDE, SIDE, 3), 128, np.uint8))
    how = words(steps=10, seed=seed, seamless=seamless)
    made = bench.run(Generate(how, Extent(SIDE, SIDE), grey, 0.1))[0].astype(float)
    for axis, name in ((ACROSS, "x"), (DOWN, "y")):
        seen = jump(made, axis)
        assert seen < 1.4 if name in seamless else seen > 1.7, f"{name}: {seen}"


@pytest.mark.parametrize("sampler", ["euler", "euler_a", "dpmpp_2m"])
@pytest.mark.parametrize("seamless", AXES)
def test_shifted_noise_gives_the_shifted_picture(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seamless: Axes, sampler: str
) -> None:
    task = Generate(words(sampler=sampler, seamless=seamless), Extent(SIDE, SIDE))
    made = Bench(models, tmp_path / "made").run(task)[0].astype(int)
    for axis, name in ((ACROSS, "x"), (DOWN, "y")):
        shift_noise(monkeypatch, cells=8, axis=axis)
        shifted = Bench(models, tmp_path / name).run(task)[0].astype(int)
        furthest = np.abs(np.roll(made, 64, axis) - shifted).max()
        assert furthest <= 1 if name in seamless else furthest > 20, f"{name}: {furthest}"


def shift_noise(monkeypatch: pytest.MonkeyPatch, cells: int, axis: int) -> None:
    """Let every picture's noise begin so many cells further along an axis."""

    class Shifted(PictureNoise):
        def __call__(self) -> torch.Tensor:
            return super().__call__().roll(cells, dims=2 + axis)

    monkeypatch.setattr(painting, "PictureNoise", Shifted)
