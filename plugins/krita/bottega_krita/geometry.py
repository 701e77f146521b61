"""How far beyond the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from .client import Bounds


@dataclass(frozen=True)
class Margins:
    """How far an outpaint reaches beyond the canvas, in pixels of each side."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def around(self, canvas: Bounds) -> Bounds:
        """The canvas with them."""
        return Bounds.between(-self.left, -self.top, canvas.right + self.right, canvas.bottom + self.bottom)

    def __bool__(self) -> bool:
        return any((self.left, self.top, self.right, self.bottom))
