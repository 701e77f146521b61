"""Bounds do what their names say, wherever they lie."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega.geometry import Bounds, Extent, ceil_to, floor_to, starts

coordinates = st.integers(-300, 300)
bounds = st.builds(Bounds, coordinates, coordinates, st.integers(1, 300), st.integers(1, 300))


def pixels(value: Bounds) -> set[tuple[int, int]]:
    """Every pixel of small bounds: the oracle."""
    return {(x, y) for x in range(value.x, value.right) for y in range(value.y, value.bottom)}


small = st.builds(Bounds, st.integers(-6, 6), st.integers(-6, 6), st.integers(1, 6), st.integers(1, 6))


@given(small, small)
def test_within_joined_and_contains_are_those_of_sets_of_pixels(one: Bounds, other: Bounds) -> None:
    common = pixels(one) & pixels(other)
    assert pixels(one.within(other)) == common
    assert bool(one.within(other)) == bool(common)
    assert (one in other) == (pixels(one) <= pixels(other))
    joined = one.joined(other)
    assert pixels(one) | pixels(other) <= pixels(joined)
    for smaller in (joined.padded(-1), Bounds.between(joined.x + 1, joined.y, joined.right, joined.bottom)):
        assert not (one in smaller and other in smaller)


@given(bounds, bounds)
def test_inside_moves_and_never_shrinks_where_there_is_room(value: Bounds, room: Bounds) -> None:
    moved = value.inside(room)
    assert moved in room
    assert moved.extent == Extent(min(value.width, room.width), min(value.height, room.height))
    assert value.within(room) in moved or not value.within(room)
    if value in room:
        assert moved == value


@given(bounds, st.integers(1, 400), st.integers(1, 400))
def test_growing_keeps_what_there_was_in_the_middle(value: Bounds, width: int, height: int) -> None:
    grown = value.grown_to(Extent(width, height))
    assert value in grown
    assert grown.extent == Extent(max(width, value.width), max(height, value.height))
    across, down = (
        (grown.right - value.right) - (value.x - grown.x),
        (grown.bottom - value.bottom) - (value.y - grown.y),
    )
    assert {across, down} <= {0, 1}


@given(bounds, bounds)
def test_seen_from_another_origin_and_back(value: Bounds, origin: Bounds) -> None:
    seen = value.seen_from(origin)
    assert seen.moved(origin.x, origin.y) == value
    assert origin.seen_from(origin) == origin.extent.bounds


@given(st.integers(-999, 999), st.integers(1, 99))
def test_rounding_to_multiples(value: int, multiple: int) -> None:
    assert ceil_to(value, multiple) % multiple == floor_to(value, multiple) % multiple == 0
    assert value <= ceil_to(value, multiple) < value + multiple
    assert value - multiple < floor_to(value, multiple) <= value


@given(st.data(), st.integers(1, 8))
def test_pieces_cover_an_axis_with_their_overlap(data: st.DataObject, step: int) -> None:
    side = step * data.draw(st.integers(2, 20))
    overlap = data.draw(st.integers(0, side - step))
    whole = step * data.draw(st.integers(1, 90))
    begin = step * data.draw(st.integers(0, whole // step - 1))
    length = data.draw(st.integers(1, whole - begin))
    found = starts(begin, length, side, overlap, step, whole)
    taken = min(side, whole)
    assert found[0] <= begin
    assert found[-1] + taken >= begin + length
    assert all(at >= 0 and at + taken <= whole and at % step == 0 for at in found)
    assert all(before < after <= before + side - overlap for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("value", "inside"),
    [
        (Bounds(-5, 90, 20, 20), Bounds(0, 80, 20, 20)),
        (Bounds(10, 10, 20, 20), Bounds(10, 10, 20, 20)),
        (Bounds(90, -90, 20, 300), Bounds(80, 0, 20, 100)),
    ],
)
def test_inside_a_canvas_of_100(value: Bounds, inside: Bounds) -> None:
    assert value.inside(Extent(100, 100).bounds) == inside


def test_words_for_people() -> None:
    assert str(Extent(640, 480)) == "640 x 480"
    assert str(Bounds(-3, 4, 5, 6)) == "5 x 6 at -3, 4"
    found = Bounds(-3, 4, 5, 6).as_dict()
    assert found == {"x": -3, "y": 4, "width": 5, "height": 6}
    assert (Extent(3, 5).pixels, Extent(3, 5).longest, Extent(3, 5).shortest) == (15, 5, 3)
