"""What the artist has written in prompts, the newest first: kept in Krita's settings, offered again while they type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from .settings import set_setting, setting

MOST = 400
"""Phrases that are kept."""
SHORTEST, LONGEST = 3, 60
"""Characters of a phrase that is worth completing."""
_CALL = re.compile(r"<[^<>]*>")
_WEIGHT = re.compile(r":-?\d+(\.\d+)?(?=\))")
_COMMENT = re.compile(r"(^|\s)#\s.*$", re.MULTILINE)


def phrases(prompt: str) -> list[str]:
    """The parts of a prompt between its commas, without weights, LoRAs and comments."""
    plain = re.sub(r"[()\[\]]", "", _WEIGHT.sub("", _CALL.sub("", _COMMENT.sub("", prompt))))
    found = (" ".join(part.split()) for part in re.split(r"[,\n]", plain))
    return [part for part in found if SHORTEST <= len(part) <= LONGEST]


class Spoken:
    """This artist's phrases."""

    def __init__(self) -> None:
        try:
            said = json.loads(setting("spoken", "[]"))
        except ValueError:
            said = []
        self.phrases: list[str] = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []

    def hear(self, prompt: str) -> None:
        """A prompt is used: its phrases come first, and are kept."""
        self.phrases = list(dict.fromkeys([*phrases(prompt), *self.phrases]))[:MOST]
        set_setting("spoken", json.dumps(self.phrases))

    def read(self, prompts: Iterable[str]) -> None:
        """What an image's history says comes last, for this run of Krita."""
        said = (part for prompt in prompts for part in phrases(prompt))
        self.phrases = list(dict.fromkeys([*self.phrases, *said]))[:MOST]
