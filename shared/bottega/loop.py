"""One background thread with an asyncio loop: started at the first use, ended with its owner or the process."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bottega.errors import Closed

T = TypeVar("T")

POLL = 0.2
"""Seconds between looks at Ctrl-C while waiting: on Windows a lock cannot be interrupted."""


class LoopThread:
    """A loop that other threads hand coroutines to. A child made by fork gets a thread of its own at its first use.

    `goodbye` is run on the loop last: when this is closed or collected, or the process ends.
    """

    def __init__(self, goodbye: Callable[[], Coroutine[Any, Any, None]], name: str = "bottega") -> None:
        self._goodbye = goodbye
        self._name = name
        self._lock = threading.Lock()
        self._pid = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._finalizer: weakref.finalize[..., LoopThread] | None = None
        self.closed = False

    def start(self) -> asyncio.AbstractEventLoop:
        """The running loop. Raises Closed after `close`."""
        with self._lock:
            if self.closed:
                raise Closed("this client was closed.", remedy="Connect again.")
            if self._loop is None or self._pid != os.getpid():
                # Not the host's policy: another plug-in may have replaced it by one that needs the main thread.
                loop = asyncio.SelectorEventLoop()
                thread = threading.Thread(target=_run, args=(loop, self._goodbye), name=self._name, daemon=True)
                thread.start()
                self._pid, self._loop, self._thread = os.getpid(), loop, thread
                self._finalizer = weakref.finalize(self, _stop, loop, thread)
            return self._loop

    def spawn(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine on the loop; returns at once."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self.start())
        except (Closed, RuntimeError):
            work.close()
            raise

    def run(self, work: Coroutine[Any, Any, T], look: Callable[[], None] | None = None) -> T:
        """Run a coroutine on the loop and wait for its result. An interrupt of the waiting thread cancels it.

        `look` is called at first and now and then while waiting, on the waiting thread.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("the client cannot be used from its own thread: call it from another one")
        future = self.spawn(work)
        try:
            waiting = True
            while waiting:
                if look:
                    look()
                waiting = not concurrent.futures.wait((future,), timeout=POLL).done
                if waiting and not (self._thread and self._thread.is_alive()):
                    raise Closed("this client was closed.", remedy="Connect again.")
            return future.result()
        except concurrent.futures.CancelledError:
            raise Closed("this client was closed.", remedy="Connect again.") from None
        except BaseException:
            future.cancel()
            raise

    def close(self, patience: float = 1.0) -> None:
        """Cancel what runs, close its connections and end the thread; waits for that no longer than `patience` s."""
        with self._lock:
            self.closed = True
            loop, thread, mine = self._loop, self._thread, self._pid == os.getpid()
            if self._finalizer:
                self._finalizer.detach()
        if loop and thread and mine:
            _stop(loop, thread, patience)


def _run(loop: asyncio.AbstractEventLoop, goodbye: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=2.0))
        loop.run_until_complete(goodbye())
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread, patience: float = 1.0) -> None:
    if thread.is_alive() and not loop.is_closed():
        try:
            loop.call_soon_threadsafe(loop.stop)
        except RuntimeError:
            return  # it ended meanwhile
        if thread is not threading.current_thread():
            thread.join(patience)
