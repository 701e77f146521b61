"""Figures on a vector layer: joints are circles that the artist moves, numbered as OpenPose numbers COCO-18."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .client import Bounds, Extent, Keypoint

if TYPE_CHECKING:
    from krita import Node

JOINTS = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist",
    "right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle",
    "right eye", "left eye", "right ear", "left ear",
)  # fmt: skip
STANDING = (
    (0.50, 0.10), (0.50, 0.20), (0.38, 0.20), (0.33, 0.36), (0.31, 0.50), (0.62, 0.20), (0.67, 0.36), (0.69, 0.50),
    (0.43, 0.52), (0.42, 0.72), (0.41, 0.92), (0.57, 0.52), (0.58, 0.72), (0.59, 0.92),
    (0.47, 0.08), (0.53, 0.08), (0.43, 0.10), (0.57, 0.10),
)  # fmt: skip
"""A figure that stands, in parts of its bounds."""
_NAME = re.compile(r"bottega_(\d+)_(\d+)$")


def name_of(figure: int, joint: int) -> str:
    """What a joint's shape is called."""
    return f"bottega_{figure}_{joint}"


def colour(joint: int) -> str:
    """A joint's colour: around the circle of hues."""
    import colorsys

    red, green, blue = colorsys.hsv_to_rgb(joint / 18, 1.0, 1.0)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def svg(figure: int, at: Bounds, canvas: Extent, resolution: float) -> str:
    """A standing figure in these bounds of an image, as a vector layer takes it: its size is in points."""
    scale = 72.0 / resolution
    radius = max(2.0, at.height / 60) * scale
    places = [((at.x + x * at.width) * scale, (at.y + y * at.height) * scale) for x, y in STANDING]
    circles = [
        f'<circle id="{name_of(figure, joint)}" cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" fill="{colour(joint)}"/>'
        for joint, (x, y) in enumerate(places)
    ]
    width, height = canvas.width * scale, canvas.height * scale
    size = f'width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(circles)}</svg>'


def figures_of(layer: Node, resolution: float, context: Bounds) -> list[tuple[Keypoint, ...]]:
    """The figures of a vector layer, in pixels of the context. A joint that was deleted is not seen."""
    found: dict[int, dict[int, tuple[float, float]]] = {}
    shapes: Any = layer.shapes()  # type: ignore[attr-defined]
    for shape in shapes:
        if match := _NAME.match(shape.name()):
            middle = shape.boundingBox().center()
            place = middle.x() * resolution / 72.0, middle.y() * resolution / 72.0
            found.setdefault(int(match[1]), {})[int(match[2])] = place
    return [_figure(joints, context) for _, joints in sorted(found.items())]


def _figure(joints: Mapping[int, tuple[float, float]], context: Bounds) -> tuple[Keypoint, ...]:
    return tuple(
        Keypoint(joints[each][0] - context.x, joints[each][1] - context.y)
        if each in joints
        else Keypoint(0.0, 0.0, 0.0)
        for each in range(len(JOINTS))
    )
