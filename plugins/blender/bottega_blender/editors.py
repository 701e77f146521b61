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
_LEFT: dict[int, int] = {}
"""What editors with an exchange showed before the step back or forth that is under way: an image's key by theirs."""


def shown_image(context: bpy.types.Context) -> bpy.types.Image | None:
    """The image in this Image Editor, else that of the active image node."""
    space = context.space_data
    if space and space.type == "IMAGE_EDITOR" and space.image:
        return space.image
    node = material.active_image_node(context.object)
    return node.image if node else None


def exchange(
    screen: bpy.types.Screen | None, old: Collection[bpy.types.Image], image: bpy.types.Image, *, idle: bool = False
) -> None:
    """Show an image in the Image Editors of a screen that show one of others and are not pinned; `idle` leaves out
    those that somebody works in."""
    for area in _areas([screen] if screen else ()):
        space = area.spaces.active
        if space.image in old and not (idle and _busy(area)):
            _EXCHANGES.append(Exchange(space.as_pointer(), targets.key(space.image), targets.key(image)))
            space.image = image


@bpy.app.handlers.persistent
def leaving(*_: object) -> None:
    """Before a step back or forth: note what the editors show, and forget the exchanges of those in which the artist
    has chosen another image since."""
    _LEFT.clear()
    if not _EXCHANGES:
        return
    now = noted()
    known = {(each.editor, key) for each in _EXCHANGES for key in (0, each.old, each.new)}
    for each in [each for each in _EXCHANGES if (each.editor, now.get(each.editor, 0)) not in known]:
        _EXCHANGES.remove(each)
    _LEFT.update((editor, key) for editor, key in now.items() if key and (editor, key) in known)


@bpy.app.handlers.persistent
def undone(*_: object) -> None:
    """Where this undo took the image that was shown, show again the one in whose place it was."""
    left, there, spaces = _since()
    for each in reversed(_EXCHANGES):
        space = spaces.get(each.editor)
        if space and space.image is None and left.get(each.editor) == each.new and each.new not in there:
            left[each.editor], each.undone = each.old, True
            space.image = there.get(each.old)  # if that was taken as well, the one before it


@bpy.app.handlers.persistent
def redone(*_: object) -> None:
    """Where this redo brought such an image back, show it in that one's place."""
    left, there, spaces = _since()
    for each in _EXCHANGES:
        space = spaces.get(each.editor)
        if each.undone and each.new in there:
            each.undone = False
            if space and left.get(each.editor) == each.old == targets.key(space.image):
                left[each.editor], space.image = each.new, there[each.new]


def _since() -> tuple[dict[int, int], dict[int, bpy.types.Image], dict[int, bpy.types.SpaceImageEditor]]:
    """What was noted before this step; images and Image Editors of now by what they are found by, if they matter."""
    left = dict(_LEFT)
    _LEFT.clear()
    if not _EXCHANGES:
        return {}, {}, {}
    spaces = [area.spaces.active for area in _areas(_screens())]
    return left, {targets.key(each): each for each in bpy.data.images}, {each.as_pointer(): each for each in spaces}


@bpy.app.handlers.persistent
def forget(*_: object) -> None:
    """Another file has other images."""
    _EXCHANGES.clear()
    _LEFT.clear()


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
