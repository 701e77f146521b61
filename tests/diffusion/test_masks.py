"""What an artist selects stays as soft as it was, and every visible change lies where denoising worked."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bottega_daemon.diffusion.canvas import plan
from bottega_daemon.diffusion.masks import (
    BLEND,
    COARSENESS,
    VISIBLE,
    Area,
    area,
    blurred,
    bounds_of,
    dilated,
    latent_mask,
    reach,
    touched,
)
from bottega_daemon.diffusion.pixels import Floats, to_float
from bottega_daemon.diffusion.sample import Kept
from bottega_daemon.spec import Axes, Bounds, Extent, Margin

masks = arrays.arrays(np.uint8, (23, 31), elements=st.sampled_from([0, 0, 0, 0, 1, 128, 255]))
margins = st.builds(Margin, st.integers(0, 6), st.sampled_from([0.0, 0.1, 0.3]))


def profile(side: int, grow: Margin, feather: Margin) -> tuple[Area, slice, int, int]:
    """A hard edge in one dimension: the middle row of a long strip, where the selection is, and its margins."""
    strip = Bounds(0, 0, side, 1)
    g, f = reach(grow, strip), reach(feather, strip)
    room = g + 2 * f + f // COARSENESS + 8
    selection = np.zeros((1, side + 2 * room), np.uint8)
    where = slice(room, room + side)
    selection[0, where] = 255
    return area(selection, grow, feather), where, g, f


@given(st.integers(16, 4000), st.integers(0, 80), st.integers(0, 300), st.sampled_from([0.0, 0.03, 0.1]))
def test_on_a_profile_the_visible_blend_lies_where_denoising_worked(side: int, g: int, f: int, part: float) -> None:
    found, where, g, f = profile(side, Margin(g), Margin(f, part))
    alpha, denoise = found.alpha[0], found.denoise[0]
    assert (denoise[alpha > 0.02] > 0.3).all()
    assert (denoise[alpha > 0] > 0.999 * BLEND).all()
    grown = slice(where.start - g, where.stop + g)
    assert (denoise[grown] == 1).all()
    assert (np.delete(denoise, np.arange(grown.start, grown.stop)) <= BLEND).all(), "known while shapes are made"
    assert (alpha[grown] == 1).all()
    assert (found.filled[0, grown]).all() and found.filled.sum() == grown.stop - grown.start
    slack = f // COARSENESS + 1
    edge = grown.start
    assert (alpha[: edge - f - slack] == 0).all() and (denoise[: edge - 2 * f - slack] == 0).all()
    assert (np.diff(alpha[:edge]) >= 0).all() and (np.diff(denoise[:edge]) >= 0).all()


@pytest.mark.parametrize("side", [16, 64, 200, 512, 1000, 4000])
@pytest.mark.parametrize(("grow", "feather"), [(0, 0.0), (0, 0.1), (4, 0.02), (30, 0.25)])
def test_at_the_corners_of_a_square_too(side: int, grow: int, feather: float) -> None:
    room = grow + int(3 * feather * side) + 2
    selection = np.zeros((side + 2 * room, side + 2 * room), np.uint8)
    selection[room : room + side, room : room + side] = 255
    found = area(selection, Margin(grow), Margin(0, feather))
    assert found.denoise[found.alpha > 0.02].min() > 0.3
    assert (found.alpha[selection > 0] == 1).all()


@given(masks)
def test_without_margins_both_masks_are_the_selection_itself(selection: np.ndarray) -> None:
    found = area(selection, Margin(), Margin())
    np.testing.assert_array_equal(found.alpha, to_float(selection))
    np.testing.assert_array_equal(found.denoise, to_float(selection))


@given(arrays.arrays(np.float32, (23, 31), elements=st.sampled_from([0, 0, 0, 0.25, 1])), margins, margins)
def test_half_a_selection_is_half_its_masks(selection: Floats, grow: Margin, feather: Margin) -> None:
    """Softness is kept by growing and feathering alike: what is selected by half shows by half, and is not hardened."""
    whole, half = area(selection, grow, feather), area(selection / 2, grow, feather)
    np.testing.assert_allclose(half.alpha, whole.alpha / 2, atol=1e-5)
    np.testing.assert_allclose(half.denoise, whole.denoise / 2, atol=1e-5)


@given(st.integers(1, 252))
def test_only_what_is_wholly_selected_is_filled_and_the_rim_of_a_hard_edge(value: int) -> None:
    """Protects the picture under a soft selection: what is selected by half is repainted by half, not forgotten."""
    assert not area(np.full((16, 16), value, np.uint8), Margin(), Margin()).filled.any()
    edge = np.zeros((1, 40), np.uint8)
    edge[0, 20:], edge[0, 19] = 255, value
    assert list(np.flatnonzero(area(edge, Margin(), Margin()).filled[0])) == list(range(19 if value >= 128 else 20, 40))
    ramp = np.linspace(0, 255, 64).astype(np.uint8)[None]
    filled = area(ramp, Margin(), Margin()).filled[0]
    assert filled[-1] and filled.sum() <= 3


@given(masks, margins, margins)
def test_masks_do_not_depend_on_how_a_selection_is_stored(selection: np.ndarray, grow: Margin, feather: Margin) -> None:
    bytes_, floats = area(selection, grow, feather), area(to_float(selection), grow, feather)
    np.testing.assert_allclose(bytes_.alpha, floats.alpha, atol=1e-6)
    np.testing.assert_allclose(bytes_.denoise, floats.denoise, atol=1e-6)


def test_what_is_no_number_is_not_selected() -> None:
    found = area(np.array([[np.nan, -1.0, 2.0, 0.5]], np.float32), Margin(), Margin())
    np.testing.assert_array_equal(found.alpha, np.array([[0, 0, 1, 0.5]], np.float32))


def test_a_pixel_more_of_feather_is_seen() -> None:
    """Also where half of it is no whole pixel; a feather of one pixel is a ring of one, half seen."""
    selection = np.zeros((100, 100), np.uint8)
    selection[40:60, 40:60] = 255
    sums = [float(area(selection, Margin(), Margin(f)).alpha.sum()) for f in range(30)]
    assert all(one < other for one, other in itertools.pairwise(sums)), sums
    assert area(selection, Margin(), Margin(1)).alpha[50, 36:42].tolist() == [0, 0, 0, 0.5, 1, 1]


def test_a_margin_of_more_than_the_picture_selects_all_of_it_at_once() -> None:
    """Protects the daemon's memory: it is not padded by margins that nothing can need."""
    selection = np.zeros((300, 200), np.uint8)
    selection[5, 5], selection[250, 150] = 90, 70
    found = area(selection, Margin(32768), Margin(16384))
    np.testing.assert_allclose(found.alpha, 90 / 255, atol=1e-6)


