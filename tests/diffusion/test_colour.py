"""A shift of colours that the kept part shows is taken back everywhere; what is masked has no say in it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.diffusion.colour import FARTHEST, matched
from bottega_daemon.diffusion.pixels import Floats
from tests.diffusion.test_fills import hole

SIDE = 96
MASK = hole(SIDE, SIDE, 24, 32, 32)
channels = st.floats(-6, 6)


def picture(seed: int = 0) -> Floats:
    """Smooth colours, well inside the gamut."""
    rough = np.random.default_rng(seed).random((6, 6, 3), np.float32)
    return np.asarray(cv2.resize(rough, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.float32) * 0.4 + 0.3


def shifted(values: Floats, by: tuple[float, float, float], contrast: float = 1.0) -> Floats:
    """Moved in Lab, as an autoencoder might."""
    lab = np.asarray(cv2.cvtColor(values, cv2.COLOR_RGB2Lab), np.float32)
    lab[..., 0] = (lab[..., 0] - 50) * contrast + 50
    return np.asarray(cv2.cvtColor(lab + np.array(by, np.float32), cv2.COLOR_Lab2RGB), np.float32)


@given(channels, channels, channels, st.floats(0.93, 1.07))
def test_a_shift_is_taken_back_in_the_masked_part_too(l: float, a: float, b: float, contrast: float) -> None:  # noqa: E741
    truth = picture()
    truth[MASK == 1] = picture(5)[MASK == 1]
    before = picture()
    found = matched(shifted(truth, (l, a, b), contrast), before, MASK)
    assert np.abs(found - truth).max() < 0.02


@given(st.integers(0, 2**31))
def test_what_is_masked_has_no_say(seed: int) -> None:
    one = shifted(picture(), (3, -2, 4))
    other = one.copy()
    other[MASK == 1] = np.random.default_rng(seed).random((32 * 32, 3), np.float32)
    before = picture()
    before_other = before.copy()
    before_other[MASK == 1] = 0
    kept = MASK == 0
    np.testing.assert_allclose(matched(one, before, MASK)[kept], matched(other, before_other, MASK)[kept], atol=1e-6)


def test_a_selection_of_another_colour_is_not_pulled_towards_its_surroundings() -> None:
    """Statistics of the inside against the outside would turn this red patch green."""
    before = np.full((SIDE, SIDE, 3), (0.2, 0.6, 0.2), np.float32)
    painted = before.copy()
    painted[MASK == 1] = (0.7, 0.1, 0.1)
    np.testing.assert_allclose(matched(painted, before, MASK), painted, atol=2e-3)


def test_a_few_edges_that_moved_do_not_count() -> None:
    before = picture()
    painted = shifted(before, (2, 0, 0))
    painted[:, 90:94] = 0
    found = matched(painted, before, MASK)
    away = np.ones((SIDE, SIDE), bool)
    away[:, 88:] = False
    assert np.abs(found - before)[away].max() < 0.02


@pytest.mark.parametrize("shift", [30.0, -30.0])
def test_more_than_a_shift_of_colours_is_not_corrected(shift: float) -> None:
    before = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    painted = shifted(before, (shift, 0, 0))
    moved = cv2.cvtColor(matched(painted, before, MASK), cv2.COLOR_RGB2Lab) - cv2.cvtColor(painted, cv2.COLOR_RGB2Lab)
    assert np.abs(moved[..., 0]).max() <= 1.05 * FARTHEST


def test_without_surroundings_nothing_is_changed() -> None:
    painted = picture(1)
    np.testing.assert_array_equal(matched(painted, picture(2), np.ones((SIDE, SIDE), np.float32)), painted)
