"""A plan is carried out on its context alone, in every way that there is, and nothing outside the mask changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega import messages as m
from bottega.errors import InvalidRequest
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import Pixels
from bottega.planning import Choices, Plan, bounds_of, cut, native, plan
from bottega.planning.choices import MAX_SOFT, relative
from bottega.planning.growing import Gathering
from bottega.planning.overlay import Overlay
from bottega.planning.walking import MOST_TILES, carry_out, walk
from bottega.tasks import Inpaint, Keypoint, Margin, PoseHint, pose_control
from bottega_daemon.cli.hands import HANDS, showing
from bottega_daemon.cli.layers import array_of, laid
from bottega_daemon.rpc.limits import LIMITS

STARTER = native("starter")
CANVAS = Extent(400, 300)


def canvas_of(seed: int = 0, channels: int = 3) -> Pixels:
    """Noise."""
    values = np.random.default_rng(seed).integers(0, 256, (CANVAS.height, CANVAS.width, channels), np.uint8)
    return Pixels.of(values)


def mask_of(*places: Bounds) -> Pixels:
    """White in these places, with a grey pixel in the corner of each."""
    values = np.zeros((CANVAS.height, CANVAS.width), np.uint8)
    for place in places:
        values[place.y : place.bottom, place.x : place.right] = 255
        values[place.y, place.x] = 90
    return Pixels.of(values, "data")


class Painter:
    """Stands in for the daemon: paints each picture in the colour of its seed, through the mask as it is."""

    def __init__(self) -> None:
        self.jobs: list[Inpaint] = []

    def __call__(self, tasks: list[Inpaint]) -> list[list[Picture]]:
        self.jobs += tasks
        return [[self._layer(task, index) for index in range(task.count)] for task in tasks]

    def _layer(self, task: Inpaint, index: int) -> Picture:
        assert task.seed is not None
        candidate = task.seed % 65536 + index  # tiles have seeds of their own
        colours = np.full((task.picture.height, task.picture.width, 3), 10 * candidate, np.uint8)
        if task.strength == 0:
            colours = array_of(task.picture)[..., :3].repeat(3 if task.picture.channels == 1 else 1, axis=-1)
        top = 255 if task.mask.depth == "u8" else 65535
        alpha = np.rint(array_of(task.mask) / top * 255).astype(np.uint8)
        pixels = Pixels.of(np.concatenate([colours, alpha], axis=-1))
        bounds = m.Bounds(x=0, y=0, width=pixels.width, height=pixels.height)
        return Picture("job", index, task.seed + index, pixels, bounds, 0)


def painted(mask: Pixels, choices: Choices, count: int = 1, **more: Any) -> tuple[Plan, Painter, list[np.ndarray]]:
    """The plan, what was asked, and each picture's context."""
    selection = bounds_of(mask)
    assert selection is not None
    found, painter = plan(CANVAS, selection, STARTER, choices), Painter()
    picture = more.pop("picture", None) or canvas_of()
    task = Inpaint(picture, mask, "x", choices.strength, seed=5, count=count, **more)
    over = Overlay(HANDS, showing)
    (contexts,) = carry_out([walk(found, task, over.hands)], painter)
    sent = cut(task.picture, found.context)
    return found, painter, [array_of(laid(sent, [layer])) for layer in over.layers(contexts, 5)]


WAYS = {
    "one": (Bounds(100, 80, 40, 40), Choices()),
    "two": (Bounds(100, 80, 40, 40), Choices(detail=2.0)),
    "tiles": (Bounds(40, 30, 300, 200), Choices()),
    "tiles at once": (Bounds(40, 30, 300, 200), Choices(strength=0.3)),
    "enlarged tiles": (Bounds(100, 80, 40, 40), Choices(detail=4.0)),
}


