"""The queue's book: jobs that were handed over and have not ended, a file each, so that no job ends with its GIMP.

Each GIMP has a folder in it, and touches a file there while it lives. What lies in the folder of one that does so no
more belongs to whoever moves it into his own.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .client import files
from .host import Settings, settings_of
from .spool import ENDING
from .wishes import wish_of

log = logging.getLogger(__name__)

BEAT = 5
"""Seconds between signs of life."""
GONE = 15.0
"""Seconds without one after which a GIMP has ended."""
STRAY = 3600.0
"""Seconds after which a job's pixels that no page speaks of are nobody's."""
ALIVE = "alive"


@dataclass(frozen=True)
class Page:
    """One job: a number of the daemon's book or the path of a spool file, what was asked for, its place as text, and
    which daemon has it."""

    job: str
    parameters: dict[str, Any]
    place: str
    daemon: Settings


class Book:
    """One GIMP's part of it, in the folder of ours; `write`, `strike` and `left` raise OSError of the disk."""

    def __init__(self, folder: Path) -> None:
        self._all, self._spool = folder / "queue", folder / "spool"
        self._own = self._all / uuid.uuid4().hex
        self.beat()

    def beat(self) -> None:
        """Say that this GIMP lives."""
        self._own.mkdir(parents=True, exist_ok=True)
        (self._own / ALIVE).touch()

    def keep_beating(self) -> None:
        """Say so from now on, whatever the main thread is busy with: an insertion may hold it for a minute."""

        def go_on() -> None:
            while True:
                with suppress(OSError):  # a full disk may be emptied
                    self.beat()
                time.sleep(BEAT)

        threading.Thread(target=go_on, daemon=True, name="bottega-beat").start()

    def write(self, page: Page) -> Path:
        """Note a job; gives the page's path."""
        path = self._own / f"{uuid.uuid4().hex}.json"
        files.write_json(path, asdict(page))
        path.chmod(0o600)  # a token may be in it
        return path

    def strike(self, path: Path) -> None:
        """A job has ended: its page goes, and its pixels."""
        said = files.read_json(path) or {}
        path.unlink(missing_ok=True)
        if str(said.get("job", "")).endswith(ENDING):
            Path(said["job"]).unlink(missing_ok=True)

    def left(self) -> Iterator[tuple[Path, Page]]:
        """Jobs of GIMPs that have ended: each is this one's from when it is given. What a newer plug-in has written
        stays for that."""
        found = [path for path in self._all.glob("*/*.json") if path.parent != self._own]
        for path in [path for path in found if self._age(path.parent / ALIVE) > GONE]:
            page, mine = _page(path), self._own / path.name
            if page is not None and _moved(path, mine):
                yield mine, page

    def sweep(self) -> None:
        """Remove what nobody will ask for: empty folders of GIMPs that have ended, pixels that no page speaks of."""
        named = {str((files.read_json(path) or {}).get("job")) for path in self._all.glob("*/*.json")}
        for path in self._spool.glob(f"*{ENDING}"):
            if str(path) not in named and self._age(path) > STRAY:
                path.unlink(missing_ok=True)
        for folder in self._all.iterdir():
            if folder != self._own and self._age(folder / ALIVE) > GONE and not list(folder.glob("*.json")):
                (folder / ALIVE).unlink(missing_ok=True)
                with suppress(OSError):  # a page came meanwhile
                    folder.rmdir()

    def _age(self, path: Path) -> float:
        """Seconds from a file's time to this GIMP's last beat, by the disk's clock; very many if it is gone."""
        try:
            return (self._own / ALIVE).stat().st_mtime - path.stat().st_mtime
        except OSError:
            return float("inf")


def _page(path: Path) -> Page | None:
    """What a page says; None if this plug-in cannot read it."""
    said = files.read_json(path) or {}
    try:
        wish_of(json.dumps(said["parameters"]))
        return Page(str(said["job"]), said["parameters"], str(said["place"]), settings_of(said["daemon"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _moved(path: Path, mine: Path) -> bool:
    try:
        path.rename(mine)
    except FileNotFoundError:  # another GIMP was quicker
        return False
    except OSError:
        log.exception("%s cannot be taken up", path.name)
        return False
    return True
