"""The contact sheet: every picture of the demo with a caption, and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from bottega.pixels import Pixels

CELL, GAP, COLUMNS = 256, 24, 3
CAPTION = 46
PAPER, INK, FAINT, MARK = (247, 245, 240), (34, 32, 30), (120, 114, 106), (255, 64, 64)


@dataclass(frozen=True)
class Cell:
    """A picture with what it is, and with a smaller line below that."""

    picture: Image.Image
    title: str
    line: str


def sheet(title: str, line: str, cells: Sequence[Cell], columns: int = COLUMNS) -> Image.Image:
    """All cells in a grid below a title."""
    rows = -(-len(cells) // columns)
    top = GAP + 70
    page = Image.new("RGB", (GAP + columns * (CELL + GAP), top + rows * (CELL + CAPTION + GAP)), PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((GAP, GAP), title, INK, _font(26))
    draw.text((GAP, GAP + 32), line, FAINT, _font(14))
    for index, cell in enumerate(cells):
        row, column = divmod(index, columns)
        left, upper = GAP + column * (CELL + GAP), top + row * (CELL + CAPTION + GAP)
        page.paste(enlarged(cell.picture), (left, upper))
        draw.text((left, upper + CELL + 6), cell.title, INK, _font(16))
        draw.text((left, upper + CELL + 26), _cut(cell.line, _font(13), CELL), FAINT, _font(13))
    return page


def picture_of(pixels: Pixels) -> Image.Image:
    """8-bit RGB for display."""
    image = Image.frombytes({1: "L", 3: "RGB", 4: "RGBA"}[pixels.channels], (pixels.width, pixels.height), pixels.data)
    return image.convert("RGB")


def tiled(image: Image.Image) -> Image.Image:
    """2 x 2, which shows the seams if there are any."""
    page = Image.new("RGB", (2 * image.width, 2 * image.height))
    for x in (0, image.width):
        for y in (0, image.height):
            page.paste(image, (x, y))
    return page


def outlined(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture with the edge of a selection drawn in, as an editor shows it."""
    large = enlarged(image)
    grey = np.asarray(mask.resize(large.size, Image.Resampling.BICUBIC))
    inside = Image.fromarray(((grey > 127) * 255).astype(np.uint8))
    edge = ImageChops.difference(inside.filter(ImageFilter.MaxFilter(5)), inside)
    large.paste(MARK, mask=edge)
    return large


def depth_shown(z: Pixels) -> Image.Image:
    """Metres as grey: near is bright."""
    metres = np.frombuffer(z.data, "<f4").reshape(z.height, z.width)
    near, far = np.nanmin(metres), np.nanmax(np.where(np.isfinite(metres), metres, np.nan))
    grey = np.clip((far - np.nan_to_num(metres, posinf=far)) / max(far - near, 1e-6), 0, 1) * 255
    return Image.fromarray(grey.astype(np.uint8)).convert("RGB")


def enlarged(image: Image.Image) -> Image.Image:
    """The picture at the size of a cell."""
    if image.size == (CELL, CELL):
        return image.copy()
    return image.resize((CELL, CELL), Image.Resampling.BICUBIC)


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """As much of a line as fits."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font, so that the sheet looks the same everywhere."""
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
