"""Jobs of several passes on the disk, on their way from the process that read the image to the queue, and back.

A file is a line of JSON, in which each object names one of the classes below, and then the bytes of all its pixels.
"""

from __future__ import annotations

import dataclasses
import json
import uuid
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import host
from .client import Bounds, Control, Extent, Inpaint, MapHint, Margin, NormalHint, Pass, PhotoHint, Pixels, Plan, files
from .passes import Course, Painted

ENDING = ".job"
KINDS = {
    kind.__name__: kind
    for kind in (Bounds, Control, Course, Extent, Inpaint, MapHint, Margin, NormalHint, Painted, Pass, PhotoHint, Plan)
}


def new() -> Path:
    """A file that is not there yet."""
    return host.folder() / "spool" / f"{uuid.uuid4().hex}{ENDING}"


def write(path: Path, value: Course | Painted) -> None:
    """Replace a file. Raises OSError."""
    parts: list[bytes] = []
    head = json.dumps(_said(value, parts)).encode()
    files.write(path, b"\n".join([head, b"".join(parts)]))


def read(path: Path) -> Any:
    """What was written. Raises OSError, or ValueError for something else."""
    head, _newline, data = path.read_bytes().partition(b"\n")
    try:
        return _meant(json.loads(head), memoryview(data))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is no job") from error


def _said(value: object, parts: list[bytes]) -> Any:
    if isinstance(value, Pixels):
        start = sum(map(len, parts))
        parts.append(value.data)
        facts = (value.width, value.height, value.channels, value.depth, value.color_space)
        return {"is": "Pixels", "facts": facts, "start": start, "size": len(value.data)}
    if isinstance(value, Fraction):
        return {"is": "Fraction", "facts": [value.numerator, value.denominator]}
    if dataclasses.is_dataclass(value):
        fields = {each.name: _said(getattr(value, each.name), parts) for each in dataclasses.fields(value)}
        return {"is": type(value).__name__, "fields": fields}
    if isinstance(value, (list, tuple)):
        return [_said(each, parts) for each in value]
    return value


def _meant(said: Any, data: memoryview) -> Any:
    if isinstance(said, list):
        return tuple(_meant(each, data) for each in said)
    if not isinstance(said, dict):
        return said
    if said["is"] == "Pixels":
        return Pixels(*said["facts"], bytes(data[said["start"] : said["start"] + said["size"]]))
    if said["is"] == "Fraction":
        return Fraction(*said["facts"])
    return KINDS[said["is"]](**{name: _meant(each, data) for name, each in said["fields"].items()})
