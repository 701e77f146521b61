"""Contexts are cut out bit for bit, also beyond the canvas, and laid back where they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega.errors import InvalidRequest
from bottega.geometry import Bounds, Extent
from bottega.pixels import Pixels
from bottega.planning import bounds_of, cut, cut_control, pasted
from bottega.planning.cutting import unseen, with_void
from bottega.tasks import (
    Control,
    DepthHint,
    Keypoint,
    MapHint,
    NormalHint,
    canny_control,
    depth_control,
    inpaint_control,
    map_control,
    normal_control,
    pose_control,
)
from tests.client.test_pixels import DTYPES, pixels

around = st.builds(Bounds, st.integers(-12, 20), st.integers(-12, 20), st.integers(1, 15), st.integers(1, 15))


def array_of(value: Pixels) -> np.ndarray:
    """The same values as numpy sees them."""
    return np.frombuffer(value.data, DTYPES[value.depth]).reshape(value.height, value.width, value.channels)


def padded_slice(value: Pixels, bounds: Bounds, outside: float | None) -> np.ndarray:
    """numpy's own padding: the oracle."""
    wide, array = 40, array_of(value)
    border = ((wide, wide), (wide, wide), (0, 0))
    if outside is None:
        whole = np.pad(array, border, "edge")
    else:
        one = {"u8": 255, "u16": 65535}.get(value.depth, 1)
        whole = np.pad(array, border, "constant", constant_values=np.array(outside * one, array.dtype))
    return whole[bounds.y + wide : bounds.bottom + wide, bounds.x + wide : bounds.right + wide]


@given(pixels(), around, st.sampled_from([None, 0.0, 1.0]))
def test_cut_is_a_padded_slice(value: Pixels, bounds: Bounds, outside: float | None) -> None:
    part = cut(value, bounds, outside)
    assert (part.channels, part.depth, part.color_space) == (value.channels, value.depth, value.color_space)
    assert part.data == padded_slice(value, bounds, outside).tobytes()


@given(pixels(), around)
def test_what_is_laid_back_changes_nothing(value: Pixels, bounds: Bounds) -> None:
    assert pasted(value, cut(value, bounds, 1.0), bounds) == value


@given(pixels(), around)
def test_pasting_is_assigning_a_slice(value: Pixels, bounds: Bounds) -> None:
    part = Pixels.of(np.full((bounds.height, bounds.width, value.channels), 1, DTYPES[value.depth]), value.color_space)
    expected = array_of(value).copy()
    expected[max(bounds.y, 0) : max(bounds.bottom, 0), max(bounds.x, 0) : max(bounds.right, 0)] = 1
    assert pasted(value, part, bounds).data == expected.tobytes()


def test_parts_of_another_kind_are_refused() -> None:
    grey = Pixels.filled(4, 3)
    for part, at in ((grey, Bounds(0, 0, 3, 3)), (Pixels.filled(4, 3, (1, 2, 3)), Bounds(0, 0, 4, 3))):
        with pytest.raises(InvalidRequest):
            pasted(grey, part, at)


