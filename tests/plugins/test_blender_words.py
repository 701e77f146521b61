"""Whatever the Blender plug-in says of its own, errors too, can be said in German, and no place in a text gets lost."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bottega.translation import read
from bottega.works import PHASES
from tests.daemon import ROOT

PLUGIN = ROOT / "plugins" / "blender" / "bottega_blender"
CLIENTS = ("endpoint", "session", "loop", "core", "launch")
"""Modules of the client whose constant texts reach the panel before a daemon is there."""
OURS: dict[str, tuple[int | str, ...]] = {
    "Unready": (0, "remedy"),
    "BottegaError": ("remedy",),
    "say": (0,),
    "report": (1,),
    "label": ("text",),
}
THEIRS: dict[str, tuple[int | str, ...]] = {"DaemonNotFound": (0, "remedy"), "Closed": (0, "remedy")}
"""Calls in the plug-in and in the client, and which of their arguments people read."""
BLENDERS = {"Mask"}
"""What Blender itself has in German."""


def texts(tree: ast.Module, calls: dict[str, tuple[int | str, ...]]) -> Iterator[ast.expr]:
    """Every text in a module that people read."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        named = {each.arg: each.value for each in call.keywords}
        if isinstance(translated := named.get("translate"), ast.Constant) and not translated.value:
            continue
        for which in calls.get(getattr(call.func, "id", "") or getattr(call.func, "attr", ""), ()):
            given = call.args[which : which + 1] if isinstance(which, int) else [named[which]] * (which in named)
            for each in given:
                yield from meant(each, tree)


def meant(node: ast.expr, tree: ast.Module) -> Iterator[ast.expr]:
    """What an expression may be: itself, one of two, or what a name stands for."""
    if isinstance(node, ast.IfExp):
        yield from (*meant(node.body, tree), *meant(node.orelse, tree))
    elif isinstance(node, ast.Name):
        for each in ast.walk(tree):
            if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == node.id:
                yield from meant(each.value, tree)
    else:
        yield node


def german() -> dict[str, str]:
    return read((PLUGIN / "languages" / "de.po").read_text("utf-8"))


def test_german_says_everything() -> None:
    """Protects German artists: a new text, remedy or report needs its German, and no text is put together before it is
    looked up. The client's are those that hold nothing which only a run can tell."""
    found = set(PHASES.values())
    for path in PLUGIN.rglob("*.py"):
        for text in texts(ast.parse(path.read_text()), OURS):
            assert not isinstance(text, ast.JoinedStr), f"{path.name}:{text.lineno}: an f-string cannot be looked up"
            found |= {str(text.value)} if isinstance(text, ast.Constant) else set()
    for name in CLIENTS:
        tree = ast.parse((ROOT / "shared" / "bottega" / f"{name}.py").read_text())
        found |= {str(text.value) for text in texts(tree, THEIRS) if isinstance(text, ast.Constant)}
    missing = {text for text in found if text.strip()} - german().keys() - BLENDERS
    assert len(found) > 70
    assert not missing, "\n".join(sorted(missing))


def test_places_in_texts_stay() -> None:
    """Protects errors from a KeyError in another language."""
    for english, other in german().items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", other)), english
