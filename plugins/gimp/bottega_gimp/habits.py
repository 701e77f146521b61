"""What the panel's forms last said, for the next panel: dialogs have GIMP's own memory, a window of ours has none."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from . import host
from .client import files
from .wishes import Wish, wish_of

log = logging.getLogger(__name__)


def known() -> tuple[str, dict[str, Wish]]:
    """The form that was shown, "" for none, and what each said, by their kinds."""
    said = files.read_json(_path())
    said = said if isinstance(said, dict) else {}
    found: dict[str, Wish] = {}
    for text in said.get("forms") or ():
        with suppress(TypeError, ValueError):  # of another version
            wish = wish_of(text)
            found[wish.kind] = wish
    return str(said.get("shown") or ""), found


def keep(shown: str, forms: Iterable[Wish]) -> None:
    """Note that. A disk that refuses is not the artist's trouble."""
    try:
        files.write_json(_path(), {"shown": shown, "forms": [wish.said() for wish in forms]})
    except OSError:
        log.exception("the panel's settings cannot be kept")


def _path() -> Path:
    return host.folder() / "panel.json"
