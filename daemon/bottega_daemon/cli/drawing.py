"""A plan as a picture: where everything lies on the canvas, and the context by itself as it is worked on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bottega.errors import BottegaError
from bottega.geometry import Bounds, Extent
from bottega.pixels import Pixels
from bottega.planning import Plan, cut
from bottega_daemon.cli.layers import array_of

PAPER, INK, FAINT, VOID = (247, 245, 240), (34, 32, 30), (120, 114, 106), (205, 200, 192)
SELECTION, RESULT, CONTEXT, TILE = (255, 64, 64), (255, 176, 32), (0, 150, 220), (60, 170, 80)
GAP, LINE = 24, 22
CANVAS, DETAIL = Extent(860, 640), Extent(520, 640)
DIM = 0.6
"""How far the canvas fades where nothing of it is sent."""


def draw_plans(plans: Sequence[tuple[Plan, Pixels | None]], canvas: Pixels, path: Path) -> None:
    """Write the drawing of plans and their masks, one below the other, as a PNG file. Raises BottegaError if it cannot
    be written."""
    pages = [_page(plan, canvas, mask) for plan, mask in plans]
    sheet = Image.new("RGB", (max(page.width for page in pages), sum(page.height for page in pages)), PAPER)
    top = 0
    for page in pages:
        sheet.paste(page, (0, top))
        top += page.height
    data = io.BytesIO()
    sheet.save(data, "PNG")
    try:
        path.write_bytes(data.getvalue())
    except OSError as error:
        message, remedy = f"{path} cannot be written ({error.strerror}).", "Choose another place with --picture."
        raise BottegaError(message, remedy=remedy, field="output", reason="OUTPUT") from error


def _page(plan: Plan, canvas: Pixels, mask: Pixels | None) -> Image.Image:
    whole, near = _canvas_view(plan, canvas, mask), _context_view(plan, canvas, mask)
    width = GAP + whole.width + GAP + near.width + GAP
    page = Image.new("RGB", (max(width, 720), GAP + CANVAS.height + GAP + len(_key(plan)) * LINE + GAP), PAPER)
    page.paste(whole, (GAP, GAP + (CANVAS.height - whole.height) // 2))
    page.paste(near, (GAP + whole.width + GAP, GAP + (DETAIL.height - near.height) // 2))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(14)
    for index, (colour, text) in enumerate(_key(plan)):
        y = GAP + CANVAS.height + GAP + index * LINE
        draw.rectangle((GAP, y + 3, GAP + 14, y + 15), fill=colour)
        draw.text((GAP + 24, y), text, INK, font)
    return page


def _canvas_view(plan: Plan, canvas: Pixels, mask: Pixels | None) -> Image.Image:
    """The room, faded but for the context."""
    view = _View(plan.room, CANVAS)
    bright = view.picture(canvas, mask, plan)
    faded = Image.blend(bright, Image.new("RGB", bright.size, PAPER), DIM)
    shown = view.box(plan.context)
    faded.paste(bright.crop(shown), shown[:2])
    draw = ImageDraw.Draw(faded)
    if plan.outpaints:
        draw.rectangle(_edge(view.box(plan.canvas.bounds)), outline=INK)
    _outlines(view, draw, plan)
    return faded


def _context_view(plan: Plan, canvas: Pixels, mask: Pixels | None) -> Image.Image:
    """The context alone, enlarged."""
    view = _View(plan.context, DETAIL)
    image = view.picture(canvas, mask, plan)
    _outlines(view, ImageDraw.Draw(image), plan)
    return image


def _outlines(view: _View, draw: ImageDraw.ImageDraw, plan: Plan) -> None:
    for tile in plan.tiles_on_canvas():
        draw.rectangle(_edge(view.box(tile)), outline=TILE)
    for bounds, colour in ((plan.context, CONTEXT), (plan.result, RESULT), (plan.selection, SELECTION)):
        draw.rectangle(_edge(view.box(bounds)), outline=colour, width=2)
        _label(view, draw, bounds, colour)


def _label(view: _View, draw: ImageDraw.ImageDraw, bounds: Bounds, colour: tuple[int, int, int]) -> None:
    """The size, below the bounds' lower left corner where that is inside, if they are wide enough to be told apart."""
    font, text = ImageFont.load_default(13), str(bounds.extent)
    left, _, right, bottom = view.box(bounds)
    x0, y0, x1, y1 = draw.textbbox((0, 0), text, font=font)
    if right - left < x1 - x0 + 8:
        return
    left, top = left + 2, min(bottom, view.size.height) - (y1 - y0) - 8
    draw.rectangle((left, top, left + x1 - x0 + 6, top + y1 - y0 + 6), fill=colour)
    draw.text((left + 3 - x0, top + 3 - y0), text, (255, 255, 255), font)


