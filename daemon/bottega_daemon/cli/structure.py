"""Structure options to controls: `--depth room.npz@0.8:0:0.6 --map canny=edges.png`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

from bottega.errors import InvalidRequest
from bottega.tasks import (
    Control,
    ControlKind,
    DepthHint,
    Keypoint,
    MapHint,
    NormalHint,
    PhotoHint,
    PoseHint,
)
from bottega_daemon.cli.depths import read_depth
from bottega_daemon.cli.options import Structure
from bottega_daemon.cli.poses import Poses, read_poses
from bottega_daemon.cli.reading import read_photo, read_picture

KINDS = ("depth", "canny", "normal", "pose")


@dataclass(frozen=True)
class Grip:
    """How hard, and from which part of the steps to which."""

    strength: float | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Guide:
    """One structure option, read: what to follow, and how hard."""

    kind: ControlKind
    hint: MapHint | PhotoHint | DepthHint | NormalHint | Poses
    grip: Grip
    network: str

    @property
    def extent(self) -> tuple[int, int] | None:
        """The size of what is followed, where it has one."""
        match self.hint:
            case MapHint(map):
                return map.width, map.height
            case PhotoHint(photo):
                return photo.width, photo.height
            case DepthHint(z):
                return z.width, z.height
            case NormalHint(normals):
                return normals.width, normals.height
            case Poses(_, canvas):
                return canvas if canvas and min(canvas) > 1 else None

    def control(self, width: int, height: int) -> Control:
        """The control for a picture of this size."""
        hint = PoseHint(self._figures(width, height)) if isinstance(self.hint, Poses) else self.hint
        return Control(self.kind, hint, self.network, self.grip.strength, self.grip.start, self.grip.end)

    def _figures(self, width: int, height: int) -> tuple[tuple[Keypoint, ...], ...]:
        assert isinstance(self.hint, Poses)
        if self.hint.canvas and not (width and height):
            remedy = "Say how large the picture is to be: --size WxH."
            raise InvalidRequest("the figures are in fractions of the picture.", remedy=remedy, field="pose")
        return self.hint.scaled_to(width, height)


def read_guides(structure: Structure) -> list[Guide]:
    """Everything that the options name, read from disk. Raises InvalidRequest."""
    return [_guide(kind, file, grip, hint, structure) for kind, file, grip, hint in _wanted(structure)]


def split_grip(text: str) -> tuple[Path, Grip]:
    """("room.npz", strength 0.8, 0 to 0.6) from "room.npz@0.8:0:0.6". An @ in a file's name does no harm."""
    file, at, numbers = text.rpartition("@")
    try:
        values = [float(number) if number else None for number in numbers.split(":")]
    except ValueError:
        return Path(text), Grip()
    if not at or not file or len(values) > 3:
        return Path(text), Grip()
    return Path(file), Grip(*values)


def _wanted(structure: Structure) -> Iterator[tuple[ControlKind, Path, Grip, str]]:
    rows: list[tuple[ControlKind, str, list[str] | None]] = [
        ("depth", "metres", structure.depth),
        ("canny", "photo", structure.canny),
        ("normal", "vectors", structure.normal),
        ("pose", "figures", structure.pose),
    ]
    for kind, hint, texts in rows:
        for text in texts or ():
            yield kind, *split_grip(text), hint
    for text in structure.map or ():
        kind, text_ = _named(text, "map", "FILE")
        yield kind, *split_grip(text_), "map"


def _guide(kind: ControlKind, file: Path, grip: Grip, hint: str, structure: Structure) -> Guide:
    networks = dict(_named(text, "network", "NAME") for text in structure.network or ())
    read = {
        "metres": lambda: DepthHint(read_depth(file, structure.near, structure.far), None),
        "photo": lambda: PhotoHint(read_picture(file, "canny"), 0.0, 0.0),
        "vectors": lambda: NormalHint(replace(read_photo(file, "normal").pixels, color_space="data")),
        "figures": partial(read_poses, file),
        "map": lambda: MapHint(read_picture(file, "map")),
    }
    return Guide(kind, read[hint](), grip, networks.get(kind, ""))


def _named(text: str, option: str, what: str) -> tuple[ControlKind, str]:
    """("canny", "edges.png") from "canny=edges.png"."""
    kind, equals, rest = text.partition("=")
    if not equals or not rest or kind not in KINDS:
        remedy = f"Write --{option} KIND={what} with KIND one of {', '.join(KINDS)}."
        raise InvalidRequest(f"{text!r} names no kind.", remedy=remedy, field=option)
    return cast(ControlKind, kind), rest
