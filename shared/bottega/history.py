"""What was made: each job's parameters, seeds and small pictures on disk, so that an artist finds and repeats it.

Reading and writing takes milliseconds, making thumbnails tens of them: use `Session.in_background`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bottega import files
from bottega.events import Picture
from bottega.thumbnails import png, thumbnail

MOST = 500
"""Entries that are kept."""
MOST_BYTES = 64 << 20
SIDE = 192
"""Pixels of a thumbnail's longer side."""


@dataclass(frozen=True)
class Entry:
    """One job. Its pictures can be fetched again by `Session.follow(entry.job_id)` while the daemon keeps them."""

    name: str
    time: float
    """Seconds since 1970."""
    job_id: str
    parameters: dict[str, Any]
    """As `presets.parameters` gives them, with what the host added."""
    seeds: tuple[int, ...]
    thumbnails: tuple[Path, ...]
    """PNG files, one for each picture, in their order."""


class History:
    """Entries in a folder that the host names; the oldest go when there are more, or more bytes, than are kept.

    Several processes may share the folder: every entry is files of its own, written whole. What a host lays beside
    them, as `{entry.name}-….…`, counts, and goes with its entry.
    """

    def __init__(self, folder: Path, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most
        self._most_bytes = most_bytes

    def add(self, parameters: Mapping[str, Any], pictures: Sequence[Picture]) -> Entry:
        """Write an entry for a job's pictures, and drop what is too old. Raises OSError of the disk."""
        now = time.time()
        name = f"{int(now * 1000):014d}-{uuid.uuid4().hex[:8]}"
        for number, picture in enumerate(pictures):
            files.write(self._thumbnail(name, number), png(thumbnail(picture.pixels, SIDE)))
        said = {
            "time": now,
            "job_id": pictures[0].job_id if pictures else "",
            "parameters": dict(parameters),
            "seeds": [picture.seed for picture in pictures],
        }
        files.write_json(self._folder / f"{name}.json", said)
        self._prune()
        return self._entry(name, said)

    def entries(self, most: int = MOST) -> list[Entry]:
        """The newest first; what cannot be read is left out."""
        found: list[Entry] = []
        for name in reversed(self._names()):
            said = files.read_json(self._folder / f"{name}.json")
            with suppress(KeyError, TypeError, ValueError):  # another version's, or somebody's own hand
                if said and len(found) < most:
                    found.append(self._entry(name, said))
        return found

    def remove(self, entry: Entry) -> None:
        """Forget one entry."""
        self._remove(entry.name)

    def clear(self) -> None:
        """Forget all."""
        for name in self._names():
            self._remove(name)

    def _entry(self, name: str, said: dict[str, Any]) -> Entry:
        seeds = tuple(int(seed) for seed in said["seeds"])
        thumbnails = tuple(self._thumbnail(name, number) for number in range(len(seeds)))
        return Entry(name, float(said["time"]), str(said["job_id"]), dict(said["parameters"]), seeds, thumbnails)

    def _names(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def _thumbnail(self, name: str, number: int) -> Path:
        return self._folder / f"{name}-{number}.png"

    def _remove(self, name: str) -> None:
        for path in (self._folder / f"{name}.json", *self._folder.glob(f"{name}-*")):
            with suppress(OSError):
                path.unlink()

    def _prune(self) -> None:
        """Drop the oldest entries until the rest fits; the newest always stays."""
        sizes: dict[str, int] = {}
        for path in self._folder.iterdir():
            with suppress(OSError):  # another process removed it
                name = "-".join(path.stem.split("-")[:2])
                sizes[name] = sizes.get(name, 0) + path.stat().st_size
        names, total = self._names(), sum(sizes.values())
        for count, name in zip(range(len(names), 1, -1), names, strict=False):
            if count <= self._most and total <= self._most_bytes:
                return
            self._remove(name)
            total -= sizes.get(name, 0)
