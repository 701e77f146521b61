"""What the queue offers to scripts while GIMP runs: a typed procedure for each task, and three to look after jobs.

The queue's process reads no pixels: the first sort has the task's own procedure read the image and hand the job over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp, GLib, GObject

from .answers import replaced
from .arguments import PROCEDURES, Procedure
from .client import Work
from .plugin import READWRITE, add_argument
from .studio import Studio, no_job
from .words import _, said

PREFIX = "bottega-queue-"
Status = Gimp.PDBStatusType
JOB = ("job", "Job", "Its number in the queue")
JOB_INDEX = 5
"""Where the task's own procedure tells it."""


def add_all(plugin: Gimp.PlugIn, studio: Studio) -> None:
    """Offer them, for as long as this process lives."""
    for each in PROCEDURES:
        plugin.add_temp_procedure(_asking(plugin, each))
    for each in OFFERS:
        plugin.add_temp_procedure(_looking(plugin, each, studio))


def _asking(plugin: Gimp.PlugIn, asked: Procedure) -> Gimp.Procedure:
    """The task's arguments; the job's number comes back as soon as the daemon has it."""
    arguments = [each for each in asked.arguments if each.name != "in-panel"]

    def run(
        made: Gimp.Procedure, _mode: Any, image: Any, drawables: Sequence[Any], config: Any, _data: Any
    ) -> Gimp.ValueArray:
        procedure = Gimp.get_pdb().lookup_procedure(asked.name)
        given = procedure.create_config()
        for each in arguments:
            given.set_property(each.name, config.get_property(each.name))
        for name, value in (("run-mode", Gimp.RunMode.NONINTERACTIVE), ("image", image), ("in-panel", True)):
            given.set_property(name, value)
        given.set_core_object_array("drawables", list(drawables or ()))
        said = procedure.run(given)
        if said.index(0) != Status.SUCCESS:
            message = Gimp.get_pdb().get_last_error() or _("The queue's process does not run.")
            return made.new_return_values(Status.EXECUTION_ERROR, GLib.Error(message))
        return replaced(made, GObject.Value(GObject.TYPE_INT, said.index(JOB_INDEX)))

    made = Gimp.ImageProcedure.new(plugin, PREFIX + asked.kind, Gimp.PDBProcType.TEMPORARY, run, None)
    made.set_image_types("*")
    made.set_documentation(asked.blurb, "The queue inserts what comes of it", PREFIX + asked.kind)
    for each in arguments:
        add_argument(made, each)
    made.add_int_return_value(*JOB, 0, GLib.MAXINT32, 0, READWRITE)
    return made


@dataclass(frozen=True)
class Offer:
    """A procedure that looks after jobs. `of_job` says whether it takes the number of one."""

    name: str
    blurb: str
    of_job: bool
    returns: tuple[tuple[str, str, str], ...]
    """Kind, name and what it is."""
    answer: Callable[[Studio, Work | None], Sequence[object]]


def _cancelled(studio: Studio, work: Work | None) -> Sequence[object]:
    if work:
        studio.cancel(work.number)
    return ()


def _told(_studio: Studio, work: Work | None) -> Sequence[object]:
    assert work is not None
    layer = Gimp.Item.get_by_id(work.result) if work.result and Gimp.Item.id_is_valid(work.result) else None
    error = said(work.error) if work.error else ""
    return work.title, work.state, work.fraction, error, json.dumps(work.parameters), layer


def _listed(studio: Studio, _work: Work | None) -> Sequence[object]:
    works = studio.works.list
    return [str(each.number) for each in works], [each.title for each in works], [each.state for each in works]


OFFERS = (
    Offer(
        "jobs", "The queue's jobs, the newest first", False,
        (
            ("strings", "jobs", "Their numbers: Python cannot read arrays of whole ones"),
            ("strings", "titles", "Their titles"),
            ("strings", "states", "How they stand"),
        ),
        _listed,
    ),
    Offer(
        "job", "How a job stands, and what came of it", True,
        (
            ("string", "title", "Its title"),
            ("string", "state", "reading, queued, running, finishing, done, failed or cancelled"),
            ("double", "fraction", "How much of it is done, 0 to 1"),
            ("string", "error", "What went wrong, and what to do"),
            ("string", "parameters", "What was asked for, as JSON"),
            ("layer", "layer", "The new layer, or the group of the candidates, while it is there"),
        ),
        _told,
    ),
    Offer("cancel", "End a job", True, (), _cancelled),
)  # fmt: skip
_DECLARE: dict[str, Callable[..., object]] = {
    "strings": lambda made, *words: made.add_string_array_return_value(*words, READWRITE),
    "string": lambda made, *words: made.add_string_return_value(*words, "", READWRITE),
    "double": lambda made, *words: made.add_double_return_value(*words, 0, 1, 0, READWRITE),
    "layer": lambda made, *words: made.add_layer_return_value(*words, True, READWRITE),
}
_TYPES = {"strings": GObject.TYPE_STRV, "string": str, "double": GObject.TYPE_DOUBLE, "layer": Gimp.Layer}


def _looking(plugin: Gimp.PlugIn, offer: Offer, studio: Studio) -> Gimp.Procedure:
    def run(made: Gimp.Procedure, config: Any, _data: object = None) -> Gimp.ValueArray:
        number = config.get_property("job") if offer.of_job else 0
        work = studio.works.find(number)
        if offer.of_job and work is None:
            return made.new_return_values(Status.EXECUTION_ERROR, GLib.Error(said(no_job(number))))
        answers = zip(offer.returns, offer.answer(studio, work), strict=True)
        return replaced(made, *(GObject.Value(_TYPES[kind], answer) for (kind, *_words), answer in answers))

    made = Gimp.Procedure.new(plugin, PREFIX + offer.name, Gimp.PDBProcType.TEMPORARY, run, None)
    made.set_documentation(offer.blurb, "While GIMP runs", PREFIX + offer.name)
    if offer.of_job:
        made.add_int_argument(*JOB, 0, GLib.MAXINT32, 0, READWRITE)
    for kind, name, blurb in offer.returns:
        _DECLARE[kind](made, name, name.capitalize(), blurb)
    return made
