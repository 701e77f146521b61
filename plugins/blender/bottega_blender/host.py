"""Blender's main thread: functions that run there soon, and long chores in slices that no frame feels.

A timer calls `pump` while Blender has windows; scripts and tests without a window call it themselves (`wait`).
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Failed: TypeAlias = "Callable[[Exception], object]"
Moment: TypeAlias = "tuple[Callable[[], bool], Callable[[], object], Failed]"
"""Whether it may be, what is done then, and who hears of an error."""
PACKAGE = str(__package__)
"""The plug-in's own name in this Blender: what preferences and folders are found by."""
log = logging.getLogger(__name__)

SCENES = "scene"
"""The helper thread that reckons with scenes, which may take it minutes: nothing else waits for it."""
BUDGET = 0.006
"""Seconds of the main thread that one pump may take: a frame has 16 ms, and Blender wants the rest of it."""
BUSY = 0.01
IDLE = 0.1
"""Seconds between pumps with and without something under way."""


class Main:
    """Letters and chores for the main thread, and helper threads for what must not run there."""

    def __init__(self) -> None:
        self._letters: deque[tuple[str, Callable[[], object]]] = deque()
        self._chores: deque[tuple[str, Iterator[None], Failed]] = deque()
        self._moments: list[Moment] = []
        self._aside: dict[str, ThreadPoolExecutor] = {}
        self._under_way = 0
        self._held = 0
        self.clock = time.perf_counter
        """What steps are timed with."""
        self.blocks: dict[str, float] = {}
        """The longest time in seconds that each kind of step has held the main thread."""

    def call(self, function: Callable[[], object]) -> None:
        """Have a function run on the main thread, soon. May be called from any thread."""
        self._letters.append(("client", function))

    def chore(self, name: str, steps: Iterator[None], failed: Failed) -> None:
        """Run an iterator to its end on the main thread, in slices between which Blender draws and the user works."""
        self._chores.append((name, steps, failed))

    def moment(self, ready: Callable[[], bool], function: Callable[[], object], failed: Failed) -> None:
        """Run a function on the main thread in one go, as soon as `ready` says that it may. Under a script that waits
        it runs at once: nobody else does anything meanwhile."""
        self._moments.append((ready, function, failed))

    def aside(self, work: Callable[[], T], done: Callable[[T], object], failed: Failed, lane: str = "") -> None:
        """Run `work` on a helper thread, then `done` with its result on the main thread. Works of a lane keep their
        order."""

        def run() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001  # handed to the caller, whatever it is
                self._letters.append(("failed", partial(self._back, failed, error)))
            else:
                self._letters.append(("made", partial(self._back, done, result)))

        if lane not in self._aside:
            self._aside[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"bottega-aside-{lane}")
        self._under_way += 1
        self._aside[lane].submit(run)

    def _back(self, function: Callable[[T], object], argument: T) -> None:
        self._under_way -= 1
        function(argument)

    def pump(self) -> float:
        """Do what is due for at most BUDGET, or one step if that takes longer, and one thing that waited for its
        moment: Blender's undo step alone takes a frame. Gives the seconds until the next."""
        until = time.perf_counter() + BUDGET
        while (self._letters or self._chores) and time.perf_counter() < until:
            name = self._letters[0][0] if self._letters else self._chores[0][0]
            self.timed(name, self._letter if self._letters else self._step)
        done = any(self._try(each) for each in list(self._moments))
        return BUSY if self._letters or self._chores or self._under_way or done else IDLE

    def timed(self, name: str, function: Callable[[], object]) -> None:
        """Run a function, and note how long a step of this name takes at most."""
        begun = self.clock()
        try:
            function()
        finally:
            self.blocks[name] = max(self.blocks.get(name, 0.0), self.clock() - begun)

    def _try(self, moment: Moment) -> bool:
        """Whether it was the moment."""
        ready, function, failed = moment
        if not self._held and not ready():
            return False
        self._moments.remove(moment)
        try:
            function()
        except Exception as error:  # noqa: BLE001  # handed to the caller, whatever it is
            failed(error)
        return True

    def _letter(self) -> None:
        _, function = self._letters.popleft()
        try:
            function()
        except Exception:
            log.exception("a call on Blender's main thread failed")

    def _step(self) -> None:
        name, steps, failed = self._chores.popleft()
        try:
            next(steps)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001  # handed to the caller, whatever it is
            failed(error)
            return
        self._chores.appendleft((name, steps, failed))

    def wait(self, until: Callable[[], object], seconds: float) -> bool:
        """Pump until something is so: for scripts in the background. False if it is not so after that time."""
        deadline = time.monotonic() + seconds
        self._held += 1
        try:
            while not until():
                if time.monotonic() > deadline:
                    return False
                time.sleep(min(self.pump(), 0.01))
        finally:
            self._held -= 1
        return True

    def close(self) -> None:
        """Forget everything; nothing is called any more."""
        self._letters.clear()
        self._chores.clear()
        self._moments.clear()
        for executor in self._aside.values():
            executor.shutdown(wait=False, cancel_futures=True)
        self._aside.clear()
