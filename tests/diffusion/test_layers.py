"""A layer laid over its picture changes what was selected and not a bit of the rest, at any size and depth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bottega import messages as m
from bottega.events import Picture
from bottega.pixels import Pixels
from bottega_daemon.cli.layers import expanded, laid
from bottega_daemon.diffusion.layers import layer, seen, transparent, unchanged
from bottega_daemon.diffusion.masks import area
from bottega_daemon.diffusion.pixels import DTYPES, Stored, from_float, to_float
from bottega_daemon.spec import Bounds, ChannelDepth, ColorSpace, Margin

depths: st.SearchStrategy[ChannelDepth] = st.sampled_from(["u8", "u16", "f16", "f32"])
spaces: st.SearchStrategy[ColorSpace] = st.sampled_from(["srgb", "linear"])
shapes = st.tuples(st.integers(1, 24), st.integers(1, 24))
margins = st.builds(Margin, st.integers(0, 3), st.sampled_from([0.0, 0.2]))


@st.composite
def selections(draw: st.DrawFn) -> Stored:
    """Any size, any softness, any depth; often with nothing, or all of it, selected."""
    depth: ChannelDepth = draw(st.sampled_from(["u8", "u16", "f32"]))
    values = draw(arrays.arrays(np.float32, draw(shapes), elements=st.sampled_from([0, 0, 0, 0.004, 0.5, 1])))
    return from_float(values, depth)


def pixels_of(stored: Stored, depth: ChannelDepth, space: ColorSpace) -> Pixels:
    return Pixels(stored.shape[1], stored.shape[0], stored.shape[2], depth, space, stored.tobytes())


def composed(picture: Stored, cut: tuple[Stored, Bounds], depth: ChannelDepth, space: ColorSpace) -> Stored:
    """The layer over the picture, as the command line does it."""
    pixels, box = cut
    bounds = m.Bounds(x=box.x, y=box.y, width=box.width, height=box.height)
    made = laid(pixels_of(picture, depth, space), [Picture("", 0, 0, pixels_of(pixels, depth, space), bounds)])
    return np.frombuffer(made.data, DTYPES[depth]).reshape(picture.shape)


@given(selections(), depths, spaces, st.sampled_from([1, 3, 4]), margins, margins, st.integers(0, 2**31))
def test_outside_the_mask_every_bit_stays(
    selection: Stored,
    depth: ChannelDepth,
    space: ColorSpace,
    channels: int,
    grow: Margin,
    feather: Margin,
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    picture = from_float(random.random((*selection.shape, channels), np.float32), depth)
    painted = random.random((*selection.shape, 3), np.float32)
    alpha = area(selection, grow, feather).alpha
    pixels, box = layer(painted, alpha, picture, depth, space)
    assert pixels.dtype == DTYPES[depth] and pixels.shape == (box.height, box.width, 4)
    result = composed(picture, (pixels, box), depth, space)
    np.testing.assert_array_equal(result[alpha == 0], picture[alpha == 0])
    if channels < 4:
        new = pixels[..., :channels]
        inside = result[box.y : box.y + box.height, box.x : box.x + box.width]
        whole = alpha[box.y : box.y + box.height, box.x : box.x + box.width] == 1
        np.testing.assert_array_equal(inside[whole], new[whole])


@given(selections(), depths, st.sampled_from([1, 3, 4]), st.integers(0, 2**31))
def test_a_layer_of_the_pictures_own_pixels_changes_nothing(
    selection: Stored, depth: ChannelDepth, channels: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    picture = from_float(random.random((*selection.shape, channels), np.float32), depth)
    if channels == 4:  # what is half transparent too
        whole = random.random(selection.shape) < 0.5
        picture[..., 3] = np.where(whole, from_float(np.ones((1,), np.float32), depth), picture[..., 3])
    cut = unchanged(picture, area(selection, Margin(), Margin()).alpha, depth)
    result = to_float(composed(picture, cut, depth, "srgb"))
    np.testing.assert_allclose(result, to_float(picture), atol=2e-3 if depth == "f16" else 1e-6)


def test_linear_pictures_get_linear_layers() -> None:
    painted = np.full((8, 8, 3), 0.5, np.float32)
    pixels, _ = layer(painted, np.ones((8, 8), np.float32), np.zeros((8, 8, 3), np.float32), "f32", "linear")
    np.testing.assert_allclose(to_float(pixels[..., :3]), 0.2140411, atol=1e-6)
    assert (pixels[..., 3] == 1).all()


@pytest.mark.parametrize("kept", [0.0, 0.7, 1.0])
def test_lights_beyond_white_are_kept_as_far_as_the_picture_is(kept: float) -> None:
    """Protects a renderer's highlights from a refinement: the model saw them as white."""
    picture = np.full((8, 8, 3), 0.5, np.float32)
    picture[2, 3], picture[4, 4], picture[5, 5, 0] = 6.0, -0.5, np.nan
    painted = np.full((8, 8, 3), 0.5, np.float32)
    pixels, _ = layer(painted, np.ones((8, 8), np.float32), picture, "f32", "srgb", kept)
    wanted = np.full((8, 8, 3), 0.5, np.float32)
    wanted[2, 3], wanted[4, 4] = 0.5 + kept * 5.0, 0.5 - kept * 0.5
    np.testing.assert_allclose(to_float(pixels[..., :3]), wanted, atol=1e-6)


