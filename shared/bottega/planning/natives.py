"""At which sizes a model paints well: its native side, and what its family bears, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bottega.errors import NotFound
from bottega.geometry import ceil_to

if TYPE_CHECKING:
    from bottega import messages as m

CELL = 8
"""Pixels on a side of a latent cell: what is denoised has sides that are multiples of it."""
BLOCKS = 16
"""A native side is this many blocks; the proportions of what is sent are whole numbers of blocks."""
MAX_SIDE, MAX_PIXELS = 4096, 4_194_304
"""What a daemon accepts whose catalog is not at hand."""


@dataclass(frozen=True)
class Family:
    """How far from its native size a family still composes well, in native sides and native areas."""

    side: int
    """Native side of the published model."""
    most: float
    """Largest area for a first pass: beyond it subjects repeat."""
    longest: float
    """Longest side for a first pass."""
    refined: float = 4.0
    """Largest area for a pass that only refines what a smaller one has composed."""


FAMILIES: Mapping[str, Family] = {
    "sd15": Family(512, 1.5, 1.5),
    "sd15-inpaint": Family(512, 1.5, 1.5),
    "sd2": Family(768, 1.4, 1.5),
    "sdxl": Family(1024, 1.25, 2.0),
    "starter": Family(128, 1.5, 1.5),
}
"""The areas of sd15 and sdxl are about those that krita-ai-diffusion's users have found good; sdxl was trained on sides
of up to twice its native one. "starter" is the embedded model, an sd15 of its own native side."""
_UNKNOWN = Family(512, 1.4, 1.5)


@dataclass(frozen=True)
class Native:
    """The sizes that suit one checkpoint, in pixels."""

    side: int
    most: int
    """Pixels of a first pass."""
    longest: int
    """Longest side of a first pass, unless the shorter one would become less than half the native side."""
    refined: int
    """Pixels of a refining pass; what is larger goes in tiles of the native side."""
    max_side: int = MAX_SIDE
    """Longest side that the daemon accepts."""

    @property
    def pixels(self) -> int:
        """The native area."""
        return self.side * self.side

    @property
    def block(self) -> int:
        """A sixteenth of the native side, as a multiple of the latent cell."""
        return ceil_to(max(self.side // BLOCKS, 1), CELL)


def native(family: str, side: int = 0, max_pixels: int = MAX_PIXELS, max_side: int = MAX_SIDE) -> Native:
    """What suits a checkpoint of a family with this native side (0: the family's own).

    An unknown family is treated as a careful one.
    """
    row = FAMILIES.get(family, _UNKNOWN)
    side = ceil_to(side or row.side, CELL)
    area = side * side
    most = min(int(row.most * area), max_pixels)
    refined = max(most, min(int(row.refined * area), max_pixels))
    return Native(side, most, min(int(row.longest * side), max_side), refined, max_side)


def native_of(catalog: m.Catalog, checkpoint: str = "") -> Native:
    """What suits a checkpoint of the catalog; "" is the catalog's default. Raises NotFound."""
    name = checkpoint or (catalog.defaults.checkpoint if catalog.defaults else "")
    found = next((entry for entry in catalog.checkpoints if entry.name == name), None)
    if found is None:
        known = ", ".join(entry.name for entry in catalog.checkpoints) or "none is installed"
        raise NotFound(f"there is no checkpoint {name!r}.", remedy=f"Choose one: {known}.", field="checkpoint")
    side = min(found.native.width, found.native.height) if found.native else 0
    limits = catalog.limits
    if limits is None:
        return native(found.family, side)
    return native(found.family, side, limits.max_pixels or MAX_PIXELS, limits.max_side or MAX_SIDE)
