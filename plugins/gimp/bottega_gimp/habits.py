"""What forms last said: those of the panel, a window of ours that nobody else remembers, and those of dialogs, of which
GIMP remembers what led to a picture alone, so nothing after Cancel or an error."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from gi.repository import Gimp

from . import host
from .arguments import Procedure
from .asking import Call
from .client import files
from .leading import found
from .wishes import CONTROL, Wish, control_in, wish_of

log = logging.getLogger(__name__)

IN_PANEL = "in-panel"
"""The argument that says who waits for the picture."""


def known() -> tuple[str, dict[str, Wish]]:
    """The form that was shown, "" for none, and what each said, by their kinds."""
    said = files.read_json(_path())
    said = said if isinstance(said, dict) else {}
    wishes: dict[str, Wish] = {}
    for text in said.get("forms") or ():
        with suppress(TypeError, ValueError):  # of another version
            wish = wish_of(text)
            wishes[wish.kind] = wish
    return str(said.get("shown") or ""), wishes


def keep(shown: str, forms: Iterable[Wish]) -> None:
    """Note that. A disk that refuses is not the artist's trouble."""
    _write(_path(), {"shown": shown, "forms": [wish.said() for wish in forms]})


def keep_call(call: Call, config: Gimp.ProcedureConfig) -> None:
    """Note what a dialog says when its picture is wanted, as `keep` does."""
    wish = call.wish if control_in(call.wish.procedure, config) is not None else replace(call.wish, led_by=None)
    _write(_path_of(wish.kind), {"asked": wish.said(), IN_PANEL: config.get_property(IN_PANEL)})


def recall(procedure: Procedure, config: Gimp.ProcedureConfig, image: Gimp.Image | None) -> None:
    """Have a dialog say that again; the control layer too, if it is still there and GIMP has kept none."""
    said = files.read_json(_path_of(procedure.kind))
    said = said if isinstance(said, dict) else {}
    try:
        wish = wish_of(str(said.get("asked")))
    except ValueError:  # nothing yet, or of another version
        return
    for each in procedure.plain:
        config.set_property(each.name, wish[each.name])
    config.set_property(IN_PANEL, bool(said.get(IN_PANEL)))
    if wish.led_by and control_in(procedure, config) is None and (layer := found(wish.led_by, image)) is not None:
        config.set_property(CONTROL, layer)


def _path() -> Path:
    return host.folder() / "panel.json"


def _path_of(kind: str) -> Path:
    return host.folder() / f"dialog-{kind}.json"


def _write(path: Path, said: dict[str, Any]) -> None:
    try:
        files.write_json(path, said)
    except OSError:
        log.exception("%s cannot be written", path.name)
