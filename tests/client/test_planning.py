"""A plan keeps its promises for every canvas, selection, model and choice."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bottega.errors import InvalidRequest
from bottega.geometry import Bounds, Extent
from bottega.planning import FAMILIES, Choices, Native, Pass, Plan, native, plan, relative
from bottega.planning.context import composing
from bottega.planning.natives import CELL
from bottega.planning.passes import COMPOSES, LEAST, overlap, scaled_outward

natives = st.builds(
    native, st.sampled_from([*FAMILIES, "other"]), st.sampled_from([0, 0, 64, 128, 200, 512, 768, 1024])
)
sides = st.one_of(st.integers(1, 64), st.integers(1, 8192), st.sampled_from([1, 8, 512, 1024, 2048, 8192]))
details = st.one_of(st.sampled_from([1.0, 1.5, 2.0, 3.0, 4.0]), st.floats(1.0, 4.0))


@st.composite
def choices(draw: st.DrawFn) -> Choices:
    """Anything that an artist may choose."""
    include = st.builds(Bounds, st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 999), st.integers(1, 999))
    return Choices(
        grow=draw(st.sampled_from([0, 0, 1, 4, 40])),
        feather=draw(st.sampled_from([0, 0, 1, 8, 77])),
        detail=draw(details),
        megapixels=draw(st.one_of(st.none(), st.floats(0.05, 70.0))),
        margin=draw(st.one_of(st.none(), st.floats(0.0, 4.0))),
        include=draw(st.one_of(st.none(), include)),
        strength=draw(st.sampled_from([1.0, 1.0, 0.7, 0.3])),
    )


@st.composite
def selections(draw: st.DrawFn) -> tuple[Extent, Bounds]:
    """A canvas and a selection on it."""
    canvas = Extent(draw(sides), draw(sides))
    x, y = draw(st.integers(0, canvas.width - 1)), draw(st.integers(0, canvas.height - 1))
    width, height = draw(st.integers(1, canvas.width - x)), draw(st.integers(1, canvas.height - y))
    return canvas, Bounds(x, y, width, height)


@st.composite
def beyond(draw: st.DrawFn) -> tuple[Extent, Bounds]:
    """A canvas and a selection that may leave it."""
    canvas = Extent(draw(st.integers(1, 3000)), draw(st.integers(1, 3000)))
    x, y = draw(st.integers(-2000, 4000)), draw(st.integers(-2000, 4000))
    return canvas, Bounds(x, y, draw(st.integers(1, 3000)), draw(st.integers(1, 3000)))


@given(st.one_of(selections(), beyond()), natives, choices())
@settings(max_examples=400)
@example((Extent(1, 1), Bounds(0, 0, 1, 1)), native("sdxl"), Choices())
@example((Extent(8192, 8192), Bounds(0, 0, 8192, 8192)), native("starter"), Choices(detail=4.0))
@example((Extent(8192, 205), Bounds(0, 0, 8192, 205)), native("sd15"), Choices(grow=4, feather=8))
@example((Extent(40, 1600), Bounds(3, 3, 1, 1)), native("sd15"), Choices())
def test_selection_in_result_in_context_in_room(place: tuple[Extent, Bounds], model: Native, chosen: Choices) -> None:
    canvas, selection = place
    found = plan(canvas, selection, model, chosen)
    assert selection in found.result
    assert found.result in found.context
    assert found.context in found.room
    assert selection.padded(chosen.reach).within(found.room) in found.result
    assert found.room == canvas.bounds.joined(selection)
    assert found.outpaints == (selection not in canvas.bounds)
    if chosen.include and found.room.within(chosen.include):
        assert chosen.include.within(found.room) in found.context
    for whole, room in ((found.result.width, found.room.width), (found.result.height, found.room.height)):
        assert whole % CELL == 0 or whole == room
    assert plan(canvas, selection, model, chosen) == found
    assert json.loads(json.dumps(found.as_dict()))["way"] == found.way


def axes(found: Plan, each: Pass) -> list[tuple[int, int, int, int]]:
    """Context, content, work and room along x and along y."""
    return [
        (found.context.width, each.content.width, each.work.width, found.room.width),
        (found.context.height, each.content.height, each.work.height, found.room.height),
    ]


@given(st.one_of(selections(), beyond()), natives, choices())
@settings(max_examples=400)
def test_context_times_scale_is_the_work(place: tuple[Extent, Bounds], model: Native, chosen: Choices) -> None:
    """Along each axis exactly, if the room bounds neither; else half a pixel of work off at most, and padded."""
    found = plan(*place, model, chosen)
    free = all(room > whole + CELL / min(found.scale, 1) * CELL for whole, _, _, room in axes(found, found.last))
    for whole, content, work, _ in axes(found, found.last):
        assert abs(content - whole * found.scale) <= Fraction(1, 2) or content == LEAST
        assert content == work == whole * found.scale or not free
    for each in found.passes:
        for _, content, work, _ in axes(found, each):
            assert work % CELL == 0
            assert LEAST <= content <= work < content + CELL


@given(st.one_of(selections(), beyond()), natives, choices())
@settings(max_examples=400)
@example((Extent(1, 1), Bounds(0, 0, 1, 257)), native("sd15", 64), Choices())
def test_the_work_is_within_the_models_limits(place: tuple[Extent, Bounds], model: Native, chosen: Choices) -> None:
    found = plan(*place, model, chosen)
    first, last = found.passes[0], found.last
    if found.way == "tiles":
        assert all(max(tile.width, tile.height) <= model.side for tile in last.tiles)
    else:
        assert last.content.pixels <= model.refined
        assert last.work.longest <= model.max_side
    assert (first.kind == "compose") == (chosen.strength > COMPOSES)
    if first.kind == "compose":
        rounding = 1 + (first.content.width + first.content.height) / first.content.pixels
        assert first.content.pixels <= model.most * rounding or first.content.shortest == LEAST
        assert first.work.longest <= model.max_side
        thin = first.content.shortest <= model.side // 2 + 1
        assert first.content.longest <= model.longest + 1 or thin
        assert first.strength == chosen.strength
    assert all(each.strength <= chosen.strength for each in found.passes)
    assert len(found.passes) <= 2


@given(selections(), natives)
def test_a_small_context_is_worked_on_at_the_native_size_or_more(place: tuple[Extent, Bounds], model: Native) -> None:
    found = plan(*place, model)
    longest, shortest = found.context.extent.longest, found.context.extent.shortest
    assert found.scale >= 1
    if longest <= 2 * shortest:
        assert found.last.work.pixels >= model.pixels * 0.82
    least = model.pixels // 16
    assert (
        found.scale <= 4 or found.room.width * found.room.height <= least or found.room.extent.shortest < model.side / 4
    )


@given(selections(), natives, choices(), details, details)
def test_more_detail_is_never_less_scale(
    place: tuple[Extent, Bounds], model: Native, chosen: Choices, one: float, other: float
) -> None:
    less, more = (plan(*place, model, replace(chosen, detail=value, megapixels=None)) for value in sorted((one, other)))
    assert less.scale <= more.scale
    less, more = (plan(*place, model, replace(chosen, megapixels=value * 4)) for value in sorted((one, other)))
    assert less.scale <= more.scale


@given(selections(), natives)
def test_of_a_large_canvas_a_small_selection_sends_a_small_part(place: tuple[Extent, Bounds], model: Native) -> None:
    canvas, selection = place
    found = plan(canvas, selection, model)
    most = max(5 * selection.extent.longest, model.side) + 64
    if canvas.shortest >= model.side / 4:
        assert found.context.extent.longest <= most
    if canvas.shortest > most:
        assert found.share < 1


@given(st.one_of(selections(), beyond()), natives, choices())
@settings(max_examples=300)
def test_tiles_cover_the_result_with_their_overlap(
    place: tuple[Extent, Bounds], model: Native, chosen: Choices
) -> None:
    found = plan(*place, model, chosen)
    tiles, work = found.last.tiles, found.last.work
    assert found.last.overlap == (overlap(model) if tiles else 0)
    if not tiles:
        return
    xs, ys = sorted({tile.x for tile in tiles}), sorted({tile.y for tile in tiles})
    assert [(tile.x, tile.y) for tile in tiles] == [(x, y) for y in ys for x in xs]
    assert len({tile.extent for tile in tiles}) == 1
    size = tiles[0].extent
    whole = Bounds.between(xs[0], ys[0], xs[-1] + size.width, ys[-1] + size.height)
    assert whole in work.bounds
    assert scaled_outward(found.result.seen_from(found.context), found.scale).within(work.bounds) in whole
    for starts, side in ((xs, size.width), (ys, size.height)):
        assert all(at % CELL == 0 for at in starts)
        assert all(after + overlap(model) <= before + side for before, after in pairwise(starts))
    shown = found.tiles_on_canvas()
    assert len(shown) == len(tiles)
    assert all(tile in found.context for tile in shown)


def test_a_context_at_the_edge_is_moved_inward_and_not_shrunk() -> None:
    model, canvas = native("sd15"), Extent(2048, 2048)
    middle = plan(canvas, Bounds(1000, 1000, 64, 64), model)
    for x, y in ((0, 0), (1984, 0), (0, 1984), (1984, 1984), (1000, 0)):
        corner = plan(canvas, Bounds(x, y, 64, 64), model)
        assert corner.context.extent == middle.context.extent
        assert corner.scale == middle.scale


@pytest.mark.parametrize("family", ["sd15", "sdxl", "starter"])
def test_strips_of_1_to_40_are_painted(family: str) -> None:
    model = native(family)
    for canvas in (Extent(8192, 205), Extent(205, 8192), Extent(4000, 100), Extent(40, 1), Extent(1, 40)):
        found = plan(canvas, canvas.bounds, model)
        assert found.context == canvas.bounds
        assert found.passes[0].content.pixels <= model.most * 1.01
        assert composing(canvas, model) <= math.sqrt(model.most / canvas.pixels)


@pytest.mark.parametrize(
    ("chosen", "reach"),
    [(Choices(), 0), (Choices(grow=3), 3), (Choices(feather=5), 10), (Choices(grow=3, feather=5), 13)],
)
def test_zero_means_none_and_the_reach_is_grow_and_twice_feather(chosen: Choices, reach: int) -> None:
    found = plan(Extent(512, 512), Bounds(64, 128, 64, 32), native("sd15"), chosen)
    assert chosen.reach == reach
    assert found.result == Bounds(64, 128, 64, 32).padded(reach).grown_to(
        Extent(8 * ((71 + 2 * reach) // 8), 0)
    ).grown_to(Extent(0, 8 * ((39 + 2 * reach) // 8)))


def test_softness_may_be_a_part_of_the_selection() -> None:
    assert relative(Bounds(0, 0, 300, 400), 0.1) == 50
    assert relative(Bounds(0, 0, 300, 400), 0.0) == 0
    assert relative(Bounds(0, 0, 16384, 16384), 1.0) == 16384


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"grow": -1}, "plan.grow"),
        ({"feather": 20_000}, "plan.feather"),
        ({"feather": 1.5}, "plan.feather"),
        ({"detail": 0.5}, "plan.detail"),
        ({"detail": math.nan}, "plan.detail"),
        ({"megapixels": 0.0}, "plan.megapixels"),
        ({"margin": 5.0}, "plan.margin"),
        ({"strength": 1.1}, "plan.strength"),
    ],
)
def test_choices_that_cannot_be_are_refused(values: dict[str, float], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Choices(**values)  # pyright: ignore[reportArgumentType]
    assert caught.value.field == field
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("canvas", "selection", "field"),
    [
        (Extent(0, 9), Bounds(0, 0, 1, 1), "plan.canvas"),
        (Extent(9, 9), Bounds(0, 0, 0, 1), "plan.selection"),
        (Extent(9, 9), Bounds(20_000, 0, 1, 1), "plan.selection"),
    ],
)
def test_places_that_cannot_be_are_refused(canvas: Extent, selection: Bounds, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        plan(canvas, selection, native("sd15"))
    assert caught.value.field == field
    assert caught.value.remedy
