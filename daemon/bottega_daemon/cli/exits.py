"""What the exit codes mean, and which error ends in which."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; a script may rely on them."""

    OK = 0
    WRONG = 1
    INVALID = 2
    NO_DAEMON = 3
    FAILED = 4
    CANCELLED = 5
    LOST = 6
    BUSY = 7
    REFUSED = 8


MEANINGS: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.WRONG: "something is wrong on this machine (what `doctor` finds, a full disk), or a bug",
    Exit.INVALID: "the command or the request cannot work as it stands",
    Exit.NO_DAEMON: "no daemon answers",
    Exit.FAILED: "the job failed",
    Exit.CANCELLED: "the job was cancelled",
    Exit.LOST: "the connection to the daemon was lost",
    Exit.BUSY: "the daemon's queue or disk is full; try again later",
    Exit.REFUSED: "the daemon does not know this token",
}

BY_REASON: dict[str, Exit] = {
    "INVALID_REQUEST": Exit.INVALID,
    "NOT_FOUND": Exit.INVALID,
    "USAGE": Exit.INVALID,
    "DAEMON_NOT_FOUND": Exit.NO_DAEMON,
    "JOB_CANCELLED": Exit.CANCELLED,
    "CONNECTION_LOST": Exit.LOST,
    "OVERLOADED": Exit.BUSY,
    "UNAUTHENTICATED": Exit.REFUSED,
}


def exit_of(reason: str, *, of_job: bool = False) -> Exit:
    """The code for an error's reason; whatever a job failed of, it is `Exit.FAILED`."""
    return Exit.FAILED if of_job else BY_REASON.get(reason, Exit.WRONG)


def table() -> str:
    """The codes as a line each, for the help."""
    return "\n".join(f"{code.value}  {meaning}" for code, meaning in MEANINGS.items())
