"""Watchers of jobs: each has a mailbox that keeps every lasting event and only the latest of the passing ones."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager

from bottega_daemon.jobs.events import Numbered, Queued, Started
from bottega_daemon.worker.protocol import Preview, Progress


class Closed(Exception):
    """The daemon stops; there will be no more events."""


class Mailbox:
    """Events for one watcher, in order. A slow watcher misses old progress and previews, never a lasting event."""

    def __init__(self, previews: bool) -> None:
        self.previews = previews
        self._letters: dict[object, Numbered] = {}
        self._arrived = asyncio.Event()
        self._place: Queued | None = None
        self._closed = False

    def put(self, letter: Numbered) -> None:
        """Add an event; a passing one takes the place of an older one of its kind."""
        key: object
        match letter.event:
            case Preview(index=index):
                if not self.previews:
                    return
                key = ("preview", index)
            case Queued() as place:
                if place == self._place:
                    return
                self._place = place
                key = Queued
            case Progress():
                key = Progress
            case Started():
                self._letters.pop(Queued, None)
                self._place = None
                key = letter.number
            case _:
                key = letter.number
        self._letters.pop(key, None)
        self._letters[key] = letter
        self._arrived.set()

    def close(self) -> None:
        """No more events will come."""
        self._closed = True
        self._arrived.set()

    async def take(self, timeout: float) -> list[Numbered]:
        """What has come, waiting for it; nothing after `timeout` seconds. Raises Closed."""
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout)
        except TimeoutError:
            return []
        letters = list(self._letters.values())
        self._letters.clear()
        if not self._closed:
            self._arrived.clear()
        elif not letters:
            raise Closed
        return letters


class Watchers:
    """Everybody who watches. `changed(job_id)` is called when a watcher of that job came or went."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._boxes: dict[str, list[Mailbox]] = defaultdict(list)
        self._changed = changed
        self._closed = False

    @contextmanager
    def watching(self, job_id: str, previews: bool) -> Generator[Mailbox]:
        """A mailbox for one watcher's lifetime."""
        box = Mailbox(previews)
        if self._closed:
            box.close()
        self._boxes[job_id].append(box)
        self._changed(job_id)
        try:
            yield box
        finally:
            self._boxes[job_id].remove(box)
            if not self._boxes[job_id]:
                del self._boxes[job_id]
            self._changed(job_id)

    def publish(self, job_id: str, letter: Numbered) -> None:
        """Tell a job's watchers."""
        for box in self._boxes.get(job_id, ()):
            box.put(letter)

    def anybody(self, job_id: str) -> bool:
        """Whether somebody watches the job."""
        return job_id in self._boxes

    def wants_previews(self, job_id: str) -> bool:
        """Whether somebody watches the job's previews."""
        return any(box.previews for box in self._boxes.get(job_id, ()))

    def close(self) -> None:
        """End every watch, now and later."""
        self._closed = True
        for boxes in self._boxes.values():
            for box in boxes:
                box.close()
