"""Krita's main thread: functions that run there soon, and long chores in slices that no brush stroke feels."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar

from .qt import Qt, QtCore, Signal

T = TypeVar("T")
Chore: TypeAlias = "Generator[Any, Any, Any]"
log = logging.getLogger(__name__)

BUDGET = 0.004
"""Seconds of the main thread that one pump may take: a frame has 16 ms, and Krita wants the rest of it."""
BREATH = 2
"""Milliseconds between pumps, in which Krita draws and hears the pen."""
WAIT = object()
"""What a chore yields that cannot go on yet: others go first, and Krita breathes."""


@dataclass(frozen=True)
class Aside:
    """What a chore yields to have something done on the helper thread; it is resumed with the result, or its error."""

    work: Callable[[], Any]


@dataclass(frozen=True)
class Named:
    """What a chore yields before a single call of Krita's that cannot be split: it is measured under this name, which
    `single.SINGLE` knows; "" goes back to slices."""

    name: str


@dataclass(eq=False)
class _Running:
    """A chore, and what its next step is given."""

    name: str
    steps: Chore
    failed: Callable[[Exception], object]
    given: Any = None
    error: Exception | None = None
    alias: str = ""
    """What its next step is called."""


class Main(QtCore.QObject):
    """Letters and chores for the main thread, and one helper thread for what must not run there."""

    _woken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._letters: deque[tuple[str, Callable[[], object]]] = deque()
        self._chores: deque[_Running] = deque()
        self._aside: ThreadPoolExecutor | None = None
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._pump)
        woken: Any = self._woken
        woken.connect(self._pump, Qt.ConnectionType.QueuedConnection)
        self.blocks: dict[str, tuple[float, float]] = {}
        """The longest that each kind of step has held the main thread: seconds by the clock, and of the processor."""

    def call(self, function: Callable[[], object], name: str = "client") -> None:
        """Have a function run on the main thread, soon. May be called from any thread."""
        self._letters.append((name, function))
        self._woken.emit()

    def chore(self, name: str, steps: Chore, failed: Callable[[Exception], object]) -> None:
        """Run a generator to its end on the main thread, in slices between which Krita draws and the user works. It
        yields None after each slice, WAIT where it has to wait, Aside for what must not run here."""
        self._begin(_Running(name, steps, failed))

    def _begin(self, running: _Running) -> None:
        self._chores.append(running)
        self._woken.emit()

    def aside(self, work: Callable[[], T], done: Callable[[T], object], failed: Callable[[Exception], object]) -> None:
        """Run `work` on the helper thread, then `done` with its result on the main thread. Works keep their order."""

        def run() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001  # handed to the caller, whatever it is
                self.call(partial(failed, error), "failed")
            else:
                self.call(partial(done, result), "made")

        if self._aside is None:
            self._aside = ThreadPoolExecutor(1, thread_name_prefix="bottega-aside")
        self._aside.submit(run)

    def close(self) -> None:
        """Forget everything; nothing is called any more."""
        self._timer.stop()
        self._letters.clear()
        self._chores.clear()
        if self._aside:
            self._aside.shutdown(wait=False, cancel_futures=True)
            self._aside = None

    def _pump(self) -> None:
        """Do what is due for at most BUDGET, or one step if that takes longer."""
        until = time.perf_counter() + BUDGET
        while (self._letters or self._chores) and time.perf_counter() < until:
            begun, worked = time.perf_counter(), time.thread_time()
            name, goes_on = self._letter() if self._letters else self._step()
            clock, work = self.blocks.get(name, (0.0, 0.0))
            self.blocks[name] = max(clock, time.perf_counter() - begun), max(work, time.thread_time() - worked)
            if not goes_on:
                break
        if (self._letters or self._chores) and not self._timer.isActive():
            self._timer.start(BREATH)

    def _letter(self) -> tuple[str, bool]:
        name, function = self._letters.popleft()
        try:
            function()
        except Exception:
            log.exception("a call on Krita's main thread failed")
        return name, True

    def _step(self) -> tuple[str, bool]:
        """One slice of the first chore; one that did nothing but wait gives up the rest of the pump."""
        running = self._chores.popleft()
        given, error, running.given, running.error = running.given, running.error, None, None
        try:
            said = running.steps.throw(error) if error else running.steps.send(given)
        except StopIteration:
            return running.alias or running.name, True
        except Exception as failure:  # noqa: BLE001  # handed to the caller, whatever it is
            running.failed(failure)
            return running.name, True
        name, running.alias = running.alias or running.name, said.name if isinstance(said, Named) else ""
        if isinstance(said, Aside):
            self.aside(said.work, partial(self._resume, running), partial(self._resume_with, running))
        elif said is WAIT:
            self._chores.append(running)
        else:
            self._chores.appendleft(running)
        return name, said is not WAIT

    def _resume(self, running: _Running, result: object) -> None:
        running.given = result
        self._begin(running)

    def _resume_with(self, running: _Running, error: Exception) -> None:
        running.error = error
        self._begin(running)
