"""The synchronous client against a stand-in over real sockets."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import bottega
import pytest
from bottega import messages as m
from bottega.client import Client, connect
from bottega.errors import (
    Closed,
    DaemonNotFound,
    InvalidRequest,
    JobCancelled,
    JobFailed,
    NotFound,
    OutOfMemory,
    Unauthenticated,
)
from bottega.events import Event
from bottega.pixels import Pixels
from bottega.tasks import generate, inpaint

from bottega_daemon.rpc.generated.v1 import jobs_pb2
from tests.client.conftest import Serve, W, endless
from tests.client.standin import Standin

BIG = Pixels.filled(256, 256, (1, 2, 3))


def test_a_job_from_beginning_to_end(client: Client) -> None:
    heard: list[Event] = []
    pictures = client.run(generate("copper", count=3), heard.append, previews=True)
    assert [picture.index for picture in pictures] == [0, 1, 2]
    assert [picture.seed for picture in pictures] == [100, 101, 102]
    assert [picture.pixels.data[0] for picture in pictures] == [0, 1, 2]
    lasting = [event.kind for event in heard if event.lasting]
    assert lasting == ["started", "picture", "picture", "picture", "succeeded"]
    assert any(event.kind == "progress" for event in heard)
    assert heard[-1].final


def test_the_same_request_is_the_same_job(client: Client) -> None:
    one = client.submit(generate("x"), request_id="the-same-one")
    assert client.submit(generate("x"), request_id="the-same-one").job_id == one.job_id
    assert one.job().request_id == "the-same-one"
    assert len(one.wait()) == 3
    with pytest.raises(InvalidRequest):
        client.submit(generate("x"), request_id="short")


def test_wishes_reach_the_daemon(client: Client, standin: tuple[Standin, int]) -> None:
    client.submit(
        generate("x"),
        priority="live",
        title="Ölfarbe",
        replaces_key="k",
        cancel_when_unwatched_after=3.5,
        previews=False,
    )
    request = standin[0].submits[-1]
    assert request.priority == jobs_pb2.PRIORITY_LIVE
    assert (request.title, request.replaces_key, request.no_previews) == ("Ölfarbe", "k", True)
    assert request.cancel_when_unwatched_after == 3.5
    assert len(request.request_id) == 32
    with pytest.raises(InvalidRequest):
        client.submit(generate("x"), priority="now")  # pyright: ignore[reportArgumentType]


def test_pixels_travel_once(client: Client, standin: tuple[Standin, int]) -> None:
    mask = Pixels.filled(256, 256, color_space="data")
    for _ in range(3):
        client.submit(inpaint(BIG, mask, "x"))
    assert standin[0].uploads == [BIG.digest]  # the mask's 64 KiB ride along
    task = standin[0].submits[-1].task.inpaint
    assert task.picture.digest == BIG.digest
    assert task.mask.inline == mask.data
    assert client.download(BIG.digest) == BIG.data
    assert client.upload(BIG) == BIG.digest
    assert len(standin[0].uploads) == 1


def test_pixels_that_the_daemon_has_from_others_do_not_travel(client: Client, standin: tuple[Standin, int]) -> None:
    standin[0].put(BIG.data)
    client.submit(generate("x", start=BIG))
    assert standin[0].uploads == []


def test_lost_pixels_are_sent_again_for_the_same_job(client: Client, standin: tuple[Standin, int]) -> None:
    client.submit(generate("x", start=BIG))
    standin[0].lose_blobs_at_submit = 1
    client.submit(generate("y", start=BIG))
    assert standin[0].uploads == [BIG.digest, BIG.digest]
    assert standin[0].submits[-1].request_id == standin[0].submits[-2].request_id


def test_packing_for_slow_links(standin: tuple[Standin, int]) -> None:
    with Client(f"127.0.0.1:{standin[1]}", packing="zlib") as client:
        client.submit(generate("x", start=BIG))
        client.submit(generate("x", start=BIG))
    image = standin[0].submits[-1].task.generate.start
    assert image.encoding == 2
    assert len(standin[0].uploads) == 1
    assert len(standin[0].blobs[image.digest]) < len(BIG.data) // 50


def test_the_daemons_errors_keep_field_and_remedy(client: Client) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client.submit(generate("x", steps=4000))
    assert (caught.value.field, caught.value.remedy) == ("generate.denoising.steps", "Ask for fewer.")
    with pytest.raises(NotFound):
        client.job("nope")


def test_a_failed_job_says_why(stand_in: Serve) -> None:
    failure = jobs_pb2.Failure(
        reason="OUT_OF_MEMORY", message="too big.", remedy="Go smaller.", field="generate.extent"
    )
    _, port = stand_in(lambda standin, job: iter([W(started={"attempt": 1}), W(failed={"failure": failure})]))
    with Client(f"127.0.0.1:{port}") as client, pytest.raises(JobFailed) as caught:
        client.run(generate("x"))
    assert (caught.value.reason, caught.value.remedy) == ("OUT_OF_MEMORY", "Go smaller.")
    assert isinstance(caught.value.__cause__, OutOfMemory)


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


def test_lists_are_paged(client: Client) -> None:
    for _ in range(5):
        client.submit(generate("x"))
    assert [job.job_id for job in client.jobs()] == ["job4", "job3", "job2", "job1", "job0"]
    assert [job.job_id for job in client.jobs(limit=2)] == ["job4", "job3"]
    assert client.jobs(limit=500)[-1].job_id == "job0"


def test_the_catalog_is_sent_once_and_outlives_the_daemon(standin: tuple[Standin, int], home: Path) -> None:
    address = f"127.0.0.1:{standin[1]}"
    for _ in range(2):
        with Client(address) as client:
            assert client.catalog().samplers[0].label == "Euler"
            assert client.catalog().version == "v1"
    assert standin[0].catalogs_sent == 1
    standin[0].catalog.version = "v2"
    with Client(address) as client:
        assert client.catalog().version == "v2"
    dead = "127.0.0.1:1"
    (next((home / "cache").iterdir())).rename(home / "cache" / "catalog-127.0.0.1_1.bin")
    with Client(dead) as client:
        assert client.catalog(offline_ok=True).version == "v2"
        with pytest.raises(DaemonNotFound):
            client.catalog()
    (home / "cache" / "catalog-127.0.0.1_1.bin").write_bytes(b"\xff\xff garbage")
    with Client(dead) as client, pytest.raises(DaemonNotFound):
        client.catalog(offline_ok=True)


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


def test_using_a_finished_jobs_task_again(client: Client, standin: tuple[Standin, int]) -> None:
    client.submit(generate("x", start=BIG, seed=7)).wait()
    again = client.job("job0").task or m.Task()
    assert len(client.run(again)) == 3
    assert standin[0].submits[-1].task == standin[0].submits[0].task


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
