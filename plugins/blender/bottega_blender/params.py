"""What was asked for, as plain values: it travels with each result and fills the panel again."""

from __future__ import annotations

import dataclasses
import json
import random
from dataclasses import dataclass, field
from typing import Any

from .client import Control, Generate, Lora, Pixels, Seamless

KEY = "bottega"
"""The custom property of images that holds their parameters as JSON."""
SEEDS = 1 << 31
"""Seeds are drawn here, not by the daemon: Blender's numbers have a sign, and each seed must fit into the panel."""


@dataclass(frozen=True)
class Params:
    """Everything that makes a result what it is. Zero and "" leave the choice to the daemon."""

    kind: str = "texture"
    """ "texture", "render", "projection", "inpaint" or "upscale"."""
    prompt: str = ""
    negative_prompt: str = ""
    checkpoint: str = ""
    sampler: str = ""
    schedule: str = ""
    steps: int = 0
    guidance: float = 0.0
    seed: int = 0
    count: int = 1
    width: int = 0
    height: int = 0
    seamless: Seamless = "none"
    strength: float = 1.0
    feather: int = 0
    """Of an inpaint: pixels over which it fades out."""
    start: str = ""
    """Name of the image that was started from, "" for none."""
    controls: dict[str, float] = field(default_factory=dict)
    """Strength of each control kind in use."""
    loras: tuple[tuple[str, float], ...] = ()
    """Names and weights."""
    views: int = 0
    """Of a projection: how many are placed at most."""
    views_from: str = ""
    """Of a projection: "AROUND", "CAMERA" or "SELECTED"."""
    texture_size: int = 0
    """Of a projection: side of its texture in pixels."""
    target: str = ""
    """Of a texture: "MATERIAL", "NODE" or "IMAGE"."""
    maps: bool = False
    """Of a texture: whether height, normals and roughness are derived."""
    upscaler: str = ""
    """Of an enlargement: the network."""
    axes: str = ""
    """Of an enlargement: along which axes it was asked to go on ("" is as it was made); `seamless` is what that was."""
    times: int = 0
    """Of an enlargement: how many times as wide and high it is."""
    space: str = ""
    """Of an enlargement: its colour space in Blender."""
    alpha_mode: str = ""
    """Of an enlargement: what its alpha means in Blender."""
    origin: str = ""
    """Of an enlargement: what is known of how the image that was enlarged was made, as JSON."""

    def task(self, start: Pixels | None = None, controls: tuple[Control, ...] = ()) -> Generate:
        """The request for the daemon."""
        return Generate(
            self.prompt,
            self.width,
            self.height,
            start,
            self.strength if start else None,
            negative_prompt=self.negative_prompt,
            checkpoint=self.checkpoint,
            sampler=self.sampler,
            schedule=self.schedule,
            steps=self.steps,
            guidance=self.guidance or None,
            seed=self.seed,
            count=self.count,
            seamless=self.seamless,
            controls=controls,
            loras=tuple(Lora(name, weight) for name, weight in self.loras),
        )

    def plain(self) -> dict[str, Any]:
        """As values that JSON can hold."""
        return dataclasses.asdict(self)

    def text(self, **more: Any) -> str:
        """As JSON, with facts of one picture."""
        return json.dumps({**self.plain(), **more}, ensure_ascii=False)


def parsed(text: str) -> Params:
    """The parameters in a JSON text; what a newer plug-in added is left out. Raises ValueError for anything else."""
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("no parameters")
    return of(said)


def of(said: dict[str, Any]) -> Params:
    """The parameters that these values say. Raises TypeError or ValueError for what cannot be."""
    known = {each.name for each in dataclasses.fields(Params)}
    values = {name: value for name, value in said.items() if name in known}
    values["loras"] = tuple((str(name), float(weight)) for name, weight in values.get("loras", ()))
    return Params(**values)


def drawn_seed(count: int) -> int:
    """A seed at random that leaves room for the others of a job."""
    return random.randrange(SEEDS - count)


def seamless(x: bool, y: bool) -> Seamless:
    """The axes as the daemon names them."""
    return ("none", "x", "y", "xy")[x + 2 * y]  # type: ignore[return-value]
