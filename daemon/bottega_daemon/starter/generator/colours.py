"""The dozen colours of the starter's world: their words, where they lie, and how one picture's shade is drawn."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Colour:
    """A named region of HSV space: hue in degrees with its jitter, ranges of saturation and value."""

    words: tuple[str, ...]
    hue: float
    hue_jitter: float
    saturation: tuple[float, float]
    value: tuple[float, float]


COLOURS: dict[str, Colour] = {
    "red": Colour(("red",), 0, 6, (0.78, 0.95), (0.70, 0.92)),
    "orange": Colour(("orange",), 27, 4, (0.82, 0.98), (0.88, 1.0)),
    "yellow": Colour(("yellow",), 53, 4, (0.75, 0.95), (0.88, 1.0)),
    "green": Colour(("green",), 120, 8, (0.65, 0.90), (0.50, 0.75)),
    "cyan": Colour(("cyan", "turquoise"), 182, 7, (0.65, 0.90), (0.75, 0.92)),
    "blue": Colour(("blue",), 224, 8, (0.75, 0.92), (0.68, 0.92)),
    "purple": Colour(("purple", "violet"), 276, 8, (0.60, 0.82), (0.55, 0.78)),
    "pink": Colour(("pink",), 332, 6, (0.38, 0.55), (0.92, 1.0)),
    "brown": Colour(("brown",), 25, 4, (0.58, 0.72), (0.34, 0.46)),
    "white": Colour(("white",), 40, 40, (0.0, 0.05), (0.90, 0.98)),
    "grey": Colour(("grey", "gray"), 220, 60, (0.0, 0.06), (0.42, 0.60)),
    "black": Colour(("black",), 230, 60, (0.0, 0.20), (0.07, 0.14)),
}
CHROMATIC = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")

# Too near to stand out from one another once lit and reduced to latents.
ALIKE: tuple[frozenset[str], ...] = tuple(
    frozenset(pair.split())
    for pair in (
        "red orange", "red pink", "red brown", "orange yellow", "orange brown", "cyan blue", "cyan green",
        "blue purple", "purple pink", "purple black", "brown black", "brown purple", "white grey", "white yellow",
        "grey black",
    )
)  # fmt: skip


def apart(a: str, b: str) -> bool:
    """Whether a thing of one colour is plainly seen before the other."""
    return a != b and frozenset((a, b)) not in ALIKE


def shade(rng: np.random.Generator, name: str) -> Rgb:
    """One picture's shade of a named colour: float32 (3,) in 0..1, display values (sRGB as is, no linear light)."""
    colour = COLOURS[name]
    hue = (colour.hue + rng.uniform(-colour.hue_jitter, colour.hue_jitter)) % 360.0
    saturation, value = rng.uniform(*colour.saturation), rng.uniform(*colour.value)
    return np.asarray(colorsys.hsv_to_rgb(hue / 360.0, saturation, value), dtype=np.float32)


def word(rng: np.random.Generator, name: str) -> str:
    """One of the colour's words, the first twice as likely as each other one."""
    words = COLOURS[name].words
    return str(rng.choice((words[0], *words)))


def darker(rgb: Rgb, factor: float) -> Rgb:
    """The same hue, its value times `factor`."""
    return (rgb * np.float32(factor)).astype(np.float32)


def lighter(rgb: Rgb, amount: float) -> Rgb:
    """A mix of `amount` of white into the colour."""
    return (rgb + (1.0 - rgb) * np.float32(amount)).astype(np.float32)


def luma(rgb: Rgb) -> float:
    """Rec. 601 brightness of one colour."""
    return float(rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32))


def contrasting(rgb: Rgb) -> Rgb:
    """The second tone of a two-tone material: near-white for colours up to mid brightness, a dark shade above."""
    return lighter(rgb, 0.86) if luma(rgb) < 0.66 else darker(rgb, 0.28)


def joint(rgb: Rgb) -> Rgb:
    """What lies between boards or cobbles: a dark shade, but a light one for near-black, in which dark is lost."""
    return lighter(rgb, 0.45) if luma(rgb) < 0.15 else darker(rgb, 0.25)
