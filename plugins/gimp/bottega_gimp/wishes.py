"""What was asked for, as plain values: read from a procedure's arguments, kept with each result, and used again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .arguments import BY_KIND, Argument, Procedure
from .client import Extent, Native

KEY = "bottega"
"""Name of the parasite that holds a layer's or an image's parameters."""
MOST_SEED = 2**32 - 1
CONTROL = "control"
"""The argument that names the control layer, and what its note is called in the parameters."""
OWN = ("prompt", "seed")
"""What presets leave as it is, but for the prompt's LoRAs."""
APART = ("seamless", "source")
"""What means one thing where something is painted and another where it is enlarged."""
_LORA = re.compile(r"\s*<lora:[^<>]*>")


@dataclass(frozen=True)
class Wish:
    """One job's parameters, by the names of the procedure's arguments."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    led_by: Mapping[str, Any] | None = None
    """The control layer, as `leading.noted` tells it."""

    def __getitem__(self, name: str) -> Any:
        """An argument's value, its default where nothing was said."""
        if name in self.values:
            return self.values[name]
        return next((each.default for each in self.procedure.arguments if each.name == name), None)

    @property
    def procedure(self) -> Procedure:
        """The row of the table."""
        return BY_KIND[self.kind]

    @property
    def title(self) -> str:
        """What lists and layers are called."""
        prompt = " ".join(str(self["prompt"] or "").split())
        return prompt[:60] or self.procedure.label.rstrip("…")

    def how(self) -> dict[str, Any]:
        """What all painting tasks take. Raises ValueError for a seed that is none."""
        return {
            "negative_prompt": self["negative-prompt"],
            "checkpoint": self["checkpoint"],
            "sampler": self["sampler"],
            "schedule": self["schedule"],
            "steps": self["steps"],
            "guidance": self["guidance"] or None,
            "seed": seed_of(self["seed"]),
            "count": self["count"],
        }

    def said(self, **more: Any) -> str:
        """All of it in ASCII JSON, with facts of one result: GIMP 3.0's parasites hold no other letters in Python."""
        values = {each.name: self[each.name] for each in self.procedure.plain}
        led_by = {CONTROL: dict(self.led_by)} if self.led_by else {}
        return json.dumps({"procedure": self.procedure.name, **values, **led_by, **more})


def wish_of(text: str) -> Wish:
    """The wish in such a JSON text; what a newer plug-in added is left out. Raises ValueError for anything else."""
    said = json.loads(text)
    kind = str(said.get("procedure", "")).removeprefix("bottega-") if isinstance(said, dict) else ""
    if kind not in BY_KIND:
        raise ValueError("no parameters")
    known = {each.name: each for each in BY_KIND[kind].plain}
    values = {name: value for name, value in said.items() if name in known and _fits(known[name], value)}
    led_by = said.get(CONTROL)
    return Wish(kind, values, led_by if isinstance(led_by, dict) else None)


def wish_in(procedure: Procedure, config: Any) -> Wish:
    """What a procedure's config (GIMP's) says."""
    values = {each.name: config.get_property(each.name) for each in procedure.plain}
    return Wish(procedure.kind, {name: "" if value is None else value for name, value in values.items()})


def control_in(procedure: Procedure, config: Any) -> Any:
    """The control layer that a config names; None for none."""
    return config.get_property(CONTROL) if any(each.name == CONTROL for each in procedure.arguments) else None


def preset_of(wish: Wish) -> dict[str, Any]:
    """A wish's settings without its picture's own words and seed, and "loras": what its prompt says of them, if it has
    one."""
    values = {each.name: wish[each.name] for each in wish.procedure.plain if each.name not in OWN}
    return {**values, "loras": "".join(_LORA.findall(wish["prompt"]))} if wish.procedure.paints else values


def styled(wish: Wish, preset: Mapping[str, Any]) -> Wish:
    """The wish with those settings of a preset that its procedure has."""
    paints = "loras" in preset
    left = OWN if paints == wish.procedure.paints else (*OWN, *APART)
    known = {each.name: each for each in wish.procedure.plain if each.name not in left}
    values = {name: preset[name] for name in known if name in preset and _fits(known[name], preset[name])}
    if wish.procedure.paints and paints:
        values["prompt"] = f"{_LORA.sub('', wish['prompt'])}{preset['loras']}".lstrip()
    return Wish(wish.kind, {**wish.values, **values}, wish.led_by)


def _fits(argument: Argument, value: object) -> bool:
    if argument.kind == "choice":
        return value in [choice for choice, _ in argument.choices]
    if argument.kind in ("int", "double"):
        numbers = (int,) if argument.kind == "int" else (int, float)
        return type(value) in numbers and argument.least <= value <= argument.most  # type: ignore[operator]
    return type(value) is type(argument.default)


def seed_of(text: str) -> int | None:
    """The seed that somebody typed; None for an empty field. Raises ValueError."""
    if not text.strip():
        return None
    if not text.strip().isdecimal() or int(text) > MOST_SEED:
        raise ValueError(f"{text!r} is no seed")
    return int(text)


def sized(wish: Wish, shape: Extent) -> Extent | None:
    """The size that was said, its other side by the shape if but one was, in whole latent cells; None if none was."""
    width, height = wish["width"] or 0, wish["height"] or 0
    if not width and not height:
        return None
    width = width or _cells(height * shape.width / shape.height)
    return Extent(width, height or _cells(width * shape.height / shape.width))


def _cells(side: float) -> int:
    return max(8 * round(side / 8), 64)


def fitted(wanted: Extent, native: Native) -> Extent:
    """The size to paint at for a place of this extent: its own where the model bears it, else the model's native area
    in about its proportions, in whole latent cells."""
    scale = (native.pixels / wanted.pixels) ** 0.5
    if scale < 1 and wanted.pixels <= native.most and wanted.longest <= native.longest:
        scale = 1.0
    sides = (_cells(side * scale) for side in (wanted.width, wanted.height))
    return Extent(*(min(side, native.max_side) for side in sides))
