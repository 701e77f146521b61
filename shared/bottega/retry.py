"""How long to wait before trying again, and when to give up."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bottega.errors import ConnectionLost, DaemonNotFound

T = TypeVar("T")

FIRST, CAP = 0.1, 5.0
"""Seconds before the first retry, and at most between two."""


def delay(attempt: int, jitter: float) -> float:
    """Seconds before retry `attempt` (0 = first): doubling up to a cap, of which `jitter` of 0..1 makes 50..100 %."""
    return min(CAP, FIRST * 2.0 ** min(attempt, 30)) * (0.5 + 0.5 * jitter)


class Backoff:
    """Tells how long to pause after each failure, for at most `patience` seconds since the last success.

    A daemon that has never been met is given up at once unless `stubborn`.
    """

    def __init__(self, patience: float, *, stubborn: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._stubborn = stubborn
        self._clock = clock
        self._attempt = 0
        self._since: float | None = None

    def success(self) -> None:
        """Things work again."""
        self._attempt, self._since = 0, None

    def next_pause(self, error: ConnectionLost) -> float:
        """Seconds to wait after `error`; raises it when patience is at its end."""
        if isinstance(error, DaemonNotFound) and not self._stubborn:
            raise error
        now = self._clock()
        self._since = now if self._since is None else self._since
        left = self._since + self._patience - now
        if left <= 0:
            raise error
        self._attempt += 1
        return min(delay(self._attempt - 1, random.random()), left)

    async def persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it works or patience ends; for what may be repeated."""
        while True:
            try:
                return await attempt()
            except ConnectionLost as error:  # noqa: PERF203  # trying again is the point
                await self.pause(error)

    async def pause(self, error: ConnectionLost) -> None:
        """Wait as long as `next_pause` says, or raise as it does."""
        await asyncio.sleep(self.next_pause(error))
