"""Pixels are checked before a job is accepted: there, whole, and as many as the image says."""

from __future__ import annotations

import hashlib
import io
import random
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


class Meter:
    """In zlib's place: counts what goes into its decompressors and what comes out."""

    error = zlib.error

    def __init__(self) -> None:
        self.given: list[int] = []
        self.taken: list[int] = []

    def decompressobj(self) -> Metered:
        """A decompressor that is counted."""
        return Metered(self)


class Metered:
    """One of zlib's decompressors, counted."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._stream = zlib.decompressobj()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def decompress(self, data: bytes, limit: int) -> bytes:
        """Inflate some, and count."""
        piece = self._stream.decompress(data, limit)
        self._meter.given.append(len(data))
        self._meter.taken.append(len(piece))
        return piece


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    """What the check does with zlib."""
    meter = Meter()
    monkeypatch.setattr(pixels, "zlib", meter)
    return meter


def test_a_decompression_bomb_is_not_inflated(meter: Meter) -> None:
    bomb = zlib.compress(bytes(64 << 20), 9)
    assert inflated_size(io.BytesIO(bomb), 105, "f") > 105
    assert sum(meter.taken) <= pixels.PIECE


@pytest.mark.parametrize("level", [0, 9])
def test_a_large_blob_is_read_once_and_a_piece_at_a_time(blobs: Blobs, meter: Meter, level: int) -> None:
    raw = random.Random(0).randbytes(8 << 20) if level == 0 else bytes(64 << 20)
    data = zlib.compress(raw, level)
    image = Image(blobs.write(data), Extent(4096, len(raw) >> 12), 1, "u8", "data", "zlib")
    PixelCheck(blobs).take(Generate(Denoising("paper", ""), EXTENT, start=image), {})
    assert sum(meter.taken) == len(raw)
    assert max(*meter.given, *meter.taken) <= pixels.PIECE
    assert sum(meter.given) <= 2 * len(data) + len(raw)


@given(st.binary(max_size=5000), st.integers(-3, 3), st.integers(1, 64))
def test_inflated_size_is_exact_up_to_the_limit(data: bytes, slack: int, piece: int) -> None:
    limit = max(0, len(data) + slack)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pixels, "PIECE", piece)
        size = inflated_size(io.BytesIO(zlib.compress(data)), limit, "f")
    assert size == len(data) if len(data) <= limit else size > limit


def test_a_blob_over_the_limit_is_the_senders_mistake(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="at most 10 bytes") as refused:
        Blobs(tmp_path, size_limit=10).write(bytes(11))
    assert (refused.value.field, bool(refused.value.remedy)) == ("size", True)
    assert not list((tmp_path / "incoming").iterdir())
