"""What a result is for, found again when it comes: by what Blender knows a thing by while it runs, which stays through
renaming and undo, and which no thing of another file has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import bpy

from .client import Unready

Thing = TypeVar("Thing", bound=bpy.types.ID)


def key(thing: bpy.types.ID | None) -> int:
    """What a thing is found by; 0 for none."""
    return thing.session_uid if thing else 0


def found(among: Iterable[Thing], wanted: int) -> Thing | None:
    """The thing of this key, or None if it is gone."""
    return next((each for each in among if each.session_uid == wanted), None)


def image(wanted: int) -> bpy.types.Image:
    """The image of this key. Raises Unready if it is gone."""
    shown = found(bpy.data.images, wanted)
    if shown is None:
        raise Unready("An image that was to be read is gone.", remedy="Ask for it again, with another one.")
    return shown
