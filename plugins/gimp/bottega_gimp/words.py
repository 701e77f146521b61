"""The interface in the user's language: `locale/de.po` and its like, found by the language that GIMP runs in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from gi.repository import GLib

from .client import BottegaError, translations

_PLACE = re.compile(r"{(\d)}")


@cache
def _known() -> dict[str, str]:
    return translations(Path(__file__).with_name("locale"), GLib.get_language_names())


@cache
def _shapes() -> list[tuple[re.Pattern[str], str]]:
    """Texts with numbered places, those with most words first, as what they match."""
    rows = [(english, other) for english, other in _known().items() if _PLACE.search(english)]
    rows.sort(key=lambda row: len(_PLACE.sub("", row[0])), reverse=True)
    return [(re.compile(_matching(english), re.DOTALL), other) for english, other in rows]


def _matching(english: str) -> str:
    return "(.+?)".join(map(re.escape, _PLACE.split(english)[::2]))


def _(text: str) -> str:
    """The text in the user's language, or as it is."""
    return _known().get(text, text)


def translated(text: str) -> str:
    """What the client or the daemon said, in the user's language as far as we have the words: they speak English."""
    if text in _known():
        return _known()[text]
    for shape, other in _shapes():
        if found := shape.fullmatch(text):
            return _PLACE.sub(lambda place: translated(found.group(int(place.group(1)))), other)
    return text


def said(error: BottegaError) -> str:
    """What is wrong, where, and what to do."""
    where = f"{error.field}: " if error.field else ""
    return f"{where}{translated(error.message)} {translated(error.remedy)}".rstrip()
