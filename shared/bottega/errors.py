"""Everything that can go wrong for a caller, as one tree: each says what is wrong, where, and what to do about it."""

from __future__ import annotations


class BottegaError(Exception):
    """A failure with a remedy that a person can follow.

    `message` says what is wrong, `remedy` what to do, `field` the request field in question ("generate.steps") or "".
    `reason` is the daemon's stable word for it ("INVALID_REQUEST").
    """

    reason = "INTERNAL"

    def __init__(self, message: str, *, remedy: str = "", field: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field
        self.reason = reason or type(self).reason

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}{self.message}" + (f" {self.remedy}" if self.remedy else "")


class InvalidRequest(BottegaError, ValueError):
    """The request can never work as it stands. Also raised before anything is sent, for pixels that cannot be."""

    reason = "INVALID_REQUEST"


class NotFound(BottegaError):
    """A named job, blob, checkpoint, sampler … does not exist."""

    reason = "NOT_FOUND"


class MissingBlob(BottegaError):
    """The request names pixels that the daemon does not have, or has no longer."""

    reason = "MISSING_BLOB"


class CorruptBlob(BottegaError):
    """Bytes do not have the digest or size that was announced, or do not decode to the picture that they should be."""

    reason = "CORRUPT_BLOB"


class CorruptModel(BottegaError):
    """A model file on the daemon's disk cannot be read as what it claims to be."""

    reason = "CORRUPT_MODEL"


class OutOfMemory(BottegaError):
    """The device cannot hold what the job needs."""

    reason = "OUT_OF_MEMORY"


class Overloaded(BottegaError):
    """The daemon's queue or disk is full; the same request may work later."""

    reason = "OVERLOADED"


class Unauthenticated(BottegaError):
    """The token is missing or unknown to the daemon."""

    reason = "UNAUTHENTICATED"


class WorkerDied(BottegaError):
    """The process on the GPU ended while the job ran, more often than it is worth retrying."""

    reason = "WORKER_DIED"


class Unsupported(BottegaError):
    """The daemon does not know this call: it is older or newer than the client."""

    reason = "UNSUPPORTED"


class ConnectionLost(BottegaError):
    """The daemon was not reached, went away or fell silent, for longer than the caller's patience."""

    reason = "CONNECTION_LOST"


class DaemonNotFound(ConnectionLost):
    """No daemon runs where one was looked for, and none has been met before."""

    reason = "DAEMON_NOT_FOUND"


class Closed(BottegaError):
    """The client was closed."""

    reason = "CLOSED"


class JobFailed(BottegaError):
    """The job ended without its pictures. Its `reason` is the daemon's, and `__cause__` the error of that reason."""

    reason = "JOB_FAILED"

    def __init__(self, message: str, *, remedy: str = "", field: str = "", reason: str = "", job_id: str = "") -> None:
        super().__init__(message, remedy=remedy, field=field, reason=reason)
        self.job_id = job_id


class JobCancelled(BottegaError):
    """The job was cancelled."""

    reason = "JOB_CANCELLED"

    def __init__(self, message: str = "The job was cancelled.", *, job_id: str = "") -> None:
        super().__init__(message)
        self.job_id = job_id


BY_REASON: dict[str, type[BottegaError]] = {
    kind.reason: kind
    for kind in (
        InvalidRequest,
        NotFound,
        MissingBlob,
        CorruptBlob,
        CorruptModel,
        OutOfMemory,
        Overloaded,
        Unauthenticated,
        WorkerDied,
        Unsupported,
    )
}
"""The daemon's stable words, and what each is raised as. A word that is not here is raised as BottegaError."""


def from_reason(reason: str, message: str, *, remedy: str = "", field: str = "") -> BottegaError:
    """The error for one of the daemon's reasons; a reason newer than this client becomes a plain BottegaError."""
    kind = BY_REASON.get(reason, BottegaError)
    return kind(message, remedy=remedy, field=field, reason=reason)
