"""Structure means something: depth, edges and poses say where things stand, as much and as long as they are let."""

from __future__ import annotations

import itertools
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bottega_daemon.diffusion import hints
from bottega_daemon.spec import Control, DepthHint, Extent, Hint, Keypoint, PhotoHint, PoseHint
from bottega_daemon.starter.generator import sample
from bottega_daemon.starter.training.judge import HELD_SEED
from bottega_daemon.starter.training.measures import depth_edges, edge_ratio, saturated
from tests.meaning.kit import SIDE, Rgb, Studio, asked
from tests.meaning.rulers import apart

Edges = NDArray[np.bool_]
COUNT = 6
WEIGHTS = (0.0, 0.4, 1.0)


def is_plain(index: int) -> bool:
    """Whether a scene of the held-out world shows no pattern, whose lines would be counted as structure."""
    plan = sample.plan(HELD_SEED, index, kind="one")
    return all(thing.material == "plain" for thing in (*plan.things, plan.floor, plan.wall) if thing)


@pytest.fixture(scope="module")
def scenes() -> list[sample.Sample]:
    """Plain scenes of one solid from a world that no network has seen."""
    found = itertools.islice(filter(is_plain, itertools.count(500)), COUNT)
    return [sample.draw(HELD_SEED, index, kind="one") for index in found]


def depth_of(studio: Studio, scene: sample.Sample) -> Hint:
    return DepthHint(studio.image(scene.depth[..., None], "data"))


def canny_of(studio: Studio, scene: sample.Sample) -> Hint:
    return PhotoHint(studio.image(scene.rgb))


def painted(studio: Studio, kind: str, shown: list[sample.Sample], given: list[Hint], **how: Any) -> Rgb:
    """Each scene's caption under its hint, a seed each."""
    return studio.paint(
        [
            asked(scene.caption, 400 + k, controls=(Control(f"starter-{kind}", kind, hint, **how),))
            for k, (scene, hint) in enumerate(zip(shown, given, strict=True))
        ]
    )


def ratios(made: Rgb, edges: list[Edges], shift: int = 0) -> NDArray[np.float64]:
    """Gradient on the edges against elsewhere, of each picture; with a shift, on another scene's edges."""
    return np.array([edge_ratio(rgb, edges[(k + shift) % len(edges)]) for k, rgb in enumerate(made)])


@pytest.fixture(scope="module")
def by_weight(studio: Studio, scenes: list[sample.Sample]) -> dict[float, Rgb]:
    """The scenes under their depth maps, by the network's weight."""
    given = [depth_of(studio, scene) for scene in scenes]
    return {weight: painted(studio, "depth", scenes, given, strength=weight) for weight in WEIGHTS}


def test_depth_says_where_things_stand(by_weight: dict[float, Rgb], scenes: list[sample.Sample]) -> None:
    """Protects depth: metres to hint to network to picture; outlines lie on the map's edges, not on another map's."""
    edges = [depth_edges(scene.depth) for scene in scenes]
    own, other = ratios(by_weight[1.0], edges), ratios(by_weight[1.0], edges, shift=1)
    assert np.median(own) > 2.0  # measured 2.65
    assert np.median(own / other) > 1.5  # 1.94


def test_a_controls_weight_acts(by_weight: dict[float, Rgb], scenes: list[sample.Sample]) -> None:
    """Protects the strength: more of it, more of the map."""
    edges = [depth_edges(scene.depth) for scene in scenes]
    none, some, full = (ratios(by_weight[weight], edges) for weight in WEIGHTS)
    assert np.median(some / none) > 1.05 and np.median(full / none) > 1.15  # measured 1.55, 2.10
    assert np.median(full) > np.median(some) > np.median(none)


def layout(rgb: Rgb) -> Rgb:
    """What stands where, without outlines."""
    return cv2.GaussianBlur(rgb, (0, 0), 8.0).astype(np.uint8)


def test_a_controls_span_acts(studio: Studio, by_weight: dict[float, Rgb], scenes: list[sample.Sample]) -> None:
    """Protects start and end: what acts early changes what stands where, what acts late far less; what acts
    never changes nothing."""
    edges = [depth_edges(scene.depth) for scene in scenes]
    given = [depth_of(studio, scene) for scene in scenes]
    early = painted(studio, "depth", scenes, given, end=0.5)
    late = painted(studio, "depth", scenes, given, start=0.75)
    never = painted(studio, "depth", scenes, given, start=0.5, end=0.5)
    first, last = (
        np.array([apart(layout(a), layout(b)) for a, b in zip(some, never, strict=True)]) for some in (early, late)
    )
    assert np.median(first / last) > 1.5  # measured 4.0
    assert np.median(ratios(early, edges) / ratios(never, edges)) > 1.2  # 2.0
    assert np.median([apart(a, b) for a, b in zip(late, never, strict=True)]) > 2
    assert np.abs(never.astype(int) - by_weight[0.0]).max() <= 2


def test_edges_are_followed(studio: Studio, scenes: list[sample.Sample]) -> None:
    """Protects canny from a photo: lines of the photo are lines of the picture, and another photo's are not."""
    made = painted(studio, "canny", scenes, [canny_of(studio, scene) for scene in scenes])
    edges = [hints.canny_hint(scene.rgb)[..., 0] > 0 for scene in scenes]
    own, other = ratios(made, edges), ratios(made, edges, shift=1)
    assert np.median(own) > 1.7  # measured 2.20
    assert np.median(own / other) > 1.2  # 1.37


def test_a_figure_stands_as_its_skeleton(studio: Studio) -> None:
    """Protects poses: joints to drawn skeleton to picture; the red figure covers its own bones more than another's."""
    figures = [sample.draw(HELD_SEED, 700 + k, kind="figure") for k in range(COUNT)]
    prompt = "a red figure on a grey floor in front of a white wall"
    given = [PoseHint((tuple(Keypoint(*map(float, joint)) for joint in each.keypoints[0]),)) for each in figures]
    made = studio.paint(
        [asked(prompt, 500 + k, controls=(Control("starter-pose", "pose", hint),)) for k, hint in enumerate(given)]
    )
    bones = [hints.pose_hint(each.keypoints, Extent(SIDE, SIDE)).max(-1) > 0.2 for each in figures]
    red = [saturated(rgb) for rgb in made]
    own = np.array([found[bone].mean() for found, bone in zip(red, bones, strict=True)])
    other = np.array([found[bones[(k + 1) % COUNT]].mean() for k, found in enumerate(red)])
    assert np.median(own) > 0.85  # measured 0.98
    assert np.mean(own - other) > 0.1  # 0.41
    inside = [(found & near(bone)).sum() / max(1, found.sum()) for found, bone in zip(red, bones, strict=True)]
    assert np.median(inside) > 0.5  # 0.99


def near(bones: Edges) -> Edges:
    """Pixels within 8 px of a skeleton."""
    return cv2.dilate(bones.astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
