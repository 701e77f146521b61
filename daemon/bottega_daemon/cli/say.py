"""What a command says: results on standard output, the rest on standard error; or one JSON object."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

OPTIONS: dict[str, str] = {
    "address": "--address",
    "canny": "--canny",
    "checkpoint": "--checkpoint",
    "clip_skip": "--clip-skip",
    "count": "--count",
    "depth": "--depth",
    "detail": "--detail",
    "extent": "--size",
    "feather": "--feather",
    "grow": "--grow",
    "guidance": "--guidance",
    "margin": "--context",
    "mask": "--mask",
    "megapixels": "--megapixels",
    "normal": "--normal",
    "negative_prompt": "--negative",
    "output": "--output",
    "picture": "PICTURE",
    "pose": "--pose",
    "prompt": "PROMPT",
    "sampler": "--sampler",
    "schedule": "--schedule",
    "seed": "--seed",
    "start": "--start",
    "steps": "--steps",
    "strength": "--strength",
    "picture.extent": "PICTURE",
    "upscale.extent": "--to",
    "upscale.times": "--times",
    "upscaler": "--upscaler",
}
"""The option that fills a field of the request, by the field's name, or by two where one means different things."""


@dataclass(frozen=True)
class Trouble:
    """Any error, ready to be told."""

    reason: str
    message: str
    remedy: str = ""
    field: str = ""
    job_id: str = ""

    @property
    def option(self) -> str:
        """The option that the field comes from: "--steps" for "generate.denoising.steps"; "" if there is none."""
        if control := re.search(r"controls\[(\d+)\]", self.field):
            return f"structure option {int(control[1]) + 1}"
        parts = [part.split("[")[0] for part in self.field.split(".")]
        names = [name for at in range(len(parts), 0, -1) for name in (".".join(parts[at - 2 : at]), parts[at - 1])]
        return next((OPTIONS[name] for name in names if name in OPTIONS), "")

    @property
    def as_dict(self) -> dict[str, str]:
        """For `--json`."""
        named = {"reason": self.reason, "message": self.message, "remedy": self.remedy, "field": self.field}
        return named | {"option": self.option} if self.option else named


def tell(trouble: Trouble, code: int, *, as_json: bool) -> None:
    """Report an error."""
    if as_json:
        object_ = {"ok": False, "exit_code": int(code), "error": trouble.as_dict}
        put_json(object_ | ({"job_id": trouble.job_id} if trouble.job_id else {}))
        return
    where = trouble.field + (f" ({trouble.option})" if trouble.option else "")
    sentence = trouble.message[:1].upper() + trouble.message[1:]
    note(f"[red]error:[/] {safe(f'{where}: {trouble.message}' if where else sentence)}")
    if trouble.remedy:
        note(f"       {safe(trouble.remedy)}")


def put_json(value: Mapping[str, Any]) -> None:
    """Print the one JSON object that a `--json` command answers."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str), flush=True)


def put(line: str) -> None:
    """Print a line of the result, which may be piped elsewhere."""
    print(line, flush=True)


def note(markup: str) -> None:
    """Tell a person something on standard error."""
    errors().print(markup, soft_wrap=True, highlight=False)


def safe(text: str) -> str:
    """Text that rich prints as it is, without the control characters that would play tricks with a terminal."""
    from rich.markup import escape

    return escape("".join(letter for letter in text if letter.isprintable() or letter in "\n\t"))


def errors() -> Console:
    """A console on standard error as it is now."""
    from rich.console import Console

    return Console(file=sys.stderr, stderr=True)


def output() -> Console:
    """A console on standard output as it is now."""
    from rich.console import Console

    return Console(file=sys.stdout)
