"""One thing that was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Level: TypeAlias = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`about` is one word, `text` what was found, `remedy` what to do about it, `facts` the same for scripts."""

    about: str
    level: Level
    text: str
    remedy: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        named = {"about": self.about, "level": self.level, "text": self.text, "remedy": self.remedy}
        return named | {"facts": dict(self.facts)}
