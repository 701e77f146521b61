"""Whatever the docker says can be said in German, and no placeholder is lost on the way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from bottega.translation import read
from tests.daemon import ROOT

PLUGIN = ROOT / "plugins" / "krita" / "bottega_krita"
TABLES = {"MODES": 1, "ACTIONS": 1, "PHASES": 0, "KINDS": 0, "STATES": 0, "FILL_LABELS": 0}
"""Tables whose texts are translated where they are shown."""


def said() -> set[str]:
    """Every literal that `say` is called with, and every label of the tables."""
    found: set[str] = set()
    for path in PLUGIN.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "Mode", "Action"):
                found |= _texts(node, getattr(node.func, "id", ""))
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in TABLES:
                values = node.value.values if isinstance(node.value, ast.Dict) else []
                found |= {each.value for each in values if isinstance(each, ast.Constant)}  # type: ignore[misc]
    return found


def _texts(call: ast.Call, name: str) -> set[str]:
    place = 0 if name == "say" else 1
    first = call.args[place] if len(call.args) > place else None
    choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    return {str(each.value) for each in choices if isinstance(each, ast.Constant)}


def test_german_says_everything() -> None:
    """Protects translators' work: a new text needs its German, and keeps its {names}."""
    german = read(Path(PLUGIN / "languages" / "de.po").read_text("utf-8"))
    texts = said()
    assert len(texts) > 100
    assert not texts - german.keys(), texts - german.keys()
    for english, other in german.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", other)), english
