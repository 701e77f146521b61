"""Ctrl-C, as a real signal to a real process, ends the job on the daemon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.cli.kit import Shell
from tests.daemon import Daemon, running_daemon

BOTTEGA = (sys.executable, "-m", "bottega_daemon.cli")


def _start(daemon: Daemon, folder: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "BOTTEGA_HOME": str(daemon.home)}
    pipe = subprocess.PIPE
    return subprocess.Popen([*BOTTEGA, *words], cwd=folder, env=environment, text=True, stdout=pipe, stderr=pipe)


def _wait_until_running(shell: Shell, title: str) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for job in shell.run("jobs", "list", "--json", "--state", "running").json["jobs"]:
            if job["title"] == title:
                return job["job_id"]
        time.sleep(0.05)
    raise AssertionError("the job does not run")


def _wait_until_connected(pid: int) -> None:
    process, end = psutil.Process(pid), time.monotonic() + 30
    while not any(each.status == psutil.CONN_ESTABLISHED for each in process.net_connections()):
        assert time.monotonic() < end, "it does not connect"
        time.sleep(0.05)
    time.sleep(0.5)  # from the connection to the first event


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_cancels_the_job_and_says_so(daemon: Daemon, shell: Shell, number: signal.Signals) -> None:
    shell.run("generate", "warm", "--steps", "1", "-o", "../warm.png")  # a worker that starts cannot be interrupted
    title = f"interrupted by {number.name}"
    command = _start(daemon, shell.folder, "generate", title, "--steps", "1000", "--sampler", "dpmpp_sde")
    job_id = _wait_until_running(shell, title)
    command.send_signal(number)
    out, err = command.communicate(timeout=40)
    assert (command.returncode, out) == (5, ""), err
    assert "cancelled" in err
    assert shell.run("jobs", "show", job_id, "--json").json["state"] == "cancelled"
    assert not list(shell.folder.glob("*.png"))


def test_ctrl_c_while_watching_leaves_the_job_alone(daemon: Daemon, shell: Shell) -> None:
    asked = ("--steps", "1000", "--sampler", "dpmpp_sde", "--detach")
    job_id = shell.run("generate", "watched", *asked).out.strip()
    _wait_until_running(shell, "watched")
    command = _start(daemon, shell.folder, "jobs", "watch", job_id)
    _wait_until_connected(command.pid)
    command.send_signal(signal.SIGINT)
    _, err = command.communicate(timeout=40)
    assert command.returncode == 130, err
    assert "goes on" in err
    assert shell.run("jobs", "show", job_id, "--json").json["state"] == "running"
    shell.run("jobs", "cancel", job_id)


def test_a_lost_daemon_is_told_apart(tmp_path: Path, tiny_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bottega_daemon.cli.reach.PATIENCE", 1.0)
    monkeypatch.chdir(tmp_path)
    with running_daemon(tmp_path / "home", [tiny_root]) as daemon:
        shell = Shell(tmp_path, {"BOTTEGA_HOME": str(daemon.home)})
        job_id = shell.run("generate", "x", "--steps", "1000", "--detach").out.strip()
        timer = subprocess.Popen(
            [sys.executable, "-c", f"import time, os; time.sleep(1.5); os.kill({daemon.process.pid}, 9)"]
        )
        done = shell.run("jobs", "watch", job_id, "--json", "--quiet")
        timer.wait()
    assert (done.code, done.error["reason"]) == (6, "CONNECTION_LOST")
    assert done.error["remedy"]
