"""The catalog on this user's disk, so that a panel opens before the daemon answers, or without it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from bottega import files
from bottega import messages as m
from bottega.places import home


class Menus:
    """One daemon's catalog, kept in memory and in a file of the user's own. Never raises for a file that is bad."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        safe = re.sub(r"[^A-Za-z0-9.-]", "_", name)[:80] or "own"
        self._path = (folder or home() / "cache") / f"catalog-{safe}.bin"
        self._catalog: m.Catalog | None = None

    def load(self) -> m.Catalog | None:
        """The last catalog that was stored, None if there is none."""
        if self._catalog is None:
            with suppress(Exception):  # unreadable, half-written by a crash, of another version: as if absent
                catalog = m.Catalog.parse(self._path.read_bytes())
                self._catalog = catalog if catalog.version else None
        return self._catalog

    def store(self, catalog: m.Catalog) -> None:
        """Keep a catalog. Written aside and renamed; a full or read-only disk costs only the offline menu."""
        self._catalog = catalog
        with suppress(OSError):
            files.write(self._path, bytes(catalog))
