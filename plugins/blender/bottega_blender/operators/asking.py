"""What operators have in common that begin a job."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import FloatProperty

from .. import preferences, studio
from ..client import BottegaError, ConnectionLost, Session, messages
from ..words import said
from ..work import Work

PATIENCE = 3600.0
LOST = 15.0
"""Seconds without a daemon after which nothing is waited for any more."""
NEWER = 3.0
"""Seconds in which a daemon that is there has told its menus if they are not those of the last time."""
FRESH = {"SKIP_SAVE"}
"""Of every property of an operator: what a button or script leaves out is the default, not what the last one said."""


class Asking:
    """Begins a job, and waits for it where that is wished."""

    wait: FloatProperty(
        name="Wait",
        description="Seconds to wait for the result; without a window as long as it takes",
        default=0.0,
        min=0.0,
        options={*FRESH, "HIDDEN"},
    )

    def ask(self: Any, begin: Callable[[], Work]) -> set[str]:
        """Begin a job; where asked to, wait for its end."""
        here = studio.here()
        try:
            work = begin()
        except BottegaError as error:
            return refuse(self, error)
        seconds = self.seconds()
        if not seconds:
            return {"FINISHED"}
        try:
            in_time = waited(lambda: work.ended, seconds)
        except BottegaError as error:
            here.fail(work, error)
            in_time = here.main.wait(lambda: work.ended, seconds)  # what it has brought so far goes into Blender
        if not in_time:
            self.report({"ERROR"}, "The job goes on: it was not done in time")
        elif work.state != "done":
            self.report({"ERROR"}, said(work.error) if work.error else "The job was cancelled")
        return {"FINISHED"} if work.state == "done" else {"CANCELLED"}

    def met(self: Any, offers: Callable[[messages.Catalog], object] | None = None) -> Session:
        """The session; where the operator waits, with the menus of a daemon that was never met before, and for a moment
        with newer ones, if those of the last time do not offer what is wanted. Raises BottegaError if there is none."""
        session, link = preferences.session(), studio.here().link
        if seconds := self.seconds():
            if link.catalog is None:
                waited(lambda: link.catalog, seconds)
            if offers:
                waited(lambda: link.catalog and offers(link.catalog), min(seconds, NEWER))
        return session

    def seconds(self: Any) -> float:
        """How long to wait: what the caller says, else without a window as long as it takes."""
        set_by_caller = self.properties.is_property_set("wait")
        return self.wait if set_by_caller else (PATIENCE if bpy.app.background else 0.0)


def waited(until: Callable[[], object], seconds: float) -> bool:
    """Pump until something is so. False if it is not so after that time. Raises BottegaError once the daemon has been
    away for so long that nothing will come of it."""
    here, begun = studio.here(), time.monotonic()
    there = begun
    """When it was not known to be away."""

    def settled() -> bool:
        nonlocal there
        if here.link.connection.state != "lost":
            there = time.monotonic()
        return bool(until()) or time.monotonic() - there > LOST

    if not here.main.wait(settled, seconds):
        return False
    if not until():
        raise here.link.connection.error or ConnectionLost("The daemon is away.", remedy="Ask again when it is back.")
    return True


def refuse(operator: bpy.types.Operator, error: BottegaError) -> set[str]:
    """Say why something cannot begin, also in the panel, where a button may help."""
    studio.here().complain(error)
    operator.report({"ERROR"}, said(error))
    return {"CANCELLED"}
