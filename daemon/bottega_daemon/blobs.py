"""Pixels on disk, each a file named by its SHA-256; written aside and renamed, so a file that exists is whole."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from bottega_daemon.errors import CorruptBlob, InvalidRequest, MissingBlob, Overloaded

_HEX = frozenset("0123456789abcdef")


def check_digest(digest: str, field: str = "digest") -> str:
    """Return `digest` if it is 64 lower-case hex digits; it becomes a file name, so nothing else may pass."""
    if len(digest) != 64 or not _HEX.issuperset(digest):
        raise InvalidRequest("not a SHA-256 digest.", remedy="Send 64 lower-case hex digits.", field=field)
    return digest


def _sync_folders(*folders: Path) -> None:
    """Make names in these folders survive a power cut, where the system can: a job in the book relies on its pixels."""
    for folder in folders:
        with suppress(OSError):  # Windows opens no folders
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class BlobWriter:
    """One blob being received. Use as a context manager: leaving it without `commit` removes what was written."""

    def __init__(self, store: Blobs, digest: str | None, size_limit: int) -> None:
        self._store = store
        self._announced = digest
        self._limit = size_limit
        self._hash = hashlib.sha256()
        self.size = 0
        handle, name = tempfile.mkstemp(dir=store.incoming)
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")

    def __enter__(self) -> BlobWriter:
        return self

    def write(self, chunk: bytes) -> None:
        """Append bytes. Raises InvalidRequest past the size limit, Overloaded when the disk is full."""
        self.size += len(chunk)
        if self.size > self._limit:
            raise InvalidRequest(
                f"a blob may hold at most {self._limit} bytes.",
                remedy="Send a smaller picture, or crop it.",
                field="size",
            )
        self._hash.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise Overloaded(
                f"cannot store pixels: {error.strerror}.", remedy="Free disk space on the daemon."
            ) from error

    def commit(self) -> str:
        """Give the blob its name and return it. Raises CorruptBlob if the bytes are not what was announced."""
        digest = self._hash.hexdigest()
        if self._announced and digest != self._announced:
            raise CorruptBlob(
                f"the uploaded bytes hash to {digest}, not to the announced {self._announced}.",
                remedy="Send the pixels again.",
                field="digest",
            )
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            target = self._store.path(digest)
            new = not target.parent.exists()
            target.parent.mkdir(exist_ok=True)
            self._path.replace(target)
            _sync_folders(target.parent, *([self._store.root] if new else []))
        except OSError as error:
            raise Overloaded(
                f"cannot store pixels: {error.strerror}.", remedy="Free disk space on the daemon."
            ) from error
        return digest

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


class Blobs:
    """A folder of blobs: `aa/aabbcc…`, and `incoming/` for those still being written."""

    def __init__(self, root: Path, size_limit: int = 1 << 30) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self.size_limit = size_limit
        self.incoming.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where a blob lies, or would lie. Raises InvalidRequest for anything that is not a digest."""
        return self.root / check_digest(digest)[:2] / digest

    def has(self, digest: str) -> bool:
        """Whether the blob is here; touching it, so that it is not swept from under a coming job."""
        try:
            os.utime(self.path(digest))
        except FileNotFoundError:
            return False
        return True

    def size(self, digest: str, field: str = "digest") -> int:
        """Bytes of a stored blob. Raises MissingBlob."""
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            raise self._missing(digest, field) from None

    def open(self, digest: str, field: str = "digest") -> BinaryIO:
        """The blob as a file to read. Raises MissingBlob."""
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError:
            raise self._missing(digest, field) from None

    def read(self, digest: str, field: str = "digest") -> bytes:
        """The whole blob. Raises MissingBlob."""
        with self.open(digest, field) as file:
            return file.read()

    def writer(self, digest: str | None = None) -> BlobWriter:
        """Start receiving a blob; `digest` is what the sender says it will be."""
        if digest:
            check_digest(digest)
        return BlobWriter(self, digest, self.size_limit)

    def write(self, data: bytes) -> str:
        """Store bytes and return their digest."""
        with self.writer() as writer:
            writer.write(data)
            return writer.commit()

    def patch(self, base: str, digest: str, patches: Iterable[tuple[int, int, int, bytes]]) -> None:
        """Store a blob made of another one: each patch is an offset, a stride, the bytes of a row, and whole rows that
        lie inside. Raises MissingBlob, or CorruptBlob if the result is not what was announced."""
        data = bytearray(self.read(base, "base"))
        for offset, stride, row_bytes, rows in patches:
            for number in range(len(rows) // row_bytes):
                start = offset + number * stride
                data[start : start + row_bytes] = rows[number * row_bytes : (number + 1) * row_bytes]
        with self.writer(digest) as writer:
            writer.write(bytes(data))
            writer.commit()

    def sweep(self, keep: set[str], older_than: float) -> int:
        """Remove blobs that nobody keeps and nobody touched for `older_than` seconds; returns how many."""
        before = time.time() - older_than
        gone = 0
        for path in self.root.glob("*/*"):
            with suppress(FileNotFoundError):
                if path.name not in keep and path.stat().st_mtime < before:
                    path.unlink()
                    gone += 1
        return gone

    @staticmethod
    def _missing(digest: str, field: str) -> MissingBlob:
        return MissingBlob(
            f"the daemon has no pixels {digest[:12]}…",
            remedy="Upload them (Blobs.Upload) and submit again.",
            field=field,
        )
