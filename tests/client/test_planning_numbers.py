"""Plans for chosen selections, number by number: what a plug-in's author may expect."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction

import pytest

from bottega import messages as m
from bottega.errors import NotFound
from bottega.geometry import Bounds, Extent
from bottega.planning import Choices, native, native_of, plan
from tests.daemon import ROOT

SQUARE = Extent(2048, 2048)
SMALL = Bounds(992, 992, 64, 64)


@pytest.mark.parametrize(
    ("family", "choices", "context", "scale", "works"),
    [
        ("sd15", Choices(), 128, "4", [512]),
        ("sd15", Choices(grow=4, feather=8), 208, "32/13", [512]),
        ("sd15", Choices(margin=0.0), 128, "4", [512]),
        ("sd15", Choices(margin=1.5), 256, "2", [512]),
        ("sd15", Choices(detail=1.5), 128, "6", [512, 768]),
        ("sd15", Choices(detail=2.0), 128, "8", [512, 1024]),
        ("sd15", Choices(megapixels=1.0), 128, "8", [512, 1024]),
        ("sd15", Choices(detail=2.0, strength=0.3), 128, "8", [1024]),
        ("sdxl", Choices(), 256, "4", [1024]),
        ("sdxl", Choices(detail=2.0), 256, "8", [1024, 2048]),
        ("starter", Choices(), 128, "1", [128]),
        ("starter", Choices(detail=2.0), 128, "2", [128, 256]),
    ],
)
def test_64_pixels_of_2048(family: str, choices: Choices, context: int, scale: str, works: list[int]) -> None:
    found = plan(SQUARE, SMALL, native(family), choices)
    assert found.context.extent == Extent(context, context)
    assert found.scale == Fraction(scale)
    assert [each.work for each in found.passes] == [Extent(work, work) for work in works]
    assert [each.content for each in found.passes] == [each.work for each in found.passes]
    assert SMALL.x - found.context.x == found.context.right - SMALL.right


@dataclass(frozen=True)
class Row:
    """A place and the plan for it."""

    family: str
    canvas: Extent
    selection: Bounds
    context: Bounds
    scale: str
    way: str
    works: tuple[Extent, ...]
    tiles: int = 0


E, B = Extent, Bounds
WIDE = E(4096, 4096)
ROWS = {
    "odd sizes are padded, not resampled": Row(
        "sd15", E(1003, 777), B(0, 0, 1003, 777), B(0, 0, 1003, 777), "1", "two", (E(584, 456), E(1008, 784))
    ),
    "nearly the whole canvas": Row(
        "sd15", E(500, 300), B(100, 100, 300, 100), B(0, 0, 500, 300), "32/25", "one", (E(640, 384),)
    ),
    "a strip gets some height while that costs no resolution": Row(
        "sd15", WIDE, B(500, 2000, 400, 40), B(436, 1889, 528, 264), "4/3", "one", (E(704, 352),)
    ),
    "more than one pass bears": Row(
        "sd15", WIDE, B(700, 700, 600, 600), B(400, 400, 1200, 1200), "1", "tiles", (E(512, 512), E(1200, 1200)), 4
    ),
    "the same for a larger model": Row(
        "sdxl", WIDE, B(700, 700, 600, 600), B(400, 400, 1200, 1200), "1", "two", (E(1024, 1024), E(1200, 1200))
    ),
    "everything": Row("sdxl", WIDE, B(0, 0, 4096, 4096), WIDE.bounds, "1", "tiles", (E(1024, 1024), WIDE), 25),
    "a canvas too narrow for a grid": Row(
        "sd15", E(320, 2000), B(60, 900, 200, 200), B(0, 800, 320, 400), "5861/4096", "one", (E(464, 576),)
    ),
    "outpaint: 200 columns to the right": Row(
        "sd15", E(512, 512), B(512, 0, 200, 512), B(192, 0, 520, 512), "1", "one", (E(520, 512),)
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_other_places(row: Row) -> None:
    found = plan(row.canvas, row.selection, native(row.family))
    assert found.context == row.context
    assert found.scale == Fraction(row.scale)
    assert found.way == row.way
    assert tuple(each.work for each in found.passes) == row.works
    assert len(found.last.tiles) == row.tiles


def test_the_largest_canvas_with_a_pixel_selected_sends_a_context_of_one_pass() -> None:
    found = plan(Extent(8192, 8192), Bounds(8191, 0, 1, 1), native("sd15"))
    assert found.context == Bounds(8064, 0, 128, 128)
    assert found.share == 128**2 / 8192**2
    assert found.way == "one"


def test_an_outpaint_makes_room_beyond_the_canvas_and_nowhere_else() -> None:
    found = plan(Extent(1000, 800), Bounds(900, -100, 400, 500), native("sdxl"))
    assert found.outpaints
    assert found.room == Bounds(0, -100, 1300, 900)
    assert found.result == Bounds(900, -100, 400, 504)


def catalog() -> m.Catalog:
    """Two checkpoints, the second by default."""
    return m.Catalog(
        checkpoints=[
            m.Checkpoint(name="xl", family="sdxl", native=m.Extent(width=1024, height=1024)),
            m.Checkpoint(name="tiny", family="sd15", native=m.Extent(width=128, height=128)),
        ],
        defaults=m.Defaults(checkpoint="tiny"),
        limits=m.Limits(max_side=2048, max_pixels=2_000_000),
    )


def test_the_catalog_tells_the_native_size_and_the_limits() -> None:
    assert native_of(catalog()) == native("starter", 128, 2_000_000, 2048)
    wide = native_of(catalog(), "xl")
    assert (wide.side, wide.refined, wide.max_side, wide.longest) == (1024, 2_000_000, 2048, 2048)
    assert native_of(m.Catalog(checkpoints=[m.Checkpoint(name="a", family="new")]), "a") == native("new")
    with pytest.raises(NotFound) as caught:
        native_of(catalog(), "else")
    assert "xl, tiny" in caught.value.remedy
    with pytest.raises(NotFound):
        native_of(m.Catalog())


def test_planning_needs_the_standard_library_alone() -> None:
    """A host may plan, and show what would be sent, before anything else of the client is loaded."""
    code = f"""
import sys
sys.path.insert(0, {str(ROOT / "shared")!r})
from bottega import planning
found = planning.plan(planning.Extent(2048, 2048), planning.Bounds(0, 0, 64, 64), planning.native("sd15"))
assert found.scale == 4
"""
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
