"""Outside its mask a picture keeps every bit; every visible change lies where denoising worked."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bottega_daemon.diffusion.masks import composite, latent_mask, neutral
from bottega_daemon.diffusion.pixels import DTYPES, from_float
from bottega_daemon.spec import ChannelDepth, ColorSpace

depths: st.SearchStrategy[ChannelDepth] = st.sampled_from(["u8", "u16", "f16", "f32"])
spaces: st.SearchStrategy[ColorSpace] = st.sampled_from(["srgb", "linear"])
masks = arrays.arrays(np.uint8, (6, 7, 1), elements=st.sampled_from([0, 0, 1, 128, 255]))


@given(depths, spaces, st.sampled_from([1, 3, 4]), masks, st.integers(0, 2**31))
def test_outside_the_mask_every_bit_stays(
    depth: ChannelDepth, space: ColorSpace, channels: int, mask: np.ndarray, seed: int
) -> None:
    random = np.random.default_rng(seed)
    picture = from_float(random.random((6, 7, channels), np.float32), depth)
    result = composite(picture, mask, random.random((6, 7, 3), np.float32), depth, space)
    assert result.dtype == DTYPES[depth] and result.shape == picture.shape
    outside = mask[..., 0] == 0
    np.testing.assert_array_equal(result[outside], picture[outside])
    if channels == 4:
        np.testing.assert_array_equal(result[..., 3], picture[..., 3])


@given(masks)
def test_under_a_white_mask_the_new_picture_stands_alone(mask: np.ndarray) -> None:
    painted = np.random.default_rng(0).random((6, 7, 3), np.float32)
    result = composite(np.zeros((6, 7, 3), np.uint8), mask, painted, "u8", "srgb")
    white = mask[..., 0] == 255
    np.testing.assert_array_equal(result[white], from_float(painted, "u8")[white])


@given(arrays.arrays(np.float32, (24, 32), elements=st.sampled_from([0.0, 0.0, 0.0, 0.25, 1.0])))
def test_no_pixel_changes_more_than_its_cell_is_repainted(mask: np.ndarray) -> None:
    cells = latent_mask(mask)
    assert cells.shape == (1, 1, 3, 4)
    spread = np.kron(cells[0, 0].numpy(), np.ones((8, 8), np.float32))
    assert (mask <= spread).all()
    assert set(np.unique(spread)) <= set(np.unique(mask))


def test_neutral_fill_leaves_nothing_of_what_was_there() -> None:
    mask = np.zeros((8, 8), np.float32)
    mask[2:5, 2:5] = 1
    filled = neutral(np.ones((8, 8, 3), np.float32), mask)
    assert (filled[mask == 1] == 0.5).all() and (filled[mask == 0] == 1).all()
