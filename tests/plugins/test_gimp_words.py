"""GIMP's plug-in in other languages: every text that is shown has its translation, and none is left over. What the
client and the daemon have to say to artists is among them: they speak English, with places for what a run tells."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bottega.errors import CorruptModel, InvalidRequest, NotFound
from bottega.translation import read
from bottega.works import PHASES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "plugins" / "gimp" / "bottega_gimp"
CATALOGUES = sorted((PACKAGE / "locale").glob("*.po"))
SPEAKERS = {
    "shared/bottega": (
        "blobs", "check", "core", "endpoint", "errors", "following", "launch", "link", "loop", "pixels",
        "planning/natives", "presets", "session", "wire",
    ),
    "daemon/bottega_daemon": (
        "blobs", "diffusion/control", "diffusion/text", "jobs/book", "jobs/reader", "jobs/store", "models/adapters",
        "models/cache", "models/files", "models/header", "models/inspect_upscalers", "models/load", "models/upscalers",
        "models/weights", "rpc/convert/controls", "rpc/convert/fields", "rpc/convert/images", "rpc/convert/inpainting",
        "rpc/convert/loras", "rpc/convert/upscaling", "rpc/interceptor", "tasks/painting", "worker/loader",
        "worker/loop", "worker/memory",
    ),
}  # fmt: skip
"""Modules whose errors reach an artist in GIMP."""
SHORT = {"_wrong": slice(1, 3)}
"""Calls that make an error of texts, and which of them people read."""
ENDS = {"_failed"}
"""Calls that put the last line of a log behind their text, if there is one."""
PLACES = "abcdefgh"
"""What the places of a text are called, the first one first."""
SAYS = {"_unreached": "{}", "_lost": "the connection to the daemon was lost: {}."}
"""Calls that raise with their first text, and what they make of it."""


def errors() -> set[str]:
    """Every message and remedy that they raise, with places."""
    found: set[str] = set()
    for folder, names in SPEAKERS.items():
        for name in names:
            tree = ast.parse((ROOT / folder / f"{name}.py").read_text("utf-8"))
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                found |= set(_raised(call, tree))
    return {text for text in found if re.search(r"[a-z]{2}", re.sub(r"{\w}", "", text))}


def _raised(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
    remedies = [each.value for each in call.keywords if each.arg == "remedy"]
    for each in (*(call.args[:1] if remedies else ()), *remedies):
        yield from meant(each, tree)
    for each in call.args[SHORT[name]] if name in SHORT else ():
        yield from meant(each, tree)
    for text in meant(call.args[0], tree) if name in SAYS else ():
        yield SAYS[name].replace("{}", text)
    for text in meant(call.args[0], tree) if name in ENDS else ():
        yield from (text, f"{text} {{{PLACES[text.count('{')]}}}")


def meant(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts that an expression may be: itself, one of two, or what a name stands for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        names = iter(PLACES)
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else f"{{{next(names)}}}" for p in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*meant(node.body, tree), *meant(node.orelse, tree))
    elif isinstance(node, ast.Name):
        for each in ast.walk(tree):
            if isinstance(each, ast.Assign):
                yield from _assigned(node.id, each.targets[0], each.value, tree)


def _assigned(name: str, target: ast.expr, value: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(target, ast.Name) and target.id == name:
        yield from meant(value, tree)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=True):
            yield from _assigned(name, one, other, tree)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Texts given to `_`, the table's, the phases that the client names, and everybody's errors."""
    monkeypatch.syspath_prepend(str(PACKAGE.parent))
    found: set[str] = import_module("bottega_gimp.arguments").texts() | set(PHASES.values()) | errors()
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


def test_what_only_a_run_tells_is_put_into_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from half a sentence: the fuller text wins, words of the artist's stay as they are."""
    words = _words(monkeypatch, "de_AT.UTF-8")
    assert words.translated("there is no checkpoint 'Öl {2}'.") == "Das Modell 'Öl {2}' gibt es nicht."
    assert words.translated("there is no sampler 'nope'.") == "sampler 'nope' gibt es nicht."
    assert words.translated("the daemon ended with status 3. no port is free") == (
        "Der Daemon endete mit Status 3. no port is free"
    )
    error = NotFound("there is no preset 'x'.", remedy="Choose another one.", field="name")
    assert words.said(error) == "name: Die Vorlage 'x' gibt es nicht. Wählen Sie eine andere."
    assert words.translated("whatever else") == "whatever else"
    large = InvalidRequest(
        "12000 x 8000 are 96000000 pixels.", remedy="Give at most 67108864: scale it down, or crop it."
    )
    assert words.said(large).startswith("12000 x 8000 sind 96000000 Pixel. Höchstens 67108864 sind möglich: ")
    torn = CorruptModel("'b.safetensors' is damaged or not a safetensors file: it ends early.", remedy="Copy it again.")
    assert words.said(torn).startswith("'b.safetensors' ist beschädigt oder keine safetensors-Datei (ends early).")
    assert words.translated("the connection to the daemon was lost: the connection broke.") == (
        "Die Verbindung zum Daemon ist abgebrochen: die Verbindung riss ab."
    )


def test_english_stays_english(monkeypatch: pytest.MonkeyPatch) -> None:
    error = NotFound("there is no preset 'x'.", remedy="Choose another one.", field="name")
    assert _words(monkeypatch, "en_GB").said(error) == str(error)


def _words(monkeypatch: pytest.MonkeyPatch, language: str) -> Any:
    """The module, in a GIMP of this language."""
    glib = SimpleNamespace(get_language_names=lambda: [language, "C"])
    gi = {"gi": SimpleNamespace(), "gi.repository": SimpleNamespace(GLib=glib)}
    for name, module in gi.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(PACKAGE.parent))
    monkeypatch.delitem(sys.modules, "bottega_gimp.words", raising=False)
    return import_module("bottega_gimp.words")
