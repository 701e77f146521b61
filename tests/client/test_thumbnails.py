"""Thumbnails and PNG files without an image library: Pillow and numpy are the oracles."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bottega.errors import InvalidRequest
from bottega.pixels import Pixels
from bottega.thumbnails import png, thumbnail

MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def random_picture(width: int, height: int, channels: int, seed: int) -> Pixels:
    """Noise in 8 bits."""
    return Pixels.of(np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3, 4]), st.integers(0, 99))
def test_pillow_reads_what_was_written(width: int, height: int, channels: int, seed: int) -> None:
    pixels = random_picture(width, height, channels, seed)
    picture = Image.open(io.BytesIO(png(pixels, {"parameters": "a – b", "Software": "Bottega"})))
    assert (picture.mode, picture.size) == (MODES[channels], (width, height))
    assert picture.tobytes() == pixels.data
    assert picture.info["parameters"] == "a – b"
    assert picture.info["srgb"] == 0


def test_sixteen_bits_are_kept_and_floats_refused() -> None:
    values = np.arange(0, 65530, 13, dtype=np.uint16).reshape(-1, 71)
    picture = Image.open(io.BytesIO(png(Pixels.of(values, "data"))))
    assert np.array_equal(np.asarray(picture), values)
    with pytest.raises(InvalidRequest, match="PNG"):
        png(Pixels.of(np.zeros((2, 2), np.float32), "data"))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 64))
def test_the_shape_is_kept_and_nothing_enlarged(width: int, height: int, side: int) -> None:
    small = thumbnail(Pixels.filled(width, height, (10, 20, 30)), side)
    assert max(small.width, small.height) <= side or (small.width, small.height) == (width, height)
    assert abs(small.width * height - small.height * width) <= max(width, height)
    assert small.data == bytes((10, 20, 30)) * (small.width * small.height)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_smooth_picture_stays_what_it_is_at_any_depth(dtype: type[np.generic], channels: int) -> None:
    rows, columns = np.mgrid[0:256, 0:384].astype(np.float64)
    smooth = np.stack([rows / 255, columns / 383, (rows + columns) / 638, 1 - rows / 255][:channels], axis=-1)
    scale = {np.uint8: 255, np.uint16: 65535}.get(dtype, 1)
    stored = (smooth * scale).astype(dtype)
    small = thumbnail(Pixels.of(stored, "srgb"), 96)
    expected = 255 * smooth.reshape(64, 4, 96, 4, channels).mean(axis=(1, 3))
    found = np.frombuffer(small.data, np.uint8).reshape(64, 96, channels)
    assert np.abs(found - expected).max() <= 2.5


def test_linear_light_becomes_srgb_and_what_is_no_colour_is_cut() -> None:
    linear = np.full((8, 8, 4), 0.21404114, np.float32)  # sRGB's 0.5
    small = thumbnail(Pixels.of(linear, "linear"), 4)
    assert (small.color_space, tuple(small.data[:4])) == ("srgb", (128, 128, 128, 55))
    wild = np.array([[np.nan, np.inf], [-np.inf, -1.0]], np.float32)
    assert thumbnail(Pixels.of(wild, "data")).data == bytes((0, 255, 0, 0))
