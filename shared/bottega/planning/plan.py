"""The plan of an inpaint: a pure function from canvas, selection, model and choices to what is sent and made of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from bottega.geometry import Bounds, Extent, ceil_to
from bottega.pixels import MAX_SIDE
from bottega.planning.choices import Choices, wrong
from bottega.planning.context import area
from bottega.planning.natives import CELL, Native
from bottega.planning.passes import Pass, passes, scaled_outward

Way: TypeAlias = Literal["one", "two", "tiles"]


@dataclass(frozen=True)
class Plan:
    """What an inpaint sends, makes and gives back. All bounds are in pixels of the canvas.

    selection ⊂ result ⊂ context ⊂ room, where the room is the canvas and whatever the selection adds to it (outpaint).
    """

    canvas: Extent
    room: Bounds
    selection: Bounds
    result: Bounds
    """What may change: the selection, grown and feathered, in whole cells where the room has them."""
    context: Bounds
    """What is sent, and nothing else."""
    scale: Fraction
    """Pixels of work for each pixel of the canvas in the last pass; exact along both axes while the room does not bound
    the context, else rounded by half a pixel of work at most."""
    passes: tuple[Pass, ...]

    @property
    def way(self) -> Way:
        """At once, composed and then refined, or refined in tiles."""
        if self.passes[-1].tiles:
            return "tiles"
        return "one" if len(self.passes) == 1 else "two"

    @property
    def last(self) -> Pass:
        """The pass that makes the result's pixels."""
        return self.passes[-1]

    @property
    def outpaints(self) -> bool:
        """Whether the selection reaches beyond the canvas."""
        return self.room != self.canvas.bounds

    @property
    def share(self) -> float:
        """Pixels sent, as a part of the canvas's."""
        return self.context.within(self.canvas.bounds).extent.pixels / self.canvas.pixels

    def tiles_on_canvas(self) -> list[Bounds]:
        """The last pass's tiles, whole pixels of the canvas around them, cut off at the context's edge."""
        back = 1 / self.scale
        found = (scaled_outward(tile, back).moved(self.context.x, self.context.y) for tile in self.last.tiles)
        return [tile.within(self.context) for tile in found]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        places = {name: getattr(self, name).as_dict() for name in ("room", "selection", "result", "context")}
        return {
            "canvas": [self.canvas.width, self.canvas.height],
            **places,
            "way": self.way,
            "scale": float(self.scale),
            "scale_exact": str(self.scale),
            "share": self.share,
            "passes": [each.as_dict() for each in self.passes],
        }


def plan(canvas: Extent, selection: Bounds, native: Native, choices: Choices | None = None) -> Plan:
    """Plan the inpaint of a selection. One that reaches beyond the canvas outpaints. Raises InvalidRequest."""
    chosen = choices or Choices()
    _check(canvas, selection)
    room = canvas.bounds.joined(selection)
    if max(room.width, room.height) > MAX_SIDE:
        message = f"canvas and selection together are {room.extent}."
        raise wrong("selection", message, f"Stay within {MAX_SIDE} pixels a side.")
    result = padded_bounds(selection, room, chosen.reach)
    found = area(result, room, native, chosen)
    made = passes(found, result, native, chosen.strength)
    return Plan(canvas, room, selection, result, found.context, found.scale, made)


def padded_bounds(selection: Bounds, room: Bounds, reach: int) -> Bounds:
    """The selection and everything that softening it may change, in whole cells, inside of the room."""
    reached = selection.padded(reach).within(room)
    return reached.grown_to(Extent(ceil_to(reached.width, CELL), ceil_to(reached.height, CELL))).inside(room)


def _check(canvas: Extent, selection: Bounds) -> None:
    if canvas.shortest < 1:
        raise wrong("canvas", f"{canvas} has no pixels.", "Give a canvas of at least a pixel.")
    if not selection:
        raise wrong("selection", f"{selection.extent} selects nothing.", "Select something.")
