"""What of a picture is to be repainted: a mask file or a rectangle."""

from __future__ import annotations

import re
from pathlib import Path

from bottega.errors import InvalidRequest
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega_daemon.cli.reading import read_mask
from bottega_daemon.cli.say import note

FIELD = "inpaint.mask"


def mask_of(picture: Pixels, file: Path | None, rect: str | None, feather: int) -> Pixels:
    """The mask that the options ask for: one channel of the picture's size, white = repaint. Raises InvalidRequest."""
    if (file is None) == (rect is None):
        message = "it is not said what to repaint." if file is None else "there are a mask and a rectangle."
        raise InvalidRequest(message, remedy="Give either --mask FILE or --rect X,Y,W,H.", field=FIELD)
    mask = read_mask(file, FIELD, picture) if file else rectangle(picture, rect or "", feather)
    if not any(mask.data):
        note("[yellow]note:[/] the mask is black everywhere: nothing will be repainted. White is what changes.")
    return mask


def rectangle(picture: Pixels, rect: str, feather: int) -> Pixels:
    """A mask that is white in "x,y,width,height" and fades over about `feather` pixels across its edge."""
    from PIL import Image, ImageDraw, ImageFilter

    bounds = rectangle_of(rect)
    if not bounds or not bounds.within(picture.extent.bounds):
        remedy = f"The picture is {picture.width} x {picture.height}; give a rectangle inside of it."
        raise InvalidRequest("the rectangle selects nothing.", remedy=remedy, field=FIELD)
    if not 0 <= feather <= 1024:
        raise InvalidRequest(f"{feather} is no feather.", remedy="Give 0 to 1024 pixels.", field=FIELD)
    mask = Image.new("L", (picture.width, picture.height), 0)
    ImageDraw.Draw(mask).rectangle((bounds.x, bounds.y, bounds.right - 1, bounds.bottom - 1), fill=255)
    if feather:
        mask = mask.filter(ImageFilter.GaussianBlur(feather / 2))
    return Pixels(picture.width, picture.height, 1, "u8", "data", mask.tobytes())


def rectangle_of(text: str) -> Bounds:
    """Bounds from "x,y,width,height". Raises InvalidRequest."""
    found = re.fullmatch(r"\s*(-?\d{1,5})\s*,\s*(-?\d{1,5})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*", text, re.ASCII)
    if not found:
        raise InvalidRequest(f"{text[:40]!r} is no rectangle.", remedy="Write --rect X,Y,WIDTH,HEIGHT.", field=FIELD)
    return Bounds(*map(int, found.groups()))
