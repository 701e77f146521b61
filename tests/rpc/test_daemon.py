"""A daemon process over real sockets: who may come in, and what it promises about jobs, menus and itself."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from bottega_daemon.rpc.generated.v1 import catalog_pb2, jobs_pb2, studio_pb2
from tests.daemon import Daemon
from tests.rpc.caller import TIMEOUT, Caller, refusal
from tests.rpc.kit import generate


def test_a_job_from_request_to_pixels(caller: Caller) -> None:
    answer = caller.submit(generate(prompt="", seed=7, count=2), "pixels-1")
    events = list(caller.watch(answer.job.job_id))
    lasting = [event for event in events if event.WhichOneof("event") not in ("queued", "progress", "heartbeat")]
    assert [event.WhichOneof("event") for event in lasting] == ["started", "picture", "picture", "succeeded"]
    assert [event.number for event in lasting] == [1, 2, 3, 4]
    job = caller.get(answer.job.job_id)
    assert [picture.seed for picture in job.pictures] == [7, 8]
    pieces = caller.download(job.pictures[1].image.digest)
    assert b"".join(piece.chunk for piece in pieces) == bytes([8]) * 768
    assert job.task.generate.denoising.steps == 20
    assert job.started.seconds > 0


def test_submitting_twice_is_one_job(caller: Caller) -> None:
    first = caller.submit(generate(), "twice-001")
    second = caller.submit(generate(prompt="other"), "twice-001")
    assert not first.duplicate
    assert second.duplicate
    assert second.job.job_id == first.job.job_id
    assert second.job.task == first.job.task


def test_a_stranger_is_refused(shared: tuple[Daemon, Caller]) -> None:
    stranger = Caller(shared[0].address, "guess")
    for call in (lambda: stranger.get("0" * 32), lambda: list(stranger.watch("0" * 32)), lambda: stranger.upload(b"x")):
        with pytest.raises(grpc.RpcError) as refused:
            call()
        code, failure = refusal(refused.value)
        assert code == grpc.StatusCode.UNAUTHENTICATED
        assert failure.reason == "UNAUTHENTICATED"
        assert failure.remedy
    with pytest.raises(grpc.RpcError) as refused:
        stranger.jobs.GetJob(jobs_pb2.GetJobRequest(), timeout=TIMEOUT)
    assert refusal(refused.value)[0] == grpc.StatusCode.UNAUTHENTICATED


def test_people_do_not_see_or_end_each_others_jobs(shared: tuple[Daemon, Caller]) -> None:
    daemon, ada = shared
    ben = Caller(daemon.address, daemon.token, "J%C3%BCrgen")
    job_id = ada.paint("hold", "private-1")
    assert ben.call(ben.studio.GetServer, studio_pb2.GetServerRequest()).person == "Jürgen"
    for call in (ben.get, lambda wanted: list(ben.watch(wanted))):
        with pytest.raises(grpc.RpcError) as refused:
            call(job_id)
        assert refusal(refused.value)[0] == grpc.StatusCode.NOT_FOUND
    with pytest.raises(grpc.RpcError):
        ben.call(ben.jobs.CancelJob, jobs_pb2.CancelJobRequest(job_id=job_id))
    assert list(ben.call(ben.jobs.ListJobs, jobs_pb2.ListJobsRequest()).jobs) == []
    ada.call(ada.jobs.CancelJob, jobs_pb2.CancelJobRequest(job_id=job_id))
    assert ada.ended(job_id).state == jobs_pb2.JOB_STATE_CANCELLED


def test_errors_name_the_field_and_the_daemon_lives_on(caller: Caller) -> None:
    for task, field, code in (
        (generate(steps=10**6), "generate.denoising.steps", grpc.StatusCode.INVALID_ARGUMENT),
        (generate(guidance=float("nan")), "generate.denoising.guidance", grpc.StatusCode.INVALID_ARGUMENT),
        (generate(sampler="eulr"), "generate.denoising.sampler", grpc.StatusCode.NOT_FOUND),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            caller.submit(task, "bad-input")
        got, failure = refusal(refused.value)
        assert (got, failure.field) == (code, field)
        assert failure.remedy
    assert caller.ended(caller.paint("", "after-bad")).state == jobs_pb2.JOB_STATE_SUCCEEDED


def test_the_list_has_pages(shared: tuple[Daemon, Caller]) -> None:
    daemon, _ = shared
    eve = Caller(daemon.address, daemon.token, "eve")
    ids = [eve.paint("", f"page-00{number}") for number in range(5)]
    seen: list[str] = []
    token = ""
    while True:
        page = eve.call(eve.jobs.ListJobs, jobs_pb2.ListJobsRequest(page_size=2, page_token=token))
        seen += [job.job_id for job in page.jobs]
        token = page.next_page_token
        if not token:
            break
    assert seen == ids[::-1]


def test_the_catalog_is_sent_once_for_each_version(caller: Caller) -> None:
    answer = caller.call(caller.catalog.GetCatalog, catalog_pb2.GetCatalogRequest())
    catalog = answer.catalog
    assert [row.name for row in catalog.checkpoints] == ["paper"]
    kinds = ("depth", "canny", "normal", "pose")
    assert {row.name for row in catalog.control_networks} == {f"paper-{kind}" for kind in kinds}
    assert catalog.defaults.sampler in {row.name for row in catalog.samplers}
    assert catalog.defaults.schedule in {row.name for row in catalog.schedules}
    assert catalog.limits.max_steps == 1000
    request = catalog_pb2.GetCatalogRequest(known_version=answer.version)
    again = caller.call(caller.catalog.GetCatalog, request)
    assert again.version == answer.version == catalog.version
    assert not again.HasField("catalog")


def test_health_is_open_and_reflection_tells_all_services(shared: tuple[Daemon, Caller]) -> None:
    _, caller = shared
    health: Any = health_pb2_grpc.HealthStub(caller.channel)
    for service in ("", "bottega.v1.JobService"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(caller.channel)
    (answer,) = stub.ServerReflectionInfo(iter([request]), metadata=caller.metadata, timeout=TIMEOUT)
    names = {service.name for service in answer.list_services_response.service}
    assert names >= {f"bottega.v1.{name}Service" for name in ("Job", "Blob", "Catalog", "Studio")}


def test_load_tells_of_workers(caller: Caller) -> None:
    assert caller.ended(caller.paint("", "load-0001")).state == jobs_pb2.JOB_STATE_SUCCEEDED
    (worker,) = caller.call(caller.studio.GetLoad, studio_pb2.GetLoadRequest()).workers
    assert (worker.device, worker.device_name, worker.memory_total) == ("cpu", "a fake", 1 << 30)
