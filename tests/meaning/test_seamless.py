"""Seamless means something: what was asked to tile shows no seam, and only where it was asked."""

from __future__ import annotations

import pytest

from bottega_daemon.spec import Axes
from tests.meaning.kit import Rgb, Studio, asked
from tests.meaning.rulers import X, Y, seam

PROMPTS = ("green marble", "red marble")
SEEDS = range(600, 604)


@pytest.fixture(scope="module")
def by_axes(studio: Studio) -> dict[Axes, Rgb]:
    """Textures without direction, by the axes along which they were asked to tile."""
    wanted: tuple[Axes, ...] = ("x", "y", "xy")
    return {
        axes: studio.paint([asked(prompt, seed, seamless=axes) for prompt in PROMPTS for seed in SEEDS])
        for axes in wanted
    }


@pytest.mark.parametrize("axis", ["x", "y"])
@pytest.mark.parametrize("axes", ["x", "y", "xy"])
def test_seams_are_where_they_were_not_asked_away(by_axes: dict[Axes, Rgb], axes: Axes, axis: str) -> None:
    """Protects tiling: across an asked edge a picture changes no more than inside it; across another one, far more."""
    seen = seam(by_axes[axes], {"x": X, "y": Y}[axis])
    assert seen <= 1.05 if axis in axes else seen > 2
