"""What artists read, in their language: `say("Strength")`; English is the key, and shown where nothing else is."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from .client import BottegaError, found_again, sentences, translations
from .qt import QtCore

FOLDER = Path(__file__).with_name("languages")
"""One .po file a language, named as Qt names it ("de", "pt_BR")."""


@cache
def table(locale: str) -> dict[str, str]:
    """The translations for a locale ("de_AT"), else for its language ("de"); empty if there are none."""
    return translations(FOLDER, [locale])


def say(text: str, **values: object) -> str:
    """The text in Krita's language, with {names} filled in."""
    translated = table(QtCore.QLocale().name()).get(text, text)
    return translated.format(**values) if values else translated


@cache
def _sentences(locale: str) -> list[tuple[re.Pattern[str], str]]:
    return sentences(table(locale))


def _told(text: str) -> str:
    """A text that was made elsewhere, with its names and numbers in it already."""
    locale = QtCore.QLocale().name()
    return table(locale).get(text) or found_again(text, _sentences(locale))


def said(error: BottegaError) -> str:
    """What is wrong and what to do, in Krita's language as far as we have the words: the daemon speaks English."""
    return f"{_told(error.message)} {_told(error.remedy)}" if error.remedy else _told(error.message)
