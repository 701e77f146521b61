"""Real GIMP with the built zip, driven from outside: one console and one daemon for all that needs no window."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from bottega.client import Client, connect
from scripts.package import HOSTS, PLUGINS, build
from tests.daemon import Daemon, running_daemon
from tests.hosts.gimp import rig


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make package` builds."""
    (host,) = [each for each in HOSTS if each.name == "gimp"]
    return build(host, PLUGINS / "gimp", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon, Any, None]:
    """One daemon with the starter model."""
    with running_daemon(tmp_path_factory.mktemp("gimp-daemon"), starter=True) as daemon:
        yield daemon


@pytest.fixture(scope="session")
def client(daemon: Daemon) -> Generator[Client, Any, None]:
    """The oracle: the same requests without a host."""
    with connect(daemon.address, daemon.token) as client:
        yield client


@pytest.fixture(scope="session")
def gimp(plugin: Path, daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Generator[rig.Gimp, Any, None]:
    """GIMP's console."""
    home = rig.profile(tmp_path_factory.mktemp("gimp") / "home", plugin)
    with rig.console(home, daemon) as gimp:
        yield gimp
