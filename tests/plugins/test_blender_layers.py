"""What a repaint in Blender lays over a picture is what the command line lays: soft masks, soft edges, transparency."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega import messages as m
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.pixels import Depth, Pixels
from bottega.planning import Choices, bounds_of, cut, native, plan
from bottega.planning.overlay import Overlay
from bottega.planning.walking import carry_out, walk
from bottega.tasks import Inpaint, Margin
from bottega_daemon.cli import hands as oracle
from bottega_daemon.cli.layers import array_of
from tests.daemon import ROOT

KINDS = {"u8": np.uint8, "u16": np.uint16, "f32": np.float32}
CLOSE = {"u8": 1.0, "u16": 1.0, "f32": 2e-5}
DEPTHS = sorted(KINDS)
SIZE = Extent(300, 220)
SEED = 5
FADES = (0.0, 0.5, 1.0, 3.7, 6.0)


@pytest.fixture(scope="module")
def layers() -> ModuleType:
    """The plug-in's module without its package, which wants Blender."""
    package = ModuleType("bottega_blender_alone")
    package.__path__ = [str(ROOT / "plugins" / "blender" / "bottega_blender")]
    sys.modules[package.__name__] = package
    return importlib.import_module(f"{package.__name__}.layers")


def stored(values: np.ndarray, depth: Depth, space: str = "srgb") -> Pixels:
    """0..1 as pixels of a depth."""
    whole = depth != "f32"
    scaled = np.rint(values * np.iinfo(KINDS[depth]).max) if whole else values
    return Pixels.of(np.ascontiguousarray(scaled.astype(KINDS[depth])), space)  # type: ignore[arg-type]


def scene(seed: int, depth: Depth, channels: int) -> tuple[Pixels, Picture]:
    """A picture, transparent in parts, and a layer whose alpha is 0, soft and 1 by turns."""
    rng = np.random.default_rng(seed)
    below, above = rng.random((12, 17, channels)), rng.random((7, 9, 4))
    if channels == 4:
        below[..., 3] = rng.choice([0.0, 0.4, 1.0], (12, 17))
    above[..., 3] = np.clip(rng.random((7, 9)) * 3 - 1, 0, 1)
    layer = Picture("job", 0, 1, stored(above, depth), m.Bounds(x=3, y=4, width=9, height=7))
    return stored(below, depth), layer


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("depth", DEPTHS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_layers_are_laid_as_the_command_line_lays_them(
    layers: ModuleType, seed: int, depth: Depth, channels: int
) -> None:
    picture, layer = scene(seed, depth, channels)
    ours, theirs = (array_of(laid(picture, [layer])).astype(float) for laid in (layers.laid, oracle.laid))
    assert np.abs(ours - theirs).max() <= CLOSE[depth]
    alone = np.ones((12, 17), bool)
    alone[4:11, 3:12] = array_of(layer.pixels)[..., 3] == 0
    assert (ours[alone] == array_of(picture)[alone]).all()


@pytest.mark.parametrize("depth", DEPTHS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), left=st.sampled_from(FADES), top=st.sampled_from(FADES))
def test_reach_fade_and_what_shows_are_the_command_lines(
    layers: ModuleType, seed: int, depth: Depth, left: float, top: float
) -> None:
    picture, layer = scene(seed, depth, 4)
    extent, place = Extent(17, 12), Bounds(2, 3, 8, 7)
    ours, theirs = (hands.reach(layer, extent) for hands in (layers, oracle))
    assert np.abs(ours - theirs / 65535.0).max() <= 1 / 65535
    masks = [hands.faded(reached, place, left, top) for hands, reached in ((layers, ours), (oracle, theirs))]
    assert (masks[0] is None) == (masks[1] is None)
    if masks[0] and masks[1]:
        assert np.abs(array_of(masks[0]).astype(int) - array_of(masks[1])).max() <= 1
    shown = [
        layers.laid(picture, [hands.showing(picture, reached)]) for hands, reached in ((layers, ours), (oracle, theirs))
    ]
    assert np.abs(array_of(shown[0]).astype(float) - array_of(shown[1])).max() <= CLOSE[depth]


def answer(task: Inpaint, index: int) -> Picture:
    """The daemon's: one colour for each seed, through the mask, which fades out over the feather."""
    assert task.seed is not None
    mask = array_of(task.mask)[..., 0] / (255 if task.mask.depth == "u8" else 65535)
    colours = np.full((*mask.shape, 3), (task.seed % 65536 + index) * 20, np.uint8)  # tiles have their own
    alpha = np.rint(mask * 255).astype(np.uint8)[..., None]
    bounds = m.Bounds(width=mask.shape[1], height=mask.shape[0])
    return Picture("job", index, task.seed + index, Pixels.of(np.concatenate([colours, alpha], 2)), bounds)


def soft(seed: int) -> Pixels:
    """A mask that fades out on all sides."""
    ys, xs = np.mgrid[: SIZE.height, : SIZE.width]
    y, x = np.random.default_rng(seed).integers(60, 160, 2)
    return Pixels.of(np.rint(np.clip(1.3 - np.hypot(ys - y, xs - x) / 45, 0, 1) * 255).astype(np.uint8), "data")


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(("detail", "strength"), [(1.0, 1.0), (2.0, 1.0), (4.0, 1.0), (1.0, 0.3)])
def test_a_whole_repaint_shows_as_far_as_the_mask(
    layers: ModuleType, channels: int, detail: float, strength: float
) -> None:
    """Protects transparent pictures and soft selections with a soft edge, in one pass and in several."""
    mask = soft(channels)
    picture = stored(np.random.default_rng(1).random((SIZE.height, SIZE.width, channels)), "u8")
    selection = bounds_of(mask)
    assert selection is not None
    choices = Choices(feather=6, strength=strength, detail=detail)
    found = plan(SIZE, selection, native("starter"), choices)
    task = Inpaint(picture, mask, "x", strength, seed=SEED, feather=Margin(6))
    made = []
    for hands, showing in ((layers.HANDS, layers.showing), (oracle.HANDS, oracle.showing)):
        over = Overlay(hands, showing)
        (contexts,) = carry_out([walk(found, task, over.hands)], lambda jobs: [[answer(job, 0)] for job in jobs])
        sent = cut(picture, found.context)
        made.append(array_of(layers.laid(sent, over.layers(contexts, SEED))).astype(float))
    assert np.abs(made[0] - made[1]).max() <= 1.0
    before = array_of(cut(picture, found.context)).astype(float)
    reached = array_of(cut(mask, found.context))[..., 0] / 255
    assert (made[0][reached == 0] == before[reached == 0]).all()
    assert np.abs(made[0][reached == 1][:, :3] - SEED * 20).max() <= 1.0
    if channels == 4:
        wanted = before[..., 3] + reached * (255 - before[..., 3])
        assert np.abs(made[0][..., 3] - wanted).max() <= 1.5
    else:
        wanted = before + reached[..., None] * (SEED * 20 - before)
        assert np.abs(made[0] - wanted).max() <= 1.5
