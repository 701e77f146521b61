"""BlobService: pixels in and out, in pieces; hashing and the disk stay off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from grpc import aio

from bottega_daemon.blobs import Blobs, BlobWriter
from bottega_daemon.errors import CorruptBlob, InvalidRequest
from bottega_daemon.rpc.convert import fields
from bottega_daemon.rpc.convert.images import digest_of
from bottega_daemon.rpc.generated.v1 import blobs_pb2 as pb
from bottega_daemon.rpc.generated.v1 import blobs_pb2_grpc
from bottega_daemon.rpc.limits import LIMITS

CHUNK = 1 << 20

Context = aio.ServicerContext[Any, Any]


class BlobServicer(blobs_pb2_grpc.BlobServiceServicer):
    """See protos/bottega/v1/blobs.proto."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def FindMissing(self, request: pb.FindMissingRequest, context: Context) -> pb.FindMissingResponse:
        """Which blobs have to be sent; the others are touched, and so kept a while."""
        fields.whole(len(request.digests), 0, LIMITS.max_digests, "digests")
        wanted = {digest_of(digest, f"digests[{index}]"): digest for index, digest in enumerate(request.digests)}
        missing = await asyncio.to_thread(lambda: [raw for name, raw in wanted.items() if not self._blobs.has(name)])
        return pb.FindMissingResponse(digests=missing)

    async def Upload(self, request_iterator: AsyncIterator[pb.UploadRequest], context: Context) -> pb.UploadResponse:
        """Store one blob, unless it is here."""
        first = await anext(aiter(request_iterator), None)
        if first is None:
            raise InvalidRequest("the stream is empty.", remedy="Send digest and size first.", field="digest")
        digest = digest_of(first.digest, "digest")
        fields.whole(first.size, 0, LIMITS.max_blob_bytes, "size")
        if await asyncio.to_thread(self._blobs.has, digest):
            return pb.UploadResponse(already_there=True)
        with self._blobs.writer(digest) as writer:
            await _receive(first, request_iterator, writer)
            await asyncio.to_thread(writer.commit)
        return pb.UploadResponse()

    async def Patch(self, request: pb.PatchRequest, context: Context) -> pb.PatchResponse:
        """Store a blob that differs little from one that is here."""
        base, digest = digest_of(request.base, "base"), digest_of(request.digest, "digest")
        fields.whole(len(request.patches), 0, LIMITS.max_digests, "patches")
        fields.whole(sum(len(each.data) for each in request.patches), 0, LIMITS.max_patch_bytes, "patches")
        size = await asyncio.to_thread(self._blobs.size, base, "base")
        for number, each in enumerate(request.patches):
            _check_patch(each, size, f"patches[{number}]")
        if not await asyncio.to_thread(self._blobs.has, digest):
            patches = [(each.offset, each.stride, each.row_bytes, each.data) for each in request.patches]
            await asyncio.to_thread(self._blobs.patch, base, digest, patches)
        return pb.PatchResponse()

    async def Download(self, request: pb.DownloadRequest, context: Context) -> AsyncIterator[pb.DownloadResponse]:
        """Send one blob from an offset."""
        digest = digest_of(request.digest, "digest")
        size = await asyncio.to_thread(self._blobs.size, digest)
        fields.whole(request.offset, 0, size, "offset")
        path, offset = self._blobs.path(digest), request.offset
        yield pb.DownloadResponse(chunk=await asyncio.to_thread(_read, path, offset), size=size)
        for start in range(offset + CHUNK, size, CHUNK):
            yield pb.DownloadResponse(chunk=await asyncio.to_thread(_read, path, start))


async def _receive(first: pb.UploadRequest, rest: AsyncIterator[pb.UploadRequest], writer: BlobWriter) -> None:
    """Write the pieces, each while the next is on its way. Raises CorruptBlob unless they add up to the size."""
    message: pb.UploadRequest | None = first
    received = 0
    while message is not None:
        received += len(message.chunk)
        _check_piece(message, first, received)
        writing = asyncio.create_task(asyncio.to_thread(writer.write, message.chunk))
        try:
            message = await anext(rest, None)
        finally:
            await writing
    if received != first.size:
        raise _wrong_size(received, first.size)


def _check_piece(message: pb.UploadRequest, first: pb.UploadRequest, received: int) -> None:
    fields.whole(len(message.chunk), 0, LIMITS.max_chunk_bytes, "chunk")
    if message is not first and (message.digest or message.size):
        raise InvalidRequest(
            "digest and size belong into the first message.", remedy="Send one blob a stream.", field="digest"
        )
    if received > first.size:
        raise _wrong_size(received, first.size)


def _check_patch(patch: pb.BlobPatch, size: int, field: str) -> None:
    """Raises InvalidRequest unless all of its rows lie inside a blob of this size."""
    fields.whole(patch.row_bytes, 1, size, f"{field}.row_bytes")
    fields.whole(patch.stride, patch.row_bytes, size, f"{field}.stride")
    rows, rest = divmod(len(patch.data), patch.row_bytes)
    if rest or not rows:
        message, remedy = f"{len(patch.data)} bytes are no whole rows of {patch.row_bytes}.", "Send whole rows."
        raise InvalidRequest(message, remedy=remedy, field=f"{field}.data")
    fields.whole(patch.offset, 0, size - (rows - 1) * patch.stride - patch.row_bytes, f"{field}.offset")


def _wrong_size(received: int, announced: int) -> CorruptBlob:
    how = "more than" if received > announced else "of"
    return CorruptBlob(
        f"{received} bytes came, {how} the {announced} announced.", remedy="Send the pixels again.", field="size"
    )


def _read(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(CHUNK)