def test_colours_reach_under_a_soft_edge_and_beyond() -> None:
    """No dark fringe: a layer's colours are the painted ones whatever its alpha."""
    alpha = np.zeros((8, 8), np.float32)
    alpha[2, 2], alpha[5, 5] = 0.01, 1
    pixels, box = layer(np.full((8, 8, 3), 0.8, np.float32), alpha, np.zeros((8, 8, 3), np.uint8), "u8", "srgb")
    assert box == Bounds(2, 2, 4, 4)
    assert (pixels[..., :3] == 204).all()


@pytest.mark.parametrize("side", [64, 2048])
def test_thin_lines_on_nothing_lend_it_their_colour(side: int) -> None:
    """Protects line art on a transparent layer from being seen on black, also if it is continued at a smaller size."""
    picture = np.zeros((side, side, 4), np.uint8)
    picture[:: side // 8, :] = picture[:, :: side // 8] = (200, 120, 80, 255)
    picture[5::7, 5::7] = (0, 0, 0, 1)  # what 8 bits make of a colour that is hardly there
    found = seen(picture, "srgb")
    assert np.abs(found - np.array([200, 120, 80], np.float32) / 255).max() < 0.02


@given(st.integers(0, 2**31))
def test_what_transparent_pixels_hold_is_never_seen(seed: int) -> None:
    random = np.random.default_rng(seed)
    picture = np.full((32, 40, 4), 200, np.uint8)
    picture[10:20, 12:30, 3] = 0
    picture[10:20, 12:30, :3] = random.integers(0, 256, (10, 18, 3))
    found = seen(picture, "srgb")
    np.testing.assert_allclose(found, 200 / 255, atol=1e-4)
    np.testing.assert_array_equal(transparent(picture) == 1, picture[..., 3] == 0)


def test_a_larger_canvas_is_transparent_where_it_is_new() -> None:
    grey = Pixels(2, 1, 1, "u16", "srgb", np.array([7, 65535], "<u2").tobytes())
    wide = expanded(grey, 1, 0, 2, 3)
    values = np.frombuffer(wide.data, "<u2").reshape(4, 5, 4)
    assert (wide.width, wide.height, wide.channels, wide.depth) == (5, 4, 4, "u16")
    np.testing.assert_array_equal(values[0, 1:3], [[7, 7, 7, 65535], [65535] * 4])
    assert np.count_nonzero(values[..., 3]) == 2
