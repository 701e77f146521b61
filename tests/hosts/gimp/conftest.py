"""Real GIMP with the built zip, driven from outside: one console and one daemon for all that needs no window."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from bottega.client import Client, connect
from scripts.package import HOSTS, PLUGINS, build
from tests.daemon import Daemon, running_daemon
from tests.hosts.desk import Desk, desk
from tests.hosts.gimp import hands, rig


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


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk, Any, None]:
    """A screen."""
    with desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(scope="module")
def window(
    table: Desk, plugin: Path, daemon: Daemon, tmp_path_factory: pytest.TempPathFactory
) -> Generator[rig.Gimp, Any, None]:
    """GIMP on it, with an image whose middle is selected."""
    home = rig.profile(tmp_path_factory.mktemp("gimp-window") / "home", plugin)
    with rig.window(home, daemon, table) as gimp:
        gimp.run(hands.QUEUE)
        gimp.run("""
            image, other = picture(240, 180), picture(96, 96)
            image.select_rectangle(ChannelOps.REPLACE, 70, 50, 100, 80)
            Gimp.Display.new(image)
            Gimp.displays_flush()
        """)
        hands.find(table, "GIMP$")
        time.sleep(2.0)
        yield gimp
