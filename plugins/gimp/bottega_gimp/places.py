"""Where results go, as text: one process reads the image, another one inserts what came of it."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import asdict
from typing import Any

from gi.repository import Gimp

from . import board
from .client import Bounds, Extent, Pixels
from .laying import Place
from .moved import Was
from .traces import Run


def packed(place: Place) -> str:
    """A place as ASCII JSON."""
    image = place.image if place.image is not None and place.image.is_valid() else None
    return json.dumps(
        {
            "run": board.run(),
            "image": image.get_id() if image is not None else 0,
            "file": file_of(image) if image is not None else "",
            "above": place.above.get_id() if place.above is not None else 0,
            "bounds": asdict(place.bounds) if place.bounds else None,
            "room": asdict(place.room) if place.room else None,
            "scaled": place.scaled,
            "mask": _packed_mask(place.mask) if place.mask else None,
            "was": _packed_was(place.was) if place.was else None,
            "kept": place.kept,
            "anyway": place.anyway,
        }
    )


def unpacked(text: str) -> Place:
    """The place. An image that is gone, or was an earlier GIMP's, is the one that was opened from its file since; else
    it and its layer are left out. Raises ValueError for other text."""
    said: dict[str, Any] = json.loads(text)
    ours = said.get("run") == board.run()
    image, above = (int(said.get(name) or 0) if ours else 0 for name in ("image", "above"))
    return Place(
        Gimp.Image.get_by_id(image) if image and Gimp.Image.id_is_valid(image) else _opened(said.get("file")),
        Gimp.Item.get_by_id(above) if above and Gimp.Item.id_is_valid(above) else None,
        Bounds(**said["bounds"]) if said.get("bounds") else None,
        _unpacked_mask(said["mask"]) if said.get("mask") else None,
        bool(said.get("scaled")),
        Bounds(**said["room"]) if said.get("room") else None,
        _unpacked_was(said["was"]) if said.get("was") else None,
        bool(said.get("kept")),
        anyway=bool(said.get("anyway")),
    )


def of_no_image(text: str) -> str:
    """A packed place as a new image's."""
    return json.dumps({**json.loads(text), "image": 0, "file": "", "above": 0})


def anyway(text: str) -> str:
    """A packed place that the artist wants a result in, wherever the pixels have gone that it was made of."""
    return json.dumps({**json.loads(text), "anyway": True})


def file_of(image: Gimp.Image) -> str:
    """Where an image is kept; "" if it never was."""
    file = image.get_file()
    return file.get_uri() if file else ""


def _opened(file: str | None) -> Gimp.Image | None:
    return next((each for each in Gimp.get_images() if file and file_of(each) == file), None)


def _packed_mask(mask: Pixels) -> dict[str, Any]:
    data = base64.b64encode(zlib.compress(mask.data, 1)).decode("ascii")
    return {"width": mask.width, "height": mask.height, "depth": mask.depth, "data": data}


def _unpacked_mask(said: dict[str, Any]) -> Pixels:
    data = zlib.decompress(base64.b64decode(said["data"]))
    return Pixels(said["width"], said["height"], 1, said["depth"], "data", data)


def _packed_was(was: Was) -> dict[str, Any]:
    coded = {name: base64.b64encode(getattr(was, name)).decode("ascii") for name in ("profile", "look")}
    runs = [{**asdict(run), "data": base64.b64encode(run.data).decode("ascii")} for run in was.runs]
    return {**asdict(was), **coded, "runs": runs}


def _unpacked_was(said: dict[str, Any]) -> Was:
    return Was(
        Extent(**said["extent"]),
        tuple((tattoo, Bounds(**bounds)) for tattoo, bounds in said["marks"]),
        Bounds(**said["selection"]) if said["selection"] else None,
        said["grey"],
        said["precision"],
        base64.b64decode(said["profile"]),
        said["ground"],
        Bounds(**said["under"]) if said["under"] else None,
        base64.b64decode(said["look"]),
        tuple(Run(**{**run, "data": base64.b64decode(run["data"])}) for run in said.get("runs") or ()),
        (said["source"][0], Bounds(**said["source"][1])) if said.get("source") else None,
        tuple(said["resolution"]) if said.get("resolution") else None,
    )
