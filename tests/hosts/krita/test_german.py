"""A German Krita: what is wrong is said in German, whoever says it."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.hosts.krita.rig import Krita


@pytest.fixture
def german(opened: Krita) -> Generator[Krita]:
    """An image, and German as Krita's language."""
    opened.run("""
        from PyQt5.QtCore import QLocale
        QLocale.setDefault(QLocale("de_AT"))
        d = fresh(name="deutsch")
    """)
    opened.wait("K.activeDocument() == d")
    yield opened
    opened.run("QLocale.setDefault(QLocale('en_US'))")


@pytest.mark.parametrize(
    ("wish", "message", "remedy"),
    [
        ("prompt='<lora:inkwish:1>'", "inkwish", "War inkwash gemeint?"),
        ("negative_prompt='<lora:inkwash:1>'", "die LoRA 'inkwash' steht im negativen Prompt", "Schreibe sie in den"),
        ("prompt='x ' * 5000", "9999 Zeichen sind zu viele.", "Nimm höchstens 8192."),
        ("checkpoint='gone'", "das Modell 'gone' gibt es nicht.", "Wähle eines: "),
        (
            "prompt='<lora:inkwash:1>'",
            "die LoRA 'inkwash' wurde für Modelle der Art sd15 mit Textkodierungen der Breite 32 gemacht, 'starter'",
            "Wähle etwas, das für diese Art",
        ),
        ("sampler='gone'", "Sampler 'gone' gibt es nicht.", "Es gibt: "),
        (
            "prompt='<lora:misfit:1>'",
            "misfit.safetensors ändert ",
            "Nimm eine LoRA, die für die Familie dieses Modells",
        ),
    ],
    ids=[
        "an unknown LoRA",
        "a LoRA out of place",
        "a long prompt",
        "an unknown model",
        "a LoRA that does not fit",
        "no such sampler",
        "a LoRA for another model",
    ],
)
def test_what_is_refused_is_said_in_german(german: Krita, wish: str, message: str, remedy: str) -> None:
    """The client's and the daemon's own sentences, with their names and numbers."""
    german.run(f"from bottega_krita.params import Params\nw = S.ask(Params(**dict({wish})))")
    german.wait("w.ended")
    state, shown, field = german.run("result = [w.state, dock.results._note.text(), w.error.field]")
    assert state == "failed" and message in shown and remedy in shown, (shown, field)


def test_what_no_image_can_is_said_in_german(german: Krita) -> None:
    """The plug-in's own."""
    german.run("""
        grey = K.createDocument(64, 64, "grau", "GRAYA", "U8", "", 72.0)
        w = S.ask(Params(prompt="x"), grey)
        grey.close()
    """)
    shown = german.run("result = dock.results._note.text()")
    assert shown.startswith("auf Bilder in Grau kann nicht gemalt werden. Wandle das Bild"), shown
