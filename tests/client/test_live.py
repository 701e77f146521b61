"""The client with the real daemon and its starter model, alone and beside neighbours that mean it no good."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

import bottega
from bottega import contract
from bottega import messages as m
from bottega.client import connect
from bottega.errors import BottegaError, CorruptBlob, InvalidRequest, NotFound, Unauthenticated
from bottega.events import Picture
from bottega.pixels import Pixels
from bottega.session import Session
from bottega.tasks import depth_control, generate, inpaint
from tests.client.proxy import Proxy
from tests.daemon import Daemon, running_daemon

SCRIPT = Path(__file__).with_name("whole_job.py")
CLIENT = Path(bottega.__file__).parent.parent


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon, Any, None]:
    """One daemon for all tests here."""
    with running_daemon(tmp_path_factory.mktemp("live"), starter=True) as daemon:
        yield daemon


@pytest.fixture(autouse=True)
def at_home(daemon: Daemon, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """The daemon is found as a user's own is."""
    monkeypatch.setenv("BOTTEGA_HOME", str(daemon.home))


def whole_job(daemon: Daemon, prelude: str = "") -> dict[str, Any]:
    """Run the script, with something hostile before it; gives its report."""
    program = textwrap.dedent(prelude) + f"\nimport runpy; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    environment = {**os.environ, "BOTTEGA_HOME": str(daemon.home), "PYTHONPATH": str(CLIENT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.splitlines()[-1])


def test_a_whole_job_loads_nothing_of_googles(daemon: Daemon) -> None:
    report = whole_job(daemon)
    assert (report["size"], report["seed"], report["last"]) == ([192, 160], 5, "succeeded")
    assert report["samplers"] > 5
    assert report["google"] == []
    assert not {"numpy", "PIL", "torch", "grpc"} & {name.partition(".")[0] for name in report["files"]}


WRONG_UPB = """
    import sys, types
    for name in ("google", "google._upb", "google._upb._message", "google.protobuf", "google.protobuf.message"):
        fake = types.ModuleType(name)
        fake.__path__ = []
        fake.__version__ = "2.0.3"
        sys.modules[name] = fake
"""
REAL_PROTOBUF = """
    import google.protobuf.message, google.protobuf.descriptor_pb2
    from google.protobuf import descriptor_pool
    clash = google.protobuf.descriptor_pb2.FileDescriptorProto(name="bottega/v1/jobs.proto", package="bottega.v1")
    clash.message_type.add(name="Job")
    descriptor_pool.Default().AddSerializedFile(clash.SerializeToString())
"""
BROKEN_GOOGLE = """
    import sys
    class Refuser:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in ("google", "grpc", "numpy"):
                raise RuntimeError(f"{name} was asked for")
    sys.meta_path.insert(0, Refuser())
"""
QT_LOOP = """
    import asyncio
    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self):
            raise RuntimeError("only on the main thread")
        get_event_loop = new_event_loop
    asyncio.set_event_loop_policy(Policy())
"""


@pytest.mark.parametrize(
    ("prelude", "theirs"),
    [(WRONG_UPB, 5), (REAL_PROTOBUF, None), (BROKEN_GOOGLE, 0), (QT_LOOP, 0)],
    ids=[
        "fake upb of another version",
        "protobuf with our file names",
        "google cannot be imported",
        "foreign event loops",
    ],
)
def test_hostile_neighbours_change_nothing(daemon: Daemon, prelude: str, theirs: int | None) -> None:
    report = whole_job(daemon, prelude)
    assert report["last"] == "succeeded"
    if theirs is None:
        listing = (
            "\nimport json, sys; print(json.dumps(sorted(n for n in sys.modules if n.partition('.')[0] == 'google')))"
        )
        alone = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(prelude) + listing], capture_output=True, check=True
        )
        assert report["google"] == json.loads(alone.stdout)
    else:
        assert len(report["google"]) == theirs


