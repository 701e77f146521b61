"""What was made for a document, kept inside it: parameters, small pictures and the pictures themselves, losslessly.

A document carries one annotation with the list and some for each picture: raw pixels, deflated, of whatever depth. When
there is more than the artist allows, the oldest pictures go first, then the oldest entries.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
import zlib
from collections.abc import Generator, Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from . import pictures
from .anchors import Anchor
from .canvas import is_open
from .client import Bounds, Extent, Picture, Pixels
from .geometry import Margins
from .host import Aside
from .params import Params, parsed
from .qt import QtCore, raw
from .settings import setting
from .works import Candidate, Work

if TYPE_CHECKING:
    from krita import Document

INDEX = "bottega/history"
WISHES = "bottega/wishes"
PICTURE = "bottega/picture/"
PART = 1 << 22
"""Bytes of a picture in one annotation."""
MOST = 200
"""Entries in a document."""
MEGABYTES = 20
"""That history may take of a document, unless the artist says otherwise."""


@dataclass(frozen=True)
class Record:
    """One picture that was made for a document."""

    name: str
    time: float
    """Seconds since 1970."""
    params: dict[str, Any]
    seed: int
    bounds: tuple[int, int, int, int]
    form: tuple[int, int, int, str, str]
    """Width, height, channels, depth and colour space."""
    small: str
    """A PNG, base 64."""
    size: int
    """Bytes of the picture as kept; 0 where it is no longer."""
    canvas: tuple[int, int] = (0, 0)
    """The image's size when it was asked for."""
    layers: tuple[tuple[str, int, int], ...] = ()
    """Where its layers were then: ids and offsets."""
    margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    """How far beyond it was painted: left, top, right and bottom."""

    def wishes(self) -> Params:
        """The parameters that make this very picture."""
        return parsed({**self.params, "seed": self.seed, "count": 1})

    @property
    def prompt(self) -> str:
        """Its words."""
        return str(self.params.get("prompt", ""))

    def says(self, wanted: str) -> bool:
        """Whether all of these words occur in what made it."""
        text = " ".join(map(str, self.params.values())).casefold() + f" {self.seed}"
        return all(word in text for word in wanted.casefold().split())


def records(document: Document) -> list[Record]:
    """What a document remembers, the newest first; what another version wrote is left out. Nothing for a closed one.
    Two hundred pictures take some time: see `read`."""
    return _records(_written(document))


def read(document: Document) -> Generator[Any, Any, list[Record]]:
    """The same, made out beside Krita. A chore."""
    text = _written(document)
    return (yield Aside(lambda: _records(text)))


def _written(document: Document) -> bytes:
    return raw(document.annotation(INDEX)) if is_open(document) else b""


def _records(text: bytes) -> list[Record]:
    try:
        rows = json.loads(text or b"[]")
    except ValueError:
        return []
    return [record for row in rows if (record := _record(row))] if isinstance(rows, list) else []


def _record(row: dict[str, Any]) -> Record | None:
    try:
        known: dict[str, Any] = {each.name: row[each.name] for each in fields(Record) if each.name in row}
        for name in ("bounds", "form", "canvas", "margins"):
            if name in known:
                known[name] = tuple(known[name])
        known["layers"] = tuple(map(tuple, known.get("layers", ())))
        return Record(**known)
    except (TypeError, KeyError):
        return None


def remember(document: Document, work: Work, candidate: Candidate) -> Generator[Any, Any, None]:
    """Keep a candidate in its document, unless that was closed. A chore; one at a time for each document."""
    name = uuid.uuid4().hex[:12]
    packed, record = yield Aside(lambda: _packed(name, work.params, candidate))
    known = yield from read(document)
    kept, gone = within([record, *known], megabytes() << 20)
    text = yield Aside(lambda: _text(kept))
    if not is_open(document):
        return
    for old in gone:
        _remove(document, old)
    for part, place in enumerate(range(0, len(packed), PART) if name not in gone else ()):
        document.setAnnotation(_part(name, part), "A picture that Bottega made", packed[place : place + PART])
        yield None
        if not is_open(document):
            return
    document.setAnnotation(INDEX, "What Bottega made", text)


