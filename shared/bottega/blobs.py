"""Pixels to and from the daemon by the hash of their bytes: what it has is not sent again."""

from __future__ import annotations

import asyncio
import hashlib
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Literal, TypeAlias

from bottega import contract
from bottega import messages as m
from bottega.errors import BottegaError, ConnectionLost, CorruptBlob
from bottega.link import Link
from bottega.patches import patches
from bottega.pixels import Pixels
from bottega.retry import Backoff
from bottega.wire import image_message

Packing: TypeAlias = Literal["auto", "raw", "zlib"]
"""How pixels travel. "auto": raw on this machine, else zlib where a sample shrinks to a third, as masks do."""
Progress: TypeAlias = Callable[[int, int], None]
"""Told bytes done and bytes in all."""

INLINE = 64 << 10
"""Bytes up to which pixels ride in the request itself (the contract allows 256 KiB)."""
CHUNK = 1 << 20
KINDS = 4
"""Kinds of pictures (sizes, depths) whose last one is kept, to send only what differs from it."""
KEPT = 512 << 20
"""Bytes of all that are kept so: two canvases of 4096 x 4096 in floats. A host that paints has them anyway."""
MEMORY = 50 * 60.0
"""Seconds that a digest is trusted to lie in the daemon, which keeps it for an hour after it was asked about."""


