"""The panel's first lines: a daemon that is started from there, and the address of another one."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from bottega import messages as m
from bottega.client import connect
from tests.daemon import Daemon, start_daemon
from tests.hosts.desk import Desk
from tests.hosts.gimp import rig
from tests.hosts.gimp.test_remembering import OPEN

COMMAND = f"""#!/bin/sh
echo "$@" > {rig.STUDIO}/asked
sleep 300
"""
"""What stands for an installed `bottega` within the root, which has none: the test then starts the daemon."""


@pytest.fixture
def daemon_of_its_own(tmp_path: Path) -> Generator[Daemon, Any, None]:
    daemon = start_daemon(tmp_path / "daemon", starter=True)
    yield daemon
    if daemon.process.poll() is None:
        daemon.stop()


def test_the_panels_buttons_cancel_without_a_daemon_start_one_and_connect_to_another(
    table: Desk, plugin: Path, daemon_of_its_own: Daemon, tmp_path: Path
) -> None:
    daemon, home = daemon_of_its_own, rig.profile(tmp_path / "home", plugin)
    command = home / ".local" / "bin" / "bottega"
    command.parent.mkdir(parents=True)
    command.write_text(COMMAND)
    command.chmod(0o755)
    with rig.window(home, daemon, table) as gimp:
        gimp.run(OPEN)
        said = gimp.run("""
            shown = panel(picture(64, 64))
            box, state = shown._connection, lambda: shown._bench.session.connection.state
            result = box._start.get_visible()
        """)
        assert said is False, "it is connected"
        said = gimp.run("""
            before = shown._bench.session
            button(box, "Connect").clicked()
            result = shown._bench.session is before
        """)
        assert said, "to the same daemon nothing is connected anew"
        gimp.run("""
            call("generate", picture(64, 64), prompt="long", steps=900, in_panel=True)
            pump(lambda: shown._bench.jobs and shown._bench.jobs[0].preview)
            row = shown._jobs._rows[shown._bench.jobs[0].number]
        """)
        daemon.kill()
        said = gimp.run("""
            pump(lambda: state() == "lost")
            before = row._bar.get_text()
            button(row, "Cancel").clicked()
            pump(lambda: row._bar.get_text() == "Cancelled", 8)
            result = [before, row._cancel.get_sensitive(), "daemon" in box._status.get_text()]
        """)
        assert said == ["Painting", False, True], "who cancels does not wait for a daemon that is away"
        gimp.run("""
            pump(lambda: box._start.get_visible())
            button(box, "Start the daemon").clicked()
        """)
        rig.until((daemon.home / "asked").exists, 30)
        daemon.again()
        assert (daemon.home / "asked").read_text() == "serve\n"
        gimp.run('pump(lambda: state() == "connected" and not box._start.get_visible())')
        with connect(daemon.address, daemon.token) as client:
            rig.until(lambda: [job.state for job in client.jobs()] == [m.JobState.CANCELLED], 60)
        said = gimp.run("""
            (address,) = [each for each in inside(box) if isinstance(each, Gtk.Entry) and each.get_placeholder_text()]
            address.set_text(" 127.0.0.1:1 ")
            button(box, "Connect").clicked()
            pump(lambda: state() == "lost" and "127.0.0.1:1" in box._status.get_text())
            result = box._start.get_visible()
        """)
        assert said is False, "another address's daemon is started there"
        settings = json.loads((home / rig.PROFILE / "bottega" / "settings.json").read_text())
        assert settings == {"address": "127.0.0.1:1", "token": "", "person": ""}
        gimp.run("""
            address.set_text("")
            button(box, "Connect").clicked()
            pump(lambda: state() == "connected")
            shut(shown)
        """)