def forget(document: Document, record: Record) -> Generator[Any, Any, None]:
    """Remove a record from a document. A chore; one at a time for each document, with those that remember."""
    known = yield from read(document)
    text = yield Aside(lambda: _text([each for each in known if each.name != record.name]))
    if is_open(document):
        _remove(document, record.name)
        document.setAnnotation(INDEX, "What Bottega made", text)


def _text(found: Sequence[Record]) -> bytes:
    return json.dumps([asdict(each) for each in found], ensure_ascii=False).encode()


def recalled(document: Document, record: Record) -> Generator[Any, Any, Candidate | None]:
    """The candidate that was kept, bit for bit; None where only its small picture is left. A chore."""
    parts: list[bytes] = []
    while is_open(document) and (data := raw(document.annotation(_part(record.name, len(parts))))):
        parts.append(data)
        yield None
    if not parts:
        return None
    return (yield Aside(lambda: _unpacked(b"".join(parts), record)))


def _part(name: str, number: int) -> str:
    """What a part of a picture is called: whole ones would take Krita long, in and out."""
    return f"{PICTURE}{name}/{number}" if number else PICTURE + name


def _remove(document: Document, name: str) -> None:
    whole = PICTURE + name
    for part in document.annotationTypes():
        if part == whole or part.startswith(whole + "/"):
            document.removeAnnotation(part)


def small(record: Record) -> Any:
    """Its small picture, as an image of Qt's."""
    return pictures.decoded(base64.b64decode(record.small))


def megabytes() -> int:
    """How much of a document history may take."""
    text = setting("history_megabytes", str(MEGABYTES))
    return int(text) if text.isdecimal() else MEGABYTES


def keep_wishes(document: Document, params: Params) -> None:
    """What is wished for this document, with it."""
    document.setAnnotation(WISHES, "What Bottega was asked", json.dumps(params.as_dict(), ensure_ascii=False).encode())


def wishes(document: Document) -> Params | None:
    """What was wished for this document when it was last painted on; None for a new one."""
    try:
        said = json.loads(raw(document.annotation(WISHES)) or b"null")
    except ValueError:
        return None
    return parsed(said) if isinstance(said, dict) else None


def within(found: Sequence[Record], limit: int) -> tuple[list[Record], list[str]]:
    """The records that stay, and the names of the pictures that go; the newest first in both. A picture that takes more
    than the limit alone goes by itself."""
    total, full, kept, gone = 0, False, list[Record](), list[str]()
    for record in found[:MOST]:
        if record.size and (full or total + record.size > limit):
            full = full or record.size <= limit  # once one goes for want of room, all that are older go
            gone.append(record.name)
            kept.append(replace(record, size=0))
        else:
            total += record.size
            kept.append(record)
    return kept, gone + [record.name for record in found[MOST:] if record.size]


def _packed(name: str, params: Params, candidate: Candidate) -> tuple[bytes, Record]:
    pixels, at = candidate.picture.pixels, candidate.bounds
    packed = zlib.compress(pixels.data, 6)
    form = (pixels.width, pixels.height, pixels.channels, pixels.depth, pixels.color_space)
    bounds, seed = (at.x, at.y, at.width, at.height), candidate.picture.seed
    png = base64.b64encode(encoded(candidate.small)).decode()
    was, beyond = candidate.anchor, astuple(candidate.margins)
    image = (was.canvas.width, was.canvas.height), was.layers
    return packed, Record(name, time.time(), params.as_dict(), seed, bounds, form, png, len(packed), *image, beyond)


def _unpacked(packed: bytes, record: Record) -> Candidate:
    width, height, channels, depth, space = record.form
    pixels = Pixels(width, height, channels, depth, space, zlib.decompress(packed))  # type: ignore[arg-type]
    image = pictures.image_of(pixels)
    picture, at = Picture("", 0, record.seed, pixels), Bounds(*record.bounds)
    small = pictures.thumbnail_image(image, pictures.SMALL)
    anchor = Anchor(Extent(*record.canvas), record.layers)
    return Candidate(picture, at, image, small, anchor=anchor, margins=Margins(*record.margins))


def encoded(image: Any) -> bytes:
    """A PNG of an image of Qt's."""
    buffer = QtCore.QBuffer()
    buffer.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return raw(buffer.data())
