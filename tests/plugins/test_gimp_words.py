"""GIMP's plug-in in other languages: every text that is shown has its translation, and none is left over."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from bottega.translation import read
from bottega.works import PHASES

PACKAGE = Path(__file__).resolve().parents[2] / "plugins" / "gimp" / "bottega_gimp"
CATALOGUES = sorted((PACKAGE / "locale").glob("*.po"))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Texts given to `_`, the table's, and the phases that the client names."""
    monkeypatch.syspath_prepend(str(PACKAGE.parent))
    found: set[str] = import_module("bottega_gimp.arguments").texts() | set(PHASES.values())
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                (text,) = node.args
                if isinstance(text, ast.Constant):
                    found.add(str(text.value))
    return found


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_every_text_is_translated_and_none_is_left_over(catalogue: Path, shown: set[str]) -> None:
    said = read(catalogue.read_text("utf-8"))
    assert set(said) == shown
    for english, other in said.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", other))
        assert english.endswith("…") == other.endswith("…")


def test_there_is_german() -> None:
    assert "de" in [path.stem for path in CATALOGUES]
