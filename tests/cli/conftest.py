"""One daemon on the tiny library for all tests of the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.kit import Shell
from tests.daemon import ROOT, Daemon, running_daemon
from tests.jobs.fake_worker import COMMAND


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that a command starts find the code, wherever they run."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "daemon"), str(ROOT / "shared")]))


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory, tiny_root: Path) -> Iterator[Daemon]:
    """A real daemon."""
    with running_daemon(tmp_path_factory.mktemp("home"), [tiny_root]) as running:
        yield running


@pytest.fixture
def shell(daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell whose daemon is that one, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, {"BOTTEGA_HOME": str(daemon.home)})


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory, tiny_root: Path) -> Iterator[Daemon]:
    """A daemon whose worker does what prompts say (tests/jobs/fake_worker.py)."""
    with running_daemon(tmp_path_factory.mktemp("scripted"), [tiny_root], worker_command="\n".join(COMMAND)) as running:
        yield running


@pytest.fixture
def lonely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell on a machine without a daemon."""
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, {"BOTTEGA_HOME": str(tmp_path / "home"), "BOTTEGA_STARTER": "0"})
