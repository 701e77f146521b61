"""Words are completed as they are typed into a live docker: LoRAs, embeddings, tags, and what was written before."""

from __future__ import annotations

import pytest

from tests.hosts.krita.rig import Krita


@pytest.fixture(scope="module")
def typing(opened: Krita) -> Krita:
    """An image, and the prompt with the keys."""
    opened.run("d = fresh(name='words')")
    opened.wait("K.activeDocument() == d")
    opened.run("""
        dock.form.prompt.clear()
        p = dock.form.prompt.mapToGlobal(dock.form.prompt.rect().center())
        popup = dock.form.prompt._completer.popup()
    """)
    x, y = opened.run("result = [p.x(), p.y()]")
    opened.desk.hands("mousemove", x, y, "click", 1)
    opened.wait("dock.form.prompt.hasFocus()")
    return opened


def complete(krita: Krita, begun: str, first: str) -> str:
    """Type this by real keys, wait until that is offered, take it; gives the prompt."""
    krita.run("dock.form.prompt.clear()")
    krita.desk.hands("type", "--delay", 40, begun)
    krita.wait(f"popup.isVisible() and popup.model().index(0, 0).data() == {first!r}", 20)
    krita.desk.hands("key", "Down", "Return")
    krita.wait("not popup.isVisible()", 20)
    return krita.run("result = dock.form.prompt.toPlainText()")


@pytest.mark.parametrize(
    ("begun", "first", "whole"),
    [
        ("stone, <lo", "<lora:inkwash:1>", "stone, <lora:inkwash:1>"),
        ("stone, <lora:ink", "<lora:inkwash:1>", "stone, <lora:inkwash:1>"),
        ("stone, inkw", "<lora:inkwash:1>", "stone, <lora:inkwash:1>"),
        ("an oldp", "oldpaper", "an oldpaper"),
        ("a sum", "sumi-e", "a sumi-e"),
        ("mount", "misty mountains", "misty mountains"),
        ("bamb", "bamboo", "bamboo"),
    ],
)
def test_the_catalog_completes(typing: Krita, begun: str, first: str, whole: str) -> None:
    """LoRAs by their brackets or names, embeddings, trigger words, and tags that a LoRA was trained with."""
    assert complete(typing, begun, first) == whole


def test_what_was_written_before_completes(typing: Krita) -> None:
    """Phrases of prompts that were painted, without their weights, LoRAs and comments; kept for the next Krita."""
    typing.run("""
        dock.form.prompt.setPlainText("(weathered copper roof:1.2), <lora:none:1> verdigris\\n# not this")
        dock.form.steps.setValue(1)
        w = dock.ask()
        S.cancel(w)
    """)
    typing.wait("w.ended", 60)
    assert complete(typing, "old, weath", "weathered copper roof") == "old, weathered copper roof"
    assert complete(typing, "cop", "weathered copper roof") == "weathered copper roof"
    said = typing.run("""
        from bottega_krita.spoken import Spoken
        result = Spoken().phrases
    """)
    assert said[:2] == ["weathered copper roof", "verdigris"] and not any("not this" in each for each in said)


def test_an_images_history_completes(typing: Krita) -> None:
    """Also prompts of somebody else's, that the image brought along."""
    typing.run("""
        import time
        row = memory.Record("x", time.time(), {"prompt": "porphyry columns, dusk"}, 1, (0, 0, 1, 1),
                            (1, 1, 4, "u8", "srgb"), "", 0)
        import dataclasses, json
        d.setAnnotation(memory.INDEX, "", json.dumps([dataclasses.asdict(row)]).encode())
        dock.history.read()
    """)
    assert complete(typing, "porph", "porphyry columns") == "porphyry columns"
    typing.run("dock.form.prompt.clear(); dock.form.steps.setValue(2)")


def test_shift_enter_paints_what_was_written_whatever_is_offered(typing: Krita) -> None:
    typing.run("""
        dock.form.prompt.clear()
        asked, before = [], set(map(id, S.works))
        dock.form.prompt.asked.connect(lambda: asked.append(dock.form.prompt.toPlainText()))
    """)
    typing.desk.hands("type", "--delay", 40, "weath")
    typing.wait("popup.isVisible()", 20)
    typing.desk.hands("key", "shift+Return")
    typing.wait("asked", 20)
    assert typing.run("result = [asked, popup.isVisible()]") == [["weath"], False]
    typing.run("[S.cancel(w) for w in S.works if id(w) not in before]; dock.form.prompt.clear()")
    typing.wait("all(w.ended for w in S.works)", 60)


def test_characters_that_are_two_of_qts_leave_the_others_in_their_place(typing: Krita) -> None:
    """Qt counts UTF-16: what stands behind an emoji is completed and weighed where it is, and stays chosen there."""
    typing.run("S.spoken.hear('field of wheat'); dock.form.prompt.setPlainText('🌸 flower , 🌸 end')")
    typing.desk.hands("key", "ctrl+Home", *["Right"] * 9)
    typing.desk.hands("type", "--delay", 40, "fie")
    typing.wait("popup.isVisible() and popup.model().index(0, 0).data() == 'field of wheat'", 20)
    typing.desk.hands("key", "Down", "Return")
    typing.wait("not popup.isVisible()", 20)
    assert typing.run("result = dock.form.prompt.toPlainText()") == "🌸 flower field of wheat, 🌸 end"
    typing.desk.hands("type", "--delay", 40, "y")
    typing.wait("dock.form.prompt.toPlainText() == '🌸 flower field of wheaty, 🌸 end'", 20)
    typing.desk.hands("key", "ctrl+End", "ctrl+Up")
    typing.wait("dock.form.prompt.toPlainText() == '🌸 flower field of wheaty, 🌸 (end:1.1)'", 20)
    assert typing.run("result = dock.form.prompt.textCursor().selectedText()") == "(end:1.1)"
    typing.run("dock.form.prompt.clear()")
