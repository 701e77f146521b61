"""The synchronous client against a stand-in over real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bottega import messages as m
from bottega.client import Client
from bottega.errors import (
    DaemonNotFound,
    InvalidRequest,
    JobFailed,
    NotFound,
    OutOfMemory,
)
from bottega.events import Event
from bottega.pixels import Pixels
from bottega.tasks import generate, inpaint
from bottega_daemon.rpc.generated.v1 import jobs_pb2
from tests.client.conftest import Serve, W
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


def test_using_a_finished_jobs_task_again(client: Client, standin: tuple[Standin, int]) -> None:
    client.submit(generate("x", start=BIG, seed=7)).wait()
    again = client.job("job0").task or m.Task()
    assert len(client.run(again)) == 3
    assert standin[0].submits[-1].task == standin[0].submits[0].task
