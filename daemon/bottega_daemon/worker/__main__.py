"""`python -m bottega_daemon.worker`: one process on one device, told what to do over its standard input."""

from __future__ import annotations

import ctypes
import logging
import os
import queue
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

from bottega_daemon.worker import protocol

log = logging.getLogger(__name__)

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""glibc's mallopt parameters (malloc.h)."""
LAST_WORDS = 2.0
"""Seconds that the last events may take to be written."""


def main() -> None:
    """Serve one front until it says Quit or goes away."""
    logging.basicConfig(
        level=os.environ.get("BOTTEGA_LOG", "INFO"), format="worker: %(levelname)s %(name)s: %(message)s"
    )
    keep_freed_memory()
    commands, events = _streams()
    setup = protocol.command_decoder.decode(commands.readline())
    assert isinstance(setup, protocol.Setup)
    inbox: queue.SimpleQueue[protocol.Command | None] = queue.SimpleQueue()
    outbox: queue.SimpleQueue[protocol.Event | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(commands, inbox), daemon=True).start()
    writer = threading.Thread(target=_write, args=(events, outbox), daemon=True)
    writer.start()
    status = 0
    try:
        from bottega_daemon.worker.serve import serve  # torch comes in here, after malloc has been told

        serve(setup, inbox, outbox.put)
    except Exception:  # the process's edge; the front tells the last lines of its log
        log.exception("the worker cannot go on")
        status = 1
    outbox.put(None)
    writer.join(LAST_WORDS)
    # Python would wait for the lock on standard input, which the reader holds for ever, and abort.
    os._exit(status)


def keep_freed_memory() -> None:
    """Tell glibc to keep what torch frees: oneDNN's scratch memory is otherwise mapped and faulted in at every call
    (1.1 to 1.8 times slower on a CPU). Elsewhere this does nothing."""
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """The two ends of the conversation. Whatever a library prints goes to standard error instead."""
    events = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return sys.stdin.buffer, events


def _read(commands: BinaryIO, inbox: queue.SimpleQueue[protocol.Command | None]) -> None:
    try:
        for line in commands:
            inbox.put(protocol.command_decoder.decode(line))
    finally:  # also when the front was killed in the middle of a line
        inbox.put(protocol.Quit())


def _write(events: BinaryIO, outbox: queue.SimpleQueue[protocol.Event | None]) -> None:
    with suppress(BrokenPipeError):  # the front is gone, which the reader notices too
        while (event := outbox.get()) is not None:
            events.write(protocol.line(event))
            if outbox.empty():
                events.flush()


if __name__ == "__main__":
    main()
