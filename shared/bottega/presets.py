"""What an artist asked for, as plain values that JSON can hold, and named sets of them on disk."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from bottega import files
from bottega.errors import InvalidRequest, NotFound
from bottega.pixels import Pixels

LONGEST_NAME = 100
LARGEST = 64 << 10
"""Bytes of one preset: words and numbers, no pixels."""


def parameters(task: object) -> dict[str, Any]:
    """Everything of a task but its pixels, by the names of its fields, and "task": its kind ("generate", "inpaint")."""
    return {"task": type(task).__name__.lower(), **cast("dict[str, Any]", _plain(task))}


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: _plain(inner) for name, inner in pairs if not isinstance(inner, Pixels)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(inner) for inner in cast("Sequence[object]", value) if not isinstance(inner, Pixels)]
    return value


class Presets:
    """Named parameters in a folder that the host names, a file each: those of two hosts at work do not get in each
    other's way. Names may hold anything, and differ by case on every disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """All of them, in alphabetical order."""
        found = (files.read_json(path) for path in self._folder.glob("*.json"))
        return sorted((str(said["name"]) for said in found if said and "name" in said), key=str.casefold)

    def load(self, name: str) -> dict[str, Any]:
        """A preset's parameters. Raises NotFound."""
        said = files.read_json(self._path(name)) or {}
        if not isinstance(said.get("parameters"), dict):
            raise NotFound(f"there is no preset {name!r}.", remedy="Choose another one.", field="name")
        return cast("dict[str, Any]", said["parameters"])

    def save(self, name: str, parameters: dict[str, Any]) -> None:
        """Keep parameters under a name, in place of what it stood for. Raises InvalidRequest, or the disk's OSError."""
        if not name.strip() or len(name) > LONGEST_NAME:
            remedy = f"Give 1 to {LONGEST_NAME} letters."
            raise InvalidRequest("a preset needs a name.", remedy=remedy, field="name")
        if len(str(parameters)) > LARGEST:
            remedy = "Leave pixels out."
            raise InvalidRequest("that is too much for a preset.", remedy=remedy, field="parameters")
        files.write_json(self._path(name), {"name": name, "parameters": parameters})

    def remove(self, name: str) -> None:
        """Forget a preset, if there is one."""
        with suppress(OSError):
            self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.json"
