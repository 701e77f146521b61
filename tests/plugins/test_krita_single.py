"""Krita's calls that nobody can split: what has a name in the code is in the table, and in what artists read."""

from __future__ import annotations

import ast

from tests.daemon import ROOT
from tests.hosts.krita.held import SINGLE

PLUGIN = ROOT / "plugins" / "krita" / "bottega_krita"


def test_the_documentation_names_every_call_that_holds_krita_up() -> None:
    said = (ROOT / "docs" / "krita.md").read_text("utf-8").partition("## What holds Krita up")[2].partition("\n## ")[0]
    rows = [row for row in said.splitlines() if row.startswith("| *")]
    assert not [name for name in SINGLE if not any(f"`{name}`" in row for row in rows)]


def test_no_step_has_a_name_that_the_table_lacks() -> None:
    """Protects the table: `Named` is given its constants, or "" for the way back to slices."""
    named = ast.parse((PLUGIN / "single.py").read_text())
    constants = {each.id for each in ast.walk(named) if isinstance(each, ast.Name)} - {"SINGLE"}
    given = [
        call.args[0]
        for path in PLUGIN.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Named"
    ]
    assert len(given) >= 6
    for each in given:
        known = each.id in constants if isinstance(each, ast.Name) else getattr(each, "value", None) == ""
        assert known, ast.dump(each)
