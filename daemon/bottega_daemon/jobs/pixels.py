"""Whether the pixels that a task names are here, and are as many as its images say."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping
from typing import BinaryIO

from bottega_daemon.blobs import Blobs
from bottega_daemon.errors import CorruptBlob, InvalidRequest
from bottega_daemon.spec import Image, Task, images_of

PIECE = 1 << 20
"""Bytes that are read, or inflated, at a time."""
REMEMBERED = 4096


class PixelCheck:
    """Checks blobs against images, remembering what it has inflated once. Callable from any thread."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._known: dict[tuple[str, int], None] = {}
        self._lock = threading.Lock()

    def take(self, task: Task, inline: Mapping[str, bytes]) -> None:
        """Store the task's inline pixels and check all of its images.

        Raises MissingBlob, or InvalidRequest where a blob is larger or smaller than extent, channels and depth make it,
        or CorruptBlob where it is no zlib stream; each with the image's field.
        """
        for field, image in images_of(task):
            data = inline.get(image.digest)
            if data is None:
                self._blobs.has(image.digest)  # touched, it is not swept from under the job
            elif not self._blobs.has(image.digest):
                self._blobs.write(data)
            self._check(image, field)

    def _check(self, image: Image, field: str) -> None:
        size = self._blobs.size(image.digest, field)
        if image.encoding == "zlib":
            size = self._inflated(image, field)
        if size != image.raw_bytes:
            how = "more" if size > image.raw_bytes else "not"
            extent = image.extent
            raise InvalidRequest(
                f"{size} bytes of pixels are {how} what {extent.width} x {extent.height} x {image.channels} of "
                f"{image.depth} make: {image.raw_bytes}.",
                remedy="Check extent, channels and depth, and that rows are not padded.",
                field=field,
            )

    def _inflated(self, image: Image, field: str) -> int:
        """Bytes that the blob inflates to, counting no further than one more than the image says."""
        key = (image.digest, image.raw_bytes)
        if key in self._known:
            return image.raw_bytes
        with self._blobs.open(image.digest, field) as blob:
            size = inflated_size(blob, image.raw_bytes, field)
        if size == image.raw_bytes:
            with self._lock:
                self._known[key] = None
                if len(self._known) > REMEMBERED:
                    del self._known[next(iter(self._known))]
        return size


def inflated_size(packed: BinaryIO, limit: int, field: str) -> int:
    """Bytes that a zlib stream inflates to, or some number above `limit`; holds two pieces at a time.

    Raises CorruptBlob unless `packed` holds one whole stream.
    """
    stream = zlib.decompressobj()
    size, data, piece = 0, b"", b""
    try:
        while size <= limit and not stream.eof:
            if len(piece) < PIECE and not (data := packed.read(PIECE)):  # a full piece may have more behind it
                break
            piece = stream.decompress(data, PIECE)
            size += len(piece)
            data = stream.unconsumed_tail
    except zlib.error as error:
        raise _corrupt(f"the pixels are no zlib stream: {error}.", field) from error
    if size <= limit and (not stream.eof or stream.unused_data or packed.read(1)):
        raise _corrupt("the zlib stream is cut short, or something follows it.", field)
    return size


def _corrupt(message: str, field: str) -> CorruptBlob:
    return CorruptBlob(message, remedy="Compress the rows as one zlib stream and upload that.", field=field)
