"""Keeps loaded models within a budget of bytes: the least recently used goes first, one that is in use never goes."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from bottega_daemon.errors import OutOfMemory


class Sized(Protocol):
    """Anything that knows the bytes it takes."""

    @property
    def nbytes(self) -> int: ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Sized)


class ModelCache(Generic[K, V]):
    """A cache of `load(key)` that holds at most `budget_bytes`, for one thread.

    `expect(key)` foretells the bytes that a load will take, so that room is made before and not after it; the entry's
    own `nbytes` counts once it is there. `evicted` hears of every value that was let go.
    """

    def __init__(
        self,
        budget_bytes: int,
        load: Callable[[K], V],
        expect: Callable[[K], int] = lambda key: 0,
        evicted: Callable[[V], None] = lambda value: None,
    ) -> None:
        self.budget_bytes = budget_bytes
        self._load, self._expect, self._evicted = load, expect, evicted
        self._held: OrderedDict[K, V] = OrderedDict()
        self._pins: Counter[K] = Counter()

    @property
    def used_bytes(self) -> int:
        """Bytes of everything held."""
        return sum(value.nbytes for value in self._held.values())

    @property
    def resident(self) -> tuple[K, ...]:
        """What is held, the next to go first."""
        return tuple(self._held)

    def acquire(self, key: K) -> V:
        """Return the entry and keep it from leaving until `release`; load it, after making room, if it is not here.

        Raises OutOfMemory where what is in use leaves no room, and whatever `load` raises; then nothing is pinned.
        """
        if key not in self._held:
            self._make_room(key, self._expect(key))
            value = self._load(key)
            try:
                self._make_room(key, value.nbytes)
            except OutOfMemory:
                self._evicted(value)
                raise
            self._held[key] = value
        self._held.move_to_end(key)
        self._pins[key] += 1
        return self._held[key]

    def release(self, key: K) -> None:
        """Undo one `acquire`."""
        if self._pins[key] <= 0:
            raise ValueError(f"{key!r} was released more often than acquired")
        self._pins[key] -= 1

    @contextmanager
    def using(self, key: K) -> Iterator[V]:
        """Hold an entry for the length of a `with` block."""
        value = self.acquire(key)
        try:
            yield value
        finally:
            self.release(key)

    def drop_unused(self) -> int:
        """Let everything go that is not in use; return the bytes given back."""
        before = self.used_bytes
        for key in [key for key in self._held if not self._pins[key]]:
            self._drop(key)
        return before - self.used_bytes

    def _make_room(self, key: K, wanted: int) -> None:
        pinned = sum(value.nbytes for held, value in self._held.items() if self._pins[held])
        if wanted > self.budget_bytes - pinned:
            mib = [f"{size / 2**20:.0f} MiB" for size in (wanted, self.budget_bytes, pinned)]
            raise OutOfMemory(
                f"{key} needs {mib[0]}, but of the {mib[1]} for models {mib[2]} are in use.",
                remedy="Wait for the other jobs, use fewer models at once, or give the daemon more memory for models.",
            )
        while self.used_bytes + wanted > self.budget_bytes:
            self._drop(next(held for held in self._held if not self._pins[held]))

    def _drop(self, key: K) -> None:
        self._pins.pop(key, None)
        self._evicted(self._held.pop(key))
