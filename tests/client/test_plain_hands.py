"""Hands in plain Python do what those with numpy do, in every depth, for soft, solid and empty masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega import messages as m
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import Depth, Pixels
from bottega.planning.plain import HANDS
from bottega.planning.walking import Hands
from bottega_daemon.cli.hands import HANDS as ORACLE
from bottega_daemon.cli.layers import array_of

KINDS = {"u8": np.uint8, "u16": np.uint16, "f16": np.float16, "f32": np.float32}
CLOSE = {"u8": 1.0, "u16": 1.0, "f16": 2e-3, "f32": 1e-6}


def pixels(values: np.ndarray, depth: Depth, space: str = "srgb") -> Pixels:
    top = np.iinfo(KINDS[depth]).max if depth in ("u8", "u16") else 1.0
    stored = np.rint(values * top) if depth in ("u8", "u16") else values
    return Pixels.of(np.ascontiguousarray(stored.astype(KINDS[depth])), space)  # type: ignore[arg-type]


def scene(seed: int, depth: Depth, channels: int) -> tuple[Pixels, Picture]:
    """A picture, and a layer whose alpha is 0, soft and 1 by turns."""
    rng = np.random.default_rng(seed)
    below = rng.random((12, 17, channels))
    if channels == 4:
        below[..., 3] = rng.choice([0.0, 0.4, 1.0], (12, 17))
    above = rng.random((7, 9, 4))
    above[..., 3] = np.clip(rng.random((7, 9)) * 3 - 1, 0, 1) * rng.choice([0.0, 1.0], (7, 1), p=[0.2, 0.8])
    layer = Picture("job", 0, 1, pixels(above, depth), m.Bounds(x=3, y=4, width=9, height=7))
    return pixels(below, depth), layer


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", ["u8", "u16", "f16", "f32"])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_layers_are_laid_as_numpy_lays_them(seed: int, depth: Depth, channels: int) -> None:
    picture, layer = scene(seed, depth, channels)
    ours, theirs = (array_of(hands.laid(picture, [layer])).astype(float) for hands in (HANDS, ORACLE))
    seen = theirs[..., 3:] > 0 if channels == 4 else np.ones_like(theirs, bool)
    assert np.abs(np.where(seen, ours - theirs, 0)).max() <= CLOSE[depth]
    alone = np.ones((12, 17), bool)
    alone[4:11, 3:12] = array_of(layer.pixels)[..., 3] == 0
    assert (ours[alone] == array_of(picture)[alone]).all()


@pytest.mark.parametrize("hands", [HANDS, ORACLE], ids=["plain", "numpy"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", ["f16", "f32"])
def test_infinite_lights_stay_where_they_show_and_go_where_they_do_not(
    hands: Hands, depth: Depth, channels: int
) -> None:
    """Protects pictures from NaN: a firefly under a soft edge is one, and under a whole layer it is none any more."""
    below = np.full((1, 6, channels), np.inf)
    below[0, 3:] = -np.inf
    if channels == 4:
        below[..., 3] = [[1, 1, 1, 1, 1, 0]]
    above = np.full((1, 6, 4), 0.25)
    above[0, :, 3] = [0, 0.5, 1, 0.5, 1, 0.5]
    layer = Picture("job", 0, 1, pixels(above, depth), m.Bounds(x=0, y=0, width=6, height=1))
    found = array_of(hands.laid(pixels(below, depth), [layer]))[0, :, 0]
    last = 0.25 if channels == 4 else -np.inf
    assert found.tolist() == [np.inf, np.inf, 0.25, -np.inf, 0.25, last]


@pytest.mark.parametrize("depth", ["u8", "u16", "f16", "f32"])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), left=st.floats(0, 6), top=st.floats(0, 6))
def test_reach_and_fade_are_numpys(seed: int, depth: Depth, left: float, top: float) -> None:
    _picture, layer = scene(seed, depth, 4)
    place, extent = Bounds(2, 3, 8, 7), Extent(17, 12)
    ours = HANDS.faded(HANDS.reach(layer, extent), place, left, top)
    theirs = ORACLE.faded(ORACLE.reach(layer, extent), place, left, top)
    assert (ours is None) == (theirs is None)
    if ours and theirs:
        assert np.abs(array_of(ours).astype(int) - array_of(theirs)).max() <= 1


def test_what_shows_nowhere_has_no_mask() -> None:
    layer = Picture("job", 0, 1, Pixels.filled(4, 4, (9, 9, 9, 0)), m.Bounds(x=1, y=1, width=4, height=4))
    assert HANDS.faded(HANDS.reach(layer, Extent(8, 8)), Bounds(0, 0, 8, 8), 0, 0) is None
