"""A host starts this machine's daemon: it is found, lives on its own, and when it cannot start the artist reads why."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psutil
import pytest

from bottega import launch, places
from bottega.session import Connection, Session
from tests.client.host import Host
from tests.daemon import ROOT

MISSING = ("/nowhere/bottega", "serve")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path) -> Path:
    """A machine where nothing is installed; gives its `home`."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "user"))
    (tmp_path / "user").mkdir()
    return home


def executable(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_command_is_looked_for_where_it_is_put(bare: Path, tmp_path: Path) -> None:
    assert launch.find_command() is None
    python = executable(tmp_path / "venv" / "python")
    bare.mkdir()
    file = bare / places.COMMAND_FILE
    for text in ("", "[]", "{}", '{"command": "x"}', '{"command": []}', '{"command": ["/nowhere/python"]}'):
        file.write_text(text)
        assert launch.find_command() is None
    file.write_text(json.dumps({"command": [str(python), "-m", "bottega_daemon"]}))
    assert launch.find_command() == (str(python), "-m", "bottega_daemon")
    local = executable(tmp_path / "user" / ".local" / "bin" / "bottega")
    assert launch.find_command() == (str(local), "serve")
    first = executable(tmp_path / "empty" / "bottega")
    assert launch.find_command() == (str(first), "serve")


def test_what_the_host_set_for_itself_is_not_handed_on() -> None:
    told = {"PYTHONHOME": "/host", "PYTHONPATH": "/host/x", "HOME": "/h", "PATH": "/app/bin:/bin", "EMPTY": ""}
    assert launch.clean(told) == {"HOME": "/h", "PATH": "/app/bin:/bin", "EMPTY": ""}
    bundled = told | {"APPDIR": "/app", "LD_LIBRARY_PATH": "/app/lib"}
    assert launch.clean(bundled) == {"HOME": "/h", "PATH": "/bin", "EMPTY": "", "APPDIR": "/app"}


def test_a_button_is_offered_where_it_would_help(host: Host, bare: Path, tmp_path: Path) -> None:
    seen: list[Connection] = []
    session = Session(host.call_on_main, on_connection=seen.append)
    host.pump(lambda: seen and seen[-1].state == "lost")
    assert not seen[-1].startable
    session.close()
    executable(tmp_path / "empty" / "bottega")
    for address, expected in ((None, True), ("127.0.0.1:1", False)):
        session = Session(host.call_on_main, address, on_connection=seen.append)
        seen.clear()
        host.pump(lambda: seen and seen[-1].state == "lost")
        assert seen[-1].startable == expected
        session.close()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (None, "not installed"),
        (MISSING, "could not be started"),
        (("/bin/sh", "-c", "echo first; echo the disk is full >&2; exit 3"), "status 3. the disk is full"),
    ],
)
def test_what_went_wrong_is_told(command: tuple[str, ...] | None, why: str, host: Host, bare: Path) -> None:
    seen: list[Connection] = []
    session = Session(host.call_on_main, on_connection=seen.append)
    host.pump(lambda: seen and seen[-1].state == "lost")
    session.start_daemon(command)
    host.pump(lambda: seen[-1].state == "lost" and seen[-1].error and why in seen[-1].error.message)
    assert seen[-1].error
    assert seen[-1].error.remedy
    session.close(patience=0)


def test_a_daemon_is_started_and_lives_on(host: Host, home: Path, tmp_path: Path) -> None:
    seen: list[Connection] = []
    paths = os.pathsep.join(str(folder) for folder in (ROOT, ROOT / "daemon", ROOT / "shared"))
    settings = f"BOTTEGA_PORT=0 BOTTEGA_STARTER=0 BOTTEGA_DEVICES=cpu PYTHONPATH={paths}"
    command = executable(tmp_path / "bottega", f'{settings} exec "{sys.executable}" -m bottega_daemon')
    session = Session(host.call_on_main, on_connection=seen.append)
    session.start_daemon([str(command)])
    host.pump(lambda: seen and seen[-1].state == "connected", seconds=120.0)
    session.start_daemon([str(command)])  # one is enough
    session.close()
    daemon = psutil.Process(json.loads((home / places.DAEMON_FILE).read_text())["pid"])
    assert daemon.is_running()
    assert os.getsid(daemon.pid) != os.getsid(0)
    assert "starting" in [connection.state for connection in seen]
    assert launch.find_command() is not None
    daemon.terminate()
    daemon.wait(20)


def test_slow_work_is_done_elsewhere_and_told_on_the_main_thread(host: Host) -> None:
    session, done, errors = Session(host.call_on_main), list[int](), list[str]()
    session.in_background(lambda: 6 * 7, done.append)
    session.in_background(lambda: 1 // 0, done.append, lambda error: errors.append(error.message))
    host.pump(lambda: done and errors)
    assert done == [42]
    assert "ZeroDivisionError" in errors[0]
    session.close(patience=0)
