"""What was asked for, as plain values: it travels with each result and fills the docker again."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .client import Choices, Fill, Inpaint, Margin, Pixels

SEEDS = 1 << 31
_COMMENT = re.compile(r"(^|\s)#(\s.*|$)")
"""# and a space: #ffcc00 is a colour."""


@dataclass(frozen=True)
class Mode:
    """A way of painting: what it does with the selection, and how it begins."""

    name: str
    label: str
    fill: Fill = "auto"
    grow: int = 0
    """Pixels."""
    feather: float = 0.05
    """Part of the selection's diagonal."""
    inverted: bool = False
    """What is not selected is painted."""
    prompt: str = ""
    """Used where the artist says nothing."""


MODES: Mapping[str, Mode] = {
    mode.name: mode
    for mode in (
        Mode("auto", "Automatic"),
        Mode("generate", "Generate", fill="noise", feather=0.0),
        Mode("fill", "Fill", grow=4),
        Mode("refine", "Refine", fill="keep", grow=4),
        Mode("expand", "Outpaint", fill="border", grow=8),
        Mode("add", "Add content", fill="neutral", grow=4),
        Mode("remove", "Remove content", fill="border", grow=8, prompt="background scenery"),
        Mode("background", "Replace background", fill="neutral", feather=0.01, inverted=True),
    )
}
FILLS: tuple[Fill, ...] = ("auto", "keep", "neutral", "blur", "border", "noise")


@dataclass(frozen=True)
class Follow:
    """A control layer: which layer, as what, how strongly and when."""

    layer: str = ""
    """Its unique id."""
    name: str = ""
    kind: str = "canny"
    on: bool = True
    detect: bool = True
    """The daemon finds the structure in the layer; else the layer already shows it."""
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True)
class Params:
    """Everything that makes a result what it is. Zero and "" leave the choice to the daemon."""

    mode: str = "auto"
    prompt: str = ""
    negative_prompt: str = ""
    checkpoint: str = ""
    sampler: str = ""
    schedule: str = ""
    steps: int = 0
    guidance: float = 0.0
    clip_skip: int = 0
    seed: int = 0
    count: int = 1
    strength: float = 1.0
    fill: str = ""
    """"" as the mode has it."""
    grow: int = -1
    """Pixels; -1 as the mode has it."""
    feather: float = -1.0
    """Part of the selection's diagonal; -1 as the mode has it."""
    detail: float = 1.0
    megapixels: float = 0.0
    """About so many million pixels are painted, instead of the detail; 0: as many as suit the selection."""
    context: float = -1.0
    """Part of the result's side to send around it; -1 as suits it."""
    match_color: bool = True
    style: str = ""
    """A prompt with {prompt} in it: what a preset adds."""
    controls: tuple[Follow, ...] = ()

    def resolved(self, selected: bool) -> Mode:
        """The mode that "auto" means here, with the artist's own wishes. Refining needs a strength below 1."""
        mode = MODES.get(self.mode, MODES["auto"])
        if mode.name == "auto":
            mode = MODES["refine" if self.strength < 1 else "fill" if selected else "generate"]
        if not selected and mode.name in ("fill", "add", "remove", "background"):
            mode = MODES["refine" if self.strength < 1 else "generate"]
        wishes: dict[str, Any] = {}
        if self.fill in FILLS:
            wishes["fill"] = self.fill
        if self.grow >= 0:
            wishes["grow"] = self.grow
        if self.feather >= 0:
            wishes["feather"] = self.feather
        if not selected:
            wishes |= {"grow": 0, "feather": 0.0}
        return dataclasses.replace(mode, **wishes)

    def full_prompt(self, mode: Mode) -> str:
        """The prompt without comments, in the preset's words."""
        lines = [_COMMENT.sub("", line).strip() for line in self.prompt.split("\n")]
        prompt = " ".join(line for line in lines if line) or mode.prompt
        if "{prompt}" in self.style:
            return self.style.replace("{prompt}", prompt)
        return f"{prompt}, {self.style}" if self.style and prompt else prompt or self.style

    def choices(self, mode: Mode, feather: int) -> Choices:
        """What is chosen about the plan; `feather` in pixels."""
        margin = self.context if self.context >= 0 else None
        size = self.megapixels or None
        return Choices(mode.grow, feather, self.detail, size, margin, strength=self.strength)

    def task(
        self,
        mode: Mode,
        picture: Pixels,
        mask: Pixels,
        feather: int,
        size: tuple[int, int],
    ) -> Inpaint:
        """The request for the daemon, without control layers."""
        return Inpaint(
            picture,
            mask,
            self.full_prompt(mode),
            self.strength,
            mode.fill,
            negative_prompt=self.negative_prompt,
            checkpoint=self.checkpoint,
            sampler=self.sampler,
            schedule=self.schedule,
            steps=self.steps,
            guidance=self.guidance or None,
            clip_skip=self.clip_skip,
            seed=self.seed,
            count=self.count,
            grow=Margin(mode.grow),
            feather=Margin(feather),
            match_color=self.match_color and mode.name != "generate",
            outpaint=mode.name == "expand",
            width=size[0],
            height=size[1],
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dataclasses.asdict(self)


def parsed(said: Mapping[str, Any]) -> Params:
    """The parameters in an object of JSON; what another version knows, or what is broken, is left out."""
    known = {each.name: each for each in dataclasses.fields(Params)}
    values: dict[str, Any] = {
        name: value
        for name, value in said.items()
        if name in known and name != "controls" and isinstance(value, _kind(known[name].default))
    }
    follows = said.get("controls")
    if isinstance(follows, list | tuple):
        fields = {each.name for each in dataclasses.fields(Follow)}
        rows = [row for row in follows if isinstance(row, dict)]
        values["controls"] = tuple(Follow(**{k: v for k, v in row.items() if k in fields}) for row in rows)
    return Params(**values)


def _kind(default: object) -> type | tuple[type, ...]:
    return (int, float) if isinstance(default, float) else type(default)


def drawn_seed(count: int) -> int:
    """A seed at random that leaves room for the others of a job."""
    return random.randrange(SEEDS - count)
