"""The Image Editors: what they show, and showing results there."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import bpy

from . import material, targets

BUSY = frozenset({"UV", "PAINT", "MASK"})
"""Modes in which an artist works on what an Image Editor shows."""
REMEMBERED = 64
"""Exchanges that undo brings back in Image Editors."""


@dataclass
class Exchange:
    """One image shown in the place of another; all by what they are found by."""

    editor: int
    old: int
    new: int
    undone: bool = False


_EXCHANGES: deque[Exchange] = deque(maxlen=REMEMBERED)
"""The newest last. Blender's undo knows nothing of editors: they show nothing once their image is gone."""


def shown_image(context: bpy.types.Context) -> bpy.types.Image | None:
    """The image in this Image Editor, else that of the active image node."""
    space = context.space_data
    if space and space.type == "IMAGE_EDITOR" and space.image:
        return space.image
    node = material.active_image_node(context.object)
    return node.image if node else None


def exchange(screen: bpy.types.Screen | None, old: Collection[bpy.types.Image], image: bpy.types.Image) -> None:
    """Show an image in the Image Editors of a screen that show one of others and are not pinned."""
    for area in _areas([screen] if screen else ()):
        space = area.spaces.active
        if space.image in old:
            _EXCHANGES.append(Exchange(space.as_pointer(), targets.key(space.image), targets.key(image)))
            space.image = image


@bpy.app.handlers.persistent
def undone(*_: object) -> None:
    """Where undo took the image that is shown, show again the one in whose place it was."""
    there, spaces = _found()
    for each in reversed(_EXCHANGES):
        space = spaces.get(each.editor)
        if space and space.image is None and each.new not in there and each.old in there:
            space.image, each.undone = there[each.old], True


@bpy.app.handlers.persistent
def redone(*_: object) -> None:
    """Where redo brought such an image back, show it in that one's place."""
    there, spaces = _found()
    for each in _EXCHANGES:
        space = spaces.get(each.editor)
        if each.undone and each.new in there:
            each.undone = False
            if space and targets.key(space.image) == each.old:  # else the artist has chosen another since
                space.image = there[each.new]


def _found() -> tuple[dict[int, bpy.types.Image], dict[int, bpy.types.SpaceImageEditor]]:
    """Images and Image Editors by what they are found by."""
    images = {targets.key(image): image for image in bpy.data.images}
    return images, {area.spaces.active.as_pointer(): area.spaces.active for area in _areas(_screens())}


def noted() -> dict[int, int]:
    """What each Image Editor shows now: an image's key, by what the editor is found by."""
    return {area.spaces.active.as_pointer(): targets.key(area.spaces.active.image) for area in _areas(_screens())}


def offer(image: bpy.types.Image, before: dict[int, int]) -> None:
    """Show a result in one Image Editor that nobody works in, and that shows what it did when the result was asked for
    (`noted`): nothing, or another result. Where there is none, its button is in the panel."""
    now = noted()
    editors = [(area, area.spaces.active.as_pointer()) for area in _areas(_screens())]
    if free := _free(area for area, key in editors if before.get(key, -1) == now[key]):
        max(free, key=_size).spaces.active.image = image


def show(context: bpy.types.Context, image: bpy.types.Image) -> bool:
    """Show an image in the Image Editor in which that is asked for, else in one of this window's that nobody works in;
    whether there is one."""
    here = context.space_data
    if here and here.type == "IMAGE_EDITOR":
        here.image = image
        return True
    areas = _areas([context.screen] if context.screen else ())
    found = _free(areas) or [area for area in areas if not _busy(area)]
    if found:
        max(found, key=_size).spaces.active.image = image
    return bool(found)


def _screens() -> list[bpy.types.Screen]:
    return [window.screen for window in bpy.context.window_manager.windows]


def _areas(screens: Iterable[bpy.types.Screen]) -> list[bpy.types.Area]:
    """The Image Editors of screens that are not pinned."""
    found = [area for screen in screens for area in screen.areas if area.type == "IMAGE_EDITOR"]
    return [area for area in found if not area.spaces.active.use_image_pin]


def _busy(area: bpy.types.Area) -> bool:
    return area.ui_type == "UV" or area.spaces.active.mode in BUSY


def _free(areas: Iterable[bpy.types.Area]) -> list[bpy.types.Area]:
    """Those that show no picture of the artist's, and that nobody works in; if any shows a result, those alone."""
    idle = [area for area in areas if not _busy(area)]
    shown = [area for area in idle if (image := area.spaces.active.image) and _result(image)]
    return shown or [area for area in idle if area.spaces.active.image is None]


def _result(image: bpy.types.Image) -> bool:
    return material.JOB in image or image.type == "RENDER_RESULT"


def _size(area: bpy.types.Area) -> int:
    return area.width * area.height
