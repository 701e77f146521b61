"""The model folders on disk: finds, names and describes what is in them without torch and without reading weights."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models import inspect
from bottega_daemon.models.entries import Asset, Checkpoint, ControlNetwork, Inventory, Problem
from bottega_daemon.models.files import PICKLE_REMEDY, PICKLED
from bottega_daemon.models.header import Header, read_header

FOLDERS = ("checkpoints", "controlnets", "loras", "embeddings", "vae", "upscalers")
MAX_DEPTH = 4
"""Levels of folders below each of `FOLDERS` that are looked into (links are followed, so a loop must end)."""

E = TypeVar("E", Checkpoint, ControlNetwork, Asset)


@dataclass(frozen=True)
class _Found:
    """A file below a model root and the numbers that change when it does."""

    path: Path
    nbytes: int
    changed: int


class Library:
    """The model roots of a daemon, in order: of two equal names the later root's gets a suffix (`name-2`)."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(dict.fromkeys(roots))
        self._headers: dict[tuple[Path, int, int], Header] = {}
        self._last: Inventory | None = None

    @property
    def version(self) -> str:
        """Version of the folders as they are now; one `stat` per file."""
        return _version(self._walk())

    def scan(self) -> Inventory:
        """Look at the folders and return what is in them; free when nothing changed since the last scan.

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
        memo = {file: file for files in walked.values() for file in files}
        self._headers = {key: header for key, header in self._headers.items() if _Found(*key) in memo}

        def entries(
            folder: str, of_file: _Describe[E], of_folder: _Describe[E] | None = None, mark: str = ""
        ) -> tuple[E, ...]:
            folders, files = _split(walked[folder], mark)
            jobs = [(path, of_folder) for path in folders if of_folder] + [(path, of_file) for path in files]
            return _unique(self._entries(jobs, problems))

        return Inventory(
            version,
            entries("checkpoints", inspect.checkpoint_file, inspect.checkpoint_folder, "model_index.json"),
            entries("controlnets", inspect.control_file, inspect.control_folder, "config.json"),
            entries("loras", inspect.asset_file),
            entries("embeddings", inspect.asset_file),
            entries("vae", inspect.asset_file),
            entries("upscalers", inspect.asset_file),
            tuple(problems),
        )

    def _entries(self, jobs: Iterable[tuple[Path, _Describe[E]]], problems: list[Problem]) -> Iterable[E]:
        for path, describe in jobs:
            if path.suffix.lower() in PICKLED and path.is_file():
                problems.append(Problem(path, _readable(f"{path} is a pickled file."), PICKLE_REMEDY))
                continue
            try:
                yield describe(path, self._header)
            except CorruptModel as problem:
                problems.append(Problem(path, _readable(problem.message), problem.remedy))
            except OSError as problem:
                remedy = "Check that the daemon may read it."
                problems.append(Problem(path, _readable(f"{path} cannot be read: {problem.strerror}."), remedy))

    def _header(self, path: Path) -> Header:
        stat = path.stat()
        key = (path, stat.st_size, stat.st_mtime_ns)
        if key not in self._headers:
            self._headers[key] = read_header(path)
        return self._headers[key]


_Describe = Callable[[Path, inspect.ReadHeader], E]


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


def _split(found: Sequence[_Found], mark: str) -> tuple[list[Path], list[Path]]:
    """Return the folders that hold a file named `mark`, and the weights files outside of these."""
    folders = list(dict.fromkeys(file.path.parent for file in found if file.path.name == mark))
    inside = frozenset(folders)
    loose = [file.path for file in found if inside.isdisjoint(file.path.parents)]
    return folders, [path for path in loose if path.suffix.lower() in PICKLED | {".safetensors"}]


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
