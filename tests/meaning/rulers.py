"""What these tests measure on pictures, beside the training's own rulers (`starter.training.judge`, `.measures`)."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import captions
from bottega_daemon.starter.training import judge

Rgb = NDArray[np.uint8]
HUE_LIMIT = 30.0  # degrees; the nearest two of the eight chromatic colours are 26 apart (red, orange)
X, Y = 1, 0  # axes of [h, w, 3]
CELL = 8  # pixels a latent cell


def prompt_of(colour: str, material: str) -> str:
    """ "red brick": the plainest caption of the generator's grammar."""
    return f"{colour} {captions.NOUNS[material][0]}"


def hue_errors(made: Iterable[Rgb], colours: Iterable[str]) -> NDArray[np.float64]:
    """Degrees between each picture's prevailing hue and its colour's; 180 where a picture has no hue."""
    return np.array([judge.hue_error(rgb, colour) for rgb, colour in zip(made, colours, strict=True)])


def leaning(rgb: Rgb, hue: float) -> float:
    """How much a picture's colour points to a hue (degrees): mean chroma times the cosine of the angle, -1..1."""
    hsv = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    return float((hsv[..., 1] * hsv[..., 2] * np.cos(np.radians(hsv[..., 0] - hue))).mean())


def apart(a: Rgb, b: Rgb) -> float:
    """Mean absolute difference of two pictures in 8-bit levels."""
    return float(np.abs(a.astype(np.float32) - b.astype(np.float32)).mean())


def seam(made: Rgb, axis: int) -> float:
    """Mean step across the outer edge over that across lines inside, of pictures [N, h, w, 3] taken together.

    The outer edge lies between two latent cells, where a small autoencoder's pictures change more than within a cell;
    so the lines inside are those between cells too.
    """
    values = made.astype(np.float32)
    outer = np.abs(values.take(0, axis + 1) - values.take(-1, axis + 1)).mean()
    lines = np.abs(np.diff(values, axis=axis + 1)).take(range(CELL - 1, made.shape[axis + 1] - 1, CELL), axis + 1)
    return float(outer / lines.mean())
