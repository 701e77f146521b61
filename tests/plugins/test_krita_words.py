"""Whatever the docker says can be said in German, what the client and the daemon say too, and no place is lost."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from bottega.translation import read
from tests.daemon import ROOT

PLUGIN = ROOT / "plugins" / "krita" / "bottega_krita"
TABLES = {"MODES": 1, "ACTIONS": 1, "PHASES": 0, "KINDS": 0, "STATES": 0, "FILL_LABELS": 0}
"""Tables whose texts are translated where they are shown."""
CLIENT = (
    *("blobs", "core", "endpoint", "following", "launch", "link", "loop", "presets", "session", "wire"),
    *("planning/choices", "planning/natives", "planning/plan", "planning/walking"),
)
"""Modules whose errors an artist may read, since what is wrong is theirs to mend or to wait for."""
UNHEARD = {
    *("cli/*", "config", "jobs/schema", "rpc/server", "worker/device"),  # said to who starts a daemon
    *("models/inspect", "models/inspect_adapters"),  # by `bottega doctor`, of files that are in no menu
    *("blobs", "diffusion/pixels", "jobs/pixels", "rpc/callers", "rpc/convert/images", "rpc/convert/jobs"),
    *("rpc/convert/tasks", "rpc/servicers/blobs"),  # these to a program that does not keep to the protocol
    *("diffusion/upscaling", "models/inspect_upscalers", "rpc/convert/upscaling"),  # Krita enlarges nothing
}
"""The daemon's modules whose errors no artist reads in Krita: of all others each has its German."""
ERRORS = {
    *("BottegaError", "InvalidRequest", "NotFound", "MissingBlob", "CorruptBlob", "CorruptModel", "OutOfMemory"),
    *("Overloaded", "Unauthenticated", "WorkerDied", "Unsupported", "ConnectionLost", "DaemonNotFound", "Closed"),
}
SHORTHANDS = {"wrong": (1, 2), "_wrong": (1, 2), "_failed": (0,), "_unreached": (0, 1)}
SHORTHANDS |= {"_unfit": (0,), "_check_fit": (1,), "named": (2,), "_named": (2,)}
"""Functions that make errors, and which of their arguments people read."""


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


def errors(paths: Iterable[Path]) -> set[str]:
    """What errors in these modules say, messages and remedies, with {} for what only a run can tell."""
    found: set[str] = set()
    for path in paths:
        tree = ast.parse(path.read_text())
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
            places = (0,) if name in ERRORS else SHORTHANDS.get(name, ())
            given = [call.args[place] for place in places if place < len(call.args)]
            given += [each.value for each in call.keywords if each.arg == "remedy"]
            found |= {text for each in given for text in _meant(each, tree)}
    return {text for text in found if re.search("[a-z]{2}", text)}


def _meant(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """What an expression may be: itself, one of two, or what a name stands for."""
    if isinstance(node, ast.IfExp):
        yield from (*_meant(node.body, tree), *_meant(node.orelse, tree))
    elif isinstance(node, ast.Name):
        for each in ast.walk(tree):
            if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == node.id:
                yield from _meant(each.value, tree) if not isinstance(each.value, ast.Name) else ()
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
        for each in node.values:  # a place may hold words, one or another
            if isinstance(each, ast.FormattedValue) and isinstance(each.value, ast.Name):
                yield from _chosen(each.value, tree)
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def _chosen(name: ast.Name, tree: ast.Module) -> Iterator[str]:
    for each in ast.walk(tree):
        if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == name.id:
            found = _meant(each.value, tree) if isinstance(each.value, ast.IfExp) else ()
            yield from (text for text in found if " " in text)


def german() -> dict[str, str]:
    return read((PLUGIN / "languages" / "de.po").read_text("utf-8"))


def test_german_says_everything() -> None:
    """Protects translators' work: a new text needs its German, and keeps its {names}."""
    texts = said()
    assert len(texts) > 100
    assert not texts - german().keys(), texts - german().keys()
    for english, other in german().items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", other)), english


def test_errors_are_said_in_german_wherever_they_come_from() -> None:
    """Protects German artists from English remedies: the plug-in's own, the client's and the daemon's."""
    known = {re.sub(r"{\w+}", "{}", english) for english in german()}
    paths = [*PLUGIN.rglob("*.py"), *(ROOT / "shared" / "bottega" / f"{name}.py" for name in CLIENT)]
    daemon = ROOT / "daemon" / "bottega_daemon"
    names = {path: path.relative_to(daemon).with_suffix("").as_posix() for path in daemon.rglob("*.py")}
    paths += [path for path, name in names.items() if not any(fnmatch(name, each) for each in UNHEARD)]
    found = errors(paths)
    assert len(found) > 160
    assert not found - known, "\n".join(sorted(found - known))


def test_nothing_is_translated_that_nobody_says() -> None:
    """Protects translators from work for nothing."""
    everything = [*PLUGIN.rglob("*.py")]
    everything += [*(ROOT / "shared" / "bottega").rglob("*.py"), *(ROOT / "daemon" / "bottega_daemon").rglob("*.py")]
    known = errors(everything) | constants([*PLUGIN.rglob("*.py"), ROOT / "daemon" / "bottega_daemon" / "spec.py"])
    left = {english for english in german() if re.sub(r"{\w+}", "{}", english) not in known}
    assert not left, "\n".join(sorted(left))


def constants(paths: Iterable[Path]) -> set[str]:
    """Every literal of these modules: labels are translated where they are shown."""
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text())))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {re.sub(r"{\w+}", "{}", text) for text in texts}