@pytest.mark.parametrize(("place", "choices"), WAYS.values(), ids=WAYS.keys())
def test_each_way_paints_the_mask_and_nothing_else(place: Bounds, choices: Choices) -> None:
    mask = mask_of(place)
    found, painter, (first, second) = painted(mask, choices, count=2)
    context = found.context
    crop = (context.x, context.y, context.width, context.height)
    before, white = array_of(canvas_of().crop(*crop)), array_of(mask.crop(*crop))[..., 0]
    for picture, colour in ((first, 50), (second, 60)):
        assert np.array_equal(picture[white == 0], before[white == 0])
        assert np.abs(picture[white == 255].astype(int) - colour).max() <= 1, "no tile's edge is left"
    for job in painter.jobs:
        assert found.context.extent.holds(job.picture.extent), "only the context leaves"
        assert max(job.width, job.height) <= max(STARTER.longest, found.last.work.longest)
    assert painter.jobs[-1].strength == found.last.strength


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("value", [40, 128, 220])
@pytest.mark.parametrize(("place", "choices"), WAYS.values(), ids=WAYS.keys())
def test_a_soft_selection_shows_as_far_as_it_was_selected_in_every_way(
    place: Bounds, choices: Choices, value: int, channels: int
) -> None:
    """Protects softness from several passes, each of which is as transparent as the selection."""
    values = np.zeros((CANVAS.height, CANVAS.width), np.uint8)
    values[place.y : place.bottom, place.x : place.right] = value
    picture = canvas_of(1, channels)
    found, _, (made,) = painted(Pixels.of(values, "data"), choices, picture=picture)
    before = array_of(cut(picture, found.context)).astype(float)
    inside = array_of(cut(Pixels.of(values, "data"), found.context))[..., 0] > 0
    share = value / 255
    if channels == 3:
        wanted = before + share * (50 - before)
        assert np.abs(made - wanted)[inside].max() <= 1.5
    else:
        wanted = before[..., 3] + share * (255 - before[..., 3])
        assert np.abs(made[..., 3] - wanted)[inside].max() <= 1.5
    assert np.array_equal(made[~inside], before[~inside])


def test_what_is_only_refined_reaches_into_transparency_too() -> None:
    """Protects tiles at little strength on layers: how far the mask reaches is not how opaque the picture is."""
    picture = array_of(canvas_of(1, 4)).copy()
    picture[..., 3] = 0
    mask = mask_of(Bounds(40, 30, 300, 200))
    _, painter, (made,) = painted(mask, Choices(strength=0.3), picture=Pixels.of(picture))
    assert len(painter.jobs) > 4 and (made[..., 3] > 250).sum() > 59_000
    void = np.zeros((CANVAS.height, CANVAS.width), np.uint8)
    void[100, 100] = 1
    one, all_of_it = Pixels.of(void, "data"), plan(CANVAS, CANVAS.bounds, STARTER, Choices(strength=0.3))
    task = Inpaint(Pixels.of(picture), one, "x", 0.3, seed=5, outpaint=True)
    first = next(walk(all_of_it, task, HANDS))[0]
    assert (array_of(first.mask) == 255).all() and first.picture.channels == 1


def test_tiles_are_asked_for_all_candidates_at_once_and_empty_ones_not_at_all() -> None:
    mask = mask_of(Bounds(10, 10, 30, 30), Bounds(350, 250, 30, 30))
    found, painter, _ = painted(mask, Choices(), count=3)
    tiles = painter.jobs[1:]
    assert len(tiles) < 3 * len(found.last.tiles)
    assert len(tiles) % 3 == 0
    assert all(max(job.width, job.height) <= STARTER.side for job in tiles)
    seeds = [job.seed for job in tiles]
    assert len(set(seeds)) == len(seeds), "flat parts of tiles that begin with the same noise get the same grain"
    again = painted(mask, Choices(), count=1)[1].jobs[1:]
    assert [job.seed for job in again] == seeds[::3], "a candidate is the same in any company"
    assert all(job.fill == "keep" and job.count == 1 for job in tiles)


