"""How Blender's plug-in follows a job of several tasks, and brings results in one after the other; without Blender."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from bottega import messages as m
from bottega.errors import BottegaError, JobCancelled
from bottega.events import Picture
from bottega.pixels import Pixels

LOST = BottegaError("the GPU is out of memory", remedy="Ask for a smaller picture.")


@pytest.fixture(scope="module")
def plugin(blender: Callable[[str], Any]) -> Any:
    """The plug-in's modules."""
    names = ("host", "params", "running", "studio", "work")
    return SimpleNamespace(**{name: blender(name) for name in names})


@dataclass
class Desk:
    """A session that keeps what it is told to call, and counts what is cancelled."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    cancelled: int = 0

    def submit(self, task: object, **calls: Any) -> Desk:
        """Hand a job in; the desk is its ticket, too."""
        self.calls.append(calls)
        return self

    def cancel(self) -> None:
        """Ask for a job's end."""
        self.cancelled += 1


def begun(plugin: Any, each: Any = None) -> tuple[Any, Any, Desk]:
    """A studio, its job of two tasks that are under way, and their desk."""
    studio = plugin.studio.Studio(plugin.host.Main())
    studio.history, studio.previews = MagicMock(), MagicMock()
    desk = Desk()
    work = studio.work(plugin.params.Params(prompt="brick"), desk, MagicMock())

    def recipe() -> Any:
        yield plugin.work.Ask([plugin.params.Params().task()] * 2, each=each)

    plugin.running.start(studio, work, recipe())
    assert studio.main.wait(lambda: len(desk.calls) == 2, 10)
    return studio, work, desk


def progress(desk: Desk, which: int) -> None:
    """A task is somewhat further."""
    body = m.ProgressEvent(fraction=0.4, phase=m.Phase.DENOISING)
    desk.calls[which]["on_event"](SimpleNamespace(body=body))


def picture() -> Picture:
    """A small one."""
    return Picture("job", 0, 1, Pixels.of(np.zeros((4, 4, 3), np.uint8)))


@pytest.mark.parametrize("end", ["cancelled", "done", "failed"])
def test_the_first_error_of_several_tasks_stays(plugin: Any, end: str) -> None:
    """Whatever the other task still says before it ends, and however it ends."""
    studio, work, desk = begun(plugin)
    progress(desk, 1)
    assert work.state == "running"
    desk.calls[0]["on_error"](LOST)
    assert desk.cancelled == 2
    told = work.state, work.error, work.fraction
    assert told[:2] == ("failed", LOST)
    progress(desk, 1)
    assert (work.state, work.error, work.fraction) == told
    if end == "done":
        desk.calls[1]["on_done"]([picture()])
    else:
        desk.calls[1]["on_error"](JobCancelled() if end == "cancelled" else BottegaError("later"))
    studio.main.wait(lambda: False, 0.05)
    assert (work.state, work.error, work.fraction) == told and work.ended


def test_what_comes_after_the_end_is_not_kept(plugin: Any) -> None:
    """Neither pictures nor what is made of them, nor is anything made any more."""
    made: list[Picture] = []
    studio, work, desk = begun(plugin, lambda each: made.append(each) or plugin.work.Made(each, {}))
    desk.calls[1]["on_picture"](picture())
    desk.calls[0]["on_error"](LOST)
    assert studio.main.wait(lambda: made, 10)
    desk.calls[1]["on_picture"](picture())
    studio.main.wait(lambda: False, 0.05)
    assert len(made) == 1 and not work.made and work.state == "failed"


def test_an_error_waits_with_what_was_made(plugin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While results wait for the moment to go into Blender, a task that still runs changes nothing of it."""
    studio, work, desk = begun(plugin, lambda each: plugin.work.Made(each, {}))
    monkeypatch.setattr(plugin.running.undo, "hindrance", lambda: "You are sculpting")
    desk.calls[0]["on_picture"](picture())
    while not work.made:
        studio.main.pump()
    desk.calls[0]["on_error"](LOST)
    studio.main.pump()
    assert (work.state, work.note, work.arriving) == ("finishing", "You are sculpting", True)
    progress(desk, 1)
    assert (work.state, work.note) == ("finishing", "You are sculpting")
    monkeypatch.setattr(plugin.running.undo, "hindrance", lambda: "")
    studio.main.pump()
    assert (work.state, work.error, work.deliver.call_count) == ("failed", LOST, 1)


def test_results_that_waited_come_one_at_a_time(plugin: Any) -> None:
    """Each is an undo step of Blender's, which takes longer than a frame."""
    main, came, now = plugin.host.Main(), list[int](), False
    for number in range(3):
        main.moment(lambda: now, lambda number=number: came.append(number), pytest.fail)
    waits = main.pump()
    assert not came and waits == plugin.host.IDLE
    now = True
    counts: list[int] = []
    for _ in range(4):
        waits = main.pump()
        counts.append(len(came))
    assert counts == [1, 2, 3, 3] and came == [0, 1, 2]
    assert waits == plugin.host.IDLE


def test_one_that_has_to_wait_holds_up_no_other(plugin: Any) -> None:
    main, came = plugin.host.Main(), list[str]()
    main.moment(lambda: False, lambda: came.append("never"), pytest.fail)
    main.moment(lambda: True, lambda: came.append("now"), pytest.fail)
    assert main.pump() == plugin.host.BUSY
    assert came == ["now"]


def held(studio: Any, begun: threading.Event, lane: str) -> Any:
    """A job whose recipe reckons on and on until nobody wants it any more."""
    work = studio.work(studio.params.Params(), Desk(), MagicMock(), lane)

    def recipe() -> Any:
        begun.set()
        while True:
            work.check()
        yield

    studio.begin(work, recipe)
    return work


def test_a_job_that_reckons_long_ends_when_it_is_cancelled_and_holds_up_no_other(plugin: Any) -> None:
    studio = plugin.studio.Studio(plugin.host.Main())
    studio.params, reckoning = plugin.params, threading.Event()
    long = held(studio, reckoning, plugin.host.SCENES)
    assert studio.main.wait(reckoning.is_set, 10)
    desk, quick = Desk(), MagicMock()
    work = studio.work(plugin.params.Params(), desk, quick)

    def recipe() -> Any:
        yield plugin.work.Ask([plugin.params.Params().task()])

    studio.begin(work, recipe)
    assert studio.main.wait(lambda: desk.calls, 10)
    assert not long.ended
    studio.cancel(long)
    assert long.state == "cancelled"
    again = threading.Event()
    held(studio, again, plugin.host.SCENES)
    assert studio.main.wait(again.is_set, 10), "its thread is free"
    studio.close()


def test_a_scene_is_not_read_on_for_a_job_that_was_cancelled(plugin: Any) -> None:
    studio = plugin.studio.Studio(plugin.host.Main())
    work, read, recipe = studio.work(plugin.params.Params(), Desk(), MagicMock()), list[int](), MagicMock()

    def reading() -> Any:
        for number in range(5):
            read.append(number)
            if number == 2:
                studio.cancel(work)
            yield

    studio.begin(work, recipe, reading())
    studio.main.wait(lambda: False, 0.05)
    assert (work.state, read) == ("cancelled", [0, 1, 2])
    recipe.assert_not_called()
