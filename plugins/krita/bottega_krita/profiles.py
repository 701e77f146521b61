"""What Krita knows of a profile, asked colour by colour: Python is given neither the profile nor its numbers."""

from __future__ import annotations

from functools import cache

from krita import ManagedColor

from .gamut import SAMPLES, Gamut, Matrix
from .pixels import Colours, colours_of
from .qt import app

LINEAR_SRGB = "sRGB-elle-V2-g10.icc"
SAME = 4e-3
"""What matrices may differ by and be the same profile's."""
CLOSE = 1e-2
"""How closely curve and matrix must say what Krita says of a colour."""
PROBES = ((0.8, 0.3, 0.1), (0.2, 0.6, 0.9), (0.5, 0.9, 0.3))


def colours(model: str, depth: str, profile: str) -> Colours:
    """How a document or a layer keeps its colours. Raises InvalidRequest for what is not RGB."""
    plain = colours_of(model, depth, profile)
    whole = plain.depth in ("u8", "u16")
    found = gamut_of("U16" if whole else "F32", profile)
    if found is None or not (whole or found.linear):
        return plain
    return Colours(plain.depth, "srgb" if whole else "linear", profile, found)


@cache
def gamut_of(depth: str, profile: str) -> Gamut | None:
    """A profile's curve and matrix; None for those of sRGB's primaries, and those that are not made of both."""
    if LINEAR_SRGB not in app().profiles("RGBA", "F32"):
        return None
    red, green, blue = (_light(depth, profile, *one) for one in ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    matrix: Matrix = tuple(zip(red, green, blue, strict=True))  # type: ignore[assignment]
    if all(abs(matrix[k][m] - (k == m)) < SAME for k in range(3) for m in range(3)):
        return None
    greys = [_light(depth, profile, *[k / (SAMPLES - 1)] * 3)[1] for k in range(SAMPLES)]
    found = Gamut(matrix, tuple(greys))
    return found if all(_says(found, depth, profile, probe) for probe in PROBES) else None


def _light(depth: str, profile: str, red: float, green: float, blue: float) -> tuple[float, float, float]:
    """A colour's linear light, by sRGB's primaries."""
    colour = ManagedColor("RGBA", depth, profile)
    colour.setComponents([blue, green, red, 1.0] if depth == "U16" else [red, green, blue, 1.0])
    colour.setColorSpace("RGBA", "F32", LINEAR_SRGB)
    found = colour.components()
    return found[0], found[1], found[2]


def _says(found: Gamut, depth: str, profile: str, probe: tuple[float, float, float]) -> bool:
    light = [found.curve[round(value * (SAMPLES - 1))] for value in probe]
    said = _light(depth, profile, *probe)
    ours = (sum(a * b for a, b in zip(row, light, strict=True)) for row in found.matrix)
    return all(abs(a - b) < CLOSE for a, b in zip(ours, said, strict=True))
