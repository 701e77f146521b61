"""The layer that a picture follows, as text: it travels with the result, and is found again while it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gi.repository import Gimp

from . import board


def noted(layer: Gimp.Drawable, image: Gimp.Image | None) -> dict[str, Any]:
    """Which layer it is: its name, its tattoo (which stays with it in the XCF file), whether it lies in the image that
    is painted into, and the number that it has in this run of GIMP."""
    return {
        "name": layer.get_name(),
        "tattoo": layer.get_tattoo(),
        "own": image is not None and layer.get_image().get_id() == image.get_id(),
        "run": board.run(),
        "id": layer.get_id(),
    }


def found(note: Mapping[str, Any], image: Gimp.Image | None) -> Gimp.Drawable | None:
    """That layer, also in an image that was opened again since; None if it is there no more."""
    number, tattoo = (int(note.get(name) or 0) for name in ("id", "tattoo"))
    if number and note.get("run") == board.run() and Gimp.Item.id_is_drawable(number):
        return Gimp.Item.get_by_id(number)
    if image is None or not tattoo or not note.get("own"):
        return None
    return image.get_layer_by_tattoo(tattoo) or image.get_channel_by_tattoo(tattoo)
