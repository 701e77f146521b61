"""A walk as one job: rounds follow each other, its progress never goes back, and it ends once, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, cast

import pytest

from bottega import messages as m
from bottega.errors import JobCancelled, OutOfMemory
from bottega.events import Event, Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import Pixels
from bottega.planning import Choices, native, plan
from bottega.session import Session
from bottega.tasks import Inpaint, inpaint
from bottega.walks import Errand, rounds_of, seen_alone
from bottega.works import Work, Works

GREY = Pixels.filled(16, 16, (9, 9, 9))
JOB = inpaint(GREY, Pixels.filled(16, 16, (255,), color_space="data"), "x")


class Daemonless:
    """Stands in for a session: the background is now, and the test tells what jobs say."""

    def __init__(self) -> None:
        self.jobs: list[dict[str, Any]] = []
        self.cancelled = 0

    def in_background(self, work: Callable[[], Any], done: Callable[[Any], Any], wrong: Callable[[Any], Any]) -> None:
        try:
            found = work()
        except ValueError as error:
            wrong(error)
        else:
            done(found)

    def submit(self, task: object, **wishes: Any) -> Daemonless:
        self.jobs.append(wishes)
        return self

    def cancel(self) -> None:
        self.cancelled += 1

    def progress(self, number: int, fraction: float) -> None:
        body = m.ProgressEvent(phase=m.Phase.DENOISING, fraction=fraction)
        self.jobs[number]["on_event"](Event("job", 1, "progress", body))

    def done(self, number: int, seed: int = 0) -> None:
        self.jobs[number]["on_done"]([Picture("job", 0, seed, GREY)])


def rounds(heard: list[Any]) -> Generator[list[Inpaint], Any, list[Pixels]]:
    """Two jobs at once, then one."""
    heard.append((yield [JOB, JOB]))
    heard.append((yield [JOB]))
    return [GREY]


def begun() -> tuple[Works, Work, Daemonless, list[Any], list[Any]]:
    heard, got, session = list[Any](), list[Any](), Daemonless()
    works = Works(lambda _work: None)
    work = works.add("walk", {})
    errand = Errand(works, work, cast(Session, session), cast(Any, rounds(heard)), 2, lambda _w, made: got.append(made))
    errand.begin()
    return works, work, session, heard, got


def test_rounds_follow_each_other_and_the_end_is_delivered() -> None:
    _works, work, session, heard, got = begun()
    assert len(session.jobs) == 2
    session.progress(0, 0.8)
    session.progress(1, 0.2)
    assert work.fraction == pytest.approx(0.4)
    session.done(1, seed=8)
    assert len(session.jobs) == 2
    session.done(0, seed=7)
    assert [[picture.seed for picture in pictures] for pictures in heard[0]] == [[7], [8]]
    session.progress(2, 0.5)
    assert work.fraction == pytest.approx(0.75)
    session.done(2)
    assert (work.state, got) == ("done", [[GREY]])


def test_one_job_that_fails_ends_it_and_the_others() -> None:
    works, work, session, _heard, got = begun()
    session.jobs[0]["on_error"](OutOfMemory("no.", remedy="Less."))
    assert (work.state, session.cancelled, got) == ("failed", 2, [])
    session.done(1)
    session.done(0)
    assert len(session.jobs) == 2
    works.cancel(work)
    assert work.state == "failed"


def test_cancel_reaches_every_job_and_no_further_round_begins() -> None:
    works, work, session, _heard, _got = begun()
    works.cancel(work)
    assert session.cancelled == 2
    session.jobs[0]["on_error"](JobCancelled())
    assert work.state == "cancelled"


def test_a_plan_seen_alone_asks_for_the_same_work() -> None:
    found = plan(Extent(900, 700), Bounds(500, 300, 300, 300), native("starter", 128), Choices(feather=6))
    alone = seen_alone(found)
    assert alone.passes == found.passes and alone.scale == found.scale
    assert alone.context == Bounds(0, 0, found.context.width, found.context.height)
    moved = [tile.moved(found.context.x, found.context.y) for tile in alone.tiles_on_canvas()]
    assert moved == found.tiles_on_canvas()
    assert rounds_of(found) == 1 + len(found.last.tiles)
