"""What of a picture is to be repainted: a mask file or a rectangle."""

from __future__ import annotations

import re
from pathlib import Path

from bottega.errors import InvalidRequest
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

    found = re.fullmatch(r"\s*(-?\d{1,5})\s*,\s*(-?\d{1,5})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*", rect, re.ASCII)
    if not found:
        raise InvalidRequest(f"{rect[:40]!r} is no rectangle.", remedy="Write --rect X,Y,WIDTH,HEIGHT.", field=FIELD)
    x, y, width, height = map(int, found.groups())
    if 0 in (width, height) or x >= picture.width or y >= picture.height or x + width <= 0 or y + height <= 0:
        remedy = f"The picture is {picture.width} x {picture.height}; give a rectangle inside of it."
        raise InvalidRequest("the rectangle selects nothing.", remedy=remedy, field=FIELD)
    if not 0 <= feather <= 1024:
        raise InvalidRequest(f"{feather} is no feather.", remedy="Give 0 to 1024 pixels.", field=FIELD)
    mask = Image.new("L", (picture.width, picture.height), 0)
    ImageDraw.Draw(mask).rectangle((x, y, x + width - 1, y + height - 1), fill=255)
    if feather:
        mask = mask.filter(ImageFilter.GaussianBlur(feather / 2))
    return Pixels(picture.width, picture.height, 1, "u8", "data", mask.tobytes())
