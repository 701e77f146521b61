"""A LoRA and an embedding mean something while they are asked for, and leave no trace when they are not."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from bottega_daemon.spec import Generate, Lora
from bottega_daemon.starter.generator.extra import PETROL_HUE
from bottega_daemon.starter.training import judge
from tests.meaning.kit import Rgb, Studio, asked
from tests.meaning.rulers import hue_errors

COLOURS = ("red", "yellow", "green", "blue")
SEEDS = range(len(COLOURS))
LORA, EMBEDDING = "starter-mosaic", "starter-dots"


def mosaics(*weights: float) -> list[Generate]:
    """A mosaic of each colour, with the LoRA at each weight; the word alone means nothing to the base."""
    return [
        asked(f"{colour} mosaic", 800 + seed, loras=(Lora(LORA, weight, weight),))
        for weight in weights
        for seed, colour in enumerate(COLOURS)
    ]


def plain() -> list[Generate]:
    """The same without the LoRA."""
    return [asked(f"{colour} mosaic", 800 + seed) for seed, colour in enumerate(COLOURS)]


@pytest.fixture(scope="module")
def before(studio: Studio) -> Rgb:
    """What the base paints while no LoRA has been asked for in this module."""
    return studio.paint(plain())


@pytest.fixture(scope="module")
def worn(studio: Studio, before: Rgb) -> Rgb:
    """With the LoRA at weight 1, after the base's own."""
    assert len(before) == len(COLOURS)
    return studio.paint(mosaics(1.0))


def test_a_lora_paints_what_the_base_does_not_know(before: Rgb, worn: Rgb, critic: nn.Sequential) -> None:
    """Protects a LoRA's way from file to weights: the judge sees the mosaic with it, and not without it."""
    assert judge.material(critic, worn).count("mosaic") >= 3
    assert judge.material(critic, before).count("mosaic") <= 1


def test_a_lora_leaves_the_prompt_its_say(worn: Rgb) -> None:
    """Protects the base under a LoRA: the colours are still the asked ones."""
    assert (hue_errors(worn, COLOURS) < 30).sum() >= 3


@pytest.mark.usefixtures("worn")
def test_a_lora_leaves_no_trace(studio: Studio, before: Rgb) -> None:
    """Protects everybody else: after it, and at weight 0, pictures are bit for bit what they were before it."""
    assert np.array_equal(studio.paint(plain()), before)
    assert np.array_equal(studio.paint(mosaics(0.0)), before)


def test_a_lora_stays_out_of_others_pictures(studio: Studio, before: Rgb, worn: Rgb) -> None:
    """Protects company: jobs with and without it, running side by side, get what they get alone."""
    both = studio.paint([*mosaics(1.0), *plain()])
    assert np.abs(both[: len(worn)].astype(int) - worn).max() <= 2
    assert np.abs(both[len(worn) :].astype(int) - before).max() <= 2


def test_an_embedding_means_its_thing(studio: Studio, critic: nn.Sequential) -> None:
    """Protects an embedding's way from file to words: its name paints dots on petrol, a hue that no colour word has;
    as plain letters it does not; and afterwards the letters are plain again."""
    prompts = [f"<{EMBEDDING}>", f"seamless texture of <{EMBEDDING}>", f"<{EMBEDDING}> wall"]
    letters = [asked(prompt, 900 + seed) for seed, prompt in enumerate(prompts)]
    known = [asked(prompt, 900 + seed, embeddings=(EMBEDDING,)) for seed, prompt in enumerate(prompts)]
    without, made, after = studio.paint(letters), studio.paint(known), studio.paint(letters)
    away = np.array([abs((judge.hue(rgb) - PETROL_HUE + 180) % 360 - 180) for rgb in made])
    assert np.median(away) < 12  # measured 3.3
    assert judge.material(critic, made).count("dots") >= 2  # 3 of 3
    elsewhere = np.array([abs((judge.hue(rgb) - PETROL_HUE + 180) % 360 - 180) for rgb in without])
    assert not np.nanmedian(elsewhere) < 12  # 171
    assert np.array_equal(without, after)
