"""The interface in the user's language: `locale/de.po` and its like, found by the language that GIMP runs in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gi.repository import GLib

from .client import translations


@cache
def _known() -> dict[str, str]:
    return translations(Path(__file__).with_name("locale"), GLib.get_language_names())


def _(text: str) -> str:
    """The text in the user's language, or as it is."""
    return _known().get(text, text)
