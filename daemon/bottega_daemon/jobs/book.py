"""The store behind one thread: callers on the event loop await its answers, and no two of its changes ever overlap."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bottega_daemon.errors import Overloaded
from bottega_daemon.jobs.store import Store

P = ParamSpec("P")
T = TypeVar("T")


class Book:
    """Opens the store in its own thread. Raises Overloaded when another daemon holds it."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1, "book")
        try:
            self._store = self._thread.submit(Store, path).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def ask(self, method: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a method of the store: `await book.ask(Store.job, job_id)`. Once begun it is done, cancelled or not."""

        def call() -> T:
            try:
                return method(self._store, *args, **kwargs)
            except sqlite3.OperationalError as error:
                raise Overloaded(
                    f"the book cannot be written: {error}.", remedy="Free disk space on the daemon."
                ) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def close(self) -> None:
        """Wait for what was asked, then close the file."""
        self._thread.submit(self._store.close).result()
        self._thread.shutdown()
