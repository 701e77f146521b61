"""The plug-in as GIMP sees it: its procedures with their arguments, and what happens when one is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")

from gi.repository import Gimp, GLib, GObject  # noqa: E402

from .arguments import BY_NAME, PROCEDURES, Argument, Procedure  # noqa: E402
from .words import _  # noqa: E402

RESIDENT, INSERT, PANEL = "bottega-resident", "bottega-insert", "bottega-panel"
MENU = "<Image>/Filters/Bottega"
READWRITE = GObject.ParamFlags.READWRITE
Mask = Gimp.ProcedureSensitivityMask
NEEDS = {
    "nothing": Mask.DRAWABLE | Mask.DRAWABLES | Mask.NO_DRAWABLES | Mask.NO_IMAGE,
    "image": Mask.DRAWABLE | Mask.DRAWABLES | Mask.NO_DRAWABLES,
    "drawable": Mask.DRAWABLE,
}


class Bottega(Gimp.PlugIn):
    """What GIMP asks when it starts, and whom it calls."""

    def do_query_procedures(self) -> list[str]:
        """All procedures of this file."""
        return [*(each.name for each in PROCEDURES), PANEL, INSERT, RESIDENT]

    def do_set_i18n(self, name: str) -> bool:
        """Our texts are translated before GIMP sees them."""
        return False

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        """One of them."""
        made = _MAKERS.get(name, _painter)(self, name)
        made.set_attribution("Bottega developers", "Bottega developers", "2026")
        return made


def _painter(plugin: Gimp.PlugIn, name: str) -> Gimp.Procedure:
    def run(*arguments: Any) -> Gimp.ValueArray:
        from .calling import run as called

        return called(*arguments)

    return _described(Gimp.ImageProcedure.new(plugin, name, Gimp.PDBProcType.PLUGIN, run, None), BY_NAME[name])


def _panel(plugin: Gimp.PlugIn, name: str) -> Gimp.Procedure:
    def run(*arguments: Any) -> Gimp.ValueArray:
        from .calling import panel

        return panel(*arguments)

    made = Gimp.ImageProcedure.new(plugin, name, Gimp.PDBProcType.PLUGIN, run, None)
    made.set_image_types("*")
    made.set_sensitivity_mask(NEEDS["nothing"])
    made.set_menu_label(_("Bottega Panel"))
    made.add_menu_path(MENU)
    made.set_documentation(_("Jobs, previews and history beside the image"), "", name)
    return made


def _inserter(plugin: Gimp.PlugIn, name: str) -> Gimp.Procedure:
    def run(*arguments: Any) -> Gimp.ValueArray:
        from .calling import insert

        return insert(*arguments)

    made = Gimp.Procedure.new(plugin, name, Gimp.PDBProcType.PLUGIN, run, None)
    made.set_documentation("Put a finished job into its image", "For the queue", name)
    for each in ("job-id", "parameters", "place", "daemon"):
        made.add_string_argument(each, each, None, "", READWRITE)
    made.add_int_return_value("layer", "Layer", "Its number", 0, GLib.MAXINT32, 0, READWRITE)
    return made


def _resident(plugin: Gimp.PlugIn, name: str) -> Gimp.Procedure:
    def run(*arguments: Any) -> Gimp.ValueArray:
        from .resident import run as stay

        return stay(*arguments)

    made = Gimp.Procedure.new(plugin, name, Gimp.PDBProcType.PERSISTENT, run, None)
    made.set_documentation("The queue", "Started with GIMP", name)
    return made


_MAKERS: dict[str, Callable[[Gimp.PlugIn, str], Gimp.Procedure]] = {
    PANEL: _panel,
    INSERT: _inserter,
    RESIDENT: _resident,
}


def _described(made: Gimp.ImageProcedure, procedure: Procedure) -> Gimp.ImageProcedure:
    made.set_image_types("*")
    made.set_sensitivity_mask(NEEDS[procedure.needs])
    made.set_menu_label(_(procedure.label))
    made.add_menu_path(MENU)
    made.set_documentation(_(procedure.blurb), _(procedure.blurb), made.get_name())
    for each in procedure.arguments:
        add_argument(made, each)
    made.add_layer_return_value("layer", "Layer", "The new layer, or the group of the candidates", True, READWRITE)
    made.add_string_return_value("parameters", "Parameters", "What was asked for, as JSON", "", READWRITE)
    made.add_image_return_value("new-image", "Image", "The image that the layer is in", True, READWRITE)
    words = ("layers", "Layers", "All new layers: that one, or those of the group")
    made.add_core_object_array_return_value(*words, Gimp.Item.__gtype__, READWRITE)
    made.add_int_return_value(
        "job", "Job", "The queue's number of a job that it was given", 0, GLib.MAXINT32, 0, READWRITE
    )
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


def main(arguments: list[str]) -> None:
    """Answer GIMP."""
    Gimp.main(Bottega.__gtype__, arguments)
