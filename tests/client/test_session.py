"""A host's session: the main thread never waits, hears in order and only of what is still news."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bottega.errors import BottegaError, DaemonNotFound, InvalidRequest, JobCancelled
from bottega.pixels import Pixels
from bottega.session import Connection, Session
from bottega.tasks import Generate, generate
from bottega_daemon.rpc.generated.v1 import jobs_pb2
from tests.client.conftest import Serve, endless, paint
from tests.client.host import Diary, Host
from tests.client.proxy import Proxy
from tests.client.standin import Standin

BIG = Pixels.of_bytes(2048, 2048, bytes(16 << 20))


def test_several_jobs_at_once_each_in_order(host: Host, session: Session) -> None:
    diaries = [Diary(host) for _ in range(4)]
    tickets = [session.submit(generate("x", count=3), **diary.all()) for diary in diaries]
    host.pump(lambda: all(diary.ended for diary in diaries))
    for diary in diaries:
        assert diary.errors == []
        assert diary.numbers == [1, 2, 3, 4, 5]
        assert [picture.index for picture in diary.done[0]] == [0, 1, 2]
        assert diary.order[-1] == "done"
        assert [what for what in diary.order if what in ("picture", "pixels")] == ["picture", "pixels"] * 3
    assert len({ticket.job_id for ticket in tickets}) == 4
    assert host.main not in host.callers
    assert len(host.callers) == 1


def test_handing_in_megabytes_takes_no_time(host: Host, session: Session, standin: tuple[Standin, int]) -> None:
    diary = Diary(host)
    begun = time.monotonic()
    session.submit(generate("x", start=BIG), **diary.all())
    assert time.monotonic() - begun < 0.1  # hashing alone takes longer on a busy machine
    host.pump(lambda: diary.ended)
    assert standin[0].uploads == [BIG.digest]
    assert diary.errors == []


def test_a_task_may_be_made_in_the_background(host: Host, session: Session) -> None:
    diary, threads = Diary(host), list[threading.Thread]()

    def make() -> Generate:
        threads.append(threading.current_thread())
        return generate("x", start=Pixels.filled(8, 8, (1, 2, 3)).flipped())

    session.submit(make, **diary.all())
    host.pump(lambda: diary.ended)
    assert diary.done
    assert threads[0] is not host.main
    broken = Diary(host)
    session.submit(lambda: 1 // 0, **broken.all())  # pyright: ignore[reportArgumentType]
    host.pump(lambda: broken.ended)
    assert "ZeroDivisionError" in broken.errors[0].message


def test_a_slow_main_thread_finds_no_backlog(host: Host, stand_in: Serve) -> None:
    standin, port = stand_in(endless)
    session, diary = Session(host.call_on_main, f"127.0.0.1:{port}"), Diary(host)
    ticket = session.submit(generate("x"), **diary.all())
    host.pump(lambda: len(diary.events) >= 2)
    heard = len(diary.events)
    time.sleep(1.0)  # the host is busy; hundreds of progress events come in
    assert standin.books["job0"].passed > 50
    host.pump(lambda: len(diary.events) > heard)
    assert len(diary.events) - heard <= 2
    assert host.letters.qsize() <= 1
    ticket.cancel()
    host.pump(lambda: diary.ended)
    assert diary.order[-1] == "error"
    assert isinstance(diary.errors[0], JobCancelled)
    assert standin.cancels == ["job0"]
    session.close()


def test_a_connection_that_is_cut_is_told_and_mended(host: Host, stand_in: Serve) -> None:
    def slow(standin: Standin, job: jobs_pb2.Job) -> Iterator[jobs_pb2.WatchJobResponse]:
        for event in paint(standin, job):
            time.sleep(0.05)
            yield event

    _, port = stand_in(slow)
    states: list[Connection] = []
    diary = Diary(host)
    with Proxy(port) as proxy:
        session = Session(host.call_on_main, f"127.0.0.1:{proxy.port}", on_connection=states.append)
        session.submit(generate("x"), **diary.all())
        host.pump(lambda: len(diary.numbers) >= 2)
        proxy.refusing = True
        proxy.cut()
        host.pump(lambda: states[-1].state == "lost")
        assert states[-1].error
        assert states[-1].error.remedy
        proxy.refusing = False
        host.pump(lambda: diary.ended)
        host.pump(lambda: states[-1].state == "connected")
        session.close()
    assert diary.errors == []
    assert diary.numbers == [1, 2, 3, 4, 5]
    assert [state.state for state in states] == ["connecting", "connected", "lost", "connected"]
    assert states[1].server
    assert states[1].server.name == "standin"


def test_an_artist_who_cancels_does_not_wait_for_a_daemon_out_of_reach(host: Host, stand_in: Serve) -> None:
    """Protects the row in the host, which is gone soon, and the GPU: the job is cancelled when the daemon is back."""
    standin, port = stand_in(endless)
    diary = Diary(host)
    with Proxy(port) as proxy:
        session = Session(host.call_on_main, f"127.0.0.1:{proxy.port}")
        ticket = session.submit(generate("x"), **diary.all())
        host.pump(lambda: len(diary.events) >= 2)
        proxy.refusing = True
        proxy.cut()
        ticket.cancel()
        host.pump(lambda: diary.ended)
        assert isinstance(diary.errors[0], JobCancelled) and standin.cancels == []
        proxy.refusing = False
        host.pump(lambda: standin.cancels)
        session.close()
    assert standin.cancels == ["job0"]
    assert diary.order.count("error") == 1 and diary.order[-1] == "error"


def test_jobs_wait_for_a_daemon_that_is_not_there_yet(host: Host, stand_in: Serve, home: Any) -> None:
    states: list[Connection] = []
    session, diary, unwanted = Session(host.call_on_main, on_connection=states.append), Diary(host), Diary(host)
    session.submit(generate("x", start=BIG), **diary.all())
    second = session.submit(generate("y", start=BIG), **unwanted.all())
    host.pump(lambda: states and states[-1].state == "lost")
    assert isinstance(states[-1].error, DaemonNotFound)
    second.cancel()
    host.pump(lambda: unwanted.ended)
    assert isinstance(unwanted.errors[0], JobCancelled)
    standin, port = stand_in(paint)
    home.mkdir(exist_ok=True)
    (home / "daemon.json").write_text(f'{{"address": "127.0.0.1:{port}", "token": "t"}}')
    host.pump(lambda: diary.ended)
    assert len(diary.done[0]) == 3
    assert len(standin.submits) == 1  # what was cancelled never left
    session.close()


def test_a_request_that_cannot_be_ends_with_one_error(host: Host, session: Session) -> None:
    for task in (generate("x", steps=-1), generate("x", steps=5000)):
        diary = Diary(host)
        session.submit(task, **diary.all())
        host.pump(lambda diary=diary: diary.ended)
        assert diary.order == ["error"]
        assert isinstance(diary.errors[0], InvalidRequest)
        assert diary.errors[0].field == "generate.denoising.steps"


def test_closing_is_quick_and_final(host: Host, stand_in: Serve) -> None:
    standin, port = stand_in(endless)
    with Proxy(port) as proxy:
        session, diary = Session(host.call_on_main, f"127.0.0.1:{proxy.port}"), Diary(host)
        session.submit(generate("x", start=BIG), **diary.all())
        host.pump(lambda: len(diary.events) > 3)
        proxy.stall()  # the worst moment: nobody answers
        session.submit(generate("x", start=Pixels.of_bytes(2048, 2048, b"\1" * (16 << 20))), **diary.all())
        begun = time.monotonic()
        session.close()
        assert time.monotonic() - begun < 0.1
        heard = len(diary.order)
        time.sleep(0.3)
        while not host.letters.empty():
            host.letters.get()()
        assert len(diary.order) == heard
        session.close()
    assert standin.cancels == []  # the job goes on
    with pytest.raises(BottegaError):
        session.submit(generate("x"))
