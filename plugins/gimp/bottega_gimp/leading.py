"""The layer that a picture follows, as text: it travels with the result, and is found again while it is there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gi.repository import Gimp

from . import board
from .laying import made_with
from .places import file_of


def noted(layer: Gimp.Drawable, image: Gimp.Image | None) -> dict[str, Any]:
    """Which layer it is: its name, its tattoo (which stays with it in the XCF file), whether it lies in the image that
    is painted into, a digest of where that is kept, and the number that it has in this run of GIMP."""
    return {
        "name": layer.get_name(),
        "tattoo": layer.get_tattoo(),
        "own": image is not None and layer.get_image().get_id() == image.get_id(),
        "file": _digest(layer.get_image()),
        "run": board.run(),
        "id": layer.get_id(),
    }


def found(note: Mapping[str, Any], image: Gimp.Image | None) -> Gimp.Drawable | None:
    """That layer, also in an image that was opened again since; None if it is there no more.

    Tattoos are small numbers that every image has: one means that layer alone where a result in the image has the same
    note, so that it was painted into, or where the file and the layer's name are the same."""
    number, tattoo = (int(note.get(name) or 0) for name in ("id", "tattoo"))
    if number and note.get("run") and note["run"] == board.run() and Gimp.Item.id_is_drawable(number):
        return Gimp.Item.get_by_id(number)
    if image is None or not tattoo or not note.get("own"):
        return None
    layer = image.get_layer_by_tattoo(tattoo) or image.get_channel_by_tattoo(tattoo)
    if layer is None:
        return None
    file = note.get("file")
    kept = bool(file) and file == _digest(image) and layer.get_name() == note.get("name")
    return layer if kept or _was_painted_into(image, note) else None


def _was_painted_into(image: Gimp.Image, note: Mapping[str, Any]) -> bool:
    wishes = map(made_with, (image, *_all(image.get_layers())))
    return any(wish.led_by == note for wish in wishes if wish)


def _all(layers: Sequence[Gimp.Layer]) -> Iterator[Gimp.Layer]:
    """Layers, and those within groups."""
    for each in layers:
        yield each
        if each.is_group():
            yield from _all(each.get_children())


def _digest(image: Gimp.Image) -> str:
    """Of where an image is kept, since results are given to others; "" if it never was."""
    file = file_of(image)
    return hashlib.sha256(file.encode()).hexdigest()[:32] if file else ""
