"""What a session hears of later: menus that change, and jobs that were handed in before."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bottega import messages as m
from bottega import session as session_module
from bottega.core import Core
from bottega.errors import Closed, InvalidRequest, JobCancelled, JobFailed
from bottega.events import Event, Picture
from bottega.pixels import Pixels
from bottega.session import Connection, Session
from bottega.tasks import generate
from bottega_daemon.rpc.generated.v1 import jobs_pb2
from tests.client.conftest import Serve, W, endless
from tests.client.host import Diary, Host
from tests.client.proxy import Proxy
from tests.client.standin import Standin


def test_menus_come_before_the_daemon_and_change_with_it(host: Host, standin: tuple[Standin, int]) -> None:
    menus: list[m.Catalog] = []
    address = f"127.0.0.1:{standin[1]}"
    first = Session(host.call_on_main, address, on_catalog=menus.append)
    assert first.known_catalog is None
    host.pump(lambda: menus)
    first.close()
    second = Session(host.call_on_main, address, on_catalog=menus.append)
    assert second.known_catalog
    assert second.known_catalog.version == "v1"
    host.pump(lambda: second.connection.state == "connected")
    second.close()
    standin[0].catalog.version = "v2"
    third = Session(host.call_on_main, address, on_catalog=menus.append)
    host.pump(lambda: len(menus) > 1)
    third.close()
    assert [catalog.version for catalog in menus] == ["v1", "v2"]


def test_menus_that_change_under_a_lasting_connection_are_told(
    host: Host, standin: tuple[Standin, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "LOOK_AGAIN", 0.05)
    menus: list[m.Catalog] = []
    states: list[Connection] = []
    session = Session(
        host.call_on_main, f"127.0.0.1:{standin[1]}", on_catalog=menus.append, on_connection=states.append
    )
    host.pump(lambda: menus)
    standin[0].catalog.version = "v2"
    host.pump(lambda: len(menus) > 1)
    time.sleep(0.3)
    session.close()
    assert [catalog.version for catalog in menus] == ["v1", "v2"]
    assert [state.state for state in states] == ["connecting", "connected"]
    assert standin[0].catalogs_sent == 2
    assert session.known_catalog and session.known_catalog.version == "v2"


def test_an_address_that_is_none_is_told(host: Host) -> None:
    """Protects from "Connecting ..." for ever; and jobs end, with the same words."""
    for address in ("192.168.1..5", ".studio", "x" * 300):
        session, diary = Session(host.call_on_main, address), Diary(host)
        host.pump(lambda session=session: session.connection.state == "lost")
        assert isinstance(session.connection.error, InvalidRequest) and session.connection.error.remedy
        session.submit(generate("x"), **diary.all())
        host.pump(lambda diary=diary: diary.ended)
        assert isinstance(diary.errors[0], InvalidRequest)
        session.close()


def test_whatever_goes_wrong_with_a_look_is_told_and_looked_again(
    host: Host, standin: tuple[Standin, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    present, looks = Core.present, list[int]()

    async def strange(core: Core) -> m.GetServerResponse:
        looks.append(1)
        if len(looks) < 3:
            raise ValueError("of nobody's making")
        return await present(core)

    monkeypatch.setattr(Core, "present", strange)
    states: list[Connection] = []
    session = Session(host.call_on_main, f"127.0.0.1:{standin[1]}", on_connection=states.append)
    host.pump(lambda: states and states[-1].state == "lost")
    error = states[-1].error
    assert error and "ValueError" in error.message and error.remedy
    host.pump(lambda: states[-1].state == "connected")
    session.close()


def test_a_job_is_taken_up_after_a_restart_of_the_host(host: Host, session: Session) -> None:
    first, again, unknown = Diary(host), Diary(host), Diary(host)
    ticket = session.submit(generate("x"), **first.all())
    host.pump(lambda: first.ended)
    session.follow(ticket.job_id, **again.all())
    session.follow("nope", **unknown.all())
    host.pump(lambda: again.ended and unknown.ended)
    assert again.numbers == [1, 2, 3, 4, 5]
    assert [picture.pixels for picture in again.done[0]] == [picture.pixels for picture in first.done[0]]
    assert unknown.errors
    listed: list[list[m.Job]] = []
    fetched: list[Picture] = []
    session.jobs(listed.append)
    session.picture("job0", m.Picture.parse(bytes(_picture(session, host))), fetched.append)
    host.pump(lambda: listed and fetched)
    assert [job.job_id for job in listed[0]] == [ticket.job_id]
    assert fetched[0].pixels == first.done[0][0].pixels


def _picture(session: Session, host: Host) -> m.Picture:
    found: list[m.Picture] = []

    def note(event: Event) -> None:
        if isinstance(event.body, m.PictureEvent) and event.body.picture:
            found.append(event.body.picture)

    session.follow("job0", on_event=note)
    host.pump(lambda: found)
    return found[0]


FAILURE = jobs_pb2.Failure(reason="OUT_OF_MEMORY", message="too big.", remedy="Go smaller.", field="generate.extent")


@pytest.mark.parametrize("after", [2, 99])
def test_a_follow_that_comes_after_the_end_tells_how_it_was(host: Host, stand_in: Serve, after: int) -> None:
    ends = {"good": W(succeeded={}), "bad": W(failed={"failure": FAILURE}), "cancelled": W(cancelled={})}

    def play(standin: Standin, job: jobs_pb2.Job) -> Iterator[W]:
        yield W(started={"attempt": 1})
        yield ends[job.task.generate.denoising.prompt]

    _, port = stand_in(play)
    session = Session(host.call_on_main, f"127.0.0.1:{port}")
    late = {name: Diary(host) for name in ends}
    for name, diary in late.items():
        first = Diary(host)
        ticket = session.submit(generate(name), **first.all())
        host.pump(lambda first=first: first.ended)
        session.follow(ticket.job_id, after_event=after, **diary.all())
    host.pump(lambda: all(diary.ended for diary in late.values()))
    session.close()
    assert late["good"].order == ["done"]
    assert late["bad"].order == late["cancelled"].order == ["error"]
    (error,) = late["bad"].errors
    assert isinstance(error, JobFailed)
    assert (error.message, error.reason, error.remedy, error.field) == (
        "too big.",
        "OUT_OF_MEMORY",
        "Go smaller.",
        "generate.extent",
    )
    assert isinstance(late["cancelled"].errors[0], JobCancelled)


def test_who_leaves_cancels_what_is_under_way(host: Host, stand_in: Serve) -> None:
    """Protects a daemon that nobody listens to any more: whatever has arrived there ends, at once for the host."""
    standin, port = stand_in(endless)
    session, diary = Session(host.call_on_main, f"127.0.0.1:{port}"), Diary(host)
    session.submit(generate("x"), **diary.all())
    host.pump(lambda: diary.events)
    session.submit(generate("y", start=Pixels.of_bytes(2048, 2048, bytes(16 << 20))), **Diary(host).all())
    begun = time.monotonic()
    session.leave()
    assert time.monotonic() - begun < 0.1
    heard = len(diary.order)
    host.pump(lambda: len(standin.books) == len(standin.cancels) > 0)
    time.sleep(0.3)
    assert len(standin.books) == len(standin.cancels) and len(diary.order) == heard
    with pytest.raises(Closed):
        session.submit(generate("x"))


def test_who_asks_for_a_lost_daemon_need_not_wait_for_the_next_look(
    host: Host, stand_in: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at once, that is told, and what is still wrong is told again; a job of before goes on."""
    _, port = stand_in(endless)
    states, diary = list[Connection](), Diary(host)
    monkeypatch.setattr("bottega.session.delay", lambda *_: 1000.0)
    with Proxy(port) as proxy:
        session = Session(host.call_on_main, f"127.0.0.1:{proxy.port}", on_connection=states.append)
        ticket = session.submit(generate("x"), **diary.all())
        host.pump(lambda: diary.events)
        proxy.refusing = True
        proxy.cut()
        host.pump(lambda: states[-1].state == "lost")
        session.look()
        host.pump(lambda: [state.state for state in states[-2:]] == ["connecting", "lost"])
        proxy.refusing = False
        session.look()
        host.pump(lambda: states[-1].state == "connected")
        session.look()  # it is there: nothing to tell
        heard = len(diary.events)
        host.pump(lambda: len(diary.events) > heard + 3)
        assert states[-1].state == "connected" and not diary.ended
        ticket.cancel()
        host.pump(lambda: diary.ended)
        session.close()
