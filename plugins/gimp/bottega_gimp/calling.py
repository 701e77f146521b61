"""What happens when a procedure is called: the edge at which every error becomes a message of GIMP's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import closing

from gi.repository import Gegl, Gimp, GLib, GObject

from . import habits
from .answers import replaced, returned
from .arguments import BY_NAME
from .asking import Call, call_in
from .board import want_panel
from .client import BottegaError
from .handing import hand_over
from .inserting import insert as insert_job
from .laying import kept
from .running import Desk, perform
from .words import said

log = logging.getLogger(__name__)

Status = Gimp.PDBStatusType


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    data: object,
) -> Gimp.ValueArray:
    """One call, from its arguments to its return values: the edge at which every error becomes a message."""
    asked = BY_NAME[procedure.get_name()]

    def do() -> Gimp.ValueArray:
        with closing(Desk()) as desk:
            return performed(procedure, run_mode, config, lambda: call_in(asked, config, image, drawables), desk)

    return guarded(procedure, do)


def guarded(procedure: Gimp.Procedure, do: Callable[[], Gimp.ValueArray]) -> Gimp.ValueArray:
    """What was done, or the status and message of what went wrong."""
    Gegl.init(None)
    try:
        return do()
    except BottegaError as error:
        return failed(procedure, said(error))
    except Exception as error:  # GIMP would say "execution error" and no more
        log.exception("%s failed", procedure.get_name())
        return failed(procedure, f"{type(error).__name__}: {error}")


def insert(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, data: object = None) -> Gimp.ValueArray:
    """Put a finished job into its image, for the queue."""

    def do() -> Gimp.ValueArray:
        laid = insert_job(*(config.get_property(name) for name in ("job-id", "parameters", "place", "daemon")))
        return replaced(procedure, GObject.Value(GObject.TYPE_INT, laid.layer.get_id()))

    return guarded(procedure, do)


def panel(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    data: object,
) -> Gimp.ValueArray:
    """Show the panel until it is closed; one that is open comes to the front instead."""

    def do() -> Gimp.ValueArray:
        if not want_panel(image.get_id() if image is not None else 0):
            from .panel import Panel

            Panel(image).stay()
        return procedure.new_return_values(Status.SUCCESS, None)

    return guarded(procedure, do)


def performed(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    config: Gimp.ProcedureConfig,
    call_of: Callable[[], Call],
    desk: Desk,
) -> Gimp.ValueArray:
    """Ask in a dialog if that is wished, then do it here or have the panel do it. Raises BottegaError."""
    asked = BY_NAME[procedure.get_name()]
    if run_mode != Gimp.RunMode.NONINTERACTIVE:
        habits.recall(asked, config, call_of().image)
    if run_mode == Gimp.RunMode.INTERACTIVE:
        from .dialog import Dialog

        if not Dialog(procedure, asked, config, desk, call_of).ask():
            return procedure.new_return_values(Status.CANCEL, None)
        habits.keep_call(call_of(), config)
    call = call_of()
    if config.get_property("in-panel"):
        return returned(procedure, None, call.wish.said(), call.image, hand_over(call, desk))
    laid = perform(call, desk, show=run_mode != Gimp.RunMode.NONINTERACTIVE)
    return returned(procedure, laid, kept(laid.layer) or "", laid.image)


def failed(procedure: Gimp.Procedure, message: str) -> Gimp.ValueArray:
    """What GIMP shows as an error, or gives to a script as the last one."""
    return procedure.new_return_values(Status.EXECUTION_ERROR, GLib.Error(message))
