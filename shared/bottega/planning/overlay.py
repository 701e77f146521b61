"""Hands that gather what passes paint as layers of their own, for hosts whose hands make new pixels, as numpy does.

`growing` is the same for hosts without numpy, in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bottega import messages as m
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import Pixels
from bottega.planning.cutting import cut, pasted, unseen
from bottega.planning.walking import Hands, layer_bounds

Showing: TypeAlias = Callable[[Pixels, Any], Picture]
"""RGBA as a layer that shows as far as `Hands.reach` says, cut to where it does."""


@dataclass(frozen=True)
class Painted:
    """A context, and what was painted over it so far: RGBA over nothing, so that its colours are those that were
    painted, whatever they come to lie on. Where nothing was, they are the context's own."""

    picture: Pixels
    over: Pixels


class Overlay:
    """Hands for one walk, which then returns a `Painted` for each of its pictures.

    Every pass is as transparent as the first one. Laid one over the other on the picture itself, two passes of a soft
    selection would show further than it was selected: half would be three quarters.
    """

    def __init__(self, hands: Hands, showing: Showing) -> None:
        self.hands = Hands(self._laid, self._reach, hands.faded, self._cut)
        self._own, self._showing, self._reached = hands, showing, None

    def layers(self, painted: Sequence[Painted], seed: int) -> list[Picture]:
        """The layers of a walk that has ended: they show as far as the first pass did. Seeds follow from `seed`."""
        shown = (self._showing(each.over, self._reached) for each in painted)
        return [replace(layer, index=index, seed=seed + index) for index, layer in enumerate(shown)]

    def _laid(self, context: Pixels | Painted, layers: Sequence[Picture]) -> Painted:
        if isinstance(context, Painted):
            return replace(context, over=self._own.laid(context.over, layers))
        over = unseen(context)
        for layer in layers:  # of the first pass, with its colours also where it does not show
            over = pasted(over, layer.pixels, layer_bounds(layer))
        return Painted(context, over)

    def _reach(self, layer: Picture, extent: Extent) -> Any:
        found = self._own.reach(layer, extent)
        self._reached = found if self._reached is None else self._reached
        return found

    def _cut(self, painted: Painted, place: Bounds) -> Pixels:
        return self._own.laid(cut(painted.picture, place), [whole_layer(cut(painted.over, place))])


def whole_layer(pixels: Pixels) -> Picture:
    """RGBA as a layer of all of a context."""
    return Picture("", 0, 0, pixels, m.Bounds(width=pixels.width, height=pixels.height))