class Shelf:
    """The daemon's blobs as this client knows them. Not thread-safe: runs on the client's loop."""

    def __init__(
        self, link: Link, packing: Packing, backoff: Callable[[], Backoff], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._link = link
        self._packing: Packing = packing
        self._backoff = backoff
        self._clock = clock
        self._there: dict[bytes, float] = {}
        self._packed: dict[bytes, tuple[m.Encoding, bytes]] = {}
        self._uploads: dict[bytes, asyncio.Task[None]] = {}
        self._last: dict[tuple[object, ...], Pixels] = {}

    async def place(self, pictures: Sequence[Pixels]) -> dict[int, m.Image]:
        """Make all pixels known to the daemon; gives the message for each by the `id` of its Pixels."""
        images: dict[int, m.Image] = {}
        waiting: dict[bytes, Pixels] = {}
        raw: list[Pixels] = []
        for pixels in pictures:
            if len(pixels.data) <= INLINE:
                images[id(pixels)] = image_message(pixels, m.Encoding.RAW, inline=pixels.data)
                continue
            encoding, digest = await self._identify(pixels)
            images[id(pixels)] = image_message(pixels, encoding, digest=digest)
            if encoding == m.Encoding.RAW:
                raw.append(pixels)
            if not self._has(digest):
                waiting[digest] = pixels
        if waiting:
            await self._send_missing(waiting)
        for pixels in raw:
            self._keep(pixels)
        return images

    async def upload(self, pixels: Pixels) -> tuple[m.Encoding, bytes]:
        """Bring pixels to the daemon, whatever their size; gives their encoding and digest."""
        encoding, digest = await self._identify(pixels)
        if not self._has(digest):
            await self._send_missing({digest: pixels})
        if encoding == m.Encoding.RAW:
            self._keep(pixels)
        return encoding, digest

    async def download(self, digest: bytes, progress: Progress | None = None) -> bytes:
        """A blob's bytes, checked against its digest. A broken connection is mended and the rest fetched."""
        parts: list[bytes] = []
        done, total, check, backoff = 0, 0, hashlib.sha256(), self._backoff()
        while True:
            try:
                request = m.DownloadRequest(digest=digest, offset=done)
                async with aclosing(self._link.stream(contract.DOWNLOAD, request)) as replies:
                    async for reply in replies:
                        total = reply.size or total
                        parts.append(reply.chunk)
                        check.update(reply.chunk)
                        done += len(reply.chunk)
                        backoff.success()
                        if progress:
                            progress(done, total)
                break
            except ConnectionLost as error:
                await backoff.pause(error)
        if check.digest() != digest:
            raise CorruptBlob("the pixels arrived damaged.", remedy="Fetch the picture again.")
        return b"".join(parts)

    def forget(self) -> None:
        """The daemon has lost pixels: ask about all of them again."""
        self._there.clear()

    def _has(self, digest: bytes) -> bool:
        return self._there.get(digest, 0.0) > self._clock()

    def _note(self, digest: bytes) -> None:
        now = self._clock()
        if len(self._there) > 4096:
            self._there = {known: until for known, until in self._there.items() if until > now}
        self._there[digest] = now + MEMORY

    async def _identify(self, pixels: Pixels) -> tuple[m.Encoding, bytes]:
        """The encoding in which these pixels travel, and the digest of them encoded."""
        raw = await asyncio.to_thread(lambda: pixels.digest)
        if raw not in self._packed:
            if len(self._packed) > 4096:
                self._packed.clear()
            known = (m.Encoding.RAW, raw)
            if await asyncio.to_thread(self._worth_packing, pixels.data):
                packed = await asyncio.to_thread(pack, pixels.data)
                known = (m.Encoding.ZLIB, hashlib.sha256(packed).digest())
            self._packed[raw] = known
        return self._packed[raw]

    def _worth_packing(self, data: bytes) -> bool:
        if self._packing != "auto":
            return self._packing == "zlib"
        near = self._link.endpoint is None or self._link.endpoint.is_loopback
        return not near and shrinks(data)

    async def _send_missing(self, waiting: dict[bytes, Pixels]) -> None:
        request = m.FindMissingRequest(digests=list(waiting))
        reply = await self._backoff().persist(lambda: self._link.unary(contract.FIND_MISSING, request))
        missing = set(reply.digests)
        for digest, pixels in waiting.items():
            if digest in missing:
                await self._send_once(digest, pixels)
            self._note(digest)

    async def _send_once(self, digest: bytes, pixels: Pixels) -> None:
        """Upload unless another job of this client is at it: then wait for that."""
        task = self._uploads.get(digest)
        if task is None:
            task = self._uploads[digest] = asyncio.ensure_future(self._send(digest, pixels))
            task.add_done_callback(lambda _: self._uploads.pop(digest, None))
        await asyncio.shield(task)

    async def _send(self, digest: bytes, pixels: Pixels) -> None:
        zipped = self._packed[pixels.digest][0] == m.Encoding.ZLIB
        if not zipped and await self._patch(digest, pixels):
            return
        data = await asyncio.to_thread(pack, pixels.data) if zipped else pixels.data
        await self._backoff().persist(lambda: self._link.feed(contract.UPLOAD, _pieces(digest, data)))

    def _keep(self, pixels: Pixels) -> None:
        """The daemon has them, sent or not: the next of their kind may differ little."""
        self._last.pop(_kind(pixels), None)
        self._last[_kind(pixels)] = pixels
        while len(self._last) > KINDS or sum(len(each.data) for each in self._last.values()) > KEPT:
            self._last.pop(next(iter(self._last)))

    async def _patch(self, digest: bytes, pixels: Pixels) -> bool:
        """Send what differs from the last picture of its kind, if the daemon has that and little differs."""
        base = self._last.get(_kind(pixels))
        if base is None or not self._has(base.digest):
            return False
        found = await asyncio.to_thread(patches, base, pixels)
        if not found:
            return False
        request = m.PatchRequest(base=base.digest, digest=digest, patches=found)
        try:
            await self._backoff().persist(lambda: self._link.unary(contract.PATCH, request))
        except ConnectionLost:
            raise
        except BottegaError:  # the base is gone, or the daemon is older than this: send all of it
            return False
        return True


def _kind(pixels: Pixels) -> tuple[object, ...]:
    return pixels.width, pixels.height, pixels.channels, pixels.depth


def _pieces(digest: bytes, data: bytes) -> Iterator[m.UploadRequest]:
    yield m.UploadRequest(digest=digest, size=len(data), chunk=data[:CHUNK])
    for start in range(CHUNK, len(data), CHUNK):
        yield m.UploadRequest(chunk=data[start : start + CHUNK])


def pack(data: bytes) -> bytes:
    """One zlib stream, fast rather than small."""
    return zlib.compress(data, 1)


def shrinks(data: bytes) -> bool:
    """Whether sixteen samples spread over the data compress to a third: then all of it is worth compressing."""
    size = 4096
    step = max(len(data) // 16, size)
    sample = b"".join(data[start : start + size] for start in range(0, len(data), step))
    return len(pack(sample)) * 3 <= len(sample)
