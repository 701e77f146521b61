"""What operators have in common that begin a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import FloatProperty

from .. import studio
from ..client import BottegaError
from ..words import said
from ..work import Work

PATIENCE = 3600.0
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
        if not here.main.wait(lambda: work.ended, seconds):
            self.report({"WARNING"}, "The job goes on: it was not done in time")
        elif work.state != "done":
            self.report({"ERROR"}, said(work.error) if work.error else "The job was cancelled")
            return {"CANCELLED"}
        return {"FINISHED"}

    def seconds(self: Any) -> float:
        """How long to wait: what the caller says, else without a window as long as it takes."""
        set_by_caller = self.properties.is_property_set("wait")
        return self.wait if set_by_caller else (PATIENCE if bpy.app.background else 0.0)


def refuse(operator: bpy.types.Operator, error: BottegaError) -> set[str]:
    """Say why something cannot begin, also in the panel, where a button may help."""
    studio.here().complain(error)
    operator.report({"ERROR"}, said(error))
    return {"CANCELLED"}
