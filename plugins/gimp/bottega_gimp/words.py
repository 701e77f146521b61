"""The interface in the user's language: `locale/de.po` and its like, found by the language that GIMP runs in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from gi.repository import GLib

from .client import BottegaError, found_again, sentences, translations


@cache
def _known() -> dict[str, str]:
    return translations(Path(__file__).with_name("locale"), GLib.get_language_names())


@cache
def _sentences() -> list[tuple[re.Pattern[str], str]]:
    return sentences(_known())


def _(text: str) -> str:
    """The text in the user's language, or as it is."""
    return _known().get(text, text)


def translated(text: str) -> str:
    """What the client or the daemon said, in the user's language as far as we have the words: they speak English."""
    return _known().get(text) or found_again(text, _sentences())


def said(error: BottegaError) -> str:
    """What is wrong, where, and what to do."""
    where = f"{error.field}: " if error.field else ""
    return f"{where}{translated(error.message)} {translated(error.remedy)}".rstrip()
