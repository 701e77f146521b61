"""GIMP's own notice board: what the queue and the panel tell every process of this GIMP, without calling each other.

Notices are parasites of GIMP itself that no file keeps: reading one asks nobody but GIMP, so no answer is mixed up.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from gi.repository import Gimp

RUN = "bottega-run"
STATE = "bottega-queue-state"
PREVIEW = "bottega-preview-{number}"
SEEN, WANTED = "bottega-panel-seen", "bottega-panel-wanted"
FRESH = 3.0
"""Seconds since the panel was last seen within which it is taken to be open."""


def post(name: str, data: bytes) -> None:
    """Pin a notice of ASCII in place of the last one of that name."""
    Gimp.attach_parasite(Gimp.Parasite.new(name, 0, list(data)))


def read(name: str) -> bytes:
    """A notice; nothing if there is none."""
    found = Gimp.get_parasite(name)
    return bytes(found.get_data()) if found else b""


def post_run(name: str) -> None:
    """This GIMP is called so: no other one is, before or after it."""
    post(RUN, name.encode("ascii"))


def run() -> str:
    """What this GIMP is called: numbers of images and layers mean something in it alone. "" where no queue runs."""
    return read(RUN).decode("ascii").strip("\0")


def post_preview(number: int, jpeg: bytes) -> None:
    """The newest picture of a job."""
    post(PREVIEW.format(number=number), base64.b64encode(jpeg))  # Python's parasites hold no bytes above 127


def preview(number: int) -> bytes:
    """The newest picture of a job, a JPEG; nothing if there is none."""
    return base64.b64decode(read(PREVIEW.format(number=number)))


def remove(name: str) -> None:
    """Take a notice away."""
    Gimp.detach_parasite(name)


def post_jobs(jobs: list[dict[str, Any]]) -> None:
    """How the queue's jobs stand, the newest first."""
    post(STATE, json.dumps(jobs).encode("ascii"))


def jobs() -> list[dict[str, Any]]:
    """How the queue's jobs stand."""
    return json.loads(read(STATE) or b"[]")


def show_panel() -> None:
    """The panel is open."""
    post(SEEN, str(time.time()).encode())


def hide_panel() -> None:
    """It is open no more."""
    remove(SEEN)


def want_panel(image: int) -> bool:
    """Have the panel come to the front for an image, 0 for none. False if no panel is open."""
    is_open = time.time() - float(read(SEEN) or 0) < FRESH
    if is_open:
        post(WANTED, str(image).encode())
    return is_open


def wanted() -> int | None:
    """The image that the panel is wanted in front for, 0 for none; None if it is not. Asked once, it is done."""
    said = read(WANTED)
    if not said:
        return None
    remove(WANTED)
    return int(said)
