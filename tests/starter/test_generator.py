"""The generator: the same for ever; materials wrap; depth is planar and agrees with ids; captions name things."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.starter.generator import colours, materials, sample, scene

INDICES = st.integers(0, 10**6)


@given(index=INDICES, kind=st.sampled_from(sample.KINDS))
@settings(max_examples=8, deadline=None)
def test_a_picture_depends_on_its_number_alone(index: int, kind: str) -> None:
    first, again = (sample.draw(5, index, 32, kind) for _ in range(2))
    other = sample.draw(5, index + 1, 32, kind)
    assert np.array_equal(first.rgb, again.rgb) and np.array_equal(first.depth, again.depth)
    assert first.caption == again.caption and np.array_equal(first.keypoints, again.keypoints)
    assert not np.array_equal(first.rgb, other.rgb)


@pytest.mark.parametrize("material", materials.MATERIALS)
@pytest.mark.parametrize("axis", (0, 1))
def test_a_material_wraps(material: str, axis: int) -> None:
    seams, insides = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        tile = materials.paint(rng, material, colours.shade(rng, "red"), 64, roll=True)
        steps = np.abs(np.roll(tile, -1, axis) - tile).mean(axis=(1 - axis, 2))
        seams.append(steps[-1])
        insides.append(steps[:-1])
    assert np.mean(seams) <= 1.6 * np.mean(insides) + 0.02
    assert max(seams) <= np.max(insides) + 1e-6


@given(index=INDICES, kind=st.sampled_from(("one", "two", "figure")))
@settings(max_examples=12, deadline=None)
def test_floor_and_wall_are_planes_in_inverse_depth(index: int, kind: str) -> None:
    """A plane seen by a pinhole has an inverse planar depth that is affine in the pixel's place."""
    drawn = sample.draw(6, index, 64, kind)
    ys, xs = np.mgrid[0:64, 0:64]
    for ident in (scene.FLOOR_ID, scene.WALL_ID):
        here = drawn.ids == ident
        if here.sum() < 50:
            continue
        places = np.stack([ys[here], xs[here], np.ones(here.sum())], -1)
        inverse = 1.0 / drawn.depth[here].astype(np.float64)
        fit, *_ = np.linalg.lstsq(places, inverse, rcond=None)
        assert np.abs(places @ fit - inverse).max() < 1e-4


@given(index=INDICES, kind=st.sampled_from(("one", "two", "figure")))
@settings(max_examples=12, deadline=None)
def test_depth_is_infinite_exactly_in_the_sky(index: int, kind: str) -> None:
    drawn = sample.draw(8, index, 64, kind)
    assert np.array_equal(np.isinf(drawn.depth), drawn.ids == scene.SKY_ID)
    assert (drawn.depth[np.isfinite(drawn.depth)] > 0).all()
    assert (drawn.ids >= scene.FIRST_OBJECT_ID).mean() > 0.015


@given(index=INDICES)
@settings(max_examples=8, deadline=None)
def test_the_skeleton_lies_in_the_figure(index: int) -> None:
    drawn = sample.draw(9, index, 128, "figure")
    body = drawn.ids >= scene.FIRST_OBJECT_ID
    seen = drawn.keypoints[0][drawn.keypoints[0, :, 2] > 0]
    columns, rows = seen[:, 0].astype(int), seen[:, 1].astype(int)
    assert len(seen) >= 12
    assert body[rows, columns].mean() > 0.8


@given(index=INDICES, kind=st.sampled_from(("one", "two", "figure")))
@settings(max_examples=12, deadline=None)
def test_a_caption_names_every_thing_with_its_colour(index: int, kind: str) -> None:
    drawn = sample.draw(10, index, 32, kind)
    assert any(word in drawn.caption for word in colours.COLOURS[drawn.colour].words)


@given(index=INDICES)
@settings(max_examples=40, deadline=None)
def test_held_out_pairs_are_never_drawn_flat(index: int) -> None:
    drawn = sample.draw(7, index, 16, "flat")
    assert (drawn.colour, drawn.material) not in sample.HELD_OUT
