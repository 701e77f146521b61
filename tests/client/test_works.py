"""A panel's list of jobs: each stands as its last event said, ends once, and shows what failed in the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from bottega import messages as m
from bottega.errors import BottegaError, JobCancelled, OutOfMemory
from bottega.events import Event, Picture
from bottega.pixels import Pixels
from bottega.session import Session
from bottega.tasks import generate
from bottega.works import KEPT, Work, Works

PICTURE = Picture("job", 0, 7, Pixels.filled(16, 16, (1, 2, 3)))


class Daemonless:
    """Stands in for a session: the test tells what is heard."""

    def __init__(self) -> None:
        self.wishes: dict[str, Any] = {}
        self.cancelled = 0

    def submit(self, task: object, **wishes: Any) -> Daemonless:
        self.wishes = wishes
        return self

    def cancel(self) -> None:
        self.cancelled += 1

    def hear(self, body: Any) -> None:
        self.wishes["on_event"](Event("job", 1, "some", body))


def begun(
    deliver: Callable[[Work, list[Picture]], object] = lambda *_: None,
) -> tuple[Works, Work, Daemonless, list[str]]:
    stood: list[str] = []
    works, session = Works(lambda work: stood.append(work.state)), Daemonless()
    work = works.add("copper", {"prompt": "copper"})
    works.submit(work, cast(Session, session), generate("copper"), deliver, cancel_when_unwatched_after=3.0)
    return works, work, session, stood


def test_a_job_stands_as_its_last_event_said() -> None:
    works, work, session, stood = begun(lambda _, pictures: [picture.seed for picture in pictures])
    assert session.wishes["cancel_when_unwatched_after"] == 3.0 and works.active == [work]
    session.hear(m.QueuedEvent(position=2))
    assert work.position == 2
    session.hear(m.ProgressEvent(phase=m.Phase.DENOISING, fraction=0.5))
    session.hear(m.PreviewEvent(jpeg=b"jpeg"))
    assert (work.fraction, work.phase, work.preview) == (0.5, "Painting", b"jpeg")
    session.wishes["on_done"]([PICTURE])
    assert (work.state, work.result, work.preview, works.active) == ("done", [7], b"", [])
    assert stood == ["reading", "queued", "queued", "running", "running", "finishing", "done"]


@pytest.mark.parametrize(
    ("error", "state"), [(OutOfMemory("no.", remedy="Less."), "failed"), (JobCancelled(), "cancelled")]
)
def test_a_bad_end_is_the_only_one(error: BottegaError, state: str) -> None:
    works, work, session, _ = begun()
    session.wishes["on_error"](error)
    works.fail(work, ValueError("later"))
    assert (work.state, work.error) == (state, error)
    works.forget(work)
    assert works.list == []


def test_what_the_host_cannot_do_with_a_picture_is_shown_with_the_job() -> None:
    def closed(work: Work, pictures: list[Picture]) -> None:
        raise BottegaError("the image is closed.", remedy="Keep it open.")

    _, work, session, _ = begun(closed)
    session.wishes["on_done"]([PICTURE])
    assert work.state == "failed" and str(work.error) == "the image is closed. Keep it open."
    assert work.pictures == [PICTURE]


def test_cancel_ends_at_once_what_has_not_been_sent_and_asks_for_the_rest() -> None:
    works, work, session, _ = begun()
    works.cancel(work)
    assert (session.cancelled, work.state) == (1, "queued")
    early = works.add("early", {})
    works.cancel(early)
    works.submit(early, cast(Session, session), generate("never"), lambda *_: None)
    assert (early.state, early.ticket) == ("cancelled", None)


def test_old_ended_jobs_leave_the_list_and_running_ones_stay() -> None:
    works = Works(lambda _: None, kept=2)
    running = works.add("running", {})
    for number in range(5):
        works.fail(works.add(str(number), {}), JobCancelled())
    last = works.add("last", {})
    assert [work.title for work in works.list] == ["last", "4", "3", "running"]
    assert works.active == [running, last]
    assert works.find(running.number) is running and works.find(2) is None


def test_what_waits_for_the_host_is_not_pushed_off_the_list() -> None:
    works, work, session, _ = begun(lambda *_: 1 / 0)
    session.wishes["on_done"]([PICTURE])
    work.waits = True
    for number in range(KEPT + 5):
        works.fail(works.add(f"{number}", {}), ValueError("ended"))
    works.add("newest", {})
    assert works.find(work.number) is work and len(works.list) == KEPT + 2
    work.waits = False
    works.add("newer still", {})
    assert works.find(work.number) is None
