"""What the client's tests share: an own home, and a stand-in for the daemon."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bottega.client import Client
from bottega.session import Session
from bottega_daemon.rpc.generated.v1 import jobs_pb2
from tests.client.host import Host
from tests.client.proxy import Proxy
from tests.client.standin import Script, Standin, serve

Serve: TypeAlias = Callable[[Script], tuple[Standin, int]]
W = jobs_pb2.WatchJobResponse


def paint(standin: Standin, job: jobs_pb2.Job) -> Iterator[jobs_pb2.WatchJobResponse]:
    """A short job: three pictures, each after some progress; ends at a step when asked to."""
    yield W(queued={"position": 0})
    yield W(started={"attempt": 1})
    for index in range(3):
        for step in range(5):
            time.sleep(0.01)
            if job.cancel_requested:
                yield W(cancelled={})
                return
            yield W(progress={"fraction": (index * 5 + step) / 15})
        yield W(picture={"picture": standin.picture(index, bytes([index] * 300), 10, 10)})
    yield W(succeeded={})


def endless(standin: Standin, job: jobs_pb2.Job) -> Iterator[jobs_pb2.WatchJobResponse]:
    """A job that ends only when it is cancelled, with progress all the time."""
    yield W(started={"attempt": 1})
    while not job.cancel_requested:
        time.sleep(0.002)
        yield W(progress={"fraction": 0.5})
    yield W(cancelled={})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the user's own is read or written."""
    monkeypatch.setenv("BOTTEGA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def stand_in() -> Generator[Serve, Any, None]:
    """Starts stand-ins that play a script."""
    servers: list[Any] = []

    def start(script: Script) -> tuple[Standin, int]:
        standin = Standin(script)
        server, port = serve(standin)
        servers.append(server)
        return standin, port

    yield start
    for server in servers:
        server.stop(0)


@pytest.fixture
def standin(stand_in: Serve) -> tuple[Standin, int]:
    """A stand-in that paints."""
    return stand_in(paint)


@pytest.fixture
def client(standin: tuple[Standin, int]) -> Generator[Client, Any, None]:
    """A client of it."""
    with Client(f"127.0.0.1:{standin[1]}", patience=20.0) as client:
        yield client


@pytest.fixture
def proxy(standin: tuple[Standin, int]) -> Generator[Proxy, Any, None]:
    """A way to the stand-in that can be cut."""
    with Proxy(standin[1]) as proxy:
        yield proxy


@pytest.fixture
def host() -> Host:
    """A main thread."""
    return Host()


@pytest.fixture
def session(host: Host, standin: tuple[Standin, int]) -> Generator[Session, Any, None]:
    """A session of that host with the stand-in."""
    session = Session(host.call_on_main, f"127.0.0.1:{standin[1]}")
    yield session
    session.close()
