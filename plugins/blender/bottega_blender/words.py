"""The interface in other languages: Blender looks each label, tooltip and message up by itself.

A language is a gettext file in `languages`, named as Blender names it ("de", "pt_BR").
"""

from __future__ import annotations

from pathlib import Path

from .client import translated

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
