"""The interface in other languages: Blender looks each label and tooltip up by itself, `say` and `said` the rest.

A language is a gettext file in `languages`, named as Blender names it ("de", "pt_BR").
"""

from __future__ import annotations

from pathlib import Path

import bpy

from .client import BottegaError, Unready, translated

CONTEXTS = ("*", "Operator")
OLD_NAMES = {"de": "de_DE"}
"""What Blender called a language before."""


def translations() -> dict[str, dict[tuple[str, str], str]]:
    """As `bpy.app.translations.register` takes them."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    for path in sorted(Path(__file__).with_name("languages").glob("*.po")):
        said = translated(path.read_text("utf-8"))
        rows = {(context, english): text for english, text in said.items() for context in CONTEXTS}
        found[path.stem] = found[OLD_NAMES.get(path.stem, path.stem)] = rows
    return found


def say(text: str, **values: object) -> str:
    """A text of ours in the user's language, values put into its {places}. For Blender's main thread."""
    found = bpy.app.translations.pgettext_iface(text)
    return found.format(**values) if values else found


def said(error: BottegaError) -> str:
    """What is wrong and what to do, in the user's language as far as we have the words: the daemon speaks English."""
    message = say(error.template, **error.values) if isinstance(error, Unready) else say(error.message)
    where = f"{error.field}: " if error.field else ""
    return f"{where}{message} {say(error.remedy)}".strip() if error.remedy else f"{where}{message}"
