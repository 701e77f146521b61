"""Jobs handed to the queue: the image is read here, the daemon has the job, and the queue follows it."""

from __future__ import annotations

import json
from typing import Any

from gi.repository import Gimp

from . import host, spool
from .asking import ask
from .client import BottegaError, Inpaint, connect
from .laying import Place
from .passes import Course
from .places import packed
from .running import Call, Desk
from .scene import Asked
from .wishes import Wish
from .words import _

ADD, QUEUE, CANCEL, PREVIEW, OPEN = (f"bottega-queue{tail}" for tail in ("-add", "", "-cancel", "-preview", "-open"))


def hand_over(call: Call, desk: Desk) -> int:
    """Send a job and have the queue follow it; gives its number there. Raises BottegaError."""
    asked = ask(call.wish, desk.catalog(), call.image, call.layers, call.control)
    sent: list[str] = []
    wrong: list[BottegaError] = []
    desk.session.in_background(lambda: send(call.wish, asked), sent.append, wrong.append)
    host.wait(lambda: sent or wrong)
    if wrong:
        raise wrong[0]
    return enqueue(sent[0], call.wish, asked.place)


def send(wish: Wish, asked: Asked) -> str:
    """Write a job into the daemon's book, or one of several passes into a file; gives its id, or the file's path.
    Blocks: for the background. Raises BottegaError, or the disk's OSError."""
    if asked.plan is not None and isinstance(asked.task, Inpaint):
        path = spool.new()
        spool.write(path, Course(asked.task, asked.plan))
        return str(path)
    chosen = host.settings()
    with connect(chosen.address or None, chosen.token or None, chosen.person or None) as client:
        return client.submit(asked.task, title=wish.title).job_id


def enqueue(job_id: str, wish: Wish, place: Place) -> int:
    """Have the queue follow a job, as `send` names it, and insert its result; gives its number."""
    return tell(ADD, **{"job-id": job_id, "parameters": wish.said(), "place": packed(place)})


def queue(*, from_panel: bool = False) -> dict[str, Any]:
    """How all jobs stand."""
    return json.loads(tell(QUEUE, **{"from-panel": from_panel}))


def tell(name: str, **values: object) -> Any:
    """Call one of the queue's procedures; gives what it returns. Raises BottegaError."""
    procedure = Gimp.get_pdb().lookup_procedure(name)
    if procedure is None:
        raise BottegaError(_("The queue's process does not run."), remedy=_("Start GIMP again."))
    config = procedure.create_config()
    for key, value in values.items():
        config.set_property(key, value)
    said = procedure.run(config)
    if said.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise BottegaError(Gimp.get_pdb().get_last_error())
    return said.index(1) if said.length() > 1 else None