@pytest.mark.parametrize("gather", [True, False])
@pytest.mark.parametrize("choices", [Choices(strength=0.3), Choices(), Choices(detail=4.0)])
def test_what_lies_under_several_tiles_is_denoised_once(choices: Choices, gather: bool) -> None:
    """Protects a wall of one colour from a lattice: a model that makes all it is given a little darker does so once,
    also where four tiles meet."""
    value = 60000
    picture = Pixels.of(np.full((CANVAS.height, CANVAS.width, 3), value, np.uint16))
    place = Bounds(20, 20, 360, 260) if choices.detail == 1 else Bounds(100, 80, 90, 90)
    mask = Pixels.of(array_of(mask_of(place)) // 255 * 255, "data")
    found = plan(CANVAS, place, STARTER, choices)
    cover = np.zeros((found.context.height, found.context.width), int)
    for each in found.tiles_on_canvas():
        part = each.seen_from(found.context)
        cover[part.y : part.bottom, part.x : part.right] += 1

    def darker(tasks: list[Inpaint]) -> list[list[Picture]]:
        layers = [Painter()._layer(task, 0) for task in tasks]
        made: list[list[Picture]] = []
        for task, layer in zip(tasks, layers, strict=True):
            colours = array_of(task.picture)[..., :3].astype(int) - (0 if task.strength in (0, 1) else 1000)
            alpha = array_of(layer.pixels)[..., 3:].astype(np.uint16) * 257
            colours = colours.repeat(3 if colours.shape[-1] == 1 else 1, axis=-1).astype(np.uint16)
            pixels = Pixels.of(np.concatenate([colours, alpha], axis=-1))
            made.append([replace(layer, pixels=pixels)])
        return made

    over, gathering = Overlay(HANDS, showing), Gathering()
    task = Inpaint(picture, mask, "x", choices.strength, seed=5)
    (contexts,) = carry_out([walk(found, task, gathering.hands if gather else over.hands)], darker)
    (layer,) = gathering.layers(contexts, 5) if gather else over.layers(contexts, 5)
    values, at = array_of(layer.pixels), layer.bounds
    assert at is not None and cover.max() == 4
    inside = values[..., 3] == 65535
    covered = cover[at.y : at.y + values.shape[0], at.x : at.x + values.shape[1]]
    for count in (1, 2, 4):
        shift = value - values[inside & (covered == count)][:, :3].astype(int)
        assert abs(shift - 1000).max() <= 4, count


@pytest.mark.parametrize("size", [(400, 300), (397, 211), (301, 299)])
@pytest.mark.parametrize("chosen", [Choices(), Choices(strength=0.3), Choices(detail=4.0), Choices(detail=3.3)])
def test_each_tile_is_worked_on_at_the_plans_own_scale(size: tuple[int, int], chosen: Choices) -> None:
    """Protects tiles from being stretched by a few pixels, which blurs what they repaint and moves it."""
    canvas, place = Extent(*size), Bounds(20, 20, 250, 170) if chosen.detail == 1 else Bounds(100, 90, 40, 30)
    found = plan(canvas, place, STARTER, chosen)
    assert found.last.tiles
    mask = cut(mask_of(place), canvas.bounds)
    task = Inpaint(cut(canvas_of(), canvas.bounds), mask, "x", chosen.strength, seed=5)
    painter = Painter()
    carry_out([walk(found, task, HANDS)], painter)
    for job in painter.jobs[1:]:
        for work, pixels in ((job.width, job.picture.width), (job.height, job.picture.height)):
            assert abs(work - pixels * found.scale) <= 0.5
    if found.scale == 1:
        assert all((job.width, job.height) == (job.picture.width, job.picture.height) for job in painter.jobs[1:])


@pytest.mark.parametrize("gather", [True, False])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("place", "choices"), WAYS.values(), ids=WAYS.keys())
def test_no_layer_is_black_where_it_does_not_show(place: Bounds, choices: Choices, channels: int, gather: bool) -> None:
    """Protects straight alpha from dark fringes where somebody scales it, and a mask that is painted wider."""
    white = Pixels.of(np.full((CANVAS.height, CANVAS.width, channels), 255, np.uint8))
    mask = mask_of(place, Bounds(place.x + place.width - 20, place.y - 15, 12, 12))
    found = plan(CANVAS, bounds_of(mask) or CANVAS.bounds, STARTER, choices)
    task = Inpaint(white, mask, "x", choices.strength, seed=5)
    over, gathering = Overlay(HANDS, showing), Gathering()
    (made,) = carry_out([walk(found, task, gathering.hands if gather else over.hands)], Painter())
    (layer,) = gathering.layers(made, 5) if gather else over.layers(made, 5)
    values = array_of(layer.pixels)
    assert (values[..., 3] == 0).any() and (values[..., :3] >= 49).all()


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_whatever_margins_can_be_planned_the_daemon_takes(strength: float) -> None:
    """Protects wide grows and feathers from an error in a field that the artist never set."""
    assert LIMITS.max_margin == 2 * MAX_SOFT
    for grow, feather in ((1000, 1500), (MAX_SOFT, MAX_SOFT)):
        mask, choices = mask_of(Bounds(100, 80, 40, 40)), Choices(grow=grow, feather=feather, strength=strength)
        for job in painted(mask, choices, grow=Margin(grow), feather=Margin(feather))[1].jobs:
            for each in (job.grow, job.feather):
                assert each.pixels + relative(CANVAS.bounds, each.relative) <= LIMITS.max_margin
    with pytest.raises(InvalidRequest, match="300%") as refused:
        relative(CANVAS.bounds, 3.0)
    assert refused.value.remedy


