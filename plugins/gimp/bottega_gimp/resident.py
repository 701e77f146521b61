"""The persistent procedure that GIMP starts with itself, and the queue's procedures that it offers while it lives."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gi.repository import Gimp, GLib, GObject

from .client import BottegaError
from .handing import ADD, CANCEL, OPEN, PREVIEW, QUEUE
from .studio import Studio
from .words import _

log = logging.getLogger(__name__)

READWRITE = GObject.ParamFlags.READWRITE
Status = Gimp.PDBStatusType


@dataclass(frozen=True)
class Offer:
    """A temporary procedure: its arguments and what it returns are strings, whole numbers or truths."""

    name: str
    blurb: str
    run: Callable[[Studio, Callable[[str], Any]], Any]
    arguments: dict[str, type] = field(default_factory=dict)
    returns: tuple[str, type] | None = None


def _add(studio: Studio, given: Callable[[str], Any]) -> int:
    return studio.add(given("job-id"), json.loads(given("parameters")), given("place")).number


def _cancel(studio: Studio, given: Callable[[str], Any]) -> None:
    work = studio.works.find(given("number"))
    if work is None:
        message = _("There is no job {number}.").format(number=given("number"))
        raise BottegaError(message, remedy=_("Look at the queue."))
    studio.works.cancel(work)


OFFERS = (
    Offer(
        ADD,
        "Have the queue follow a job of the daemon and insert its result; gives its number",
        _add,
        {"job-id": str, "parameters": str, "place": str},
        ("number", int),
    ),
    Offer(
        QUEUE,
        "All jobs of the queue as JSON, the newest first",
        lambda studio, given: json.dumps(studio.report(given("from-panel"))),
        {"from-panel": bool},
        ("jobs", str),
    ),
    Offer(CANCEL, "Cancel a job of the queue", _cancel, {"number": int}),
    Offer(
        PREVIEW,
        "The newest picture of a job of the queue, a JPEG in base 64",
        lambda studio, given: studio.preview(given("number")),
        {"number": int},
        ("preview", str),
    ),
    Offer(
        OPEN,
        "Whether a panel is open, which then comes to the front",
        lambda studio, given: studio.wants_panel(given("number")),
        {"number": int},
        ("open", bool),
    ),
)


def offer(plugin: Gimp.PlugIn, studio: Studio, each: Offer) -> None:
    """Have GIMP know a temporary procedure."""

    def called(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, _data: object = None) -> Gimp.ValueArray:
        try:
            found = each.run(studio, config.get_property)
        except (BottegaError, ValueError) as error:
            return procedure.new_return_values(Status.EXECUTION_ERROR, GLib.Error(str(error)))
        except Exception as error:  # the process must live on
            log.exception("%s failed", each.name)
            return procedure.new_return_values(Status.EXECUTION_ERROR, GLib.Error(str(error)))
        values = procedure.new_return_values(Status.SUCCESS, None)
        if each.returns:
            values.remove(1)
            values.insert(1, GObject.Value(each.returns[1], found))
        return values

    made = Gimp.Procedure.new(plugin, each.name, Gimp.PDBProcType.TEMPORARY, called, None)
    made.set_documentation(each.blurb, "", each.name)
    for name, kind in each.arguments.items():
        _declare(made, "argument", name, kind)
    if each.returns:
        _declare(made, "return_value", *each.returns)
    plugin.add_temp_procedure(made)


def _declare(made: Gimp.Procedure, what: str, name: str, kind: type) -> None:
    if kind is int:
        getattr(made, f"add_int_{what}")(name, name, None, 0, GLib.MAXINT32, 0, READWRITE)
    elif kind is bool:
        getattr(made, f"add_boolean_{what}")(name, name, None, False, READWRITE)
    else:
        getattr(made, f"add_string_{what}")(name, name, None, "", READWRITE)


def run(procedure: Gimp.Procedure, _config: Gimp.ProcedureConfig, _data: object = None) -> Gimp.ValueArray:
    """Live until GIMP ends."""
    plugin, studio = procedure.get_plug_in(), Studio()
    for each in OFFERS:
        offer(plugin, studio, each)
    procedure.persistent_ready()
    plugin.persistent_enable()
    GLib.MainLoop().run()
    return procedure.new_return_values(Status.SUCCESS, None)
