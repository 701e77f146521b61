"""Move imports under a private name: what a plug-in brings must not meet what another plug-in brought.

Every import of a vendored package becomes relative to the folder that all of them are put in, so that it cannot find
anybody else's copy, nor be found. Packages that are used only if they happen to be there are looked for in the same
folder, where they are not. Only the standard library and what the host itself provides is left as it is.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

STANDARD = frozenset(sys.stdlib_module_names) | {"_typeshed", "annotationlib", "compression"}
"""The standard library, also of Pythons newer than this one; _typeshed exists for type checkers only."""


class Refused(SystemExit):
    """An import that would tie the package to somebody else's copy."""


@dataclass(frozen=True)
class Rules:
    """What becomes of the imports of one tree of files."""

    moved: Collection[str]
    """Top-level names that lie in `folder`, or are to be found nowhere."""
    folder: str = ""
    """Where they lie, from the tree's root: "" is the root itself."""
    kept: Collection[str] = ()
    """Top-level names besides the standard library that stay absolute: the host's own."""
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Versions of distributions that ask for their own; their metadata does not travel."""


def relocate(source: str, path: str, rules: Rules) -> str:
    """A file's text with its imports moved; `path` is where it lies in its tree. Lines keep their numbers.

    Raises Refused for an import that the rules do not know, with file and line.
    """
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    text = b"".join(lines)
    for node in sorted(_changing(ast.parse(source, path)), key=_place, reverse=True):
        new = _replacement(node, path, rules)
        if new is None:
            continue
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        if isinstance(node, ast.ImportFrom):  # the names may run over several lines, with comments
            head = re.match(rb"from\s+[\w.]+", text[begin:end])
            assert head, f"{path}:{node.lineno}: an import that is written in no usual way"
            end = begin + head.end()
        text = text[:begin] + new.encode() + text[end:]
    return text.decode()


def _changing(tree: ast.AST) -> Iterable[ast.Import | ast.ImportFrom | ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.Call) or (isinstance(node, ast.ImportFrom) and not node.level):
            yield node


def _place(node: ast.stmt | ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _replacement(node: ast.Import | ast.ImportFrom | ast.Call, path: str, rules: Rules) -> str | None:
    """The node's new text (of a `from` import: its head), None where it stays."""
    if isinstance(node, ast.Call):
        return _call(node, path, rules)
    here = f"{path}:{node.lineno}"
    base = "." * len(PurePosixPath(path).parts) + rules.folder
    if isinstance(node, ast.ImportFrom):
        return f"from {_joined(base, node.module or '')}" if _moves(node.module or "", here, rules) else None
    moves = [_moves(alias.name, here, rules) for alias in node.names]
    if not any(moves):
        return None
    pairs = zip(node.names, moves, strict=True)
    return "; ".join(_import(alias, base) if moving else f"import {_named(alias)}" for alias, moving in pairs)


def _import(alias: ast.alias, base: str) -> str:
    """One `import a.b.c [as x]`, in relative words that bind the same name."""
    parent, _, last = alias.name.rpartition(".")
    if alias.asname:
        return f"from {_joined(base, parent)} import {last} as {alias.asname}"
    top = alias.name.partition(".")[0]
    binding = f"from {base} import {top}"
    return (
        f"{binding}; from {_joined(base, parent)} import {last} as _{alias.name.replace('.', '_')}"
        if parent
        else (binding)
    )


def _joined(base: str, module: str) -> str:
    return f"{base}{'.' if module and not base.endswith('.') else ''}{module}"


def _named(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _moves(module: str, here: str, rules: Rules) -> bool:
    top = module.partition(".")[0]
    if top in rules.moved:
        return True
    if top not in STANDARD and top not in rules.kept:
        raise Refused(f"{here}: nobody says where {top!r} is to come from: vendor it, or import something else.")
    return False


def _call(node: ast.Call, path: str, rules: Rules) -> str | None:
    """A distribution's question for its own version, answered. Imports by name cannot be moved and are refused."""
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    first = node.args[0] if node.args else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    if name == "version" and first.value in rules.versions:
        return repr(rules.versions[first.value]).replace("'", '"')
    if name in ("import_module", "__import__") and first.value.partition(".")[0] in rules.moved:
        raise Refused(f"{path}:{node.lineno}: an import by name cannot be moved: write {first.value!r} relatively.")
    return None
