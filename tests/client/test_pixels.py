"""Pixels are what they claim to be, and parts of them are where they were."""

from __future__ import annotations

import array
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega.errors import InvalidRequest
from bottega.pixels import COLOR_SPACES, DEPTH_BYTES, Depth, Pixels

DTYPES = {"u8": np.uint8, "u16": np.uint16, "f16": np.float16, "f32": np.float32}


@st.composite
def pixels(draw: st.DrawFn) -> Pixels:
    """Small pictures of every kind with arbitrary bytes."""
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    channels, depth = draw(st.sampled_from([1, 3, 4])), draw(st.sampled_from(list(DEPTH_BYTES)))
    size = width * height * channels * DEPTH_BYTES[depth]
    color = draw(st.sampled_from(COLOR_SPACES))
    return Pixels(width, height, channels, depth, color, draw(st.binary(min_size=size, max_size=size)))


def as_array(value: Pixels) -> np.ndarray:
    """The same pixels as numpy sees them: the oracle."""
    return np.frombuffer(value.data, np.uint8).reshape(value.height, value.width, value.pixel_bytes)


@given(pixels(), st.data())
def test_crop_is_a_slice(value: Pixels, data: st.DataObject) -> None:
    left, top = data.draw(st.integers(0, value.width - 1)), data.draw(st.integers(0, value.height - 1))
    width, height = data.draw(st.integers(1, value.width - left)), data.draw(st.integers(1, value.height - top))
    part = value.crop(left, top, width, height)
    assert (part.width, part.height, part.channels, part.depth) == (width, height, value.channels, value.depth)
    assert part.data == as_array(value)[top : top + height, left : left + width].tobytes()


@given(pixels())
def test_flipping_turns_the_rows_around(value: Pixels) -> None:
    assert value.flipped().data == as_array(value)[::-1].tobytes()
    assert value.flipped().flipped() == value


@given(pixels())
def test_arrays_make_the_same_pixels(value: Pixels) -> None:
    shaped = np.frombuffer(value.data, DTYPES[value.depth]).reshape(value.height, value.width, value.channels)
    assert Pixels.of(shaped, value.color_space) == value
    assert Pixels.of(shaped[::-1], value.color_space) == value.flipped()  # strides are followed
    flat = bytearray(value.data)
    assert Pixels.of_bytes(value.width, value.height, flat, depth=value.depth, color_space=value.color_space) == value


@given(pixels(), pixels())
def test_equal_values_have_equal_hashes(one: Pixels, other: Pixels) -> None:
    same = Pixels(one.width, one.height, one.channels, one.depth, one.color_space, bytes(bytearray(one.data)))
    assert same == one
    assert hash(same) == hash(one)
    assert one.digest == hashlib.sha256(one.data).digest()
    assert (one == other) == ((one.data, repr(one)) == (other.data, repr(other)))


WRONG: list[tuple[tuple[object, ...], str]] = [
    ((0, 1, 3, "u8", "srgb", b""), "pixels.width"),
    ((-4, -4, 1, "u8", "srgb", b"x" * 16), "pixels.width"),
    ((1, 20000, 1, "u8", "srgb", b"x" * 20000), "pixels.height"),
    ((8193, 8192, 1, "u8", "srgb", b""), "pixels.extent"),
    ((1, 1.0, 1, "u8", "srgb", b"x"), "pixels.height"),
    ((True, 1, 1, "u8", "srgb", b"x"), "pixels.width"),
    ((1, 1, 2, "u8", "srgb", b"xx"), "pixels.channels"),
    ((1, 1, 1, "f64", "srgb", b"x" * 8), "pixels.depth"),
    ((1, 1, 1, "u8", "rec709", b"x"), "pixels.color_space"),
    ((1, 1, 1, "u8", "srgb", bytearray(b"x")), "pixels.data"),
    ((1, 1, 1, "u8", "srgb", b""), "pixels.data"),
    ((1, 1, 1, "u8", "srgb", b"xx"), "pixels.data"),
]


@pytest.mark.parametrize(("fields", "field"), WRONG)
def test_what_cannot_be_is_refused_with_its_field_and_a_remedy(fields: tuple[object, ...], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Pixels(*fields)  # pyright: ignore[reportArgumentType]
    assert caught.value.field == field
    assert caught.value.remedy


def test_other_buffers_are_refused_in_words() -> None:
    for bad in (object(), 7, np.zeros((2, 2), np.int64), np.zeros(4, np.uint8), np.zeros((1, 1, 2), np.uint8)):
        with pytest.raises(InvalidRequest):
            Pixels.of(bad)
    with pytest.raises(InvalidRequest):
        Pixels.of_bytes(0, 5, b"12345")
    with pytest.raises(InvalidRequest):
        Pixels.of_bytes(2, 2, b"12345678")  # two channels


def test_crops_that_leave_the_picture_are_refused() -> None:
    value = Pixels.filled(4, 3, (1, 2, 3))
    for bad in ((-1, 0, 2, 2), (0, 0, 5, 1), (3, 0, 2, 1), (0, 2, 1, 2), (0, 0, 0, 1)):
        with pytest.raises(InvalidRequest):
            value.crop(*bad)


def test_host_buffers_without_a_shape_work() -> None:
    depth: Depth = "f32"
    floats = array.array("f", [0.0, 1.5, 2.5, float("inf")])
    value = Pixels.of_bytes(2, 2, floats, depth=depth, color_space="data")
    assert (value.channels, value.data) == (1, floats.tobytes())