def _key(plan: Plan) -> list[tuple[tuple[int, int, int], str]]:
    rows = [
        (SELECTION, f"selection {plan.selection}"),
        (RESULT, f"result {plan.result}: what may change and comes back"),
        (CONTEXT, f"context {plan.context}: what is sent, {100 * plan.share:.3g} % of the canvas {plan.canvas}"),
    ]
    for each in plan.passes:
        tiles = f" in {len(each.tiles)} tiles of {each.tiles[0].extent}" if each.tiles else ""
        what = {"compose": "composed", "refine": "refined"}[each.kind]
        scale = each.content.longest / plan.context.extent.longest
        text = f"{what} at {each.work}{tiles}, strength {each.strength:g}, scale {scale:.4g}"
        rows.append((TILE if each.tiles else FAINT, text))
    return rows


class _View:
    """A part of the canvas's plane, fitted into a frame on the page."""

    def __init__(self, part: Bounds, frame: Extent) -> None:
        self._part = part
        self._scale = min(frame.width / part.width, frame.height / part.height)
        self.size = Extent(max(1, round(part.width * self._scale)), max(1, round(part.height * self._scale)))

    def box(self, bounds: Bounds) -> tuple[int, int, int, int]:
        """Left, top, right and bottom on the view, at least a pixel apart."""
        x, y, scale = self._part.x, self._part.y, self._scale
        left, top = round((bounds.x - x) * scale), round((bounds.y - y) * scale)
        right, bottom = round((bounds.right - x) * scale), round((bounds.bottom - y) * scale)
        return left, top, max(right, left + 1), max(bottom, top + 1)

    def picture(self, canvas: Pixels, mask: Pixels | None, plan: Plan) -> Image.Image:
        """The picture as far as there is one, with what is selected in its colour."""
        image = Image.new("RGB", (self.size.width, self.size.height), VOID)
        there = self._part.within(plan.canvas.bounds)
        if there:
            image.paste(self._fitted(_shown(cut(canvas, there)), there), self.box(there)[:2])
        chosen = Image.new("L", image.size, 0)
        if mask is None:
            chosen.paste(120, self.box(plan.selection))
        elif there:
            grey = _shown(cut(mask, there)).convert("L").point([value * 120 // 255 for value in range(256)])
            chosen.paste(self._fitted(grey, there), self.box(there)[:2])
        return Image.composite(Image.new("RGB", image.size, SELECTION), image, chosen)

    def _fitted(self, image: Image.Image, bounds: Bounds) -> Image.Image:
        left, top, right, bottom = self.box(bounds)
        size = (right - left, bottom - top)
        return image.resize(size, Image.Resampling.BOX if size < image.size else Image.Resampling.NEAREST)


def _edge(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The same box with its last pixels instead of the first after it."""
    return box[0], box[1], box[2] - 1, box[3] - 1


def _shown(pixels: Pixels) -> Image.Image:
    """Pixels as 8-bit sRGB; what is beyond 0..1 is clipped."""
    if pixels.depth in ("f16", "f32"):
        values = np.clip(np.nan_to_num(array_of(pixels).astype(np.float32)), 0, 1)
        if pixels.color_space == "linear":  # IEC 61966-2-1
            light = values[..., :3]
            values[..., :3] = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        data = np.rint(values * 255).astype(np.uint8).tobytes()
    else:
        data = pixels.data if pixels.depth == "u8" else pixels.data[1::2]
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[pixels.channels]
    image = Image.frombytes(mode, (pixels.width, pixels.height), data)
    if mode == "RGBA":
        page = Image.new("RGBA", image.size, (*VOID, 255))
        return Image.alpha_composite(page, image).convert("RGB")
    return image.convert("RGB")
