"""Whether GIMP's image was scaled or cropped, by a layer's look: a scaling is said where it is sure alone."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bottega.geometry import Extent

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "gimp"
OLD = (240, 200)
SIDES = st.tuples(st.floats(0.3, 0.93), st.floats(0.3, 0.93))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(PLUGIN))
    return import_module("bottega_gimp.looks")


def ramp(width: int, height: int) -> np.ndarray:
    """Red grows to the right, green downward: [height, width, 4]."""
    rows, columns = np.indices((height, width))
    blue = np.full(rows.shape, 64)
    return np.stack([columns * 255 // (width - 1), rows * 255 // (height - 1), blue, blue * 0 + 255], -1)


def page(width: int, height: int) -> np.ndarray:
    """A white one with a drawing on it, half of it transparent below."""
    values = np.full((height, width, 4), 255)
    values[height // 5 : height // 3, width // 6 : width // 3, :3] = 20
    values[height // 2 :, : width // 4] = 0
    return values


def look(values: np.ndarray, side: int) -> bytes:
    """What the middle of each of its parts shows."""
    height, width = values.shape[:2]
    rows, columns = (((np.arange(side) + 0.5) / side * length).astype(int) for length in (height, width))
    return values[np.ix_(rows, columns)].astype(np.uint8).tobytes()


def said(looks: Any, before: np.ndarray, now: np.ndarray) -> bool:
    extents = [Extent(each.shape[1], each.shape[0]) for each in (now, before)]
    return looks.scaled(look(now, looks.SIDE), look(before, looks.SIDE), *extents)


@pytest.mark.parametrize("picture", [ramp, page])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sides=SIDES, corner=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_crop_is_no_scaling(
    looks: Any, picture: Any, sides: tuple[float, float], corner: tuple[float, float]
) -> None:
    before = picture(*OLD)
    width, height = (round(side * part) for side, part in zip(OLD, sides, strict=True))
    x, y = (round((side - new) * part) for side, new, part in zip(OLD, (width, height), corner, strict=True))
    assert not said(looks, before, before[y : y + height, x : x + width])


@pytest.mark.parametrize("picture", [ramp, page])
@pytest.mark.parametrize("times", [(0.9, 0.9), (0.5, 0.5), (0.75, 0.5), (2.0, 2.0), (1.3, 0.8)])
def test_a_scaling_is_one(looks: Any, picture: Any, times: tuple[float, float]) -> None:
    width, height = (round(side * part) for side, part in zip(OLD, times, strict=True))
    assert said(looks, picture(*OLD), picture(width, height))


def test_what_is_plain_or_transparent_proves_nothing(looks: Any) -> None:
    for value in (0, 255):
        plain = np.full((OLD[1], OLD[0], 4), value)
        assert not said(looks, plain, plain[:180, :216])
        assert said(looks, plain, np.full((400, 480, 4), value)), "what has grown was not cut"


def test_what_has_changed_or_comes_from_another_version_proves_nothing(looks: Any) -> None:
    before, now = ramp(*OLD), 255 - ramp(480, 400)
    assert not said(looks, before, now)
    assert not looks.scaled(b"", look(before, looks.SIDE), Extent(480, 400), Extent(*OLD))
    assert not looks.scaled(bytes(1024), bytes(1024), Extent(480, 400), Extent(*OLD))
