"""What an artist does with mouse and keys in a GIMP on a desk."""

from __future__ import annotations

import time
from contextlib import suppress

from tests.hosts.desk import Desk

SEARCH = "^Search Actions$"
QUEUE = """
import uuid

def queue(do, **values):
    # as our own processes ask: again, until the answer is its own
    token = uuid.uuid4().hex
    procedure = Gimp.get_pdb().lookup_procedure("bottega-queue")
    config = procedure.create_config()
    config.set_property("request", json.dumps({"token": token, "do": do, **values}))
    while (answer := json.loads(procedure.run(config).index(1) or "{}")).get("token") != token:
        pass
    return answer

def jobs():
    # as the panel sees them
    return json.loads(bytes(Gimp.get_parasite("bottega-queue-state").get_data()))

def ended():
    return all(job["state"] in ("done", "failed", "cancelled") for job in jobs())
"""


def choose(desk: Desk, label: str) -> None:
    """Start a menu's entry by GIMP's own search for actions."""
    window = _searching(desk)
    desk.hands("windowactivate", "--sync", window)  # else the letters are GIMP's own keys, each of which is a tool
    desk.hands("key", "ctrl+a")
    desk.hands("type", "--delay", "20", label)
    time.sleep(2.0)  # a busy GIMP lists what fits late, and Return takes what is listed
    desk.hands("key", "Return")


def _searching(desk: Desk) -> str:
    """The window of that search, opened until it is there."""
    for seconds in (5.0, 10.0, 30.0):
        desk.hands("windowactivate", "--sync", find(desk, "GIMP$"))
        time.sleep(0.3)
        desk.hands("key", "slash")
        with suppress(AssertionError):  # a busy machine loses keys
            return find(desk, SEARCH, seconds)
    raise AssertionError("GIMP searches for no actions")


def opened(desk: Desk, label: str, window: str) -> str:
    """Choose an entry until its window is there: a busy machine loses keys."""
    for seconds in (15.0, 20.0, 60.0):
        choose(desk, label)
        try:
            return find(desk, window, seconds)
        except AssertionError:
            desk.hands("key", "Escape")
    raise AssertionError(f"{label} opens no window")


def undo(desk: Desk) -> None:
    """Ctrl+Z over the image."""
    desk.hands("windowactivate", "--sync", find(desk, "GIMP$"))
    desk.hands("key", "ctrl+z")


def press_lowest(desk: Desk, window: str) -> None:
    """Click on the button along a window's lower edge."""
    width, height = _size(desk, window)
    desk.hands("mousemove", "--window", window, width // 2, height - 28, "click", 1)


def press_cancel(desk: Desk) -> None:
    """Click on GIMP's own Cancel, at the right end of the status bar below the canvas, which two docks stand beside."""
    window = find(desk, "GIMP$")
    width, height = _size(desk, window)
    desk.hands("mousemove", "--window", window, round(width * 0.646), height - 18)
    time.sleep(0.5)
    desk.hands("click", 1)


def _size(desk: Desk, window: str) -> tuple[int, int]:
    said = dict(line.split("=") for line in desk.run("xdotool", "getwindowgeometry", "--shell", window).split())
    return int(said["WIDTH"]), int(said["HEIGHT"])


def find(desk: Desk, name: str, seconds: float = 30.0) -> str:
    """The window of this name, once it is seen."""
    deadline = time.monotonic() + seconds
    while not (found := _search(desk, name)):
        assert time.monotonic() < deadline, f"no window is called {name}"
        time.sleep(0.3)
    return found[-1]


def in_front(desk: Desk, window: str, seconds: float = 30.0) -> None:
    """Wait until a window has the keys."""
    deadline = time.monotonic() + seconds
    while desk.run("xdotool", "getactivewindow").strip() != window:
        assert time.monotonic() < deadline, "it does not come to the front"
        time.sleep(0.3)


def gone(desk: Desk, name: str, seconds: float = 30.0) -> None:
    """Wait until no window of this name is seen."""
    deadline = time.monotonic() + seconds
    while _search(desk, name):
        assert time.monotonic() < deadline, f"{name} stays open"
        time.sleep(0.3)


def _search(desk: Desk, name: str) -> list[str]:
    try:
        return desk.run("xdotool", "search", "--onlyvisible", "--name", name).split()
    except AssertionError:  # xdotool's way of saying none
        return []
