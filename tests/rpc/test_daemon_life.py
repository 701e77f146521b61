"""A daemon's life over real sockets: how it starts, what it survives, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest

from bottega_daemon.rpc.generated.v1 import jobs_pb2
from tests.daemon import ROOT, Daemon, start_daemon
from tests.jobs.fake_worker import COMMAND
from tests.rpc.caller import TIMEOUT, Caller, fake_daemon, refusal
from tests.rpc.kit import generate

WORKER = "\n".join(COMMAND)


def wait_for(caller: Caller, job_id: str, state: jobs_pb2.JobState) -> None:
    """Wait until a job is in a state."""
    deadline = time.monotonic() + TIMEOUT
    while caller.get(job_id).state != state:
        assert time.monotonic() < deadline
        time.sleep(0.01)


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
