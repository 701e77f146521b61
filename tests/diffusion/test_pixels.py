"""Stored pixels keep their numbers, transfer functions invert, and lying blobs are refused in words."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bottega_daemon.blobs import Blobs
from bottega_daemon.diffusion import pixels
from bottega_daemon.errors import CorruptBlob, MissingBlob
from bottega_daemon.spec import ChannelDepth, Encoding, Extent, Image

depths: st.SearchStrategy[ChannelDepth] = st.sampled_from(["u8", "u16", "f16", "f32"])


def image_of(blobs: Blobs, data: bytes, encoding: Encoding = "raw") -> Image:
    return Image(blobs.write(data), Extent(4, 2), 3, "u8", "srgb", encoding)


@given(st.sampled_from(["u8", "u16"]), st.data())
def test_integers_survive_the_way_through_float(depth: ChannelDepth, data: st.DataObject) -> None:
    stored = data.draw(arrays.arrays(pixels.DTYPES[depth], (3, 5, 4)))
    np.testing.assert_array_equal(pixels.from_float(pixels.to_float(stored), depth), stored)


@given(arrays.arrays(np.float32, (4, 4, 3), elements=st.floats(-4, 4, width=32)))
def test_transfer_functions_are_inverse(values: pixels.Floats) -> None:
    there = pixels.linear_to_srgb(pixels.srgb_to_linear(values))
    np.testing.assert_allclose(there, values, atol=2e-4)


def test_known_values_of_the_srgb_curve() -> None:
    known = np.array([0.0, 0.0031308, 0.18, 0.5, 1.0], np.float32)
    np.testing.assert_allclose(pixels.linear_to_srgb(known), [0, 0.04045, 0.46135, 0.73536, 1], atol=1e-4)


@settings(max_examples=30)
@given(depths, st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 4]))
def test_storing_and_loading_is_the_identity(
    tmp_path_factory: pytest.TempPathFactory, depth: ChannelDepth, width: int, height: int, channels: int
) -> None:
    blobs = Blobs(tmp_path_factory.getbasetemp() / "pixels")
    stored = pixels.from_float(np.random.default_rng(0).random((height, width, channels), np.float32), depth)
    image = pixels.store(blobs, stored, depth, "srgb")
    np.testing.assert_array_equal(pixels.load(blobs, image, "f"), stored)


def test_zlib_is_inflated(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    raw = bytes(range(24))
    loaded = pixels.load(blobs, image_of(blobs, zlib.compress(raw), "zlib"), "f")
    assert loaded.tobytes() == raw


@pytest.mark.parametrize("data", [b"", b"x" * 23, b"x" * 25])
def test_a_blob_of_another_size_is_refused(tmp_path: Path, data: bytes) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(CorruptBlob, match=r"generate\.start: .*24 bytes.*holds"):
        pixels.load(blobs, image_of(blobs, data), "generate.start")


@pytest.mark.parametrize("data", [b"", b"not zlib", zlib.compress(bytes(24))[:-6], zlib.compress(bytes(1 << 24))])
def test_broken_streams_and_bombs_are_refused(tmp_path: Path, data: bytes) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(CorruptBlob):
        pixels.load(blobs, image_of(blobs, data, "zlib"), "f")


def test_pixels_never_sent_are_named(tmp_path: Path) -> None:
    image = Image("0" * 64, Extent(4, 2), 3, "u8", "srgb")
    with pytest.raises(MissingBlob, match=r"inpaint\.mask"):
        pixels.load(Blobs(tmp_path), image, "inpaint.mask")


def test_what_a_model_sees_is_finite_and_in_range() -> None:
    wild = np.array([[[np.nan, np.inf, -np.inf]], [[2.0, -1.0, 0.5]]], np.float32)
    seen = pixels.rgb(wild, "linear")
    assert np.isfinite(seen).all() and seen.min() >= 0 and seen.max() <= 1
