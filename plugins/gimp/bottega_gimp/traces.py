"""Runs of an image's pixels, remembered where they lay: by them it is known how far a crop has moved what covers the
canvas, and whether the image was flipped or turned, of which layers' places tell nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gi.repository import Gimp

from . import canvas
from .client import Bounds, Extent
from .pixels import PREVIEW, read

LENGTH = 48
"""Of a run, in pixels."""
VARIED = 3
"""So many of them must differ: what is plain is everywhere."""
PLACES = 16
"""Looked at in a layer: each costs GIMP a tile."""
LAYERS = 3
"""The lowest ones are looked at, until two runs are known."""
SPREAD = (0.7548776662466927, 0.5698402909980532)
"""Parts of the sides from one place to the next: so they are spread evenly, however many."""
ROWS = 256
"""Read at a time when runs are searched for."""
CHANCES, MOST = 32, 256
"""Places in so many rows at which a run may be, and of all of them together, in a picture that repeats itself."""
NEAR = 2
"""So far may steps be from each other that are all as likely, in smooth pictures."""


@dataclass(frozen=True)
class Run:
    """Some pixels beside each other."""

    tattoo: int
    """Of their layer."""
    x: int
    y: int
    """On the canvas."""
    data: bytes

    @property
    def bounds(self) -> Bounds:
        """On the canvas."""
        return Bounds(self.x, self.y, LENGTH, 1)


def taken(layers: Sequence[Gimp.Layer]) -> tuple[Run, ...]:
    """Runs of the lowest of an image's layers that shows some."""
    for layer in reversed(layers[-LAYERS:]):
        found = tuple(_runs(layer))
        if len(found) > 1:
            return found
    return ()


def _runs(layer: Gimp.Layer) -> Iterator[Run]:
    bounds, tattoo = canvas.layer_bounds(layer), layer.get_tattoo()
    wide, high = bounds.width - LENGTH, bounds.height - 1
    for number in range(1, PLACES + 1 if wide >= 0 else 1):
        x, y = (round(side * (number * part % 1.0)) for side, part in zip((wide, high), SPREAD, strict=True))
        data = read(layer, Bounds(x, y, LENGTH, 1), PREVIEW, 4).data
        if len(set(memoryview(data).cast("I"))) >= VARIED:
            yield Run(tattoo, bounds.x + x, bounds.y + y, data)


def step(image: Gimp.Image, runs: Sequence[Run]) -> tuple[int, int] | None:
    """How far to the right and down they have moved; None if they are not found, or in too many places."""
    layer = image.get_layer_by_tattoo(runs[0].tattoo) if runs else None
    if layer is None:
        return None
    bounds = canvas.layer_bounds(layer)
    said = {by: _said_by(layer, bounds, runs, by) for by in _candidates(layer, bounds, runs)}
    most = max(said.values(), default=0)
    best = sorted(by for by, same in said.items() if same == most)
    if most < 2 or any(max(side) - min(side) > NEAR for side in zip(*best, strict=True)):
        return None
    return best[len(best) // 2]


def still(image: Gimp.Image, runs: Sequence[Run]) -> bool:
    """Whether they are where they were: more than one of them, and most."""
    layer = image.get_layer_by_tattoo(runs[0].tattoo) if runs else None
    return layer is not None and _said_by(layer, canvas.layer_bounds(layer), runs, (0, 0)) > 1


def _candidates(layer: Gimp.Drawable, bounds: Bounds, runs: Sequence[Run]) -> set[tuple[int, int]]:
    """Steps that bring a run to where it is found."""
    found: set[tuple[int, int]] = set()
    for top in range(0, bounds.height, ROWS):
        stripe = Bounds(0, top, bounds.width, min(ROWS, bounds.height - top))
        data = read(layer, stripe, PREVIEW, 4).data
        for run in runs:
            spots = _spots(data, run.data, bounds.width)
            found |= {(bounds.x + x - run.x, bounds.y + top + y - run.y) for x, y in islice(spots, CHANCES)}
        if len(found) > MOST:
            break
    return found


def _spots(data: bytes, run: bytes, width: int) -> Iterator[tuple[int, int]]:
    """Where a run is in rows of pixels."""
    place = -1
    while (place := data.find(run, place + 1)) >= 0:
        y, x = divmod(place // 4, width)
        if place % 4 == 0 and x + LENGTH <= width:
            yield x, y


def _said_by(layer: Gimp.Drawable, bounds: Bounds, runs: Sequence[Run], by: tuple[int, int]) -> int:
    """How many runs have gone there; none if it is less than half of those that would be within the layer."""
    inside = [run for run in runs if run.bounds.moved(*by) in bounds]
    same = sum(_is_at(layer, bounds, run, run.bounds.moved(*by)) for run in inside)
    return same if 2 * same >= len(inside) else 0


def _is_at(layer: Gimp.Drawable, bounds: Bounds, run: Run, place: Bounds, *, backwards: bool = False) -> bool:
    if place not in bounds:
        return False
    found = read(layer, place.seen_from(bounds), PREVIEW, 4).data
    return (_backwards(found) if backwards else found) == run.data


def _backwards(data: bytes) -> bytes:
    return memoryview(data).cast("I")[::-1].tobytes()


@dataclass(frozen=True)
class Turn:
    """A way in which an image may be turned: where it brings what lies somewhere on a canvas of that extent."""

    of: Callable[[Bounds, Extent], Bounds]
    upright: bool
    """The canvas keeps its sides."""
    backwards: bool
    """What went to the right goes to the left, or upwards, afterwards."""


TURNS = (
    Turn(lambda it, all_: Bounds(all_.width - it.right, it.y, it.width, it.height), True, True),
    Turn(lambda it, all_: Bounds(it.x, all_.height - it.bottom, it.width, it.height), True, False),
    Turn(lambda it, all_: Bounds(all_.width - it.right, all_.height - it.bottom, it.width, it.height), True, True),
    Turn(lambda it, all_: Bounds(all_.height - it.bottom, it.x, it.height, it.width), False, False),
    Turn(lambda it, all_: Bounds(it.y, all_.width - it.right, it.height, it.width), False, True),
)
"""Flipped, upside down, by a half turn, by a quarter to the right and to the left."""


def turned(image: Gimp.Image, extent: Extent, marks: Sequence[tuple[int, Bounds]], runs: Sequence[Run]) -> bool:
    """Whether an image that was of that extent was flipped or turned since, with all its layers: those that do not
    cover it say so by their places, else the runs do."""
    now = canvas.extent_of(image)
    possible = [turn for turn in TURNS if now == (extent if turn.upright else Extent(extent.height, extent.width))]
    layer = image.get_layer_by_tattoo(runs[0].tattoo) if runs else None
    bounds = canvas.layer_bounds(layer) if layer is not None else extent.bounds
    if layer is not None and any(_is_at(layer, bounds, run, run.bounds) for run in runs):
        return False
    layers = [(image.get_layer_by_tattoo(tattoo), before) for tattoo, before in marks]
    places = [(canvas.layer_bounds(layer), before) for layer, before in layers if layer is not None]
    if any(here != before for here, before in places):
        possible = [turn for turn in possible if all(here == turn.of(before, extent) for here, before in places)]
        if possible and any(here != before and extent.bounds not in before for here, before in places):
            return True
    if layer is None:
        return False
    return any(
        sum(_is_at(layer, bounds, run, turn.of(run.bounds, extent), backwards=turn.backwards) for run in runs) > 1
        for turn in possible
    )
