"""Pixels over the wire: whole or not at all, in pieces, from any offset."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from typing import Any

import grpc
import pytest

from bottega_daemon.rpc.generated.v1 import blobs_pb2
from tests.daemon import Daemon
from tests.rpc.caller import Caller, fake_daemon, refusal
from tests.rpc.kit import generate, image

MIB = 1 << 20


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Daemon, Caller]]:
    """One daemon without models."""
    with fake_daemon(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("models")) as both:
        yield both


@pytest.fixture
def caller(shared: tuple[Daemon, Caller]) -> Caller:
    """Somebody at the daemon."""
    return shared[1]


def stored(daemon: Daemon) -> list[str]:
    """Names of all files in the blob store."""
    return sorted(path.name for path in (daemon.home / "blobs").rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 3])
def test_what_goes_up_comes_down(caller: Caller, size: int) -> None:
    data = os.urandom(size)
    pieces = [data[start : start + MIB] for start in range(0, size, MIB)]
    assert not caller.upload(*pieces).already_there
    assert caller.upload(*pieces).already_there
    digest = hashlib.sha256(data).digest()
    down = caller.download(digest)
    assert b"".join(piece.chunk for piece in down) == data
    assert down[0].size == size
    assert all(len(piece.chunk) == MIB for piece in down[:-1])
    offset = size // 2
    assert b"".join(piece.chunk for piece in caller.download(digest, offset)) == data[offset:]


def test_only_what_is_missing_is_asked_for(caller: Caller) -> None:
    caller.upload(b"here")
    here, gone = hashlib.sha256(b"here").digest(), hashlib.sha256(b"gone").digest()
    request = blobs_pb2.FindMissingRequest(digests=[gone, here, gone])
    assert list(caller.call(caller.blobs.FindMissing, request).digests) == [gone]


LIES = {
    "wrong digest": ((b"abc",), {"digest": bytes(32)}, grpc.StatusCode.DATA_LOSS, "digest"),
    "truncated": ((b"abc",), {"size": 4}, grpc.StatusCode.DATA_LOSS, "size"),
    "too long": ((b"abc", b"def"), {"size": 4}, grpc.StatusCode.DATA_LOSS, "size"),
    "huge": ((b"abc",), {"size": 1 << 40}, grpc.StatusCode.INVALID_ARGUMENT, "size"),
    "no digest": ((b"abc",), {"digest": b"short"}, grpc.StatusCode.INVALID_ARGUMENT, "digest"),
    "big piece": ((bytes(3 * MIB),), {}, grpc.StatusCode.INVALID_ARGUMENT, "chunk"),
}


@pytest.mark.parametrize(("pieces", "first", "code", "field"), LIES.values(), ids=LIES.keys())
def test_a_lie_is_named_and_leaves_nothing(
    shared: tuple[Daemon, Caller],
    pieces: tuple[bytes, ...],
    first: dict[str, object],
    code: grpc.StatusCode,
    field: str,
) -> None:
    daemon, caller = shared
    before = stored(daemon)
    with pytest.raises(grpc.RpcError) as refused:
        caller.upload(*pieces, **first)
    got, failure = refusal(refused.value)
    assert (got, failure.field) == (code, field)
    assert failure.remedy
    assert stored(daemon) == before


def test_an_upload_that_breaks_off_leaves_nothing(shared: tuple[Daemon, Caller]) -> None:
    daemon, _ = shared
    before = stored(daemon)
    caller = Caller(daemon.address, daemon.token)
    first = blobs_pb2.UploadRequest(digest=bytes(32), size=8 * MIB, chunk=bytes(MIB))

    def never_ends() -> Generator[blobs_pb2.UploadRequest]:
        yield first
        raise RuntimeError("the wire is cut")

    with pytest.raises(grpc.RpcError):
        caller.call(caller.blobs.Upload, never_ends())
    caller.channel.close()
    assert Caller(daemon.address, daemon.token).upload(b"still alive")
    alive = hashlib.sha256(b"still alive").hexdigest()
    assert [name for name in stored(daemon) if name != alive] == before


def test_a_blob_never_sent_is_named(shared: tuple[Daemon, Caller]) -> None:
    _, caller = shared
    with pytest.raises(grpc.RpcError) as refused:
        caller.download(bytes(32))
    code, failure = refusal(refused.value)
    assert (code, failure.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MISSING_BLOB")


def test_an_offset_beyond_the_end_is_refused(caller: Caller) -> None:
    caller.upload(b"four")
    with pytest.raises(grpc.RpcError) as refused:
        caller.download(hashlib.sha256(b"four").digest(), 5)
    assert refusal(refused.value)[1].field == "offset"


def test_without_models_a_request_is_told_where_they_go(caller: Caller) -> None:
    task = generate()
    task.generate.start.CopyFrom(image())
    with pytest.raises(grpc.RpcError) as refused:
        caller.submit(task, "no-models")
    code, failure = refusal(refused.value)
    assert (code, failure.field) == (grpc.StatusCode.NOT_FOUND, "generate.denoising.checkpoint")
    assert "model folder" in failure.remedy


BASE = bytes(range(100)) * 3
PATCHES = {
    "beyond the end": ({"offset": 290, "stride": 10, "row_bytes": 10, "data": bytes(20)}, "patches[0].offset"),
    "broken rows": ({"offset": 0, "stride": 10, "row_bytes": 10, "data": bytes(15)}, "patches[0].data"),
    "no rows": ({"offset": 0, "stride": 10, "row_bytes": 10, "data": b""}, "patches[0].data"),
    "rows over each other": ({"offset": 0, "stride": 5, "row_bytes": 10, "data": bytes(20)}, "patches[0].stride"),
    "rows of nothing": ({"offset": 0, "stride": 5, "row_bytes": 0, "data": b"x"}, "patches[0].row_bytes"),
}


def test_a_blob_is_made_of_another_one(caller: Caller) -> None:
    """Rows at a stride are replaced, later patches win, and the other blob stays as it is."""
    caller.upload(BASE)
    wanted = bytearray(BASE)
    wanted[10:13], wanted[30:33], wanted[11:12] = b"abc", b"def", b"z"
    patches = [
        blobs_pb2.BlobPatch(offset=10, stride=20, row_bytes=3, data=b"abcdef"),
        blobs_pb2.BlobPatch(offset=11, stride=1, row_bytes=1, data=b"z"),
    ]
    base, digest = hashlib.sha256(BASE).digest(), hashlib.sha256(wanted).digest()
    caller.call(caller.blobs.Patch, blobs_pb2.PatchRequest(base=base, digest=digest, patches=patches))
    assert b"".join(piece.chunk for piece in caller.download(digest)) == wanted
    assert b"".join(piece.chunk for piece in caller.download(base)) == BASE


@pytest.mark.parametrize(("patch", "field"), PATCHES.values(), ids=PATCHES.keys())
def test_a_patch_that_cannot_be_is_refused(
    shared: tuple[Daemon, Caller], caller: Caller, patch: dict[str, Any], field: str
) -> None:
    """With the field's name, and nothing is stored."""
    caller.upload(BASE)
    before = stored(shared[0])
    base = hashlib.sha256(BASE).digest()
    request = blobs_pb2.PatchRequest(base=base, digest=bytes(32), patches=[blobs_pb2.BlobPatch(**patch)])
    with pytest.raises(grpc.RpcError) as refused:
        caller.call(caller.blobs.Patch, request)
    code, failure = refusal(refused.value)
    assert (code, failure.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert stored(shared[0]) == before


def test_a_patch_of_what_is_gone_or_a_lie_is_named(shared: tuple[Daemon, Caller], caller: Caller) -> None:
    """A base that is not here, and a result that is not what was announced."""
    caller.upload(BASE)
    before = stored(shared[0])
    for base, status in ((bytes(32), grpc.StatusCode.FAILED_PRECONDITION), (None, grpc.StatusCode.DATA_LOSS)):
        patch = blobs_pb2.BlobPatch(offset=0, stride=1, row_bytes=1, data=b"x")
        known = base or hashlib.sha256(BASE).digest()
        request = blobs_pb2.PatchRequest(base=known, digest=bytes(31) + b"x", patches=[patch])
        with pytest.raises(grpc.RpcError) as refused:
            caller.call(caller.blobs.Patch, request)
        assert refusal(refused.value)[0] == status
    assert stored(shared[0]) == before
