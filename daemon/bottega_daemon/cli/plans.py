"""An inpaint's plan from options and files, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from bottega.errors import ConnectionLost, InvalidRequest
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega.planning import FAMILIES, Choices, Native, Pass, Plan, bounds_of, native, native_of, relative
from bottega.planning.walking import MOST_TILES
from bottega.tasks import Margin
from bottega_daemon.cli.masks import FIELD, masks_of, rectangle_of, with_void
from bottega_daemon.cli.options import Focus, Reaching
from bottega_daemon.cli.say import note

Selection: TypeAlias = tuple[Bounds, Pixels | None]

_WAYS = {"one": "in one pass", "two": "composed small, then refined", "tiles": "composed small, then refined in tiles"}
_AT_ONCE = "refined in tiles, nothing composed first"
_PASSES = {"compose": "composed at", "refine": "refined at"}


def choices_of(focus: Focus, grow: Margin, feather: Margin, strength: float, selection: Bounds) -> Choices:
    """What the options choose for a selection. Raises InvalidRequest."""
    return Choices(
        grow=_pixels(grow, selection),
        feather=_pixels(feather, selection),
        detail=focus.detail,
        megapixels=focus.megapixels,
        margin=focus.context,
        include=rectangle_of(focus.include, "include", "plan.include") if focus.include else None,
        strength=strength,
    )


def _pixels(margin: Margin, selection: Bounds) -> int:
    """A margin in pixels, as the daemon reckons it."""
    return margin.pixels + relative(selection, margin.relative)


def selections(canvas: Pixels, files: Sequence[Path], rects: Sequence[str], *, beyond: bool) -> list[Selection]:
    """The bounds of each thing that is selected, and its mask if it has one: rectangles may leave the canvas, and have
    none then. With `beyond`, what is transparent belongs to each of them. Raises InvalidRequest."""
    if rects and not (files or beyond):
        return [(rectangle_of(rect), None) for rect in rects]
    masks = [with_void(canvas, mask) if beyond else mask for mask in masks_of(canvas, files, rects, beyond=beyond)]
    found = [(bounds, mask) for mask in masks if (bounds := bounds_of(mask))]
    if not found:  # one black mask of several is left out, as an inpaint leaves it out
        remedy = "White is what is repainted; invert it?"
        raise InvalidRequest("the mask is black everywhere.", remedy=remedy, field=FIELD)
    return [(bounds, mask) for bounds, mask in found]


def model_of(family: str, side: int, checkpoint: str, reaching: Reaching) -> Native:
    """The sizes that suit the named model: by the family table, or the catalog, also of a daemon that is away but was
    met before. Raises InvalidRequest, NotFound."""
    if family:
        if family not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise InvalidRequest(f"unknown family {family!r}.", remedy=f"Give one of {known}.", field="family")
        return native(family, _side(side))
    from bottega.client import Client

    try:
        with Client(reaching.address, reaching.token, patience=2.0) as client:
            return native_of(client.catalog(offline_ok=True), checkpoint)
    except ConnectionLost:
        if checkpoint:
            raise
    note("[yellow]note:[/] no daemon answers; planned for the family sd15. Name another with --family.")
    return native("sd15", _side(side))


def _side(side: int) -> int:
    if side and not 64 <= side <= 4096:
        raise InvalidRequest(f"{side} is no native side.", remedy="Give 64 to 4096 pixels.", field="native")
    return side


def in_words(plan: Plan, model: Native) -> list[tuple[str, str, str, str]]:
    """Rows of what, size, place and a remark."""
    rows = [("canvas", str(plan.canvas), "", f"native side {model.side}")]
    if plan.outpaints:
        rows.append(("room", str(plan.room.extent), _place(plan.room), "the canvas and what is added to it"))
    left = (plan.selection.x - plan.context.x, plan.selection.y - plan.context.y)
    sent = f"sent: {100 * plan.share:.3g} % of the canvas, selection at {left[0]}, {left[1]} of it"
    rows += [
        ("selection", str(plan.selection.extent), _place(plan.selection), ""),
        ("result", str(plan.result.extent), _place(plan.result), "what may change and comes back"),
        ("context", str(plan.context.extent), _place(plan.context), sent),
        ("scale", f"{float(plan.scale):.4g}", "", f"{_exactly(plan)}; {_way(plan)}"),
    ]
    return rows + [(_PASSES[each.kind], str(each.work), "", _remark(each)) for each in plan.passes]


def _place(bounds: Bounds) -> str:
    return f"{bounds.x}, {bounds.y}"


def _way(plan: Plan) -> str:
    return _AT_ONCE if plan.passes[0].tiles else _WAYS[plan.way]


def _exactly(plan: Plan) -> str:
    up, down, whole = plan.scale.numerator, plan.scale.denominator, plan.last.content
    if (plan.context.width * up, plan.context.height * up) != (whole.width * down, whole.height * down):
        return f"to the nearest whole size, {whole}, since the canvas ends here"
    if plan.last.content == plan.last.work:
        return f"exactly {plan.scale.numerator} px of work for {plan.scale.denominator} px of canvas"
    return f"the canvas ends here: {plan.last.content} px of it are picture, the rest repeats its edge"


def _remark(each: Pass) -> str:
    if not each.tiles:
        return f"strength {each.strength:g}"
    many = f": too many, at most {MOST_TILES}" if len(each.tiles) > MOST_TILES else ""
    return f"strength {each.strength:g}, {len(each.tiles)} tiles of {each.tiles[0].extent}{many}"
