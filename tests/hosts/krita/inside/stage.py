"""What scripts inside kritarunner share: the plug-in begun, a main loop that is pumped, cases that are told."""

import json
import os
import sys
import time
import traceback
from pathlib import Path

from krita import Krita, Selection
from PyQt5.QtWidgets import QApplication
from slices import Slices

sys.path.insert(0, str(Path.home() / ".local/share/krita/pykrita"))

KRITA = Krita.instance()


def begin():
    """The studio, connected and with its menus."""
    KRITA.setBatchmode(True)
    from bottega_krita.extension import studio

    here = studio()
    here.slices = Slices(here.main)
    pump(lambda: here.connection.state == "connected" and here.catalog is not None)
    return here


def pump(until, seconds=400.0):
    """Run the main loop until something is so."""
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        QApplication.processEvents()
        time.sleep(0.001)


def document(width, height, depth="U8", profile="", model="RGBA"):
    """A document of a gentle pattern."""
    made = KRITA.createDocument(width, height, "stage", model, depth, profile, 300.0)
    made.setBatchmode(True)
    return made


def select(into, x, y, width, height, soft=0):
    """Select a rectangle, with soft edges."""
    selection = Selection()
    selection.select(x, y, width, height, 255)
    if soft:
        selection.feather(soft)
    into.setSelection(selection)


def act(main):
    """Run a script's body; its report goes to /out/report.json. The process ends at once: its own end is not clean."""
    try:
        said = main(Path("/out"))
        Path("/out/report.json").write_text(json.dumps(said))
        code = 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
