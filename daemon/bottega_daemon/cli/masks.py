"""What of a picture is to be repainted: mask files, rectangles, or a canvas beyond it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bottega.errors import InvalidRequest
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega.tasks import Inpaint, Margin
from bottega_daemon.cli.asking import extent_of
from bottega_daemon.cli.layers import array_of, expanded
from bottega_daemon.cli.options import Selecting
from bottega_daemon.cli.reading import read_mask
from bottega_daemon.cli.say import note

FIELD = "inpaint.mask"


def masks_of(picture: Pixels, files: Sequence[Path], rects: Sequence[str], *, beyond: bool = False) -> list[Pixels]:
    """The masks that the options ask for: one channel of the picture's size, white = repaint. Raises InvalidRequest.

    Where the canvas goes `beyond` the picture there need be none.
    """
    if (files and rects) or not (files or rects or beyond):
        message = "there are masks and rectangles." if files else "it is not said what to repaint."
        raise InvalidRequest(message, remedy="Give either --mask FILE or --rect X,Y,W,H.", field=FIELD)
    masks = [read_mask(file, FIELD, picture) for file in files] + [rectangle(picture, rect) for rect in rects]
    if not beyond and not any(any(mask.data) for mask in masks):
        note("[yellow]note:[/] the mask is black everywhere: nothing will be repainted. White is what changes.")
    return masks or [Pixels.filled(picture.width, picture.height, color_space="data")]


def any_selected(task: Inpaint) -> bool:
    """Whether anything is to be repainted."""
    return task.outpaint or any(any(mask.data) for mask in (task.mask, *task.more_masks))


def with_void(picture: Pixels, mask: Pixels) -> Pixels:
    """The mask, white also where the picture has no colour yet."""
    import numpy as np

    if picture.channels != 4:
        return mask
    values = array_of(mask)[..., 0]
    white = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1
    return Pixels.of(np.where(array_of(picture)[..., 3] == 0, values.dtype.type(white), values), "data")


def rectangle(picture: Pixels, rect: str) -> Pixels:
    """A mask that is white in "x,y,width,height"."""
    from PIL import Image, ImageDraw

    bounds = rectangle_of(rect)
    if not bounds or not bounds.within(picture.extent.bounds):
        remedy = f"The picture is {picture.width} x {picture.height}; give a rectangle inside of it."
        raise InvalidRequest("the rectangle selects nothing.", remedy=remedy, field=FIELD)
    mask = Image.new("L", (picture.width, picture.height), 0)
    ImageDraw.Draw(mask).rectangle((bounds.x, bounds.y, bounds.right - 1, bounds.bottom - 1), fill=255)
    return Pixels(picture.width, picture.height, 1, "u8", "data", mask.tobytes())


def rectangle_of(text: str, name: str = "rect", field: str = FIELD) -> Bounds:
    """Bounds from "x,y,width,height". Raises InvalidRequest."""
    found = re.fullmatch(r"\s*(-?\d{1,5})\s*,\s*(-?\d{1,5})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*", text, re.ASCII)
    if not found:
        raise InvalidRequest(f"{text[:40]!r} is no rectangle.", remedy=f"Write --{name} X,Y,WIDTH,HEIGHT.", field=field)
    return Bounds(*map(int, found.groups()))


def margin_of(text: str, name: str) -> Margin:
    """Margin(12) from "12", Margin(0, 0.05) from "5%", Margin(4, 0.05) from "4+5%". Raises InvalidRequest."""
    found = re.fullmatch(r"(?:(\d{1,4}))?(?:(?:^|\+)(\d{1,3}(?:\.\d{1,4})?)%)?", text.replace(" ", ""), re.ASCII)
    if not found or not text.strip():
        remedy = f"Write --{name} PIXELS, a part of the selection's diagonal such as 5%, or both: 4+5%."
        raise InvalidRequest(f"{text[:40]!r} is no distance.", remedy=remedy, field=f"inpaint.{name}")
    part = float(found[2] or 0) / 100
    if part > 1:
        remedy = "Give at most 100% of its diagonal, or pixels."
        raise InvalidRequest(
            f"{text[:40]!r} is more than the selection.", remedy=remedy, field=f"inpaint.{name}.relative"
        )
    return Margin(int(found[1] or 0), part)


def filling_of(selecting: Selecting) -> dict[str, Any]:
    """The fields of `bottega.tasks.Inpaint` that the options set. Raises InvalidRequest."""
    width, height = extent_of(selecting.at, "inpaint.extent")
    return {
        "fill": selecting.fill.value,
        "grow": margin_of(selecting.grow, "grow"),
        "feather": margin_of(selecting.feather, "feather"),
        "match_color": selecting.match_color,
        "width": width,
        "height": height,
    }


def expanded_by(picture: Pixels, sides: str | None) -> Pixels:
    """The picture on a canvas that is larger by "left,top,right,bottom" pixels. Raises InvalidRequest."""
    if sides is None:
        return picture
    found = re.fullmatch(r"(\d{1,4}),(\d{1,4}),(\d{1,4}),(\d{1,4})", sides.replace(" ", ""), re.ASCII)
    if not found or not any(int(side) for side in found.groups()):
        raise InvalidRequest(
            f"{sides[:40]!r} does not say how far.", remedy="Write --expand LEFT,TOP,RIGHT,BOTTOM.", field="inpaint"
        )
    return expanded(picture, *map(int, found.groups()))
