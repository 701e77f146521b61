"""Figures on a vector layer: joints are circles that the artist moves, numbered as OpenPose numbers COCO-18, and bones
follow them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from .client import Bounds, Extent, Keypoint
from .qt import QtGui

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
BONES = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
"""From which joint to which; each has the colour of its own number, as OpenPose draws it."""
COLOURS = (
    "#ff0000", "#ff5500", "#ffaa00", "#ffff00", "#aaff00", "#55ff00", "#00ff00", "#00ff55", "#00ffaa",
    "#00ffff", "#00aaff", "#0055ff", "#0000ff", "#5500ff", "#aa00ff", "#ff00ff", "#ff00aa", "#ff0055",
)  # fmt: skip
LENGTH = 100.0
"""Points of a bone before it is laid."""
NEAR = 1e-3
"""What a transformation may differ by from where it should be."""
Point: TypeAlias = tuple[float, float]
Matrix: TypeAlias = tuple[float, float, float, float, float, float]
_NAME = re.compile(r"bottega_(\d+)_(\d+)$")
_BONE = re.compile(r"bottega_(\d+)_bone_(\d+)$")


def name_of(figure: int, joint: int) -> str:
    """What a joint's shape is called."""
    return f"bottega_{figure}_{joint}"


def bone_name(figure: int, bone: int) -> str:
    """What a bone's shape is called."""
    return f"bottega_{figure}_bone_{bone}"


def svg(figure: int, at: Bounds, canvas: Extent, resolution: float) -> str:
    """A standing figure in these bounds of an image, as a vector layer takes it: its size is in points. Joints lie over
    bones."""
    scale = 72.0 / resolution
    radius = max(2.0, at.height / 60) * scale
    places = [((at.x + x * at.width) * scale, (at.y + y * at.height) * scale) for x, y in STANDING]
    shapes = [
        f'<ellipse id="{bone_name(figure, bone)}" cx="{LENGTH / 2}" cy="{radius * 0.8:.3f}" rx="{LENGTH / 2}"'
        f' ry="{radius * 0.8:.3f}" fill="{COLOURS[bone]}" fill-opacity="0.6" transform="matrix({_matrix(*ends)})"/>'
        for bone, (one, other) in enumerate(BONES)
        for ends in [_laid(places[one], places[other], radius * 1.6)]
    ]
    shapes += [
        f'<circle id="{name_of(figure, joint)}" cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" fill="{COLOURS[joint]}"/>'
        for joint, (x, y) in enumerate(places)
    ]
    width, height = canvas.width * scale, canvas.height * scale
    size = f'width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def _laid(start: Point, end: Point, thick: float) -> Matrix:
    """What lays a bone of LENGTH x `thick`, whose top left corner is at (0, 0), from one joint to another: as long as
    the way is, and as thick as before."""
    across, down = (end[0] - start[0]) / LENGTH, (end[1] - start[1]) / LENGTH
    length = math.hypot(across, down) or 1e-6
    left, up = -down / length, across / length
    return across, down, left, up, start[0] - left * thick / 2, start[1] - up * thick / 2


def _matrix(*values: float) -> str:
    return ",".join(f"{value:.5f}" for value in values)


def is_figure(layer: Node) -> bool:
    """Whether a vector layer holds figures and nothing else; an empty one does not."""
    names = [shape.name() for shape in layer.shapes()]  # type: ignore[attr-defined]
    return bool(names) and all(_NAME.match(name) or _BONE.match(name) for name in names)


def joints_of(shapes: Iterable[Any]) -> dict[tuple[int, int], Point]:
    """Where the joints among these shapes are, in points, by figure and number."""
    found: dict[tuple[int, int], Point] = {}
    for shape in shapes:
        if match := _NAME.match(shape.name()):
            middle = shape.boundingBox().center()
            found[int(match[1]), int(match[2])] = middle.x(), middle.y()
    return found


def lay_bones(layer: Node) -> int:
    """Lay the bones of a vector layer between its joints, where they lie now; those of a joint that was deleted are not
    seen. Returns how many it moved."""
    shapes: list[Any] = layer.shapes()  # type: ignore[attr-defined]
    joints, moved = joints_of(shapes), 0
    for shape in shapes:
        if match := _BONE.match(shape.name()):
            figure, (one, other) = int(match[1]), BONES[int(match[2])]
            ends = joints.get((figure, one)), joints.get((figure, other))
            moved += _lay_bone(shape, *ends)
    return moved


def _lay_bone(shape: Any, start: Point | None, end: Point | None) -> bool:
    if start is None or end is None:
        seen = shape.visible()
        shape.setVisible(False)
        return seen
    now = shape.transformation()
    values = _laid(start, end, thickness(now, shape.boundingBox().center()))
    was = now.m11(), now.m12(), now.m21(), now.m22(), now.dx(), now.dy()
    if shape.visible() and max(abs(a - b) for a, b in zip(was, values, strict=True)) < NEAR:
        return False
    box = shape.boundingBox()
    shape.setVisible(True)
    shape.setTransformation(QtGui.QTransform(*values))
    shape.updateAbsolute(box.united(shape.boundingBox()))
    return True


def thickness(laid: Any, middle: Any) -> float:
    """How thick a bone is that is laid so and has its middle there."""
    across = middle.x() - laid.dx() - laid.m11() * LENGTH / 2
    down = middle.y() - laid.dy() - laid.m12() * LENGTH / 2
    return 2.0 * (across * laid.m21() + down * laid.m22())


def figures_of(layer: Node, resolution: float, context: Bounds) -> list[tuple[Keypoint, ...]]:
    """The figures of a vector layer, in pixels of the context. A joint that was deleted is not seen."""
    found: dict[int, dict[int, Point]] = {}
    shapes: Any = layer.shapes()  # type: ignore[attr-defined]
    for (figure, joint), (x, y) in joints_of(shapes).items():
        found.setdefault(figure, {})[joint] = x * resolution / 72.0, y * resolution / 72.0
    return [_figure(joints, context) for _, joints in sorted(found.items())]


def _figure(joints: Mapping[int, Point], context: Bounds) -> tuple[Keypoint, ...]:
    return tuple(
        Keypoint(joints[each][0] - context.x, joints[each][1] - context.y)
        if each in joints
        else Keypoint(0.0, 0.0, 0.0)
        for each in range(len(JOINTS))
    )
