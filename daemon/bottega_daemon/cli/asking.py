"""From options to what is asked of the daemon."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, cast

from bottega.errors import InvalidRequest
from bottega.tasks import Lora, Seamless
from bottega_daemon.cli.options import Axes, Look
from bottega_daemon.cli.saving import FORMATS

LEAST = 8
"""Sizes that are derived from another picture's are rounded to a multiple of this."""


def look_of(look: Look, axes: Axes, task: str) -> dict[str, Any]:
    """The fields of `bottega.tasks.Painting`. Raises InvalidRequest for a number below 1, which the wire
    cannot carry or takes for the default."""
    for name, value in (("steps", look.steps), ("count", look.count), ("clip_skip", look.clip_skip)):
        if value is not None and value < 1:
            remedy = f"Give 1 or more, or leave --{name.replace('_', '-')} away."
            raise InvalidRequest(f"{value} makes no picture.", remedy=remedy, field=f"{task}.denoising.{name}")
    return {
        "negative_prompt": look.negative,
        "checkpoint": look.checkpoint,
        "loras": [_lora(said) for said in look.lora or ()],
        "sampler": look.sampler,
        "schedule": look.schedule,
        "steps": look.steps or 0,
        "guidance": look.guidance,
        "clip_skip": look.clip_skip or 0,
        "seed": look.seed,
        "count": look.count,
        "seamless": cast(Seamless, axes.value),
    }


def _lora(said: str) -> Lora:
    """A LoRA with its weights from "name:0.8:0.5"; a name may have colons, as long as no number follows them."""
    parts, weights = said.split(":"), list[float]()
    while len(parts) > 1 and len(weights) < 2:
        try:
            weights.insert(0, float(parts[-1]))
        except ValueError:
            break
        parts.pop()
    return Lora(":".join(parts), *weights)


def extent_of(size: str | None, name: str = "generate.extent") -> tuple[int, int]:
    """(640, 480) from "640x480", (512, 512) from "512", (0, 0) from None. Raises InvalidRequest."""
    if size is None:
        return 0, 0
    found = re.fullmatch(r"\s*(-?\d+)(?:\s*[x×X*]\s*(-?\d+))?\s*", size, re.ASCII)
    if not found or len(size) > 40:
        raise InvalidRequest(f"{size[:40]!r} is no size.", remedy="Write it as 640x480.", field=name)
    width, height = int(found[1]), int(found[2] or found[1])
    if min(width, height) <= 0:
        raise InvalidRequest(f"{width} x {height} has no pixels.", remedy="Give pixels on each side.", field=name)
    return width, height


def fitted(extent: tuple[int, int], native: tuple[int, int]) -> tuple[int, int]:
    """A size with the proportions of `extent` and about as many pixels as `native`."""
    scale = (native[0] * native[1] / (extent[0] * extent[1])) ** 0.5
    width, height = (max(LEAST * round(side * scale / LEAST), 2 * LEAST) for side in extent)
    return width, height


def slug(prompt: str) -> str:
    """A file's name from a prompt: "a-red-brick-wall"."""
    words = re.findall(r"\w+", prompt.lower())
    return "-".join(words)[:48].rstrip("-") or "picture"


def check_output(output: Path | None) -> None:
    """Raise InvalidRequest for an output that cannot be written, before anything is painted."""
    if output is None or output.is_dir():
        return
    if output.suffix.lower() not in FORMATS:
        remedy = "Name a .png or .tiff file; it carries the settings."
        raise _no_output(output, "is no PNG or TIFF file and no folder that exists", remedy)
    folder = output.parent
    if not folder.is_dir():
        raise _no_output(folder, "is no folder", "Make it first.")
    if not os.access(folder, os.W_OK):
        raise _no_output(folder, "cannot be written", "Choose another folder with -o.")


def _no_output(path: Path, what: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(f"{path} {what}.", remedy=remedy, field="output")
