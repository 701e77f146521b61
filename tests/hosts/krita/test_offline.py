"""A Krita that starts without a daemon: the docker opens with the menus of last time, and its button starts one."""

from __future__ import annotations

import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from bottega.client import connect
from bottega.menus import Menus
from tests.daemon import Daemon, running_daemon
from tests.hosts.desk import Desk
from tests.hosts.krita import rig
from tests.hosts.krita.conftest import OPEN, SAID

COMMAND = """#!/bin/sh
echo "$@" >/daemon/wanted.new
mv /daemon/wanted.new /daemon/wanted
exec sleep 1000
"""
"""What stands for `bottega` where no torch is: whoever looks at the file starts the daemon."""


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Generator[Daemon]:
    """A daemon that was there once: its menus are kept, it is not running."""
    with running_daemon(tmp_path_factory.mktemp("away"), starter=True) as daemon:
        with connect(daemon.address, daemon.token) as client:
            Menus("own", daemon.home / "cache").store(client.catalog())
        daemon.kill()
        (daemon.home / "daemon.json").unlink()
        yield daemon


@pytest.fixture(scope="module")
def alone(away: Daemon, plugin: Path, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Generator[rig.Krita]:
    """Krita with the docker, and no daemon; the command is installed."""
    home = rig.profile(tmp_path_factory.mktemp("alone"), plugin)
    command = home / ".local" / "bin" / "bottega"
    command.parent.mkdir(parents=True)
    command.write_text(COMMAND)
    command.chmod(0o755)
    with rig.live(home, desk, {away.home: "/daemon"}, {"BOTTEGA_HOME": "/daemon"}) as krita:
        krita.run(OPEN)
        krita.wait("S.connection.state == 'lost'")
        yield krita


def test_the_docker_opens_with_last_times_menus(alone: rig.Krita) -> None:
    """Models and samplers are listed; the banner says in words that the daemon is away, and what helps; what is asked
    is refused in words, and nothing is lost of what was written."""
    said = alone.run("""
        form = dock.form
        result = {"samplers": form.sampler.count(), "models": [form.checkpoint.itemText(k) for k in range(2)],
                  "seen": dock.banner.isVisibleTo(dock), "text": dock.banner.text(),
                  "button": dock.banner._start.isVisibleTo(dock)}
    """)
    assert said["samplers"] > 8 and "starter" in said["models"][1]
    assert said["seen"] and said["button"] and "bottega serve" in said["text"]
    alone.run(SAID)
    alone.run("d = fresh(name='offline')")
    alone.wait("K.activeDocument() == d")
    assert alone.run("result = dock.form.checkpoint.count()") > 1


def test_the_button_starts_a_daemon(alone: rig.Krita, away: Daemon) -> None:
    """It says that one is starting, meets it, and paints; what was begun before that is painted too."""
    wanted = away.home / "wanted"

    def shop() -> None:
        while not wanted.exists():
            if stopped.wait(0.05):
                return
        away.again()

    stopped = threading.Event()
    keeper = threading.Thread(target=shop)
    keeper.start()
    try:
        alone.run("states = []; S.connected.connect(lambda: states.append([S.connection.state, dock.banner.text()]))")
        alone.run("press(dock.banner._start)")
        alone.wait("S.connection.state == 'connected'", 120)
    finally:
        stopped.set()
        keeper.join()
    assert wanted.read_text().split() == ["serve"]
    states = alone.run("result = states")
    assert ["starting", "The daemon is starting …"] in states and not alone.run(
        "result = dock.banner.isVisibleTo(dock)"
    )
    alone.run("w = dock.ask()")
    alone.wait("w.ended", 240)
    assert alone.run("result = [w.state, str(w.error)]") == ["done", "None"]
