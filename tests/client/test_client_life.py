"""Beginning and ending: tokens, waiting, cancelling, closing, forking, Ctrl-C."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import bottega
from bottega.client import Client, connect
from bottega.errors import (
    Closed,
    DaemonNotFound,
    JobCancelled,
    Unauthenticated,
)
from bottega.tasks import generate
from tests.client.conftest import Serve, endless
from tests.client.standin import Standin


def test_cancelling_from_another_thread(stand_in: Serve) -> None:
    standin, port = stand_in(endless)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with Client(f"127.0.0.1:{port}") as client, pytest.raises(JobCancelled):
        client.run(generate("x"), cancel=stop)
    assert standin.cancels == ["job0"]


def test_a_callback_that_raises_cancels_the_job(stand_in: Serve) -> None:
    standin, port = stand_in(endless)
    with Client(f"127.0.0.1:{port}") as client, pytest.raises(ZeroDivisionError):
        client.run(generate("x"), lambda event: 1 // 0)
    assert standin.cancels == ["job0"]


def test_ctrl_c_cancels_the_job_and_ends_the_program(stand_in: Serve) -> None:
    standin, port = stand_in(endless)
    environment = {**os.environ, "PYTHONPATH": str(Path(bottega.__file__).parent.parent)}
    program = f"import bottega; bottega.connect('127.0.0.1:{port}').run(bottega.generate('x'))"
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, env=environment)
    deadline = time.monotonic() + 20
    while not standin.submits and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert b"KeyboardInterrupt" in error
    assert process.returncode != 0
    assert standin.cancels == ["job0"]


def test_tokens(standin: tuple[Standin, int]) -> None:
    standin[0].token = "secret"
    with pytest.raises(Unauthenticated):
        connect(f"127.0.0.1:{standin[1]}", "wrong")
    with connect(f"127.0.0.1:{standin[1]}", "secret", person="José 雪") as client:
        client.submit(generate("x"))
    assert standin[0].metadata[-1]["bottega-person"] == "Jos%C3%A9%20%E9%9B%AA"


def test_no_daemon_is_told_at_once() -> None:
    begun = time.monotonic()
    for address in (None, "127.0.0.1:1"):
        with pytest.raises(DaemonNotFound) as caught:
            connect(address)
        assert "bottega serve" in caught.value.remedy
    assert time.monotonic() - begun < 2


def test_waiting_for_a_daemon_that_starts(stand_in: Serve, home: Path) -> None:
    home.mkdir()

    def start() -> None:
        (home / "daemon.json").write_text(f'{{"address": "127.0.0.1:{stand_in(endless)[1]}", "token": "t"}}')

    threading.Timer(0.5, start).start()
    with connect(wait=20.0) as client:
        assert client.server().name == "standin"


def test_closing(standin: tuple[Standin, int]) -> None:
    client = Client(f"127.0.0.1:{standin[1]}")
    assert not _threads()  # nothing runs before the first call
    client.server()
    assert len(_threads()) == 1
    client.close()
    client.close()
    with pytest.raises(Closed):
        client.server()
    forgotten = Client(f"127.0.0.1:{standin[1]}")
    forgotten.server()
    del forgotten
    gc.collect()
    deadline = time.monotonic() + 5
    while _threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _threads()


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "bottega"]


def test_closing_ends_the_waits_of_other_threads(stand_in: Serve) -> None:
    _, port = stand_in(endless)
    client = Client(f"127.0.0.1:{port}")
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            client.run(generate("x"))
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.5)
    client.close()
    thread.join(5)
    assert isinstance(ended[0], Closed)


def test_an_iterator_may_be_left(stand_in: Serve) -> None:
    standin, port = stand_in(endless)
    with Client(f"127.0.0.1:{port}") as client:
        handle = client.submit(generate("x"))
        assert next(iter(handle.events())).kind == "started"
        for event in handle.events():
            if event.kind == "progress":
                break
        assert standin.cancels == []  # to look away is not to cancel
        assert handle.cancel().cancel_requested


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_gets_its_own_connection(client: Client) -> None:
    if not hasattr(os, "fork"):
        assert os.name == "nt"
        return
    client.server()
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if client.server().name == "standin" else 1)
        finally:
            os._exit(2)
    deadline = time.monotonic() + 20
    while (status := os.waitpid(pid, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert status == (pid, 0)
    assert client.server().name == "standin"