def test_a_plan_of_too_many_tiles_is_refused_before_anything_is_sent() -> None:
    whole = Extent(8192, 8192)
    found = plan(whole, whole.bounds, STARTER, Choices())
    mask = Pixels.of(np.full((1, 1), 255, np.uint8), "data")
    with pytest.raises(InvalidRequest, match=f"{len(found.last.tiles)} tiles") as refused:
        next(walk(found, Inpaint(mask, mask, "x"), HANDS))
    assert refused.value.remedy
    assert len(plan(whole, whole.bounds, native("sd15"), Choices()).last.tiles) <= MOST_TILES


def test_several_masks_are_walked_side_by_side() -> None:
    places = (Bounds(20, 20, 30, 30), Bounds(300, 200, 30, 30))
    asked: list[int] = []
    painter = Painter()

    def ask(tasks: list[Inpaint]) -> list[list[Picture]]:
        asked.append(len(tasks))
        return painter(tasks)

    walks = []
    for place, detail in zip(places, (1.0, 2.0), strict=True):
        made = plan(CANVAS, place, STARTER, Choices(detail=detail))
        walks.append(walk(made, Inpaint(canvas_of(), mask_of(place), "x", seed=1), HANDS))
    contexts = carry_out(walks, ask)
    assert asked == [2, 1]
    assert [len(found) for found in contexts] == [1, 1]


def test_controls_follow_context_tile_and_size() -> None:
    joints = [Keypoint(120.0, 100.0)] * 18
    found, painter, _ = painted(
        mask_of(Bounds(100, 80, 40, 40)), Choices(detail=2.0), controls=[pose_control([joints])]
    )
    for job in painter.jobs:
        (control,) = job.controls
        assert isinstance(control.hint, PoseHint)
        joint = control.hint.figures[0][0]
        assert joint.x == (120 - found.context.x) * job.width / found.context.width
        assert joint.y == (100 - found.context.y) * job.height / found.context.height


@given(
    st.integers(0, 399), st.integers(0, 299), st.integers(1, 400), st.integers(1, 300), st.sampled_from([1.0, 2.0, 4.0])
)
@settings(max_examples=40)
def test_outside_any_rectangle_every_bit_stays(x: int, y: int, width: int, height: int, detail: float) -> None:
    place = Bounds(x, y, width, height).within(CANVAS.bounds)
    mask = mask_of(place)
    found, _, (picture,) = painted(mask, Choices(detail=detail))
    crop = (found.context.x, found.context.y, found.context.width, found.context.height)
    before, white = array_of(canvas_of().crop(*crop)), array_of(mask.crop(*crop))[..., 0]
    assert np.array_equal(picture[white == 0], before[white == 0])
    assert np.abs(picture[white == 255].astype(int) - 50).max(initial=0) <= 1


@pytest.mark.parametrize("place", [Bounds(380, 100, 60, 60), Bounds(380, 280, 60, 50), Bounds(-40, -30, 200, 50)])
def test_beyond_the_canvas_what_is_selected_is_painted_and_no_more(place: Bounds) -> None:
    """At a corner the context holds places that are neither canvas nor selected: they are nobody's wish."""
    made, painter = plan(CANVAS, place, STARTER), Painter()
    task = Inpaint(canvas_of(), mask_of(place.within(CANVAS.bounds)), "x", seed=5)
    ((context,),) = carry_out([walk(made, task, HANDS)], painter)
    rows, columns = np.indices((made.context.height, made.context.width))
    rows, columns = rows + made.context.y, columns + made.context.x
    void = (rows < 0) | (columns < 0) | (rows >= CANVAS.height) | (columns >= CANVAS.width)
    wanted = (rows >= place.y) & (rows < place.bottom) & (columns >= place.x) & (columns < place.right)
    assert (void & ~wanted).any(), "the context has a corner of that sort"
    assert (array_of(context)[void & wanted] == 50).all()
    for job in painter.jobs[:1]:
        mask = array_of(job.mask)[..., 0]
        assert (mask[void & ~wanted] == 0).all() and (mask[void & wanted] == 255).all()
