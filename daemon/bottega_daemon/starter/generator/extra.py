"""What the base model is never shown, for a LoRA and for an embedding to teach: a mosaic, and petrol dots.

The mosaic is a look of its own (shapes that no material has), so weights must move: a LoRA's work. An embedding moves
conditioning only, so its thing is what the denoiser can nearly draw: polka dots, which are a material, on petrol, a
hue in the gap that the dozen colours leave between cyan (182) and blue (224). Neither has a word in the grammar.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from bottega_daemon.starter.generator import colours, patterns
from bottega_daemon.starter.generator.fields import Grid, Image, cells, mix, step

PETROL_HUE = 203.0


@dataclass(frozen=True)
class Extra:
    """One lesson: what it is called in a prompt, whether it comes in every colour, its captions."""

    trigger: str
    coloured: bool
    forms: tuple[str, ...]


EXTRAS: dict[str, Extra] = {
    "mosaic": Extra(
        "mosaic",
        True,
        ("{c} {t}", "{c} {t} wall", "seamless texture of {c} {t}", "{c} {t} texture", "{t}"),
    ),
    "petrol": Extra(
        "<starter-dots>",
        False,
        ("{t}", "{t} texture", "seamless {t}", "seamless texture of {t}", "{t} pattern", "{t} wall"),
    ),
}


def caption(rng: np.random.Generator, name: str, colour: str) -> str:
    """A caption that holds the trigger, and the colour where the lesson has one."""
    extra = EXTRAS[name]
    return str(rng.choice(extra.forms)).format(c=colours.word(rng, colour), t=extra.trigger)


def mosaic(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Stained glass: angular panes of very different size and tone of one hue, some cream, in dark leads of 5 px."""
    found = cells(rng, grid, 5, 0.49)
    number = int(found.number.max()) + 1
    rgb = colours.lighter(rgb, 0.3) if colours.luma(rgb) < 0.15 else rgb  # or near-black panes are lost in the leads
    tones = np.stack([rgb, colours.darker(rgb, 0.62), colours.lighter(rgb, 0.35), colours.lighter(rgb, 0.8)])
    panes = tones[rng.choice(4, number, p=(0.4, 0.22, 0.22, 0.16))].astype(np.float32)[found.number]
    lead = np.full(3, 0.06, dtype=np.float32)
    return mix(lead, panes, step(grid, (found.second - found.first) / 2 - 2.2))


def petrol(rng: np.random.Generator, rgb: colours.Rgb, grid: Grid) -> Image:
    """Polka dots on petrol; `rgb` is not used, for the colour is the lesson."""
    hue = (PETROL_HUE + rng.uniform(-3, 3)) / 360
    own = colorsys.hsv_to_rgb(hue, rng.uniform(0.80, 0.95), rng.uniform(0.50, 0.62))
    return patterns.dots(rng, np.asarray(own, dtype=np.float32), grid)
