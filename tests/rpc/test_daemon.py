"""A daemon process over real sockets: who may come in, what it promises about jobs, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from bottega_daemon.rpc.generated.v1 import catalog_pb2, jobs_pb2, studio_pb2
from tests.daemon import ROOT, Daemon, start_daemon
from tests.jobs.fake_worker import COMMAND
from tests.jobs.kit import paper_models
from tests.rpc.caller import TIMEOUT, Caller, fake_daemon, refusal
from tests.rpc.kit import generate

WORKER = "\n".join(COMMAND)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model root of paper."""
    return paper_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def shared(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Daemon, Caller]]:
    """One daemon for all tests that do it no harm."""
    with fake_daemon(tmp_path_factory.mktemp("home"), models) as both:
        yield both


@pytest.fixture
def caller(shared: tuple[Daemon, Caller]) -> Caller:
    """Somebody at the shared daemon."""
    return shared[1]


def wait_for(caller: Caller, job_id: str, state: jobs_pb2.JobState) -> None:
    """Wait until a job is in a state."""
    deadline = time.monotonic() + TIMEOUT
    while caller.get(job_id).state != state:
        assert time.monotonic() < deadline
        time.sleep(0.01)


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
    assert {row.name for row in catalog.control_networks} == {"paper-depth", "paper-canny", "paper-pose"}
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


def test_a_killed_daemon_keeps_its_queue_in_order_and_its_results(models: Path, tmp_path: Path) -> None:
    with fake_daemon(tmp_path, models) as (daemon, caller):
        done = caller.ended(caller.paint("", "done-0001"))
        held = caller.paint("hold", "held-0001")
        wait_for(caller, held, jobs_pb2.JOB_STATE_RUNNING)
        batch = {"priority": jobs_pb2.PRIORITY_BATCH}
        many = caller.submit(generate(prompt="hold", count=16), "many-0001", **batch).job.job_id
        wait_for(caller, many, jobs_pb2.JOB_STATE_QUEUED)
        later = [caller.paint("", f"later-00{number}", **batch) for number in range(3)]
        daemon.kill()
    (tmp_path / "go").touch()
    (tmp_path / "attempts").unlink()
    with fake_daemon(tmp_path, models) as (_, caller):
        order = [held, many, *later]
        assert [caller.ended(job_id).state for job_id in order] == [jobs_pb2.JOB_STATE_SUCCEEDED] * 5
        assert (tmp_path / "attempts").read_text().split() == order
        assert caller.get(held).pictures[0].seed == 7
        assert [event.started.attempt for event in caller.watch(held) if event.HasField("started")] == [1, 2]
        assert caller.get(done.job_id) == done
        assert caller.download(done.pictures[0].image.digest)[0].chunk == bytes([7]) * 768


def test_a_killed_worker_costs_nothing_but_time(models: Path, tmp_path: Path) -> None:
    with fake_daemon(tmp_path, models) as (_, caller):
        job = caller.ended(caller.paint("die-late", "die-late-1"))
        assert job.state == jobs_pb2.JOB_STATE_SUCCEEDED
        assert len(job.pictures) == 1


def test_a_daemon_stops_in_good_order(models: Path, tmp_path: Path) -> None:
    with fake_daemon(tmp_path, models) as (daemon, caller):
        job_id = caller.paint("hold", "held-0002")
        watch = caller.watch(job_id)
        assert next(watch).WhichOneof("event") in ("queued", "started")
        began = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as ended:
            list(watch)
        assert refusal(ended.value)[0] == grpc.StatusCode.UNAVAILABLE
        assert daemon.process.wait(TIMEOUT) == 0
        assert time.monotonic() - began < 4
        assert not (tmp_path / "daemon.json").exists()
    with fake_daemon(tmp_path, models) as (again, caller):
        assert again.token == daemon.token
        (tmp_path / "go").touch()
        assert caller.ended(job_id).state == jobs_pb2.JOB_STATE_SUCCEEDED


def test_the_door_is_this_users_alone(shared: tuple[Daemon, Caller]) -> None:
    home = shared[0].home
    for name in ("daemon.json", "token"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    said = json.loads((home / "daemon.json").read_text())
    assert said["pid"] == shared[0].process.pid


@pytest.mark.parametrize("same", ["port", "folder"])
def test_a_second_daemon_says_what_to_do(
    shared: tuple[Daemon, Caller], models: Path, tmp_path: Path, same: str
) -> None:
    daemon, _ = shared
    home = daemon.home if same == "folder" else tmp_path
    port = daemon.address.rpartition(":")[2] if same == "port" else "0"
    environment = os.environ | {"BOTTEGA_HOME": str(home), "BOTTEGA_PORT": port, "PYTHONPATH": str(ROOT / "daemon")}
    environment["PYTHONPATH"] += f"{os.pathsep}{ROOT / 'shared'}"
    command = [sys.executable, "-m", "bottega_daemon"]
    second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert second.returncode == 1
    assert ("another port" if same == "port" else "another daemon") in second.stderr
    assert "Traceback" not in second.stderr
    assert (daemon.home / "daemon.json").exists()


def test_the_front_is_light(models: Path, tmp_path: Path) -> None:
    daemon = start_daemon(tmp_path, [models], worker_command=WORKER)
    status = Path(f"/proc/{daemon.process.pid}/status")
    maps = Path(f"/proc/{daemon.process.pid}/maps")
    if status.exists():
        resident = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        assert int(resident.split()[1]) < 150 * 1024
        assert "libtorch" not in maps.read_text()
    assert daemon.stop() == 0
