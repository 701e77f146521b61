"""The one tree of errors that a request can end in: each says what is wrong, where, and what to do about it."""

from __future__ import annotations


class BottegaError(Exception):
    """A failure with a remedy that an artist can follow.

    `message` says what is wrong, `remedy` what to do, `field` the request field in question ("generate.steps") or "".
    """

    reason = "INTERNAL"

    def __init__(self, message: str, *, remedy: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}{self.message}" + (f" {self.remedy}" if self.remedy else "")


class InvalidRequest(BottegaError):
    """The request can never work as it stands."""

    reason = "INVALID_REQUEST"


class NotFound(BottegaError):
    """A named job, blob, checkpoint, sampler … does not exist."""

    reason = "NOT_FOUND"


class MissingBlob(BottegaError):
    """The request names pixels that were never uploaded, or have expired."""

    reason = "MISSING_BLOB"


class CorruptBlob(BottegaError):
    """Uploaded bytes do not have the digest or the size that was announced."""

    reason = "CORRUPT_BLOB"


class CorruptModel(BottegaError):
    """A model file on disk cannot be read as what it claims to be."""

    reason = "CORRUPT_MODEL"


class OutOfMemory(BottegaError):
    """The device cannot hold what the job needs, after everything else was let go."""

    reason = "OUT_OF_MEMORY"


class Overloaded(BottegaError):
    """The queue or the disk is full; the same request may work later."""

    reason = "OVERLOADED"


class Unauthenticated(BottegaError):
    """The caller's token is missing or unknown."""

    reason = "UNAUTHENTICATED"


class WorkerDied(BottegaError):
    """The process on the GPU ended while the job ran, more often than it is worth retrying."""

    reason = "WORKER_DIED"
