"""Pixels are checked before a job is accepted: there, whole, and as many as the image says."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega_daemon.blobs import Blobs
from bottega_daemon.errors import CorruptBlob, InvalidRequest, MissingBlob
from bottega_daemon.jobs import pixels
from bottega_daemon.jobs.pixels import PixelCheck, inflated_size
from bottega_daemon.spec import Denoising, Encoding, Extent, Generate, Image

EXTENT = Extent(5, 7)
RAW = bytes(range(105))


def task(data: bytes, encoding: Encoding = "raw") -> Generate:
    """A task that starts from a 5 x 7 RGB picture whose blob is `data`."""
    image = Image(hashlib.sha256(data).hexdigest(), EXTENT, 3, "u8", "srgb", encoding)
    return Generate(Denoising("paper", ""), EXTENT, start=image)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    """An empty blob store."""
    return Blobs(tmp_path)


@pytest.mark.parametrize("encoding", ["raw", "zlib"])
def test_right_pixels_pass_uploaded_or_inline(blobs: Blobs, encoding: Encoding) -> None:
    data = RAW if encoding == "raw" else zlib.compress(RAW)
    wanted = task(data, encoding)
    assert wanted.start is not None
    check = PixelCheck(blobs)
    check.take(wanted, {wanted.start.digest: data})
    assert blobs.read(wanted.start.digest) == data
    check.take(wanted, {})


def test_missing_pixels_are_named(blobs: Blobs) -> None:
    with pytest.raises(MissingBlob) as refused:
        PixelCheck(blobs).take(task(RAW), {})
    assert refused.value.field == "generate.start"
    assert refused.value.remedy


@pytest.mark.parametrize("data", [RAW[:-1], RAW + b"x", b""])
@pytest.mark.parametrize("encoding", ["raw", "zlib"])
def test_a_wrong_number_of_pixels_is_refused(blobs: Blobs, data: bytes, encoding: Encoding) -> None:
    stored = data if encoding == "raw" else zlib.compress(data)
    blobs.write(stored)
    with pytest.raises(InvalidRequest, match="105") as refused:
        PixelCheck(blobs).take(task(stored, encoding), {})
    assert refused.value.field == "generate.start"


@pytest.mark.parametrize(
    "data",
    [b"", b"no zlib at all", zlib.compress(RAW)[:-3], zlib.compress(RAW) + b"more", RAW],
    ids=["empty", "text", "cut", "trailing", "raw"],
)
def test_what_is_no_whole_zlib_stream_is_refused(blobs: Blobs, data: bytes) -> None:
    blobs.write(data)
    with pytest.raises(CorruptBlob) as refused:
        PixelCheck(blobs).take(task(data, "zlib"), {})
    assert refused.value.field == "generate.start"


def test_a_decompression_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zlib.compress(bytes(64 << 20), 9)
    taken: list[int] = []

    class Counting:
        """zlib's object, counting what comes out of it."""

        def __init__(self) -> None:
            self._stream = zlib.decompressobj()

        def __getattr__(self, name: str) -> object:
            return getattr(self._stream, name)

        def decompress(self, data: bytes, limit: int) -> bytes:
            piece = self._stream.decompress(data, limit)
            taken.append(len(piece))
            return piece

    class Zlib:
        """The module with its object replaced."""

        error = zlib.error
        decompressobj = Counting

    monkeypatch.setattr(pixels, "zlib", Zlib)
    assert inflated_size(bomb, 105, "f") > 105
    assert sum(taken) <= pixels.PIECE


@given(st.binary(max_size=5000), st.integers(-3, 3))
def test_inflated_size_is_exact_up_to_the_limit(data: bytes, slack: int) -> None:
    limit = max(0, len(data) + slack)
    size = inflated_size(zlib.compress(data), limit, "f")
    assert size == len(data) if len(data) <= limit else size > limit
