"""Real Blenders, driven from outside: each script runs once in each, with a real daemon and its starter model."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from bottega.client import Client, connect
from tests.daemon import ROOT, Daemon, running_daemon
from tests.hosts import provision

Stage: TypeAlias = "Callable[[str], Told]"
INSIDE = Path(__file__).with_name("inside")
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
def told(daemon: Daemon, series: str, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Runs a script of `inside/` in this Blender, once, and gives its report."""

    @cache
    def run(script: str) -> Told:
        folder = tmp_path_factory.mktemp(f"{script}-{series}")
        perform(series, INSIDE / f"{script}.py", folder, daemon.home)
        said = Told(json.loads((folder / "report.json").read_text()))
        said.folder = folder
        return said

    return run


def perform(series: str, script: Path, folder: Path, home: Path) -> None:
    """Run a script in a Blender, with the plug-in as it lies in the source tree."""
    python = provision.blender(series)
    places = (ROOT / "plugins" / "blender", ROOT / "shared", provision.client_libraries(python), INSIDE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BOTTEGA_", "PYTHON"))}
    environment |= {"BOTTEGA_HOME": str(home), "PYTHONPATH": os.pathsep.join(map(str, places))}
    environment |= {f"BLENDER_USER_{name}": str(folder / name.lower()) for name in ("RESOURCES", "CONFIG", "SCRIPTS")}
    command = [str(python), str(script), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert (folder / "report.json").exists(), f"Blender {series}: {done.stdout[-3000:]}\n{done.stderr[-5000:]}"
