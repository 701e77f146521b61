"""What Krita keeps for this plug-in, and where it keeps its own files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .qt import app

if TYPE_CHECKING:
    from krita import Document

GROUP = "bottega"
"""Where Krita keeps our settings."""


def setting(name: str, default: str = "") -> str:
    """A setting of this plug-in's, as Krita keeps it."""
    return app().readSetting(GROUP, name, default)


def set_setting(name: str, value: str) -> None:
    """Keep a setting."""
    app().writeSetting(GROUP, name, value)


def document_id(document: Document | None) -> str:
    """What tells documents of this Krita apart while they are open."""
    root = document.rootNode() if document else None
    return root.uniqueId().toString() if root else ""


def folder(name: str) -> Path:
    """A folder of ours among Krita's own of this user."""
    return Path(app().getAppDataLocation()) / "bottega" / name
