"""Figures from the JSON files that OpenPose and its editors write."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bottega.errors import InvalidRequest
from bottega.tasks import Keypoint
from bottega_daemon.cli.reading import read_bytes

FIELD = "pose"
JOINTS = 18
FROM_BODY_25 = (*range(8), *range(9, 19))
"""Where COCO-18's joints stand in OpenPose's BODY_25, which has the middle of the hips besides."""
_REMEDY = 'Give OpenPose\'s JSON: {"people": [{"pose_keypoints_2d": [x, y, confidence, ...]}]}.'


@dataclass(frozen=True)
class Poses:
    """Figures in pixels of a canvas; without one, of the picture to be painted."""

    figures: tuple[tuple[Keypoint, ...], ...]
    canvas: tuple[int, int] | None

    def scaled_to(self, width: int, height: int) -> tuple[tuple[Keypoint, ...], ...]:
        """The figures in pixels of a picture of this size; 0 x 0 leaves them."""
        if not self.canvas or not width or not height:
            return self.figures
        x, y = width / self.canvas[0], height / self.canvas[1]
        return tuple(
            tuple(Keypoint(joint.x * x, joint.y * y, joint.confidence) for joint in figure) for figure in self.figures
        )


def read_poses(path: Path) -> Poses:
    """The figures of a file. Raises InvalidRequest if it is none, or shows nobody."""
    try:
        said: Any = json.loads(read_bytes(path, FIELD))
    except ValueError as error:
        raise _wrong(path, f"is no JSON ({error})") from error
    said = said[0] if isinstance(said, list) and said else said  # some editors write a list of frames
    people = said.get("people") if isinstance(said, dict) else None
    if not isinstance(people, list) or not people:
        raise _wrong(path, "names no people")
    figures = tuple(_figure(path, person) for person in people)
    return Poses(figures, _canvas(said, figures))


def _figure(path: Path, person: Any) -> tuple[Keypoint, ...]:
    numbers = person.get("pose_keypoints_2d") if isinstance(person, dict) else None
    if not isinstance(numbers, list) or len(numbers) not in (3 * JOINTS, 3 * 25):
        count = len(numbers) if isinstance(numbers, list) else 0
        raise _wrong(path, f"has a figure of {count} numbers instead of {3 * JOINTS} or {3 * 25}")
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        raise _wrong(path, "has a joint that is no number")
    joints = [Keypoint(*map(float, numbers[at : at + 3])) for at in range(0, len(numbers), 3)]
    return tuple(joints) if len(joints) == JOINTS else tuple(joints[index] for index in FROM_BODY_25)


def _canvas(said: dict[str, Any], figures: tuple[tuple[Keypoint, ...], ...]) -> tuple[int, int] | None:
    """The picture that the joints' pixels belong to: stated, or of 1 x 1 where all lie in the unit square."""
    width, height = said.get("canvas_width"), said.get("canvas_height")
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        return width, height
    seen = [joint for figure in figures for joint in figure if joint.confidence > 0]
    return (1, 1) if seen and all(0 <= joint.x <= 1 and 0 <= joint.y <= 1 for joint in seen) else None


def _wrong(path: Path, what: str) -> InvalidRequest:
    return InvalidRequest(f"{path} {what}.", remedy=_REMEDY, field=FIELD)
