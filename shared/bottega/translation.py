"""Translations for hosts that have no catalogue of their own for plug-ins: gettext's .po files, read as they are.

Translators have their tools for these files, and nothing has to be compiled into a zip.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_PLACE = re.compile(r"\{(\w+)\}")
"""Where a text holds what only a run can tell: "there is no {kind} {name}."."""
_KEYWORDS = ("msgctxt", "msgid", "msgid_plural", "msgstr")


def messages(folder: Path, languages: Sequence[str]) -> dict[str, str]:
    """What the first language says that has a file here: "de_AT.UTF-8" is answered by de_AT.po, else by de.po. Empty
    for English, and for languages that nobody has translated into."""
    for language in languages:
        name = language.partition(".")[0].partition("@")[0]
        for each in (name, name.partition("_")[0]):
            if each in ("C", "en", "POSIX"):
                return {}
            if (path := folder / f"{each}.po").is_file():
                return read(path.read_text("utf-8"))
    return {}


def read(text: str) -> dict[str, str]:
    """The translations in a .po file, without the uncertain ("fuzzy") and the empty ones. Raises ValueError for text
    that is no such file. Plurals and contexts are not known here."""
    found: dict[str, str] = {}
    for entry in _entries(text):
        if entry.get("msgid") and entry.get("msgstr") and "fuzzy" not in entry:
            found[entry["msgid"]] = entry["msgstr"]
    return found


def sentences(table: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """The entries of a table as `found_again` wants them: whole texts first, then those with {places}, those that say
    most before others."""
    made = sorted(table.items(), key=lambda row: (bool(_PLACE.search(row[0])), -len(_PLACE.sub("", row[0]))))
    return [(_pattern(entry), other) for entry, other in made]


def found_again(text: str, known: Sequence[tuple[re.Pattern[str], str]]) -> str:
    """A sentence that was filled in before anybody could look it up, as an error of the daemon's is, in the language of
    `sentences`; as it is where none of them fits. What it was filled in with may be such a text itself."""
    for pattern, other in known:
        if match := pattern.fullmatch(text):
            values = match.groupdict()
            parts = {name: found_again(value, known) for name, value in values.items() if len(value) < len(text)}
            return other.format(**{**values, **parts}) if values else other
    return text


def _pattern(entry: str) -> re.Pattern[str]:
    parts = _PLACE.split(entry)  # text and names in turn
    written = (f"(?P<{part}>.*?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return re.compile("".join(written), re.DOTALL)


def _entries(text: str) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    keyword = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            if "msgstr" in entry:
                yield entry
                entry = {}
            if line.startswith("#,") and "fuzzy" in line:
                entry["fuzzy"] = ""
        elif line:
            word = line.split(maxsplit=1)[0]
            if not line.startswith('"'):
                if word not in _KEYWORDS:
                    raise ValueError(f"line {number}: {word!r} is no keyword")
                if word == "msgid" and "msgstr" in entry:
                    yield entry
                    entry = {}
                keyword, line = word, line[len(word) :].strip()
            entry[keyword] = entry.get(keyword, "") + _string(line, number)
    yield entry


def _string(quoted: str, number: int) -> str:
    """A quoted string, with C's escapes, which are Python's too."""
    try:
        value = ast.literal_eval(quoted) if quoted.startswith('"') else None
    except (SyntaxError, ValueError):
        value = None
    if not isinstance(value, str):
        raise ValueError(f"line {number}: {quoted!r} is no string")
    return value
