"""What was made, kept across runs of Blender: parameters, seeds and small pictures, in the plug-in's own folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy
import bpy.utils.previews

from .client import Entry, History, Picture
from .host import PACKAGE, Main
from .params import Params

log = logging.getLogger(__name__)


class Shelf:
    """The history as the panel shows it. The disk is touched in the background only."""

    def __init__(self, main: Main, changed: Callable[[], object]) -> None:
        self._main = main
        self._changed = changed
        self._icons: bpy.utils.previews.ImagePreviewCollection | None = None
        self._asked = False
        self.entries: list[Entry] = []
        """The newest first."""

    def load(self) -> None:
        """Read the folder, once; the panel shows it when it is read."""
        if not self._asked:
            self._asked = True
            self._read()

    def add(self, params: Params, pictures: Sequence[Picture]) -> None:
        """Keep a job's parameters and what came of it."""
        self._asked = True
        kept, shown = _kept(), list(pictures)
        self._main.aside(lambda: kept.add(params.plain(), shown), lambda _: self._read(), self._failed)

    def clear(self) -> None:
        """Forget all."""
        self._main.aside(_kept().clear, lambda _: self._read(), self._failed)

    def find(self, name: str) -> Entry | None:
        """An entry by its name."""
        return next((each for each in self.entries if each.name == name), None)

    def icon(self, entry: Entry) -> int:
        """Its first small picture, as `template_icon` wants it; Blender reads the file when it is first drawn."""
        if self._icons is None:
            self._icons = bpy.utils.previews.new()
        if not entry.thumbnails:
            return 0
        if entry.name not in self._icons:
            self._icons.load(entry.name, str(entry.thumbnails[0]), "IMAGE")
        return self._icons[entry.name].icon_id

    def close(self) -> None:
        """Give the icons back."""
        if self._icons is not None:
            bpy.utils.previews.remove(self._icons)
            self._icons = None

    def _read(self) -> None:
        self._main.aside(_kept().entries, self._found, self._failed)

    def _found(self, entries: list[Entry]) -> None:
        self.entries = entries
        self._changed()

    def _failed(self, error: Exception) -> None:
        log.warning("the history cannot be kept: %s", error)


def _kept() -> History:
    return History(Path(bpy.utils.extension_path_user(PACKAGE, path="history", create=True)))
