"""Jobs handed to the queue: the image is read here, the daemon has the job, and the queue follows it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from . import host, spool
from .asking import Call, ask
from .client import BottegaError, Inpaint, connect
from .laying import Place
from .passes import Course, seeded
from .places import packed
from .running import Desk
from .scene import Asked
from .wishes import Wish
from .words import _

QUEUE = "bottega-queue"
TRIES = 20
"""How often a request is made until an answer is its own: others ask too."""
PATIENCE = 5.0
"""Seconds that a lost connection may stay lost while a job is taken back."""


def hand_over(call: Call, desk: Desk) -> int:
    """Send a job and have the queue follow it; gives its number there. Raises BottegaError, and then nobody paints."""
    check_queue()
    asked = ask(call, desk.catalog())
    job = _awaited(desk, lambda: send(call.wish, asked))
    try:
        return enqueue(job, call.wish, asked.place)
    except BottegaError:
        _awaited(desk, lambda: take_back(job))
        raise


def _awaited(desk: Desk, do: Callable[[], Any]) -> Any:
    """What something in the background gives. Raises what that raises."""
    done: list[Any] = []
    wrong: list[BottegaError] = []
    desk.session.in_background(do, done.append, wrong.append)
    host.wait(lambda: done or wrong)
    if wrong:
        raise wrong[0]
    return done[0]


def send(wish: Wish, asked: Asked) -> str:
    """Write a job into the daemon's book, or one of several passes into a file; gives its id, or the file's path.
    Blocks: for the background. Raises BottegaError."""
    if asked.plan is not None and isinstance(asked.task, Inpaint):
        path = spool.new()
        with host.disk():
            spool.write(path, Course(seeded(asked.task), asked.plan))
        return str(path)
    chosen = host.settings()
    with connect(chosen.address or None, chosen.token or None, chosen.person or None) as client:
        return client.submit(asked.task, title=wish.title).job_id


def take_back(job: str) -> None:
    """End a job, as `send` names it, that the queue did not take: nobody would see what came of it. Blocks: for the
    background. A daemon that went away is left alone."""
    if job.endswith(spool.ENDING):
        Path(job).unlink(missing_ok=True)
        return
    chosen = host.settings()
    with (
        suppress(BottegaError),
        connect(chosen.address or None, chosen.token or None, chosen.person or None, patience=PATIENCE) as client,
    ):
        client.cancel(job)


def enqueue(job_id: str, wish: Wish, place: Place) -> int:
    """Have the queue follow a job, as `send` names it, and insert its result; gives its number."""
    return tell("add", job=job_id, parameters=json.loads(wish.said()), place=packed(place))


def check_queue() -> None:
    """Raise BottegaError if nobody keeps the queue."""
    if not Gimp.get_pdb().procedure_exists(QUEUE):
        raise BottegaError(_("The queue's process does not run."), remedy=_("Start GIMP again."))


def tell(do: str, **values: object) -> Any:
    """Ask the queue for something; gives what it says. Raises BottegaError."""
    check_queue()
    procedure = Gimp.get_pdb().lookup_procedure(QUEUE)
    token = uuid.uuid4().hex
    request = json.dumps({"token": token, "do": do, **values})
    for _try in range(TRIES):
        config = procedure.create_config()
        config.set_property("request", request)
        said = procedure.run(config)
        answered = said.index(0) == Gimp.PDBStatusType.SUCCESS  # if it ended meanwhile, GIMP says so in words
        answer = json.loads(said.index(1) or "{}") if answered and said.length() > 1 else {}
        if answer.get("token") == token:
            if "error" in answer:
                raise BottegaError(answer["error"])
            return answer["said"]
    raise BottegaError(_("The queue's process does not run."), remedy=_("Start GIMP again."))
