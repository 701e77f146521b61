"""Any size goes onto the canvas and comes back at that size; what is seamless stays so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.diffusion.canvas import CELL, SEAMLESS_CELL, plan
from bottega_daemon.spec import Axes, Extent

sides = st.integers(1, 200)
all_axes: st.SearchStrategy[Axes] = st.sampled_from(["none", "x", "y", "xy"])


@settings(max_examples=60)
@given(sides, sides, all_axes)
def test_the_canvas_suits_the_model_and_returns_the_asked_extent(width: int, height: int, axes: Axes) -> None:
    canvas = plan(Extent(width, height), axes)
    assert canvas.painted.width % (SEAMLESS_CELL if "x" in axes else CELL) == 0
    assert canvas.painted.height % (SEAMLESS_CELL if "y" in axes else CELL) == 0
    entered = canvas.enter(np.random.default_rng(0).random((height, width, 3), np.float32))
    assert entered.shape == (canvas.painted.height, canvas.painted.width, 3)
    assert canvas.leave(entered).shape == (height, width, 3)


@settings(max_examples=60)
@given(sides, sides)
def test_padding_and_cropping_lose_nothing(width: int, height: int) -> None:
    picture = np.random.default_rng(1).random((height, width, 3), np.float32)
    canvas = plan(Extent(width, height))
    np.testing.assert_array_equal(canvas.leave(canvas.enter(picture)), picture)


@settings(max_examples=30)
@given(sides, sides)
def test_a_filled_mask_is_never_padded_with_white(width: int, height: int) -> None:
    canvas = plan(Extent(width, height))
    entered = canvas.enter(np.ones((height, width), np.float32), fill=0.0)
    assert entered.sum() == width * height


@pytest.mark.parametrize("side", [60, 100, 129, 200])
def test_resampling_a_seamless_picture_keeps_its_seam_smooth(side: int) -> None:
    canvas = plan(Extent(side, side), "xy")
    phase = np.linspace(0, 2 * np.pi, canvas.painted.width, endpoint=False, dtype=np.float32)
    wave = 0.5 + 0.4 * np.sin(phase)
    rows = np.tile(wave, (canvas.painted.height, 1)).astype(np.float32)
    left = canvas.leave(np.repeat(rows[..., None], 3, axis=2))
    step = np.abs(np.diff(left[..., 0], axis=1)).max()
    assert np.abs(left[:, 0, 0] - left[:, -1, 0]).max() <= step * 1.1
