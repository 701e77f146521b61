"""What the sample plug-in asks for."""

from __future__ import annotations

from bottega.pixels import (  # the names on lines of their own
    Pixels,
)

PROMPT = "red bricks"


def start() -> Pixels:
    """A picture of one colour."""
    return Pixels.filled(192, 160, (200, 40, 40))