def test_every_kind_of_pixels_and_task() -> None:
    depth = Pixels.of_bytes(128, 128, b"\0\0\x80\x3f" * (128 * 128), depth="f32", color_space="data")
    grey = Pixels.filled(128, 128, color_space="data")
    white = Pixels.filled(128, 128, (255,), color_space="data")
    photo = Pixels.filled(128, 128, (10, 20, 30))
    with connect() as client:
        tasks = [
            generate("stone", 128, 128, steps=1, count=2, controls=[depth_control(depth, grey)]),
            inpaint(photo, white, "stone", steps=1),
        ]
        for task in tasks:
            for picture in client.run(task):
                assert (picture.pixels.width, picture.pixels.height, picture.pixels.depth) == (128, 128, "u8")
        nothing = client.run(inpaint(photo, grey, "stone", steps=1))[0]
        assert not any(nothing.pixels.data[3::4])  # a black mask keeps all: the layer shows nowhere
        assert client.load().workers


def test_the_daemons_refusals_arrive_as_they_were_meant() -> None:
    with connect() as client:
        for task, field in [
            (generate("x", 64, 64, steps=10**6), "generate.denoising.steps"),
            (generate("x", 64, 64, sampler="nope"), "generate.denoising.sampler"),
            (generate("x", 64, 64, guidance=float("nan")), "generate.denoising.guidance"),
            (generate("x", 10**5, 64), "generate.extent.width"),
            (generate("x" * 9000, 64, 64), "generate.denoising.prompt"),
        ]:
            with pytest.raises(BottegaError) as caught:
                client.submit(task)
            assert isinstance(caught.value, (InvalidRequest, NotFound))
            assert (caught.value.field, bool(caught.value.remedy)) == (field, True)
        with pytest.raises(NotFound):
            client.job(uuid.uuid4().hex)
        with pytest.raises(BottegaError):
            client.download(b"\0" * 32)
        assert client.server().version


def test_a_wrong_digest_is_refused_with_words() -> None:
    with connect() as client:
        loop, core = client._loop, client._core
        wrong = [m.UploadRequest(digest=b"\7" * 32, size=3, chunk=b"abc")]
        with pytest.raises(CorruptBlob) as caught:
            loop.run(core.link.feed(contract.UPLOAD, wrong))
        assert caught.value.remedy
        assert client.server().version  # the connection has survived


def test_a_stranger_is_not_let_in(daemon: Daemon) -> None:
    with pytest.raises(Unauthenticated) as caught:
        connect(daemon.address, "wrong")
    assert caught.value.remedy


def test_a_cut_connection_costs_nothing(daemon: Daemon) -> None:
    port = int(daemon.address.rpartition(":")[2])
    with Proxy(port) as proxy, connect(f"127.0.0.1:{proxy.port}", daemon.token) as client:
        handle = client.submit(generate("x", 128, 128, steps=12, count=4))
        numbers: list[int] = []
        for event in handle.events():
            if event.lasting:
                numbers.append(event.number)
            if proxy.connections < 6:
                proxy.cut()
        assert numbers == list(range(1, 7))  # started, four pictures, succeeded
        assert len(handle.wait()) == 4


def test_a_session_with_the_real_daemon(daemon: Daemon) -> None:
    letters: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    session, done, order = Session(letters.put), list[list[Picture]](), list[str]()
    session.submit(
        generate("x", 128, 128, steps=60, count=2),
        on_event=lambda event: order.append(event.kind),
        on_done=done.append,
        on_error=lambda error: order.append(str(error)),
    )
    deadline = time.monotonic() + 60
    while not done and time.monotonic() < deadline:
        letters.get(timeout=60)()
    session.close()
    assert len(done[0]) == 2
    assert order[-1] == "succeeded"
    assert "preview" in order


def test_an_upload_ends_as_soon_as_the_daemon_has_heard_enough() -> None:
    data = Pixels.of_bytes(4096, 2048, os.urandom(24 << 20))

    def pieces(digest: bytes) -> list[m.UploadRequest]:
        rest = [
            m.UploadRequest(chunk=data.data[start : start + (1 << 20)]) for start in range(1 << 20, 24 << 20, 1 << 20)
        ]
        return [m.UploadRequest(digest=digest, size=24 << 20, chunk=data.data[: 1 << 20]), *rest]

    with connect() as client:
        loop, core = client._loop, client._core
        client.upload(data)
        for _ in range(3):
            reply = loop.run(core.link.feed(contract.UPLOAD, pieces(data.digest)))
            assert reply is None or reply.already_there
        with pytest.raises(CorruptBlob):
            loop.run(core.link.feed(contract.UPLOAD, pieces(b"\7" * 32)))
        with pytest.raises(InvalidRequest):
            loop.run(core.link.feed(contract.UPLOAD, pieces(b"short")))
        assert client.download(data.digest) == data.data
