"""Every sampler ends at a picture that shows what was asked: the formulas meet a real denoiser here."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from bottega_daemon.diffusion.samplers import SAMPLERS
from bottega_daemon.diffusion.schedules import SCHEDULES
from bottega_daemon.starter.training import judge
from tests.meaning.kit import Rgb, Studio, asked
from tests.meaning.rulers import HUE_LIMIT, hue_errors, prompt_of

COLOURS = ("red", "blue")
STEPS = {1: 14, 2: 10}  # by the calls of the denoiser that a step takes


@pytest.fixture(scope="module")
def by_sampler(studio: Studio) -> dict[str, Rgb]:
    """Two checkerboards of every sampler, at guidance 5 on Karras' levels."""
    tasks = [
        asked(prompt_of(colour, "checker"), seed, sampler=row.name, steps=STEPS[row.calls_per_step])
        for row in SAMPLERS.values()
        for seed, colour in enumerate(COLOURS)
    ]
    made = studio.paint(tasks)
    return {name: made[2 * k : 2 * k + 2] for k, name in enumerate(SAMPLERS)}


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_a_sampler_ends_at_what_was_asked(by_sampler: dict[str, Rgb], critic: nn.Sequential, name: str) -> None:
    """Protects each row of the table on a real model: the judge sees checkers, and their colours are the asked ones."""
    made = by_sampler[name]
    assert "checker" in judge.material(critic, made)
    assert (hue_errors(made, COLOURS) < HUE_LIMIT).all()


def test_nearly_all_samplers_pictures_are_recognised(by_sampler: dict[str, Rgb], critic: nn.Sequential) -> None:
    """Protects the table as a whole from a row that gets it right by luck."""
    named = [name for made in by_sampler.values() for name in judge.material(critic, made)]
    assert named.count("checker") >= 0.85 * len(named)  # measured 25 of 26


@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_a_schedule_leads_to_what_was_asked(studio: Studio, critic: nn.Sequential, schedule: str) -> None:
    """Protects each table of noise levels on a real model, with the sampler that most people use."""
    made = studio.paint(
        [asked(prompt_of(each, "checker"), seed, schedule=schedule) for seed, each in enumerate(COLOURS)]
    )
    assert "checker" in judge.material(critic, made)
    assert np.median(hue_errors(made, COLOURS)) < HUE_LIMIT
