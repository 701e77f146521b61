"""Of a picture that is painted on only the tiles that changed leave the machine, and the daemon has all of it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega.client import Client, connect
from bottega.patches import patches
from bottega.pixels import Pixels
from tests.daemon import Daemon
from tests.rpc.caller import Caller, fake_daemon


def painted(pixels: Pixels, x: int, y: int, width: int, height: int, value: int) -> Pixels:
    """With a rectangle of one value."""
    data, size = bytearray(pixels.data), pixels.pixel_bytes
    for row in range(y, min(y + height, pixels.height)):
        begin, end = row * pixels.row_bytes + x * size, row * pixels.row_bytes + min(x + width, pixels.width) * size
        data[begin:end] = bytes([value]) * (end - begin)
    return dataclasses.replace(pixels, data=bytes(data))


def noise(width: int, height: int, seed: int = 0) -> Pixels:
    """A picture that nothing compresses."""
    return Pixels(width, height, 4, "u8", "srgb", random.Random(seed).randbytes(width * height * 4))


@given(
    st.integers(1, 500), st.integers(1, 400), st.integers(0, 499), st.integers(0, 399),
    st.integers(1, 200), st.integers(1, 200), st.integers(0, 255),
)  # fmt: skip
def test_patches_make_the_new_picture_of_the_old(
    width: int, height: int, x: int, y: int, w: int, h: int, value: int
) -> None:
    """Whatever the size and the stroke; and never more than half of it."""
    old = noise(width, height)
    new = painted(old, min(x, width - 1), min(y, height - 1), w, h, value)
    found = patches(old, new)
    if found is None:
        return
    data = bytearray(old.data)
    for each in found:
        for number in range(len(each.data) // each.row_bytes):
            start = each.offset + number * each.stride
            data[start : start + each.row_bytes] = each.data[number * each.row_bytes : (number + 1) * each.row_bytes]
    assert bytes(data) == new.data
    assert sum(len(each.data) for each in found) <= len(new.data) // 2


def test_a_stroke_is_its_tiles() -> None:
    """Two tiles of 128 x 128 for a stroke across their border; nothing for no change; all for another size."""
    old = noise(1024, 512)
    (left, right) = patches(old, painted(old, 120, 130, 20, 20, 7)) or []
    assert (left.offset, right.offset) == (128 * 4096, 128 * 4096 + 512)
    assert len(left.data) == len(right.data) == 128 * 128 * 4
    assert patches(old, old) == []
    assert patches(old, noise(512, 1024)) is None


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Daemon, Caller]]:
    """A daemon without models."""
    with fake_daemon(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("models")) as both:
        yield both


@pytest.fixture
def client(shared: tuple[Daemon, Caller]) -> Generator[Client]:
    """A client of it."""
    with connect(shared[0].address, shared[0].token) as client:
        yield client


def test_only_the_changed_tiles_are_sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first picture is streamed whole; after a stroke one tile travels, and the daemon holds the new picture."""
    calls: list[tuple[str, int]] = []
    link = client._core.link
    unary, feed = link.unary, link.feed

    async def counted(method: Any, request: Any, *more: Any) -> Any:
        calls.append((method.path.rpartition("/")[2], len(bytes(request))))
        return await unary(method, request, *more)

    async def streamed(method: Any, requests: Any) -> Any:
        calls.append((method.path.rpartition("/")[2], 0))
        return await feed(method, requests)

    monkeypatch.setattr(link, "unary", counted)
    monkeypatch.setattr(link, "feed", streamed)
    first = noise(640, 512, 1)
    second = painted(first, 200, 200, 30, 30, 9)
    client.upload(first)
    digest = client.upload(second)
    assert [name for name, _ in calls] == ["FindMissing", "Upload", "FindMissing", "Patch"]
    assert calls[-1][1] < 128 * 128 * 4 + 200
    assert client.download(digest) == second.data


def test_of_a_large_canvas_only_the_stroke_is_sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """4096 x 2304 pixels are 36 MiB, and a stroke across all of it nearly 5: none of the rest travels again."""
    first = Pixels(4096, 2304, 4, "u8", "srgb", random.Random(5).randbytes(4096 * 2304 * 4))
    second = painted(first, 0, 1000, 4096, 300, 9)
    client.upload(first)
    link = client._core.link
    feed, fed = link.feed, list[str]()

    async def streamed(method: Any, requests: Any) -> Any:
        fed.append(method.path)
        return await feed(method, requests)

    monkeypatch.setattr(link, "feed", streamed)
    digest = client.upload(second)
    assert not fed and sum(len(each.data) for each in patches(first, second) or []) > 4 << 20
    assert client.download(digest) == second.data


def test_what_is_known_already_is_a_base_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A canvas that the daemon had before, and many of other sizes since, is not sent; after a stroke one tile is."""
    first = noise(640, 512, 6)
    client.upload(first)
    for size in range(8):
        client.upload(noise(256, 128 + size, 7))
    client.upload(first)
    link = client._core.link
    feed, fed = link.feed, list[str]()

    async def streamed(method: Any, requests: Any) -> Any:
        fed.append(method.path)
        return await feed(method, requests)

    monkeypatch.setattr(link, "feed", streamed)
    second = painted(first, 200, 200, 30, 30, 9)
    assert client.download(client.upload(second)) == second.data and not fed


def test_a_base_that_is_gone_costs_nothing_but_time(shared: tuple[Daemon, Caller], client: Client) -> None:
    """The daemon has swept the older picture: the new one is streamed whole."""
    first = noise(512, 512, 2)
    digest = client.upload(first)
    (path,) = (shared[0].home / "blobs").rglob(digest.hex())
    path.unlink()
    second = painted(first, 10, 10, 5, 5, 1)
    assert client.download(client.upload(second)) == second.data
