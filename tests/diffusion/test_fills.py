"""Fills touch the masked part alone, in full precision, and each leaves in it what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bottega_daemon.diffusion.fills import CONTINUED_SIDE, FILLS, Told, border, row_of
from bottega_daemon.diffusion.pixels import Floats
from bottega_daemon.spec import Fill

HEIGHT, WIDTH = 40, 56
masks = arrays.arrays(np.float32, (HEIGHT, WIDTH), elements=st.sampled_from([0.0, 0.0, 0.0, 1.0]))
fills = st.sampled_from(list(FILLS))


def gradient(height: int, width: int) -> Floats:
    """A picture whose colours rise evenly to the right and downward, by steps that 8 bits do not have."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.stack([x / width, y / height, (x + y) / (height + width)], axis=-1) * np.float32(0.7)


def hole(height: int, width: int, top: int, left: int, side: int) -> Floats:
    mask = np.zeros((height, width), np.float32)
    mask[top : top + side, left : left + side] = 1
    return mask


@given(fills, masks, st.integers(0, 2**31))
def test_outside_the_mask_nothing_is_filled(fill: Fill, mask: Floats, seed: int) -> None:
    picture = np.random.default_rng(seed).random((HEIGHT, WIDTH, 3), np.float32)
    filled = FILLS[fill].paint(picture, mask)
    assert filled.dtype == np.float32 and np.isfinite(filled).all()
    assert filled.min() >= 0 and filled.max() <= 1
    np.testing.assert_array_equal(filled[mask == 0], picture[mask == 0])


@pytest.mark.parametrize("fill", ["neutral", "border", "noise"])
def test_nothing_of_what_was_there_shines_through(fill: Fill) -> None:
    mask = hole(96, 96, 30, 20, 40)
    one, other = gradient(96, 96), gradient(96, 96)
    other[mask == 1] = 1.0
    np.testing.assert_array_equal(FILLS[fill].paint(one, mask), FILLS[fill].paint(other, mask))


@pytest.mark.parametrize("size", [256, 1024, 4096])
def test_a_sliver_that_is_known_goes_on(size: int) -> None:
    """However much smaller it is continued."""
    picture, mask = np.zeros((64, size, 3), np.float32), np.ones((64, size), np.float32)
    picture[:, 0], mask[:, 0] = (0.8, 0.3, 0.2), 0
    np.testing.assert_allclose(border(picture, mask).mean((0, 1)), (0.8, 0.3, 0.2), atol=0.01)


@pytest.mark.parametrize("side", [24, 120, 2 * CONTINUED_SIDE])
def test_the_border_goes_on_into_the_hole(side: int) -> None:
    """At its edge a gradient goes on without a step to be seen; in the middle it lacks half of its rise at most."""
    size = 2 * side + 16
    picture, mask = gradient(size, size), hole(size, size, side // 2, side // 2, side)
    filled = border(picture, mask)
    missed = np.abs(filled - picture).max(axis=-1)
    assert missed.max() < 0.175
    edge = missed[side // 2 : side // 2 + 2, side // 2 : side // 2 + side]
    assert edge.mean() < 3 * 0.7 / size
    levels = filled[mask == 1] * 255
    assert np.abs(levels - np.rint(levels)).max() > 0.2, "8 bits would have been enough"


def test_a_blurred_filling_keeps_colours_and_loses_forms() -> None:
    picture = np.full((128, 128, 3), 0.2, np.float32)
    picture[::2] = 0.8
    filled = FILLS["blur"].paint(picture, hole(128, 128, 32, 32, 64))[40:88, 40:88]
    assert abs(filled.mean() - 0.5) < 0.01 and filled.std() < 0.02


def test_a_picture_that_is_masked_all_over_has_no_border() -> None:
    assert (border(gradient(32, 32), np.ones((32, 32), np.float32)) == 0.5).all()


@pytest.mark.parametrize(
    ("strength", "told", "fill"),
    [
        (1.0, "nothing", "border"),
        (0.99, "nothing", "keep"),
        (1.0, "channels", "keep"),
        (1.0, "control", "keep"),
    ],
)
def test_auto_fills_what_is_wholly_repainted_unless_the_model_is_told(strength: float, told: Told, fill: Fill) -> None:
    assert row_of("auto", strength, told) is FILLS[fill]
    assert row_of("blur", strength, told) is FILLS["blur"]
