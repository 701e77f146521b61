"""What an artist may choose about an inpaint's plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bottega.errors import InvalidRequest
from bottega.geometry import Bounds

MAX_SOFT = 16384
"""Pixels of grow or feather."""


@dataclass(frozen=True)
class Choices:
    """All in pixels of the canvas; zero means exactly none. Raises InvalidRequest with the field's name.

    The daemon widens the selection by `grow` and lets the result fade out over `feather` pixels beyond; denoising fades
    out over twice as much, so that no visible pixel lies where diffusion hardly worked.
    """

    grow: int = 0
    feather: int = 0
    detail: float = 1.0
    """1 to 4: how many times finer than its native size (small selections) or than the canvas (large ones) a model
    works."""
    megapixels: float | None = None
    """Instead of `detail`: about so many million pixels are denoised in the end. May make large selections coarser than
    the canvas, never a small one smaller than the native size."""
    margin: float | None = None
    """How much around the result is sent at least, 0 to 4: a part of the side of a square as large as the result.
    None: as suits its size."""
    include: Bounds | None = None
    """Must be sent too: the figure that a control layer's skeleton describes, a reference, the whole picture."""
    strength: float = 1.0
    """Of the denoising, 0 to 1: what is only refined need not be composed at a smaller size first."""

    def __post_init__(self) -> None:
        _whole("grow", self.grow, MAX_SOFT)
        _whole("feather", self.feather, MAX_SOFT)
        _real("detail", self.detail, 1.0, 4.0)
        if self.megapixels is not None:
            _real("megapixels", self.megapixels, 0.01, 1024.0)
        if self.margin is not None:
            _real("margin", self.margin, 0.0, 4.0)
        _real("strength", self.strength, 0.0, 1.0)

    @property
    def reach(self) -> int:
        """Pixels beyond the selection up to which anything may change: grow + 2 feather."""
        return self.grow + 2 * self.feather


def relative(selection: Bounds, part: float) -> int:
    """A part of the selection's diagonal in whole pixels, for `grow` and `feather`; 0 of it is 0. Raises
    InvalidRequest for more than all of it."""
    if not 0.0 <= part <= 1.0:
        remedy = "Give 0 to 100 % of the selection's diagonal, or pixels."
        raise wrong("relative", f"{part:.0%} of the selection is too much.", remedy)
    return min(round(math.hypot(selection.width, selection.height) * part), MAX_SOFT)


def _whole(field: str, value: int, most: int) -> None:
    if type(value) is not int or not 0 <= value <= most:
        raise wrong(field, f"{value!r} is not a whole number of 0 to {most}.", "Give it in pixels of the canvas.")


def _real(field: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # also NaN
        raise wrong(field, f"{value!r} is not {least:g} to {most:g}.", "Give a number between.")


def wrong(field: str, message: str, remedy: str) -> InvalidRequest:
    """The error for something that cannot be planned."""
    return InvalidRequest(message, remedy=remedy, field=f"plan.{field}")