@given(masks, st.integers(0, 9), st.integers(0, 9), st.integers(0, 40), st.integers(0, 40))
def test_margins_of_a_seamless_picture_go_on_at_its_other_side(
    selection: np.ndarray, grow: int, feather: int, down: int, right: int
) -> None:
    """Wherever its edges were cut: a texture that is rolled has its masks rolled. Along one axis, only along that."""
    shifts: dict[Axes, tuple[int, int]] = {"xy": (down, right), "y": (down, 0), "x": (0, right)}
    for axes, shift in shifts.items():
        rolled = area(np.roll(selection, shift, (0, 1)), Margin(grow), Margin(feather), axes)
        found = area(selection, Margin(grow), Margin(feather), axes)
        for one, other in ((rolled.alpha, found.alpha), (rolled.denoise, found.denoise)):
            np.testing.assert_allclose(one, np.roll(other, shift, (0, 1)), atol=1e-5)


def greatest_within(values: np.ndarray, radius: float) -> np.ndarray:
    """The greatest value in a disc, by looking at each of its pixels."""
    reach_ = int(radius)
    found = np.zeros_like(values)
    wide = np.pad(values, reach_)
    for down in range(-reach_, reach_ + 1):
        for right in range(-reach_, reach_ + 1):
            if down * down + right * right <= radius * radius:
                rows = slice(reach_ + down, reach_ + down + values.shape[0])
                found = np.maximum(found, wide[rows, reach_ + right : reach_ + right + values.shape[1]])
    return found


@given(masks, st.integers(0, 9))
def test_growing_lies_between_two_circles_and_keeps_values(mask: np.ndarray, radius: int) -> None:
    grown = dilated(mask, radius)
    assert grown.dtype == mask.dtype
    assert (grown >= greatest_within(mask, radius)).all()
    # Small octagons are squares, of whole pixels; large ones are 8 % too wide at their corners.
    assert (grown <= greatest_within(mask, max(1.09 * radius + 0.7, 2**0.5 * min(radius, 3)))).all()


@given(st.integers(0, 40))
def test_a_blur_reaches_just_its_radius_and_loses_nothing(radius: int) -> None:
    spot = np.zeros((99, 99), np.float32)
    spot[49, 49] = 1e9  # so that nothing of it is taken for rounding
    soft = blurred(spot, radius)
    rows = np.flatnonzero(soft.sum(axis=1) > 0)
    assert (rows[0], rows[-1]) == (49 - radius, 49 + radius)
    np.testing.assert_allclose(blurred(np.ones((9, 9), np.float32), radius), 1.0)


