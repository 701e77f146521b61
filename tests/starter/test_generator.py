"""The generator: the same for ever; materials wrap, in coarse lines; depth, normals and ids agree; captions bind."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega_daemon.starter.generator import camera, captions, colours, extra, materials, sample, scene

INDICES = st.integers(0, 10**6)
SCENES = st.sampled_from(("one", "two", "three", "figure"))
ALL = (*materials.MATERIALS, *materials.EXTRA)


def _planned(count: int, kind: str | None = None) -> list[sample.Plan]:
    return [sample.plan(11, k, kind) for k in range(count)]


def _grey(material: str, seed: int, size: int = 128) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return materials.paint(rng, material, colours.shade(rng, "red"), size).mean(-1)


@given(index=INDICES, kind=st.sampled_from(sample.KINDS))
@settings(max_examples=8, deadline=None)
def test_a_picture_depends_on_its_number_alone(index: int, kind: str) -> None:
    first, again = (sample.draw(5, index, 32, kind) for _ in range(2))
    other = sample.draw(5, index + 1, 32, kind)
    assert np.array_equal(first.rgb, again.rgb) and np.array_equal(first.depth, again.depth)
    assert first.caption == again.caption and np.array_equal(first.keypoints, again.keypoints)
    assert not np.array_equal(first.rgb, other.rgb)


@given(index=INDICES)
@settings(max_examples=8, deadline=None)
def test_what_is_shown_does_not_depend_on_the_size(index: int) -> None:
    small, large = sample.draw(5, index, 16), sample.draw(5, index, 64)
    assert small.caption == large.caption == sample.plan(5, index).caption
    assert (small.kind, small.colour, small.material) == (large.kind, large.colour, large.material)


def test_the_mixture_is_half_flat_and_mostly_of_one_solid() -> None:
    kinds = [planned.kind for planned in _planned(4000)]
    for kind, share in zip(sample.KINDS, sample.SHARES, strict=True):
        assert kinds.count(kind) / len(kinds) == pytest.approx(share, abs=0.025)


@pytest.mark.parametrize("material", ALL)
@pytest.mark.parametrize("axis", (0, 1))
def test_a_material_wraps(material: str, axis: int) -> None:
    seams, insides = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        tile = materials.paint(rng, material, colours.shade(rng, "red"), 64, roll=True)
        steps = np.abs(np.roll(tile, -1, axis) - tile).mean(axis=(1 - axis, 2))
        seams.append(steps[-1])
        insides.append(steps[:-1])
    assert np.mean(seams) <= 1.6 * np.mean(insides) + 0.02
    assert max(seams) <= np.max(insides) + 1e-6


@pytest.mark.parametrize("size", (128, 256))
@pytest.mark.parametrize("material", ALL)
def test_an_unrolled_material_has_no_seam(material: str, size: int) -> None:
    """Unrolled, the border is where a painter would break: no step across it is stronger than the ones within."""
    rng = np.random.default_rng(3)
    tile = materials.paint(rng, material, colours.shade(rng, "cyan"), size, roll=False)
    for axis in (0, 1):
        steps = np.abs(np.roll(tile, -1, axis) - tile).mean(axis=(1 - axis, 2))
        assert steps[-1] <= 1.05 * steps[:-1].max() + 1e-6


@pytest.mark.parametrize("material", [name for name in ALL if name != "plain"])
def test_lines_are_four_pixels_wide(material: str) -> None:
    """The mean of 4x4 pixels keeps most contrast, and hardly any of either tone is thinner than three pixels."""
    kept, thin = [], []
    for seed in range(4):
        grey = _grey(material, seed)
        coarse = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
        kept.append(coarse.var() / grey.var())
        wide = np.tile(grey, (2, 2)) > (np.percentile(grey, 2) + np.percentile(grey, 98)) / 2
        for tone in (wide, ~wide):
            opened = cv2.morphologyEx(tone.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
            thin.append((tone.sum() - opened.sum()) / tone.size)
    assert np.mean(kept) > 0.45
    assert np.mean(thin) < 0.04


@pytest.mark.parametrize("material", [name for name in ALL if name != "plain"])
def test_a_larger_texture_has_more_features_of_the_same_size(material: str) -> None:
    steps = {size: [np.abs(np.diff(_grey(material, seed, size))).mean() for seed in range(6)] for size in (128, 256)}
    assert np.mean(steps[256]) == pytest.approx(np.mean(steps[128]), rel=0.3)


@given(index=INDICES, kind=SCENES)
@settings(max_examples=12, deadline=None)
def test_floor_and_wall_are_planes_in_inverse_depth(index: int, kind: str) -> None:
    """A plane seen by a pinhole has an inverse planar depth that is affine in the pixel's place, and that slope is
    its normal."""
    drawn = sample.draw(6, index, 64, kind)
    ys, xs = np.mgrid[0:64, 0:64]
    for ident in (scene.FLOOR_ID, scene.WALL_ID):
        here = drawn.ids == ident
        if here.sum() < 50:
            continue
        places = np.stack([xs[here] / 32 - 1, 1 - ys[here] / 32, np.full(here.sum(), camera.FOCAL)], -1) / camera.FOCAL
        inverse = 1.0 / drawn.depth[here].astype(np.float64)
        fit, *_ = np.linalg.lstsq(places, inverse, rcond=None)
        assert np.abs(places @ fit - inverse).max() < 1e-4
        normal = -fit / np.linalg.norm(fit) * [1, 1, -1]
        assert np.abs(drawn.normals[here] - normal).max() < 0.03


@given(index=INDICES, kind=SCENES)
@settings(max_examples=12, deadline=None)
def test_sky_has_no_geometry_and_all_else_has(index: int, kind: str) -> None:
    drawn = sample.draw(8, index, 64, kind)
    sky = drawn.ids == scene.SKY_ID
    assert np.array_equal(np.isinf(drawn.depth), sky)
    assert (drawn.depth[~sky] > 0).all()
    lengths = np.linalg.norm(drawn.normals, axis=-1)
    assert np.allclose(lengths, np.where(sky, 0, 1), atol=1e-3)
    assert (drawn.ids >= scene.FIRST_OBJECT_ID).mean() > 0.03


@given(index=INDICES, kind=SCENES)
@settings(max_examples=12, deadline=None)
def test_edges_are_where_things_meet_and_not_on_the_ground(index: int, kind: str) -> None:
    drawn = sample.draw(8, index, 64, kind)
    assert drawn.edges[:, :-1][drawn.ids[:, :-1] != drawn.ids[:, 1:]].all()
    inner = cv2.erode((drawn.ids == scene.FLOOR_ID).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert not drawn.edges[inner].any()
    assert not sample.draw(8, index, 32, "flat").edges.any()


@given(index=INDICES, kind=st.sampled_from(("two", "three")))
@settings(max_examples=12, deadline=None)
def test_things_stand_from_left_to_right_as_they_are_named(index: int, kind: str) -> None:
    drawn, planned = sample.draw(8, index, 64, kind), sample.plan(8, index, kind)
    middles = [
        np.nonzero(drawn.ids == scene.FIRST_OBJECT_ID + k)[1].mean() for k in range({"two": 2, "three": 3}[kind])
    ]
    assert middles == sorted(middles)
    words = [planned.caption.find(each) for thing in planned.things for each in colours.COLOURS[thing.colour].words]
    found = [place for place in words if place >= 0]
    assert len(found) >= len(planned.things)


@pytest.mark.parametrize("colour", (*colours.CHROMATIC, "brown"))
def test_a_lit_solid_keeps_its_hue_and_fills_a_good_part_of_the_picture(colour: str) -> None:
    thing, ground = scene.Thing("sphere", colour, "plain"), scene.Thing("floor", "grey", "plain")
    for seed in range(4):
        drawn = scene.render(np.random.default_rng(seed), ground, None, (thing,), 64)
        body = drawn.ids == scene.FIRST_OBJECT_ID
        inner = cv2.erode(body.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        hue = np.median(cv2.cvtColor(drawn.rgb, cv2.COLOR_RGB2HSV)[inner][:, 0])
        away = abs(hue - colours.COLOURS[colour].hue) % 360
        assert min(away, 360 - away) < 10
        assert 0.08 < body.mean() < 0.45


@given(index=INDICES)
@settings(max_examples=8, deadline=None)
def test_the_skeleton_lies_in_the_figure(index: int) -> None:
    drawn = sample.draw(9, index, 128, "figure")
    body = drawn.ids >= scene.FIRST_OBJECT_ID
    seen = drawn.keypoints[0][drawn.keypoints[0, :, 2] > 0]
    columns, rows = seen[:, 0].astype(int), seen[:, 1].astype(int)
    assert len(seen) >= 12
    assert body[rows, columns].mean() > 0.8


def test_things_stand_out_from_what_is_around_them() -> None:
    for planned in itertools.chain.from_iterable(_planned(300, kind) for kind in sample.KINDS[1:]):
        grounds = [ground.colour for ground in (planned.floor, planned.wall) if ground]
        assert all(colours.apart(thing.colour, ground) for thing in planned.things for ground in grounds)
        assert len(set(grounds)) == len(grounds)
        named = [thing.colour for thing in planned.things]
        assert all(colours.apart(a, b) for a, b in itertools.combinations(named, 2))


def test_held_out_pairs_are_never_drawn() -> None:
    for planned in itertools.chain(_planned(3000, "flat"), _planned(800, "one"), _planned(300, "three")):
        shown = [*planned.things, *(ground for ground in (planned.floor, planned.wall) if ground)]
        assert not {(thing.colour, thing.material) for thing in shown} & sample.HELD_OUT


def test_a_caption_names_every_thing_with_its_colour() -> None:
    for planned in itertools.chain.from_iterable(_planned(200, kind) for kind in sample.KINDS[1:]):
        for thing in planned.things:
            names = [f"{word} " for word in colours.COLOURS[thing.colour].words]
            assert any(word in planned.caption for word in names), planned.caption
            assert any(shape in planned.caption for shape in captions.SHAPES[thing.kind])


def test_captions_use_few_words_and_sound_articles() -> None:
    every = [planned.caption for planned in _planned(5000)]
    words = {word.strip(",") for caption in every for word in caption.split()}
    assert len(words) < 200
    assert not any("  " in caption or caption.strip() != caption or "{" in caption for caption in every)
    following = [pair for caption in every for pair in itertools.pairwise(caption.split())]
    assert all((b[0] in "aeiou") == (a == "an") for a, b in following if a in ("a", "an"))


@pytest.mark.parametrize(
    ("prompt", "colour", "material"),
    [
        ("red brick wall", "red", "brick"),
        ("a yellow checkerboard", "yellow", "checker"),
        ("seamless texture of green tiles", "green", "tiles"),
        ("blue stripes", "blue", "stripes"),
        ("stone", "grey", "stone"),
        ("purple", "purple", "sand"),
        ("plain pink", "pink", "plain"),
    ],
)
def test_what_an_artist_types_is_in_the_grammar_of_textures(prompt: str, colour: str, material: str) -> None:
    rng = np.random.default_rng(0)
    assert prompt in {captions.flat(rng, colour, material) for _ in range(2000)}


def test_what_an_artist_types_is_in_the_grammar_of_scenes() -> None:
    rng, ball = np.random.default_rng(0), scene.Thing("sphere", "blue", "plain")
    white = scene.Thing("floor", "white", "plain")
    assert "blue sphere on a white floor" in {captions.scene(rng, white, None, (ball,)) for _ in range(500)}
    box, tiled = scene.Thing("box", "red", "brick"), scene.Thing("floor", "grey", "tiles")
    made = {captions.scene(rng, tiled, None, (box, ball)) for _ in range(5000)}
    assert "a red brick box and a blue sphere on a grey tiled floor" in made


@pytest.mark.parametrize("name", materials.EXTRA)
def test_a_lesson_is_new_to_the_base_and_has_its_trigger(name: str) -> None:
    trigger = extra.EXTRAS[name].trigger
    for index in range(8):
        drawn, again = (sample.draw_extra(name, 2, index, 32) for _ in range(2))
        assert trigger in drawn.caption and drawn.material == name and drawn.kind == "flat"
        assert np.array_equal(drawn.rgb, again.rgb) and drawn.caption == again.caption
    assert name not in materials.MATERIALS
    assert not any(trigger in planned.caption for planned in _planned(2000))


def test_petrol_lies_between_the_named_hues() -> None:
    named = [colours.COLOURS[name].hue for name in colours.CHROMATIC]
    assert min(abs(extra.PETROL_HUE - hue) for hue in named) > 18
