"""Small files of the user's own, whole or not at all, whoever else writes them and whenever the machine stops."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, cast


def write(path: Path, data: bytes) -> None:
    """Replace a file, never leaving half of it. Raises OSError for a full or read-only disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def write_json(path: Path, value: dict[str, Any]) -> int:
    """`write` for a value of JSON; gives its size in bytes."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    write(path, data)
    return len(data)


def read_json(path: Path) -> dict[str, Any] | None:
    """An object of JSON; None if the file is not there, cannot be read, or holds something else."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
