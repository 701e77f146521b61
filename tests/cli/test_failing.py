"""Jobs that fail or wait, with a worker that does what prompts say."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.cli.kit import Shell
from tests.daemon import Daemon


@pytest.fixture
def shell(scripted: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell whose daemon is the scripted one, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, {"BOTTEGA_HOME": str(scripted.home)})


def test_a_failed_job_is_told_with_its_reason_and_its_id(shell: Shell) -> None:
    done = shell.run("generate", "fail", "-n", "2", "--seed", "7", "-o", "a.png", "--json", "--quiet")
    assert done.code == 4
    assert done.error["reason"]
    assert done.error["message"]
    kept = sorted(path.name for path in shell.folder.iterdir())
    assert kept == ["a-7.png", "a-8.png"], "this worker fails when its pictures are done"
    assert all(f"{name} was finished before and is kept" in done.err for name in kept)
    job_id = done.json["job_id"]
    shown = shell.run("jobs", "show", job_id, "--json").json
    assert (shown["state"], shown["failure"]["reason"]) == ("failed", done.error["reason"])
    assert shell.run("jobs", "watch", job_id, "-o", "b.png", "--quiet").code == 4
    assert job_id in shell.run("jobs", "list", "--state", "failed").out


def test_pictures_that_were_done_before_a_failure_are_kept(shell: Shell) -> None:
    done = shell.run("generate", "die-late", "-n", "2", "--seed", "3", "-o", "a.png", "--json", "--quiet")
    assert done.code == 0, done.out
    assert sorted(path.name for path in shell.folder.iterdir()) == ["a-3.png", "a-4.png"]


def test_waiting_is_part_of_the_timings(shell: Shell, scripted: Daemon) -> None:
    go = scripted.home / "go"
    timer = threading.Timer(1.0, go.touch)
    timer.start()
    begun = time.monotonic()
    done = shell.run("generate", "hold", "-o", "h.png", "--json", "--quiet")
    timer.join()
    go.unlink()
    assert done.code == 0, done.out
    assert 0.8 < done.json["timings"]["total"] <= time.monotonic() - begun
