"""What keys do to a prompt: weights go up and down, words are completed. Plain text in, plain text out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .client import messages

STEP = 0.1
LEAST, MOST = 0.1, 2.0
UTF16 = "utf-16-le"
_WEIGHTED = re.compile(r"\(([^()]*):(-?\d+(?:\.\d+)?)\)")
_LORA = re.compile(r"<(lora):([^<>:]+)(?::(-?\d+(?:\.\d+)?))?>")
_WORD = re.compile(r"[^\s,()<>]+")
_TYPED = re.compile(r"(<[^<>\s]*|[^\s,()<>]+)$")


@dataclass(frozen=True)
class Edited:
    """A text, and what of it is selected afterwards."""

    text: str
    start: int
    end: int


def weighted(text: str, start: int, end: int, steps: int) -> Edited:
    """The weight of what is selected, or of the word at the cursor, so many steps of 0.1 higher. At 1 the brackets
    go. A LoRA's own weight is changed likewise."""
    for match in _LORA.finditer(text):
        if match.start() <= start <= end <= match.end():
            value = _stepped(float(match[3] or 1.0), steps)
            return _put(text, match.start(), match.end(), f"<lora:{match[2]}:{value:g}>")
    for match in _WEIGHTED.finditer(text):
        if match.start() <= start <= end <= match.end():
            value = _stepped(float(match[2]), steps)
            inner = match[1] if abs(value - 1.0) < STEP / 2 else f"({match[1]}:{value:g})"
            return _put(text, match.start(), match.end(), inner)
    if start == end:
        word = next((each for each in _WORD.finditer(text) if each.start() <= start <= each.end()), None)
        if word is None:
            return Edited(text, start, end)
        start, end = word.start(), word.end()
    return _put(text, start, end, f"({text[start:end]}:{_stepped(1.0, steps):g})")


def _stepped(value: float, steps: int) -> float:
    return round(min(max(value + steps * STEP, LEAST), MOST), 2)


def _put(text: str, start: int, end: int, new: str) -> Edited:
    return Edited(text[:start] + new + text[end:], start, start + len(new))


def points(text: str, units: int) -> int:
    """How many characters so many of Qt's units are: Qt counts UTF-16, in which most emoji are two."""
    return len(text.encode(UTF16, "surrogatepass")[: 2 * units].decode(UTF16, "surrogatepass"))


def units(text: str, points: int) -> int:
    """How many of Qt's units so many characters are."""
    return len(text[:points].encode(UTF16, "surrogatepass")) // 2


def typed(text: str, cursor: int) -> str:
    """What stands before the cursor and may be completed; "" for less than two letters."""
    match = _TYPED.search(text[:cursor])
    found = match[1] if match else ""
    return found if len(found) >= 2 or found == "<" else ""


def completions(catalog: messages.Catalog | None, checkpoint: str = "", own: Iterable[str] = ()) -> list[str]:
    """Everything that one may want to write: LoRAs and embeddings that fit the checkpoint, their trigger words, the
    artist's own phrases, and tags of LoRAs' training captions."""
    if catalog is None:
        return list(own)
    name = checkpoint or (catalog.defaults.checkpoint if catalog.defaults else "")
    family = next((each.family for each in catalog.checkpoints if each.name == name), "")
    near = family.partition("-")[0]  # sd15's LoRAs work with sd15-inpaint
    loras = [each for each in catalog.loras if not near or each.family.partition("-")[0] == near]
    found = [word for lora in loras for word in (f"<lora:{lora.name}:1>", *lora.trigger_words)]
    found += [each.name for each in catalog.embeddings if not near or each.family.partition("-")[0] == near]
    return list(dict.fromkeys([*found, *own, *(tag for lora in loras for tag in lora.tags)]))


def matching(words: Iterable[str], begun: str, most: int = 12) -> list[str]:
    """The words that continue what was begun: first those that start with it, then those of which a word does."""
    opened, typed_so_far = begun.startswith("<"), begun.casefold()
    wanted = typed_so_far.removeprefix("<").removeprefix("lora:")
    found: list[tuple[int, str]] = []
    for word in words:
        called, plain = word.startswith("<"), word.casefold().removeprefix("<lora:")
        if (called or not opened) and (wanted in plain or (opened and word.casefold().startswith(typed_so_far))):
            found.append((0 if plain.startswith(wanted) else 1 if f" {wanted}" in plain else 2, word))
    return [word for _, word in sorted(found, key=lambda pair: pair[0])][:most]