@given(masks)
def test_bounds_hold_everything_and_nothing_more(mask: np.ndarray) -> None:
    box = bounds_of(mask)
    if box is None:
        assert not mask.any()
        return
    inside = mask[box.y : box.y + box.height, box.x : box.x + box.width]
    assert np.count_nonzero(inside) == np.count_nonzero(mask)
    assert all(edge.any() for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))


NOTHING = np.zeros((24, 32), np.float32)


@given(arrays.arrays(np.float32, (24, 32), elements=st.sampled_from([0.0, 0.0, 0.0, 0.25, 1.0])))
def test_a_cell_is_repainted_as_far_as_half_of_its_pixels_ask_for(mask: np.ndarray) -> None:
    """And no pixel that is asked for is forgotten."""
    cells = latent_mask(mask, NOTHING)
    assert cells.shape == (1, 1, 3, 4)
    spread = np.kron(cells[0, 0].numpy(), np.ones((8, 8), np.float32))
    assert (mask <= 2 * spread).all()
    assert (np.kron(touched(mask)[0, 0].numpy(), np.ones((8, 8), np.float32)) >= spread).all()
    blocks = (mask >= spread).reshape(3, 8, 4, 8).sum(axis=(1, 3))
    assert (blocks >= np.where(cells[0, 0].numpy() > touched(mask)[0, 0].numpy() / 2, 32, 1)).all()


@given(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.integers(0, 64))
def test_a_selection_whose_edge_halves_a_cell_has_all_of_it(value: float, covered: int) -> None:
    mask = np.zeros(64, np.float32)
    mask[:covered] = value
    expected = value if covered >= 32 else value / 2 if covered else 0
    assert float(latent_mask(mask.reshape(8, 8), NOTHING[:8, :8])) == expected


@pytest.mark.parametrize("work", [32, 64, 128, 256, 512])
@pytest.mark.parametrize("feather", range(9))
def test_what_shows_is_painted_whatever_cells_a_feather_falls_into(feather: int, work: int) -> None:
    """In the cells of the latents too, for each place that an edge can have in a cell, on canvases of any scale: 128 is
    the picture's own."""
    for offset in range(8):
        selection = np.zeros((128, 128), np.uint8)
        selection[32 + offset : 80 + offset, 40:90] = 255
        found = area(selection, Margin(), Margin(feather))
        canvas = plan(Extent(work, work))
        alpha = canvas.enter(found.alpha, fill=0.0)
        cells = latent_mask(canvas.enter(found.denoise, fill=0.0), alpha, max(1, work // 128))[0, 0].numpy()
        assert cells.repeat(8, axis=0).repeat(8, axis=1)[alpha > VISIBLE].min() > 0.3


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7, 20])
def test_what_shows_takes_part_in_a_step_of_the_shortest_walk(steps: int) -> None:
    selection = np.zeros((128, 128), np.uint8)
    selection[40:90, 40:90] = 255
    found = area(selection, Margin(2), Margin(12))
    cells = latent_mask(found.denoise, found.alpha, steps=steps)
    kept = Kept(torch.zeros(1), torch.zeros(1), cells)
    repainted = torch.stack([kept.repainted(step, steps)[0, 0] for step in range(steps)]).any(dim=0).numpy()
    assert repainted.repeat(8, axis=0).repeat(8, axis=1)[found.alpha > VISIBLE].all()
    first = kept.repainted(0, steps)[0, 0].numpy().repeat(8, axis=0).repeat(8, axis=1)
    assert first[48:80, 48:80].all() and (steps == 1 or not first[:32].any())


@pytest.mark.parametrize("white", [np.uint8(254), np.uint16(255 << 8), np.float32(0.995)])
def test_nearly_white_is_white(white: np.generic) -> None:
    """Protects masks that came through JPEG, or through eight bits into sixteen: they forget all that they cover."""
    selection = np.zeros((64, 64), white.dtype)
    selection[16:48, 16:48] = white
    found = area(selection, Margin(), Margin())
    assert found.filled[18:46, 18:46].all()
    assert (latent_mask(found.denoise, found.alpha)[0, 0, 2:6, 2:6] == 1).all()


@given(st.sampled_from([0.0, 0.1, 0.2]), st.integers(0, 6))
def test_what_is_little_selected_is_as_little_repainted(value: float, feather: int) -> None:
    found = area(np.full((24, 32), value, np.float32), Margin(), Margin(feather))
    np.testing.assert_allclose(latent_mask(found.denoise, found.alpha).numpy(), value, atol=1e-6)
