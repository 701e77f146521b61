"""What a control follows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from bottega.pixels import Pixels


@dataclass(frozen=True)
class Keypoint:
    """One COCO-18 joint in pixels of the job's extent; confidence 0 means that it is not seen."""

    x: float
    y: float
    confidence: float = 1.0


@dataclass(frozen=True)
class MapHint:
    """A picture that is already what the network expects: bright = near, white edges on black, a drawn skeleton,
    normals whose red is left, green up and blue towards the viewer."""

    map: Pixels


@dataclass(frozen=True)
class PhotoHint:
    """A picture in which the daemon finds the structure; thresholds of Canny's detector on 8-bit grey levels."""

    photo: Pixels
    low: float
    high: float


@dataclass(frozen=True)
class DepthHint:
    """Planar Z in metres (one channel, f16 or f32, "data") and which pixels are background (white)."""

    z: Pixels
    background: Pixels | None


@dataclass(frozen=True)
class NormalHint:
    """The camera's normals as n * 0.5 + 0.5 in three or four channels, "data": X right, Y up, Z towards the viewer.
    Vectors that are not a unit long, as black is not, are background."""

    normals: Pixels


@dataclass(frozen=True)
class PoseHint:
    """Figures of 18 joints each."""

    figures: tuple[tuple[Keypoint, ...], ...]


@dataclass(frozen=True)
class InpaintHint:
    """The picture without its masked part, which the daemon makes itself of what Inpaint sends."""
