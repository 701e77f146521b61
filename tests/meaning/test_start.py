"""A given picture means something: how much of it stays is the strength's word, and where it changes is the mask's."""

from __future__ import annotations

import numpy as np
import pytest

from bottega_daemon.rpc.menus import PREFERRED_START_SAMPLER
from bottega_daemon.spec import Denoising, Extent, Generate, Inpaint
from bottega_daemon.starter.generator import colours, materials
from bottega_daemon.starter.training import judge
from tests.meaning.kit import SIDE, Rgb, Studio, how
from tests.meaning.rulers import HUE_LIMIT, apart, hue_errors, prompt_of

STRENGTHS = (0.2, 0.4, 0.6, 0.8, 1.0)
HOLE = (slice(32, 96), slice(32, 96))
INSIDE = (slice(36, 92), slice(36, 92))  # away from the mask's edge, on which latent cells are mixed


def begun(prompt: str, seed: int) -> Denoising:
    """The daemon's own defaults for what begins with a picture."""
    return how(prompt, seed, sampler=PREFERRED_START_SAMPLER)


def wall(seed: int, colour: str = "grey") -> Rgb:
    """A wall of planks that no denoiser made."""
    rng = np.random.default_rng(seed)
    tile = materials.paint(rng, "planks", colours.shade(rng, colour))
    return np.round(tile * 255).astype(np.uint8)


def test_strength_orders_likeness(studio: Studio) -> None:
    """Protects image to image: each strength leaves less of the start picture than the one before, from every seed,
    until nothing is left of it: then the distance is that of two pictures that have nothing to do with each other."""
    starts, prompt = [wall(seed) for seed in range(3)], prompt_of("blue", "checker")
    made = studio.paint(
        [
            Generate(begun(prompt, seed), Extent(SIDE, SIDE), studio.image(start), strength)
            for seed, start in enumerate(starts)
            for strength in STRENGTHS
        ]
    )
    away = np.array([apart(rgb, starts[k // len(STRENGTHS)]) for k, rgb in enumerate(made)]).reshape(len(starts), -1)
    left = away[:, :-1] < 0.95 * away.max(axis=1, keepdims=True)
    assert left[:, :3].all() and (np.diff(away, axis=1)[left] > 1).all(), away  # measured 4.8 and more
    assert (np.abs(np.diff(away, axis=1)[~left]) < 0.05 * away.max()).all(), away
    assert (away[:, -1] > 2 * away[:, 0]).all(), away
    assert (hue_errors(made[len(STRENGTHS) - 1 :: len(STRENGTHS)], ["blue"] * len(starts)) < HUE_LIMIT).all()


@pytest.fixture(scope="module")
def repainted(studio: Studio) -> tuple[list[Rgb], Rgb]:
    """Grey walls, and the same with the middle repainted in each colour."""
    walls = [wall(10 + seed) for seed in range(len(colours.CHROMATIC))]
    mask = np.zeros((SIDE, SIDE, 1), np.uint8)
    mask[HOLE] = 255
    hole = studio.image(mask, "data")
    made = studio.paint(
        [
            Inpaint(begun(prompt_of(colour, ("dots", "checker")[seed % 2]), seed), studio.image(walls[seed]), hole)
            for seed, colour in enumerate(colours.CHROMATIC)
        ]
    )
    return walls, made


def test_inside_the_mask_the_prompt_is_painted(repainted: tuple[list[Rgb], Rgb]) -> None:
    """Protects inpaint's purpose: what was grey planks has the prompt's colour."""
    errors = np.array(
        [judge.hue_error(rgb[INSIDE], colour) for rgb, colour in zip(repainted[1], colours.CHROMATIC, strict=True)]
    )
    assert (errors < HUE_LIMIT).mean() >= 0.75  # measured 1.0
    assert np.median(errors) < 20  # 5.8


def test_outside_the_mask_the_picture_stays(repainted: tuple[list[Rgb], Rgb]) -> None:
    """Protects everything that was not selected, bit for bit, though the autoencoder loses much."""
    for before, after in zip(*repainted, strict=True):
        kept = np.ones((SIDE, SIDE), bool)
        kept[HOLE] = False
        assert np.array_equal(before[kept], after[kept])
        assert apart(before[INSIDE], after[INSIDE]) > 15
