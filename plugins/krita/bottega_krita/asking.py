"""From a document and the artist's wishes to a request: what is read, planned and sent.

`gather` is a chore: it reads in slices on the main thread and reckons on the helper thread.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from . import pixels
from .bare import hints, read_without
from .canvas import Reading, Sheet, mask_of, read_canvas, read_selection, settled
from .client import (
    Bounds,
    Extent,
    Inpaint,
    InvalidRequest,
    Native,
    Pixels,
    Plan,
    bounds_of,
    cut,
    cut_control,
    messages,
    native_of,
    pasted,
    plan,
    relative,
)
from .following import detected, read_controls
from .geometry import Margins
from .host import Aside
from .layers import Target
from .params import Mode, Params

Reader: TypeAlias = "Callable[[Sheet, Bounds], Reading]"
"""Gives the bytes of a part of the canvas."""


@dataclass(frozen=True)
class Request:
    """What is sent, and where on the image it lies."""

    seen: Sheet
    params: Params
    mode: Mode
    plan: Plan
    task: Inpaint
    """The first job: all there is of what is painted at once."""
    whole: Inpaint
    """The same as a walk wants it: figures are in pixels of what is sent."""
    margins: Margins = field(default=Margins())

    @property
    def at_once(self) -> bool:
        """The model bears it in one piece."""
        return len(self.plan.passes) == 1 and not self.plan.last.tiles

    @property
    def target(self) -> Target:
        """Where its results go."""
        return Target(self.seen.document, self.seen.active)


def gather(
    seen: Sheet,
    params: Params,
    catalog: messages.Catalog,
    margins: Margins | None = None,
    reader: Reader | None = None,
) -> Generator[Any, Any, Request]:
    """Read what the plan of these wishes needs; a `reader` may know the canvas already, and waits for no stroke.
    Raises InvalidRequest, NotFound in words for the artist."""
    wide = margins or Margins()
    mode = params.resolved(seen.selection is not None or bool(wide))
    native = native_of(catalog, params.checkpoint)
    if reader is None:
        yield from settled(seen.document)
    mask, where = yield from _selected(seen, mode, wide)
    made, feather = yield Aside(lambda: _planned(seen.extent, mask, where, mode, params, native))
    picture = None
    if mode.name != "generate":
        picture = yield from _picture(seen, made, params, detected(catalog), reader)
        if mode.name == "expand":
            chosen = seen.selection is not None and not wide
            if chosen:
                mask = yield Aside(partial(_open_ground, mask, where, picture, made.context, seen.extent.bounds))
            yield Aside(partial(_check_open_ground, picture, mask, chosen))
    controls = yield from read_controls(seen, params, made.context, catalog)
    size = _size(made.passes[0].content, native)
    task = yield Aside(lambda: _task(seen, params, mode, made, picture, (mask, where), feather, size))
    if seen.selection is not None and not wide:  # what is transparent elsewhere was not asked for
        task = dataclasses.replace(task, outpaint=False)
    whole = dataclasses.replace(task, controls=tuple(controls))
    sent = made.context.extent
    fitting = tuple(cut_control(each, sent, sent.bounds, Extent(*size)) for each in controls)
    return Request(seen, params, mode, made, dataclasses.replace(task, controls=fitting), whole, wide)


def _selected(seen: Sheet, mode: Mode, margins: Margins) -> Generator[Any, Any, tuple[Pixels, Bounds]]:
    """The mask of what is to be painted, and where on the canvas it lies."""
    canvas = seen.extent.bounds
    if margins:
        where = margins.around(canvas)
        return (yield Aside(lambda: _ring(where, canvas))), where
    if seen.selection is None:
        value = 0 if mode.name == "expand" else 255  # there the transparent pixels are what is selected
        return (yield Aside(lambda: _even(canvas.extent, value))), canvas
    where = canvas if mode.inverted else seen.selected
    if mode.name != "expand":
        where = where.within(canvas)
    if not where:
        raise InvalidRequest("the selection lies beyond the canvas.", remedy="Select something of the image.")
    parts = yield from read_selection(seen.selection, where)
    if mode.inverted:
        yield Aside(lambda: pixels.invert(parts))
    return (yield Aside(lambda: mask_of(parts, where))), where


def _open_ground(mask: Pixels, where: Bounds, picture: Pixels, context: Bounds, canvas: Bounds) -> Pixels:
    """Of what is selected only what is transparent, by so much as it is, or lies beyond the canvas."""
    found, part = bytearray(mask.data), where.within(canvas).within(context)
    size = picture.pixel_bytes
    for y in range(part.y, part.bottom):
        begin = (y - context.y) * picture.row_bytes + (part.x - context.x) * size
        clear = pixels.clear_of(picture.data[begin : begin + part.width * size], picture.depth)
        at = (y - where.y) * where.width + part.x - where.x
        found[at : at + part.width] = bytes(map(min, found[at : at + part.width], clear))
    return dataclasses.replace(mask, data=bytes(found))


def _check_open_ground(picture: Pixels, mask: Pixels, chosen: bool) -> None:
    """Raises InvalidRequest where nothing lies beyond the canvas, and all of it is painted, or all that was chosen."""
    if not any(mask.data) and (chosen or pixels.is_opaque(picture)):
        remedy = "Give margins, or make a part of the image transparent."
        raise InvalidRequest("there is nothing to outpaint.", remedy=remedy, field="margins")


def _even(extent: Extent, value: int) -> Pixels:
    return Pixels.filled(extent.width, extent.height, (value,), color_space="data")


def _ring(where: Bounds, canvas: Bounds) -> Pixels:
    """All that lies around the canvas."""
    return pasted(_even(where.extent, 255), _even(canvas.extent, 0), canvas.seen_from(where))


def _planned(extent: Extent, mask: Pixels, where: Bounds, mode: Mode, params: Params, native: Any) -> tuple[Plan, int]:
    """The plan, and the feather in pixels."""
    tight = bounds_of(mask) if mode.name != "expand" or any(mask.data) else mask.extent.bounds
    if tight is None:
        remedy = "Select something, or nothing at all for the whole image."
        raise InvalidRequest("nothing is selected.", remedy=remedy, field="selection")
    selection = tight.moved(where.x, where.y)
    feather = relative(selection, mode.feather)
    return plan(extent, selection, native, params.choices(mode, feather)), feather


def _size(content: Extent, native: Native) -> tuple[int, int]:
    """What is denoised at first: its size, within what the model refines in one piece."""
    scale = min(1.0, math.sqrt(native.refined / content.pixels))
    return max(16, math.floor(content.width * scale)), max(16, math.floor(content.height * scale))


def _picture(
    seen: Sheet, made: Plan, params: Params, found: set[str], reader: Reader | None
) -> Generator[Any, Any, Pixels]:
    """The context as the canvas shows it, but for its hints; where it leaves the canvas, its edge is repeated."""
    part = made.context.within(seen.extent.bounds)
    gone = yield from hints(seen.document, params.controls, found)
    if gone and reader:
        yield from reader(seen, part)  # it knows by that what changes
    parts = yield from read_without(seen, gone, part) if gone else (reader or read_canvas)(seen, part)
    return (yield Aside(lambda: cut(pixels.to_pixels(parts, part, seen.colours), made.context.seen_from(part))))


def _task(
    seen: Sheet,
    params: Params,
    mode: Mode,
    made: Plan,
    picture: Pixels | None,
    selected: tuple[Pixels, Bounds],
    feather: int,
    size: tuple[int, int],
) -> Inpaint:
    context, (mask, where) = made.context, selected
    blank = _even(context.extent, 0)
    shown = pasted(blank, mask, where.seen_from(context))
    if picture is None:  # nothing of it would be kept
        depth, data = seen.colours.depth, bytes(seen.colours.pixel_bytes // 4 * 3 * context.extent.pixels)
        picture = Pixels(context.width, context.height, 3, depth, seen.colours.color_space, data)
    return params.task(mode, picture, shown, feather, size)
