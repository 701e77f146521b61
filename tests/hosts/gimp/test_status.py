"""What the status bar of the image says while a procedure runs, letter by letter: GIMP draws the same words for
a plug-in that does nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bottega import messages as m
from bottega.client import Client
from tests.daemon import Daemon
from tests.hosts.desk import Desk
from tests.hosts.gimp import hands, rig

SIZE = (1400, 800)
"""Of GIMP's window: a smaller one has no place for words."""
SAYS = """#!/usr/bin/env python3
import sys, time
from pathlib import Path
import gi
gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib

def run(procedure, *_given):
    words = Path(Gimp.directory()) / "words"
    Gimp.progress_init(words.read_text())
    while words.exists():
        time.sleep(0.05)
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)

class Says(Gimp.PlugIn):
    def do_query_procedures(self):
        return ["test-says"]

    def do_set_i18n(self, _name):
        return False

    def do_create_procedure(self, name):
        made = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        made.set_image_types("*")
        made.set_menu_label("Says What It Is Told")
        made.add_menu_path("<Image>/Filters")
        return made

Gimp.main(Says.__gtype__, sys.argv)
"""


def status(table: Desk, name: str) -> tuple[np.ndarray[Any, Any], int]:
    """The words in GIMP's status bar, and how many pixels of the bar below them are filled."""
    with Image.open(table.picture(name)) as screen:
        grey = np.asarray(screen.convert("L")).astype(int)
    across = slice(round(SIZE[0] * 0.36), round(SIZE[0] * 0.72))  # between zoom and Cancel
    low = int(np.argwhere(grey[:, SIZE[0] // 2] > 200).max())  # the window's white edge
    return grey[low - 36 : low - 18, across], int((grey[low - 8, across] > 60).sum())


def test_the_status_bar_tells_what_the_job_does(
    table: Desk, plugin: Path, daemon: Daemon, client: Client, tmp_path: Path
) -> None:
    home = rig.profile(tmp_path / "home", plugin)
    words, script = home / rig.PROFILE / "words", home / rig.PROFILE / "plug-ins/says/says.py"
    script.parent.mkdir()
    script.write_text(SAYS)
    script.chmod(0o755)
    with rig.window(home, daemon, table) as gimp:
        gimp.run('call("generate", steps=1)["image"].delete()')
        gimp.run("image = picture(480, 360); Gimp.Display.new(image); Gimp.displays_flush()")
        window = hands.find(table, "GIMP$")
        table.hands("windowsize", window, *SIZE, "windowmove", window, 0, 0)
        known = {job.job_id for job in client.jobs()}
        hands.opened(table, "Refine", "Bottega: Refine")
        time.sleep(1.5)
        table.hands("type", "--delay", "15", "a red door")
        with rig.nothing_painted(daemon):
            table.hands("key", "ctrl+Return")
            rig.until(lambda: {job.job_id for job in client.jobs()} - known, 60)
            time.sleep(1.0)
            sending, none = status(table, "sending")
        rig.until(lambda: client.jobs()[0].state == m.JobState.RUNNING, 60)
        looks: list[tuple[np.ndarray[Any, Any], int]] = []
        for number in range(8):  # each tile is prepared, painted and finished: a moment of one
            time.sleep(0.4)
            with rig.nothing_painted(daemon):
                time.sleep(0.5)
                looks.append(status(table, f"painting-{number}"))
        gimp.wait("len(image.get_layers()) == 2", 240)
        rig.until(lambda: len(gimp.plugins()) == 1, 60)  # the queue's
        drawn: list[np.ndarray[Any, Any]] = []
        for text in ("a red door: Sending …", "a red door: Painting"):
            words.write_text(text)
            hands.choose(table, "Says What It Is Told")
            time.sleep(2.0)
            drawn.append(status(table, f"drawn-{len(drawn)}")[0])
            words.unlink()
            time.sleep(1.0)
    painting = [filled for look, filled in looks if (look == drawn[1]).all()]
    assert (sending == drawn[0]).all() and none == 0
    assert painting == sorted(painting) and painting[-1] > 0 and (drawn[0] != drawn[1]).any()
