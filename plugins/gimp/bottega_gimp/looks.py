"""Small pictures of a layer, before and after: whether its image was scaled or cropped, where places do not tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from .client import Extent

SIDE = 24
"""Of a look, in pixels: RGBA, the whole layer, whatever its shape."""
ALIKE = 12.0
"""Mean difference of levels, of 255, up to which two show the same."""
SURE = 2.0
"""So many times better than the other one, and by a level, is what is believed."""
WINDOWS = 9
"""Places along each side at which a crop is looked for."""

Window: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height, as parts of a look."""
WHOLE = (0.0, 0.0, 1.0, 1.0)


def scaled(now: bytes, before: bytes, size: Extent, old: Extent) -> bool:
    """Whether a layer that was `old` and is of this size surely shows all that it did, and not a part that was cut out
    of it. What is plain, or alike everywhere, is no proof; what has grown was not cut."""
    if not (len(now) == len(before) == 4 * SIDE * SIDE):
        return False
    whole = difference(now, before, WHOLE)
    part = min((difference(now, before, window) for window in _windows(size, old)), default=float("inf"))
    return whole <= ALIKE and part > SURE * whole + 1.0


def difference(now: bytes, before: bytes, window: Window) -> float:
    """Mean difference of a look and a part of another, in levels of RGB where both show something; where one alone does
    it is the largest."""
    left, top, width, height = window
    columns = [_between(left + width * (x + 0.5) / SIDE) for x in range(SIDE)]
    total = count = 0.0
    for y in range(SIDE):
        upper, lower, down = _between(top + height * (y + 0.5) / SIDE)
        for x, (first, second, across) in enumerate(columns):
            corners = [4 * (SIDE * row + column) for row in (upper, lower) for column in (first, second)]
            shares = ((1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across)
            found = _apart(now[4 * (SIDE * y + x) :][:4], before, corners, shares)
            if found is not None:
                total, count = total + found, count + 1
    return total / count if count else 0.0


def _apart(pixel: bytes, before: bytes, corners: list[int], shares: tuple[float, float, float, float]) -> float | None:
    """How far a pixel is from a mixture of four; None if neither shows anything."""
    weights = [share * before[corner + 3] for corner, share in zip(corners, shares, strict=True)]
    opaque = sum(weights)
    if pixel[3] < 128 and opaque < 128:
        return None
    if pixel[3] < 128 or opaque < 128:
        return 255.0
    mixed = [
        sum(weight * before[corner + channel] for corner, weight in zip(corners, weights, strict=True)) / opaque
        for channel in range(3)
    ]
    return sum(abs(one - two) for one, two in zip(pixel, mixed, strict=False)) / 3


def _windows(size: Extent, old: Extent) -> Iterator[Window]:
    """The parts of that size; none for what has grown."""
    width, height = size.width / old.width, size.height / old.height
    if width > 1 or height > 1:
        return
    for down in range(WINDOWS if height < 1 else 1):
        for across in range(WINDOWS if width < 1 else 1):
            steps = WINDOWS - 1
            yield (1 - width) * across / steps, (1 - height) * down / steps, width, height


def _between(part: float) -> tuple[int, int, float]:
    """The pixels on both sides of a place, and how far it lies towards the second."""
    place = min(max(part * SIDE - 0.5, 0.0), SIDE - 1.0)
    first = int(place)
    return first, min(first + 1, SIDE - 1), place - first
