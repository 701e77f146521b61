"""A host as a session sees it: a main thread with a queue, and somebody who notes everything that is called there."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from bottega.errors import BottegaError
from bottega.events import Event, Picture


class Host:
    """A main thread with a queue, as Blender's timers and Krita's signals make one; the test is the main thread."""

    def __init__(self) -> None:
        self.letters: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.main = threading.current_thread()
        self.callers: set[threading.Thread] = set()
        self.longest = 0.0

    def call_on_main(self, function: Callable[[], None]) -> None:
        self.callers.add(threading.current_thread())
        self.letters.put(function)

    def pump(self, until: Callable[[], object], seconds: float = 20.0) -> None:
        """Run the main loop until something is so."""
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, "it did not happen"
            try:
                function = self.letters.get(timeout=0.01)
            except queue.Empty:
                continue
            begun = time.monotonic()
            function()
            self.longest = max(self.longest, time.monotonic() - begun)


class Diary:
    """Hears everything of one job, and checks on which thread."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.events: list[Event] = []
        self.pictures: list[Picture] = []
        self.done: list[list[Picture]] = []
        self.errors: list[BottegaError] = []
        self.order: list[str] = []

    def _note(self, what: str) -> None:
        assert threading.current_thread() is self.host.main
        self.order.append(what)

    def on_event(self, event: Event) -> None:
        self._note(event.kind)
        self.events.append(event)

    def on_picture(self, picture: Picture) -> None:
        self._note("pixels")
        self.pictures.append(picture)

    def on_done(self, pictures: list[Picture]) -> None:
        self._note("done")
        self.done.append(pictures)

    def on_error(self, error: BottegaError) -> None:
        self._note("error")
        self.errors.append(error)

    def all(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("on_event", "on_picture", "on_done", "on_error")}

    @property
    def ended(self) -> bool:
        return bool(self.done or self.errors)

    @property
    def numbers(self) -> list[int]:
        return [event.number for event in self.events if event.lasting]
