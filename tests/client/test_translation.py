"""Translations: what a translator's tool writes is read, what is not ready is left in English."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega.translation import found_again, messages, read, sentences

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'), min_size=1)


def test_what_gettext_writes_is_read() -> None:
    text = """\
# A translator's comment
msgid ""
msgstr "Language: de\\n"

#: dialog.py:7
msgid "Steps"
msgstr "Schritte"
#, fuzzy
msgid "Seed"
msgstr "Same"

msgid ""
"two "
"lines\\n"
msgstr ""
"zwei \\"Zeilen\\"\\n"
msgid "later"
msgstr ""
"""
    assert read(text) == {"Steps": "Schritte", "two lines\n": 'zwei "Zeilen"\n'}


@given(st.dictionaries(WORDS, WORDS, max_size=8))
def test_every_text_comes_back(said: dict[str, str]) -> None:
    assert read("\n".join(f'msgid "{english}"\nmsgstr "{other}"' for english, other in said.items())) == said


@pytest.mark.parametrize("text", ["nonsense", 'msgid Steps\nmsgstr "x"', 'msgid "a\nmsgstr "b"', 'msgstr f"{1}"'])
def test_what_is_no_catalogue_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        read(text)


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (["de_AT.UTF-8", "de", "C"], "Schritte"),
        (["fr_FR", "de"], "Schritte"),
        (["en_GB.UTF-8", "de"], None),
        (["C"], None),
        (["de_CH@euro"], "Schritt für Schritt"),
        ([], None),
    ],
)
def test_the_first_language_that_somebody_translated_is_taken(
    languages: list[str], expected: str | None, tmp_path: Path
) -> None:
    (tmp_path / "de.po").write_text('msgid "Steps"\nmsgstr "Schritte"\n', "utf-8")
    (tmp_path / "de_CH.po").write_text('msgid "Steps"\nmsgstr "Schritt für Schritt"\n', "utf-8")
    assert messages(tmp_path, languages).get("Steps") == expected


NAMES = st.text(st.characters(codec="utf-8"), max_size=20)


@given(name=NAMES, number=st.integers())
def test_a_sentence_that_is_filled_in_is_found_again(name: str, number: int) -> None:
    """Whatever it was filled in with, braces and lines included, in the order that the other language has."""
    known = sentences({"{name} has {number} parts.": "{number} Teile hat {name}.", "Steps": "Schritte"})
    assert found_again(f"{name} has {number} parts.", known) == f"{number} Teile hat {name}."


def test_the_sentence_that_says_most_is_meant() -> None:
    """Also with signs that patterns know; what nobody translated stays."""
    known = sentences({"no {kind}.": "kein {kind}.", "no {kind} (of {all}).": "kein {kind} (von {all})."})
    assert found_again("no LoRA (of 3).", known) == "kein LoRA (von 3)."
    assert found_again("no LoRA.", known) == "kein LoRA."
    assert found_again("nothing", known) == "nothing"


def test_what_a_sentence_was_filled_in_with_is_found_again_too() -> None:
    """Words of the program's own, with names in them or without; names stay as they are."""
    rows = {
        "{what} is for {kind} nets{more}.": "{what} ist für {kind}-Netze{more}.",
        "the LoRA {name}": "die LoRA {name}",
    }
    known = sentences({**rows, " of width {n}": " der Breite {n}", "depth": "Tiefe", "{all}": "{all}"})
    assert found_again("the LoRA 'a depth' is for depth nets.", known) == "die LoRA 'a depth' ist für Tiefe-Netze."
    wide = found_again("the LoRA 'depth' is for sd15 nets of width 32.", known)
    assert wide == "die LoRA 'depth' ist für sd15-Netze der Breite 32."
    assert found_again("depth", known) == "Tiefe"
