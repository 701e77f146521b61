"""Real Blenders, driven from outside: each script runs once in each, with a real daemon and its starter model.

What runs in them is the zip that `make package` builds, installed and enabled by Blender's own extension tool.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from bottega.client import Client, connect
from scripts import package
from tests.daemon import ROOT, Daemon, running_daemon
from tests.hosts import provision

Stage: TypeAlias = "Callable[[str], Told]"
INSIDE = Path(__file__).with_name("inside")
PATIENCE = 900
SERIES = os.environ.get("BOTTEGA_BLENDERS", ",".join(provision.BLENDERS)).split(",")


class Told(dict[str, Any]):
    """A script's report, and the folder with what it left."""

    folder: Path

    def array(self, name: str) -> np.ndarray:
        """An array that the script saved."""
        return np.load(self.folder / f"{name}.npy")


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon, Any, None]:
    """One daemon for all Blenders."""
    with running_daemon(tmp_path_factory.mktemp("blender-daemon"), starter=True) as daemon:
        yield daemon


@pytest.fixture(scope="session")
def client(daemon: Daemon) -> Generator[Client, Any, None]:
    """The oracle: the same requests without a host."""
    with connect(daemon.address, daemon.token) as client:
        yield client


@pytest.fixture(scope="session", params=SERIES)
def series(request: pytest.FixtureRequest) -> str:
    """Each Blender in turn."""
    return request.param


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip that artists install."""
    return package.build(package.HOSTS[0], ROOT / "plugins" / "blender", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def told(daemon: Daemon, built: Path, series: str, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Runs a script of `inside/` in this Blender, once also if it fails, and gives its report."""

    @cache
    def run(script: str) -> Path:
        folder = tmp_path_factory.mktemp(f"{script}-{series}")
        with performing(series, script, folder, built, daemon.home) as blender:
            blender.wait(PATIENCE)
        return folder

    return lambda script: report(series, run(script))


@contextmanager
def performing(
    series: str, script: str, folder: Path, built: Path, home: Path
) -> Generator[subprocess.Popen[bytes], Any, None]:
    """A script under way in a Blender that has nothing but the zip; what it says goes into the folder."""
    kept = ("BOTTEGA_", "PYTHON", "BLENDER")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(kept)}
    environment |= {"BOTTEGA_HOME": str(home), "BLENDER_USER_RESOURCES": str(folder / "user")}
    command = [str(provision.blender(series)), str(INSIDE / "launch.py"), script, str(folder), str(built)]
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def report(series: str, folder: Path) -> Told:
    """What a script has reported."""
    said = (folder / "said.txt").read_text("utf-8", "replace")
    assert (folder / "report.json").exists(), f"Blender {series}:\n{said[-5000:]}"
    told = Told(json.loads((folder / "report.json").read_text()))
    told.folder = folder
    return told
