"""The model folders on disk: finds, names and describes what is in them without torch and without reading weights."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models import inspect, inspect_adapters, inspect_upscalers
from bottega_daemon.models.entries import (
    Asset,
    Checkpoint,
    ControlNetwork,
    Embedding,
    Inventory,
    Lora,
    Problem,
    Upscaler,
)
from bottega_daemon.models.files import PICKLE_REMEDY, PICKLED

FOLDERS = ("checkpoints", "controlnets", "loras", "embeddings", "vae", "upscalers")
WEIGHTS = PICKLED | {".safetensors"}
MAX_DEPTH = 4
"""Levels of folders below each of `FOLDERS` that are looked into (links are followed, so a loop must end)."""

E = TypeVar("E", Checkpoint, ControlNetwork, Lora, Embedding, Upscaler, Asset)


@dataclass(frozen=True)
class _Found:
    """A file below a model root and the numbers that change when it does."""

    path: Path
    nbytes: int
    changed: int


@dataclass(frozen=True)
class _Item:
    """Something to describe, and all files whose change may change what is said of it."""

    path: Path
    files: tuple[_Found, ...]


class Library:
    """The model roots of a daemon, in order: of two equal names the later root's gets a suffix (`name-2`)."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(dict.fromkeys(roots))
        self._known: dict[tuple[_Describe[Any], _Item], Any] = {}
        self._last: Inventory | None = None

    def scan(self) -> Inventory:
        """Look at the folders and return what is in them; when nothing changed since the last scan, at the price of a
        `stat` per file, and else only what changed is read.

        A file that cannot be used becomes a `Problem`, never an exception; a root that does not exist is empty.
        """
        walked = self._walk()
        version = _version(walked)
        if self._last is None or self._last.version != version:
            self._last = self._describe(walked, version)
        return self._last

    def _walk(self) -> dict[str, list[_Found]]:
        return {folder: [found for root in self.roots for found in _walk(root / folder)] for folder in FOLDERS}

    def _describe(self, walked: dict[str, list[_Found]], version: str) -> Inventory:
        problems: list[Problem] = []
        known, self._known = self._known, {}

        def entries(
            folder: str, of_file: _Describe[E], of_folder: _Describe[E] | None = None, mark: str = ""
        ) -> tuple[E, ...]:
            items = _items(walked[folder], mark)
            jobs = [(item, of_folder if of_folder and whole else of_file) for item, whole in items]
            return _unique(self._entries(jobs, known, problems))

        return Inventory(
            version,
            entries("checkpoints", inspect.checkpoint_file, inspect.checkpoint_folder, "model_index.json"),
            entries("controlnets", inspect.control_file, inspect.control_folder, "config.json"),
            entries("loras", inspect_adapters.lora_file),
            entries("embeddings", inspect_adapters.embedding_file),
            entries("vae", inspect.asset_file),
            entries("upscalers", inspect_upscalers.upscaler_file),
            tuple(problems),
        )

    def _entries(
        self, jobs: Iterable[tuple[_Item, _Describe[E]]], known: Mapping[Any, E], problems: list[Problem]
    ) -> Iterable[E]:
        """Describe what can be described, each as before if none of its files has changed; problems are looked at anew.

        Only descriptions are kept, not headers: a thousand LoRAs' take hundreds of megabytes.
        """
        for item, describe in jobs:
            path = item.path
            if path.suffix.lower() in PICKLED and path.is_file():
                problems.append(Problem(path, _readable(f"{path} is a pickled file."), PICKLE_REMEDY))
                continue
            try:
                entry = known.get((describe, item)) or describe(path)
            except CorruptModel as problem:
                problems.append(Problem(path, _readable(problem.message), problem.remedy))
            except OSError as problem:
                remedy = "Check that the daemon may read it."
                problems.append(Problem(path, _readable(f"{path} cannot be read: {problem.strerror}."), remedy))
            else:
                self._known[describe, item] = entry
                yield entry


_Describe = Callable[[Path], E]


def _walk(folder: Path, depth: int = 0) -> list[_Found]:
    """Files below `folder` in a stable order, without hidden ones."""
    try:
        with os.scandir(folder) as listing:
            items = sorted((item for item in listing if not item.name.startswith(".")), key=lambda item: item.name)
    except OSError:
        return []
    return [found for item in items for found in _look(item, depth)]


def _look(item: os.DirEntry[str], depth: int) -> list[_Found]:
    try:
        if item.is_dir():
            return _walk(Path(item.path), depth + 1) if depth < MAX_DEPTH else []
        stat = item.stat()
    except OSError:  # a dangling link, or gone since the listing
        return []
    return [_Found(Path(item.path), stat.st_size, stat.st_mtime_ns)]


def _version(walked: dict[str, list[_Found]]) -> str:
    digest = hashlib.sha256()
    for folder, files in walked.items():
        for file in files:
            digest.update(f"{folder}\0{file.path}\0{file.nbytes}\0{file.changed}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()[:16]


def _items(found: Sequence[_Found], mark: str) -> Iterator[tuple[_Item, bool]]:
    """Folders that hold a file named `mark` (True), and weights files outside of these (False), in the order found."""
    folders = {file.path.parent for file in found if file.path.name == mark}
    groups: dict[Path, list[_Found]] = {}
    for file in found:
        for owner in [folder for folder in file.path.parents if folder in folders] or [file.path]:
            groups.setdefault(owner, []).append(file)
    for path, files in groups.items():
        if path in folders:
            yield _Item(path, tuple(files)), True
        elif path.suffix.lower() in WEIGHTS:
            yield _Item(path, (*files, *groups.get(inspect.sidecar_of(path), ()))), False


def _unique(entries: Iterable[E]) -> tuple[E, ...]:
    """Give every entry a name of its own, the later of two equals a number."""
    named: dict[str, E] = {}
    for entry in entries:
        base = _readable(entry.name)
        name, count = base, 1
        while name in named:
            count += 1
            name = f"{base}-{count}"
        named[name] = dataclasses.replace(entry, name=name)
    return tuple(named.values())


def _readable(text: str) -> str:
    """Text that any codec accepts, though a file's name need not be valid UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