@given(st.data(), st.sampled_from(list(DTYPES)))
def test_bounds_of_a_mask_are_those_of_its_nonzero_pixels(data: st.DataObject, depth: str) -> None:
    width, height = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    size = width * height
    values = data.draw(st.lists(st.sampled_from([0, 0, 0, 0, 1, 3]), min_size=size, max_size=size))
    array = np.array(values, DTYPES[depth]).reshape(height, width)
    found = bounds_of(Pixels.of(array, "data"))
    rows, columns = np.nonzero(array)
    if not rows.size:
        assert found is None
    else:
        assert found == Bounds.between(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_the_largest_canvas_is_searched_and_cut() -> None:
    """64 million pixels: by whole rows, for pixel by pixel it would take minutes."""
    mask = np.zeros((8192, 8192), np.uint8)
    mask[4000:4100, 5000:5300] = 255
    given_mask = Pixels.of(mask, "data")
    found = Bounds(5000, 4000, 300, 100)
    assert bounds_of(given_mask) == found
    assert cut(given_mask, found.padded(100)).data.count(b"\xff") == 30_000


CANVAS, CONTEXT = Extent(80, 40), Bounds(60, 10, 40, 20)


def test_structures_are_cut_as_the_canvas_is() -> None:
    ramp = np.tile(np.arange(80, dtype=np.float32), (40, 1))
    found = cut_control(
        depth_control(Pixels.of(ramp, "data"), Pixels.filled(80, 40, color_space="data")), CANVAS, CONTEXT
    )
    assert isinstance(found.hint, DepthHint)
    z = array_of(found.hint.z)[:, :, 0]
    assert z.shape == (20, 40)
    assert z[0, :20].tolist() == list(range(60, 80))
    assert np.isinf(z[:, 20:]).all(), "beyond the canvas there is nothing"
    assert found.hint.background is not None
    assert (array_of(found.hint.background)[:, 20:] == 255).all()


def test_a_control_that_needs_no_hint_stays() -> None:
    assert cut_control(inpaint_control(strength=0.7), CANVAS, CONTEXT) == inpaint_control(strength=0.7)


def test_maps_of_another_resolution_are_cut_at_their_own() -> None:
    half = np.arange(40, dtype=np.uint8)[None].repeat(20, 0)
    found = cut_control(map_control("canny", Pixels.of(half), strength=0.7), CANVAS, CONTEXT)
    assert isinstance(found.hint, MapHint)
    assert found.strength == 0.7
    assert array_of(found.hint.map)[0, :, 0].tolist() == [*range(30, 40), *[0] * 10]


def test_normals_beyond_the_canvas_are_background() -> None:
    found = cut_control(normal_control(Pixels.filled(80, 40, (128, 128, 255), color_space="data")), CANVAS, CONTEXT)
    assert isinstance(found.hint, NormalHint)
    assert [set(array_of(found.hint.normals)[:, part, 2].ravel()) for part in (slice(20), slice(20, 40))] == [
        {255},
        {0},
    ]


def test_photos_go_on_beyond_the_canvas_and_figures_move() -> None:
    photo: Control = cut_control(canny_control(Pixels.filled(80, 40, (9, 8, 7))), CANVAS, CONTEXT)
    assert set(photo.hint.photo.data) == {9, 8, 7}  # pyright: ignore[reportAttributeAccessIssue]
    joints = [Keypoint(60.5, 12.0, 0.3)] * 18
    pose = cut_control(pose_control([joints]), CANVAS, CONTEXT)
    assert pose == pose_control([[Keypoint(0.5, 2.0, 0.3)] * 18])
    pose = cut_control(pose_control([joints]), CANVAS, CONTEXT, Extent(160, 80))
    assert pose == pose_control([[Keypoint(2.0, 8.0, 0.3)] * 18]), "at the size that is denoised"


@given(pixels(), st.data())
def test_where_a_picture_has_no_colour_its_mask_is_white(picture: Pixels, data: st.DataObject) -> None:
    values = np.frombuffer(picture.data, DTYPES[picture.depth]).reshape(picture.height, picture.width, -1).copy()
    white = data.draw(st.sampled_from([np.uint8(255), np.uint16(65535), np.float16(1), np.float32(1)]))
    random = np.random.default_rng(data.draw(st.integers(0, 9)))
    mask = (random.random(values.shape[:2]) < 0.5).astype(white.dtype)
    if picture.channels == 4:
        nothing = (random.random(values.shape[:2]) < 0.5) | (values[..., 3] == 0)  # -0 too
        values[..., 3] = np.where(nothing, 0, values[..., 3])
    void = values[..., 3] == 0 if picture.channels == 4 else np.zeros(mask.shape, bool)
    found = with_void(Pixels.of(mask, "data"), Pixels.of(values, picture.color_space))
    np.testing.assert_array_equal(
        np.frombuffer(found.data, white.dtype).reshape(mask.shape), np.where(void, white, mask)
    )


@given(pixels())
def test_what_is_unseen_keeps_its_colours(picture: Pixels) -> None:
    values = np.frombuffer(picture.data, DTYPES[picture.depth]).reshape(picture.height, picture.width, -1)
    found = unseen(picture)
    assert (found.depth, found.color_space, found.channels) == (picture.depth, picture.color_space, 4)
    shown = np.frombuffer(found.data, DTYPES[picture.depth]).reshape(picture.height, picture.width, 4)
    colours = values[..., :3] if picture.channels > 1 else np.repeat(values, 3, axis=-1)
    np.testing.assert_array_equal(shown[..., :3], colours)
    assert not shown[..., 3].any()
