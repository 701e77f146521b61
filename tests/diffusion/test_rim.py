"""What a layer's hidden rim shows of a shift of colours is taken back inside; another thing keeps its colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.diffusion.colour import lab_of, rgb_of
from bottega_daemon.diffusion.pixels import Floats
from bottega_daemon.diffusion.rim import FARTHEST, levelled, membrane
from tests.diffusion.test_fills import hole

SIDE = 128
ALPHA = hole(SIDE, SIDE, 41, 46, 47)
REPAINTED = hole(SIDE, SIDE, 32, 36, 64)
shifts = st.tuples(*[st.floats(-6, 6)] * 3)


def ramp() -> Floats:
    """Grey, from dark on the left to bright on the right."""
    return np.repeat(np.linspace(0.3, 0.6, SIDE, dtype=np.float32)[None, :, None], SIDE, 0) * np.ones(3, np.float32)


def painted(change: Floats | tuple[float, ...]) -> Floats:
    """The ramp with all that was repainted changed in Lab."""
    lab = lab_of(ramp())
    lab[REPAINTED > 0] += np.broadcast_to(np.asarray(change, np.float32), lab.shape)[REPAINTED > 0]
    return rgb_of(lab)


def error(found: Floats) -> float:
    """The greatest that shows, in Lab."""
    return float(np.linalg.norm(lab_of(found) - lab_of(ramp()), axis=-1)[ALPHA > 0].max())


@given(shifts)
def test_a_shift_of_all_that_is_painted_is_taken_back(shift: tuple[float, float, float]) -> None:
    assert error(levelled(painted(shift), ramp(), REPAINTED, ALPHA, ALPHA)) < 1.0


def test_a_shift_that_differs_from_side_to_side_is_taken_back() -> None:
    """Too bright on the left, too dark on the right: a flat patch on a gradient, which no single shift mends."""
    tilt = np.linspace(5, -5, SIDE, dtype=np.float32)[None, :, None] * np.array([1, 0, 0], np.float32)
    before = painted(np.broadcast_to(tilt, (SIDE, SIDE, 3)))
    assert error(levelled(before, ramp(), REPAINTED, ALPHA, ALPHA)) < 0.5 * error(before)


@given(st.floats(2 * FARTHEST + 1, 60), st.sampled_from([1, 2]))
def test_another_thing_keeps_its_colours(difference: float, channel: int) -> None:
    change = [0.0, 0.0, 0.0]
    change[channel] = difference
    before = painted(tuple(change))
    np.testing.assert_allclose(
        levelled(before, ramp(), REPAINTED, ALPHA, ALPHA)[ALPHA > 0],
        before[ALPHA > 0],
        atol=0.02 * difference / FARTHEST,
    )


@given(st.integers(0, 2**31))
def test_what_shows_has_no_say(seed: int) -> None:
    """The picture under what is wholly shown is the very thing that was to go away."""
    before, other = ramp(), ramp()
    other[ALPHA > 0] = np.random.default_rng(seed).random((47 * 47, 3), np.float32)
    made = painted((3, -2, 4))
    one, two = (levelled(made, each, REPAINTED, ALPHA, ALPHA) for each in (before, other))
    np.testing.assert_allclose(one[ALPHA > 0], two[ALPHA > 0], atol=1e-5)


@pytest.mark.parametrize("alpha", [np.zeros((SIDE, SIDE), np.float32), np.ones((SIDE, SIDE), np.float32), REPAINTED])
def test_without_a_rim_nothing_is_changed(alpha: Floats) -> None:
    before = painted((5, 5, 5))
    np.testing.assert_array_equal(levelled(before, ramp(), REPAINTED, alpha, alpha), before)


def brush() -> Floats:
    """A soft round stroke, a little over the middle."""
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32) - 64
    drawn = np.exp(-(down**2 + across**2) / (2 * 18.0**2))
    return np.where(drawn < 1 / 255, 0, drawn).astype(np.float32)


@pytest.mark.parametrize("drawn", [*(REPAINTED * value for value in (1.0, 0.98, 0.9, 0.5, 0.1)), brush()])
def test_a_change_that_was_softly_selected_is_what_was_asked_for(drawn: Floats) -> None:
    """Protects recolouring at any opacity: what half shows is no error, and nothing pulls it back."""
    lab, wanted = lab_of(ramp()), np.array([4, 6, -3], np.float32)
    lab[drawn > 0] += wanted
    found = lab_of(levelled(rgb_of(lab), ramp(), (drawn > 0).astype(np.float32), drawn, drawn)) - lab_of(ramp())
    np.testing.assert_allclose(found[60:68, 60:68].mean((0, 1)), wanted, rtol=0.05)


@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 40))
def test_a_membrane_keeps_what_is_known_and_stays_within_it(seed: int, height: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random((height, width, 3), np.float32) * 4 - 2
    known = (rng.random((height, width)) < 0.2).astype(np.float32)
    known[rng.integers(height), rng.integers(width)] = 1
    found = membrane(values, known)
    at = known > 0
    np.testing.assert_array_equal(found[at], values[at])
    assert (found >= values[at].min(axis=0) - 1e-4).all()
    assert (found <= values[at].max(axis=0) + 1e-4).all()
