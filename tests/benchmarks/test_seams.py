"""The benchmark's numbers tell what they say they tell: a seam is seen, none is not, and blur is no way out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks import seams
from benchmarks.inpaint_cases import cases, square
from bottega_daemon.diffusion.pixels import Floats

SIDE = 128
SELECTION = square(SIDE, 40, 40, 48)
HARD = SELECTION[..., None] > 0


def texture(seed: int) -> Floats:
    """Grey blobs without any direction."""
    noise = np.random.default_rng(seed).random((SIDE, SIDE), np.float32)
    grey = cv2.GaussianBlur(noise, (0, 0), 2)
    grey = (grey - grey.mean()) / grey.std() * 0.08 + 0.5
    return np.repeat(np.clip(grey, 0, 1)[..., None], 3, axis=-1).astype(np.float32)


def score(results: list[Floats], before: Floats) -> float:
    """Of several results together."""
    return seams.seam([seams.profile(results, before, SELECTION)])


def test_another_real_picture_has_no_seam() -> None:
    """One alone has edges by chance, the more of them are taken together the less."""
    profiles = [seams.profile(seams.mirrored(each), each, SELECTION) for each in map(texture, range(24))]
    assert seams.seam(profiles) < 1.2


@pytest.mark.parametrize("bright", [0.15, -0.15])
def test_a_patch_of_another_brightness_has_one(bright: float) -> None:
    before = texture(0)
    patched = [np.where(HARD, texture(seed) + np.float32(bright), before) for seed in range(1, 9)]
    plain = [np.where(HARD, texture(seed), before) for seed in range(1, 9)]
    assert score(patched, before) > 1.3 * score(plain, before)


def test_blur_has_no_detail() -> None:
    before = texture(0)
    soft = np.where(HARD, cv2.GaussianBlur(before, (0, 0), 8), before)
    kept = seams.detail(soft, before, SELECTION)
    assert kept is not None
    assert kept < 0.2


def test_colours_that_are_wrong_on_both_sides_do_not_cancel() -> None:
    ramp = np.repeat(np.linspace(0.2, 0.8, SIDE, dtype=np.float32)[None, :, None], SIDE, 0) * np.ones(3, np.float32)
    flat = np.where(HARD, np.float32(0.5), ramp)
    assert seams.colour_step(flat, ramp, SELECTION, 10) > 5
    assert seams.colour_step(ramp, ramp, SELECTION, 10) == 0


def test_every_case_selects_something_with_surroundings() -> None:
    for case in cases():
        assert 0 < case.selection.sum() < case.selection.size / 2
        assert case.canvas.shape[:2] == case.selection.shape
