"""The queue that lives as long as GIMP: it follows the jobs that were handed to it and has their results inserted.

It touches no pixels. A process that offers temporary procedures must not: GIMP 3.0 may call one between the two halves
of a tile's transfer, and then closes the plug-in ("expected tile data"). So a process of its own reads the image and
another one inserts what came of it; calling it keeps this one able to answer.
"""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from . import host, spool
from .client import BottegaError, Session, Work, Works
from .passes import Course, Painted, carry_out
from .wishes import wish_of
from .words import _

INSERT = "bottega-insert"
FRESH = 2.0
"""Seconds since the panel last asked within which it is taken to be open."""


class Studio:
    """One GIMP's queue. All methods are for the main thread."""

    def __init__(self) -> None:
        self.works = Works(self._changed)
        self._versions: dict[int, int] = {}
        self._previews: dict[int, bytes] = {}
        self._session: Session | None = None
        self._settings: host.Settings | None = None
        self._asked = 0.0
        self._wanted: int | None = None

    def add(self, job_id: str, parameters: dict[str, Any], place: str) -> Work:
        """Follow a job of the daemon, or do one of several passes that lies in a file; what comes of it goes to that
        place. Raises ValueError for strange parameters."""
        work = self.works.add(wish_of(json.dumps(parameters)).title, parameters)
        work.state = "queued"
        session = self._current()
        if job_id.endswith(spool.ENDING):
            session.in_background(
                lambda: spool.read(Path(job_id)),
                lambda course: self._carry_out(work, session, course, job_id, place),
                lambda error: self.works.fail(work, error),
            )
        else:
            self.works.follow(work, session, job_id, lambda _work, _made: _insert(job_id, parameters, place))
        return work

    def _carry_out(self, work: Work, session: Session, course: Course, path: str, place: str) -> None:
        def deliver(made: Painted) -> int:
            spool.write(Path(path), made)
            return _insert(path, work.parameters, place)

        if not work.ended:
            carry_out(self.works, work, session, course, deliver)

    def report(self, from_panel: bool) -> dict[str, Any]:
        """Every job in words and numbers, the newest first. "show" is the image that the panel is wanted for."""
        wanted = None
        if from_panel:
            self._asked = time.monotonic()
            wanted, self._wanted = self._wanted, None
        return {"jobs": [self._told(work) for work in self.works.list], "show": wanted}

    def wants_panel(self, image: int) -> bool:
        """Whether a panel is open, which will come to the front; 0 is no image."""
        is_open = time.monotonic() - self._asked < FRESH
        self._wanted = image if is_open else None
        return is_open

    def preview(self, number: int) -> str:
        """The newest picture of a job, a JPEG in base 64; "" if there is none."""
        return base64.b64encode(self._previews.get(number, b"")).decode("ascii")

    def _told(self, work: Work) -> dict[str, Any]:
        return {
            "number": work.number,
            "title": work.title,
            "state": work.state,
            "fraction": round(work.fraction, 4),
            "position": work.position,
            "phase": work.phase,
            "preview": self._versions.get(work.number, 0),
            "error": str(work.error) if work.error else "",
            "layer": work.result or 0,
            "parameters": work.parameters,
        }

    def _current(self) -> Session:
        """The session, begun when it is first needed, and anew when the settings are others."""
        chosen = host.settings()
        if self._session is None or chosen != self._settings:
            if self._session:
                self._session.close(patience=0)
            self._session, self._settings = host.open_session(), chosen
        return self._session

    def _changed(self, work: Work) -> None:
        if work.preview and work.preview is not self._previews.get(work.number):
            self._previews[work.number] = work.preview
            self._versions[work.number] = self._versions.get(work.number, 0) + 1
        listed = {each.number for each in self.works.list}
        self._previews = {number: data for number, data in self._previews.items() if number in listed}


def _insert(job_id: str, parameters: dict[str, Any], place: str) -> int:
    """Have another process put a finished job into the image; gives the new layer's id. Raises BottegaError."""
    procedure = Gimp.get_pdb().lookup_procedure(INSERT)
    config = procedure.create_config()
    for name, value in (("job-id", job_id), ("parameters", json.dumps(parameters)), ("place", place)):
        config.set_property(name, value)
    said = procedure.run(config)
    if said.index(0) != Gimp.PDBStatusType.SUCCESS:
        message = Gimp.get_pdb().get_last_error() or _("The result could not be inserted.")
        raise BottegaError(message)
    return int(said.index(1))
