"""Letters from the client's thread to the host's main thread: in order, the newest of each passing kind only."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

log = logging.getLogger(__name__)

CallOnMain = Callable[[Callable[[], None]], object]
"""The host's function that makes a function run on its main thread, soon. Called from the client's thread."""

BUDGET = 0.004
"""Seconds of the main thread that one delivery may take before it makes way; a frame has 16 ms."""


class Mailbox:
    """What is delivered is a subsequence of what was posted: letters without a key all arrive, of those with the same
    key the newest. So a main thread that is busy for a minute finds a handful of letters, not a backlog."""

    def __init__(self, call_on_main: CallOnMain, budget: float = BUDGET) -> None:
        self._call_on_main = call_on_main
        self._budget = budget
        self._lock = threading.Lock()
        self._letters: OrderedDict[Hashable, tuple[Callable[..., object], tuple[Any, ...]]] = OrderedDict()
        self._numbers = itertools.count()
        self._scheduled = False
        self._closed = False

    def __len__(self) -> int:
        with self._lock:
            return len(self._letters)

    def post(self, key: Hashable | None, function: Callable[..., object], *arguments: Any) -> None:
        """Have `function(*arguments)` called on the main thread. It takes the place of an unread one of its key."""
        with self._lock:
            if self._closed:
                return
            name = ("once", next(self._numbers)) if key is None else ("newest", key)
            self._letters.pop(name, None)
            self._letters[name] = (function, arguments)
            wake, self._scheduled = not self._scheduled, True
        if wake:
            self._wake()

    def close(self) -> None:
        """Nothing is delivered any more, not even what was posted: final once this returns on the main thread."""
        with self._lock:
            self._closed = True
            self._letters.clear()

    def deliver(self) -> None:
        """Call what has been posted; runs on the main thread. A callback that raises is logged and harms no other."""
        until = time.monotonic() + self._budget
        while letter := self._next():
            function, arguments = letter
            try:
                function(*arguments)
            except Exception:  # the host's code: it must not stop the others' letters
                log.exception("a callback failed")
            if time.monotonic() > until:
                self._wake()
                return

    def _next(self) -> tuple[Callable[..., object], tuple[Any, ...]] | None:
        with self._lock:
            if self._closed or not self._letters:
                self._scheduled = False
                return None
            return self._letters.popitem(last=False)[1]

    def _wake(self) -> None:
        try:
            self._call_on_main(self.deliver)
        except Exception:  # the host is shutting down, or its function is broken
            log.exception("the host's call_on_main failed")
            with self._lock:
                self._scheduled = False
