"""Planning an inpaint: what of a canvas is sent around a selection, and at which sizes it is worked on.

    native = native_of(client.catalog(), "dreamshaper")
    found = plan(Extent(4096, 3072), Bounds(700, 500, 64, 64), native, Choices(grow=4, feather=8, detail=2.0))
    picture, mask = cut(canvas, found.context), cut_mask(selection_mask, found.context, found.selection)

Pure functions of plain values; docs/inpaint.md shows the figures and the formulas.
"""

from bottega.geometry import Bounds, Extent
from bottega.planning.choices import Choices, relative
from bottega.planning.cutting import bounds_of, cut, cut_control, cut_mask, pasted
from bottega.planning.natives import FAMILIES, Native, native, native_of
from bottega.planning.passes import Pass
from bottega.planning.plan import Plan, plan

__all__ = [
    "FAMILIES",
    "Bounds",
    "Choices",
    "Extent",
    "Native",
    "Pass",
    "Plan",
    "bounds_of",
    "cut",
    "cut_control",
    "cut_mask",
    "native",
    "native_of",
    "pasted",
    "plan",
    "relative",
]
