"""The plug-in as GIMP sees it: its procedures with their arguments, and what happens when one is called."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")

from gi.repository import Gegl, Gimp, GLib, GObject  # noqa: E402

from .arguments import BY_NAME, PROCEDURES, Argument, Procedure  # noqa: E402
from .words import _  # noqa: E402

log = logging.getLogger(__name__)

MENU = "<Image>/Filters/Bottega"
READWRITE = GObject.ParamFlags.READWRITE
Mask = Gimp.ProcedureSensitivityMask
Status = Gimp.PDBStatusType
NEEDS = {
    "nothing": Mask.DRAWABLE | Mask.DRAWABLES | Mask.NO_DRAWABLES | Mask.NO_IMAGE,
    "image": Mask.DRAWABLE | Mask.DRAWABLES | Mask.NO_DRAWABLES,
    "drawable": Mask.DRAWABLE,
}


class Bottega(Gimp.PlugIn):
    """What GIMP asks when it starts, and whom it calls."""

    def do_query_procedures(self) -> list[str]:
        """All procedures of this file."""
        return [each.name for each in PROCEDURES]

    def do_set_i18n(self, name: str) -> bool:
        """Our texts are translated before GIMP sees them."""
        return False

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        """One of them."""
        return _described(Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None), BY_NAME[name])


def _described(made: Gimp.ImageProcedure, procedure: Procedure) -> Gimp.ImageProcedure:
    made.set_image_types("*")
    made.set_sensitivity_mask(NEEDS[procedure.needs])
    made.set_menu_label(_(procedure.label))
    made.add_menu_path(MENU)
    made.set_documentation(_(procedure.blurb), _(procedure.blurb), made.get_name())
    made.set_attribution("Bottega developers", "Bottega developers", "2026")
    for each in procedure.arguments:
        add_argument(made, each)
    made.add_layer_return_value("layer", "Layer", "The new layer, or the group of the candidates", True, READWRITE)
    made.add_string_return_value("parameters", "Parameters", "What was asked for, as JSON", "", READWRITE)
    made.add_image_return_value("new-image", "Image", "The image that the layer is in", True, READWRITE)
    return made


def add_argument(made: Gimp.Procedure, each: Argument) -> None:
    """One row of the table as GIMP's own kind of argument."""
    words = (each.name, _(each.label), _(each.blurb))
    if each.kind == "drawable":
        made.add_drawable_argument(*words, True, READWRITE)
    elif each.kind == "bool":
        made.add_boolean_argument(*words, each.default, READWRITE)
    elif each.kind == "int":
        made.add_int_argument(*words, int(each.least), int(each.most), each.default, READWRITE)
    elif each.kind == "double":
        made.add_double_argument(*words, each.least, each.most, each.default, READWRITE)
    elif each.kind == "choice":
        choice = Gimp.Choice.new()
        for number, (value, label) in enumerate(each.choices):
            choice.add(value, number, _(label), "")
        made.add_choice_argument(*words, choice, each.default, READWRITE)
    else:
        made.add_string_argument(*words, each.default, READWRITE)


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    data: object,
) -> Gimp.ValueArray:
    """One call, from its arguments to its return values: the edge at which every error becomes a message."""
    from .client import BottegaError, JobCancelled
    from .running import perform

    Gegl.init(None)
    asked = BY_NAME[procedure.get_name()]
    try:
        call = called(asked, image, drawables, config)
        laid = perform(call, show=run_mode != Gimp.RunMode.NONINTERACTIVE)
    except JobCancelled:
        return procedure.new_return_values(Status.CANCEL, None)
    except BottegaError as error:
        return failed(procedure, str(error))
    except Exception as error:  # GIMP would say "execution error" and no more
        log.exception("%s failed", procedure.get_name())
        return failed(procedure, f"{type(error).__name__}: {error}")
    return returned(procedure, laid.layer, call.wish, laid.image)


def called(
    procedure: Procedure, image: Gimp.Image | None, drawables: Sequence[Gimp.Drawable], config: Gimp.ProcedureConfig
) -> Any:
    """A call's values."""
    from .running import Call
    from .wishes import Wish

    values = {each.name: config.get_property(each.name) for each in procedure.plain}
    values = {name: "" if value is None else value for name, value in values.items()}
    control = config.get_property("control") if any(a.name == "control" for a in procedure.arguments) else None
    return Call(Wish(procedure.kind, values), image, list(drawables or ()), control)


def failed(procedure: Gimp.Procedure, message: str) -> Gimp.ValueArray:
    """What GIMP shows as an error, or gives to a script as the last one."""
    return procedure.new_return_values(Status.EXECUTION_ERROR, GLib.Error(message))


def returned(procedure: Gimp.Procedure, layer: Gimp.Layer, wish: Any, image: Gimp.Image) -> Gimp.ValueArray:
    """Success, with what was made."""
    from .laying import kept

    values = procedure.new_return_values(Status.SUCCESS, None)
    made = (GObject.Value(Gimp.Layer, layer), GObject.Value(str, kept(layer) or ""), GObject.Value(Gimp.Image, image))
    for index, value in enumerate(made, 1):
        values.remove(index)
        values.insert(index, value)
    return values


def main(arguments: list[str]) -> None:
    """Answer GIMP."""
    Gimp.main(Bottega.__gtype__, arguments)
