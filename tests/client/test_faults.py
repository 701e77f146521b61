"""Connections that are cut, stalled and swallowed: nothing is lost, nothing is told twice, nobody waits for ever."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from bottega.client import Client
from bottega.core import Core
from bottega.errors import ConnectionLost
from bottega.events import Event
from bottega.loop import LoopThread
from bottega.pixels import Pixels
from bottega.tasks import generate
from bottega_daemon.rpc.generated.v1 import jobs_pb2
from tests.client.conftest import Serve, W, endless
from tests.client.proxy import Proxy
from tests.client.standin import Standin, serve

NOISE = Pixels.of_bytes(1024, 1024, os.urandom(4 << 20))


def long(standin: Standin, job: jobs_pb2.Job) -> Iterator[jobs_pb2.WatchJobResponse]:
    """Twenty pictures, a few hundredths of a second apart."""
    yield W(started={"attempt": 1})
    for index in range(20):
        for _ in range(3):
            time.sleep(0.02)
            yield W(progress={"fraction": index / 20})
        yield W(picture={"picture": standin.picture(index, bytes([index] * 300), 10, 10)})
    yield W(succeeded={})


def test_a_watch_cut_five_times_tells_everything_once(stand_in: Serve) -> None:
    _, port = stand_in(long)
    heard: list[Event] = []
    with Proxy(port) as proxy, Client(f"127.0.0.1:{proxy.port}", patience=20) as client:
        cuts = 0

        def listen(event: Event) -> None:
            nonlocal cuts
            heard.append(event)
            if event.kind == "picture" and event.number % 4 == 0 and cuts < 5:
                cuts += 1
                proxy.cut()

        pictures = client.run(generate("x", count=20), listen, previews=True)
        assert (cuts, proxy.connections) == (5, 6)
    lasting = [event for event in heard if event.lasting]
    assert [event.number for event in lasting] == list(range(1, 23))
    assert [event.kind for event in lasting] == ["started", *["picture"] * 20, "succeeded"]
    assert [picture.pixels.data[0] for picture in pictures] == list(range(20))


def test_a_daemon_that_comes_back_is_found(stand_in: Serve) -> None:
    standin = Standin(long)
    server, port = serve(standin)
    heard: list[Event] = []
    with Client(f"127.0.0.1:{port}", patience=30) as client:
        events = client.submit(generate("x")).events()
        heard.append(next(events))
        server.stop(0).wait()
        again: list[object] = []
        timer = threading.Timer(1.0, lambda: again.append(serve(standin, port)[0]))
        timer.start()
        heard += events
        timer.join()
    again[0].stop(0)  # pyright: ignore[reportAttributeAccessIssue]
    assert [event.number for event in heard if event.lasting] == list(range(1, 23))


def test_bytes_are_sent_once(standin: tuple[Standin, int], proxy: Proxy) -> None:
    with Client(f"127.0.0.1:{proxy.port}") as client:
        client.submit(generate("x", start=NOISE))
        first = proxy.sent
        assert len(NOISE.data) < first < 1.01 * len(NOISE.data)
        for _ in range(5):
            client.submit(generate("x", start=NOISE))
        assert proxy.sent - first < 4000
    with Client(f"127.0.0.1:{proxy.port}") as other:
        other.submit(generate("x", start=NOISE))
        assert proxy.sent - first < 6000
    assert standin[0].uploads == [NOISE.digest]


def test_a_broken_download_goes_on_where_it_stopped(standin: tuple[Standin, int], proxy: Proxy) -> None:
    data = os.urandom(24 << 20)
    digest = standin[0].put(data)
    seen: list[int] = []
    with Client(f"127.0.0.1:{proxy.port}", patience=20) as client:

        def progress(done: int, total: int) -> None:
            seen.append(done)
            assert total == len(data)
            if len(seen) in (3, 8, 15):
                proxy.cut()

        assert client.download(digest, progress) == data
    assert seen == sorted(seen)
    assert len(seen) == 24  # no chunk came twice


def test_a_broken_upload_is_sent_again(standin: tuple[Standin, int], proxy: Proxy) -> None:
    data = Pixels.of_bytes(4096, 2048, os.urandom(24 << 20))
    proxy.stall()
    with Client(f"127.0.0.1:{proxy.port}", patience=20) as client:
        done: list[bytes] = []
        thread = threading.Thread(target=lambda: done.append(client.upload(data)))
        thread.start()
        time.sleep(0.3)
        proxy.cut()
        proxy.resume()
        while proxy.sent < 4 << 20:
            time.sleep(0.001)
        proxy.cut()
        thread.join(20)
        assert done == [data.digest]
    assert standin[0].blobs[data.digest] == data.data


def test_silence_is_a_lost_connection(stand_in: Serve) -> None:
    standin, port = stand_in(long)
    with Proxy(port) as proxy:
        core = Core(f"127.0.0.1:{proxy.port}", silence=1.0, patience=20)
        loop = LoopThread(core.link.close)
        heard: list[Event] = []

        async def watch() -> None:
            async for event in core.watch("job0"):
                heard.append(event)
                if event.number == 5 and event.lasting:
                    proxy.black_hole()

        with Client(f"127.0.0.1:{port}") as direct:
            direct.submit(generate("x"))
        begun = time.monotonic()
        loop.run(watch())
        loop.close()
        assert time.monotonic() - begun < 15
        assert proxy.connections == 2
    assert [event.number for event in heard if event.lasting] == list(range(1, 23))
    assert standin.heartbeat < 1.0


def test_a_swallowed_call_is_made_on_a_new_connection(standin: tuple[Standin, int], proxy: Proxy) -> None:
    core = Core(f"127.0.0.1:{proxy.port}", patience=20)
    loop = LoopThread(core.link.close)
    assert loop.run(core.present()).name == "standin"
    proxy.black_hole()
    begun = time.monotonic()
    with pytest.raises(ConnectionLost):
        loop.run(core.present())
    assert 4 < time.monotonic() - begun < 8
    assert loop.run(core.present()).name == "standin"
    assert proxy.connections == 2
    loop.close()


def test_patience_ends(stand_in: Serve) -> None:
    _, port = stand_in(endless)
    with Proxy(port) as proxy, Client(f"127.0.0.1:{proxy.port}", patience=1.0) as client:
        events = client.submit(generate("x")).events()
        next(events)
        proxy.refusing = True
        proxy.cut()
        begun = time.monotonic()
        with pytest.raises(ConnectionLost):
            list(events)
        assert 0.9 < time.monotonic() - begun < 10
