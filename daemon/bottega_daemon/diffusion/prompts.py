"""What a prompt says beside words: tags that name LoRAs, and names of embeddings. No torch: the front reads it too.

Tags are AUTOMATIC1111's: `<lora:name>`, `<lora:name:weight>`, `<lora:name:text_weight:weight>`, also with `te=` and
`unet=`, and `<lyco:…>` for the same. An embedding is called by its name as a word, or as `<name>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_TAG = re.compile(r"<\s*(?:lora|lyco)\s*:([^:<>]+)((?::[^:<>]*)*)>", re.IGNORECASE)
_CALL = re.compile(r"<([^<>:]+)>")


@dataclass(frozen=True)
class Tag:
    """A LoRA that a prompt names; `weight` and `text_weight` as written, None where they are not."""

    name: str
    weight: str | None = None
    text_weight: str | None = None


def take_tags(prompt: str) -> tuple[str, list[Tag]]:
    """Return the prompt without its LoRA tags, and the tags in their order."""
    tags: list[Tag] = []
    while found := list(_TAG.finditer(prompt)):  # what was around a tag may be a tag once it is gone
        tags += [_tag(match[1].strip(), match[2].split(":")[1:]) for match in found]
        prompt = re.sub(r" {2,}", " ", _TAG.sub("", prompt)).strip()
    return prompt, tags


def _tag(name: str, said: Sequence[str]) -> Tag:
    named = {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in said if "=" in part)}
    plain = [part.strip() for part in said if "=" not in part and part.strip()]
    text = named.get("te", plain[0] if plain else None)
    weight = named.get("unet", plain[1] if len(plain) > 1 else text)
    return Tag(name, weight, text)


def called(prompt: str) -> list[str]:
    """Return what stands between `<` and `>`: names that are meant as embeddings whether they exist or not."""
    return [match[1].strip() for match in _CALL.finditer(prompt)]


def mentioned(prompt: str, names: Iterable[str]) -> list[str]:
    """Return the embeddings of `names` that a prompt calls, each once."""
    return list(dict.fromkeys(name for _, name in pieces(prompt, names) if name))


def pieces(prompt: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Cut a prompt at the names of embeddings: (words, "") and ("", name) in their order, no words empty.

    Case does not matter; of names that begin alike the longest wins.
    """
    known = {name.lower(): name for name in names}
    if not known:
        return [(prompt, "")] if prompt else []
    longest = sorted(known, key=len, reverse=True)
    alternatives = "|".join(map(re.escape, longest))
    pattern = re.compile(rf"<\s*({alternatives})\s*>|(?<![\w-])({alternatives})(?![\w-])", re.IGNORECASE)
    found: list[tuple[str, str]] = []
    end = 0
    for match in pattern.finditer(prompt):
        found += [(prompt[end : match.start()], ""), ("", known[(match[1] or match[2]).lower()])]
        end = match.end()
    return [(words, name) for words, name in (*found, (prompt[end:], "")) if words or name]
