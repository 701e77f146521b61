"""Structure from a picture to a file, and from that file into a painting, through a real daemon."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tests.cli.kit import Shell


def squares(shell: Shell) -> Path:
    """A white square on black, and a faint one: 30 grey levels."""
    grey = np.zeros((48, 64), np.uint8)
    grey[8:24, 8:24], grey[28:40, 40:56] = 255, 30
    path = shell.folder / "squares.png"
    Image.fromarray(np.repeat(grey[..., None], 3, axis=2)).save(path)
    return path


def test_edges_are_found_and_tell_how(shell: Shell) -> None:
    """Protects that the file is Canny's own map at the thresholds asked for, and says so."""
    photo = squares(shell)
    done = shell.run("detect", photo, "--low", "20", "--high", "60", "-o", "edges.png", "--json", "--quiet")
    assert done.code == 0, done.err
    with Image.open("edges.png") as image:
        made, said = np.asarray(image), json.loads(image.info["bottega"])
    oracle = cv2.Canny(np.asarray(Image.open(photo).convert("L")), 20, 60)
    assert oracle[26:42, 38:58].any(), "the faint square counts at these thresholds"
    assert made.shape == (48, 64, 3) and np.array_equal(made[..., 0], oracle)
    assert said == {"task": "detect", "kind": "canny", "low": 20.0, "high": 60.0, "size": "64x48"}
    assert done.json["settings"] == said


def test_without_a_name_it_is_the_photos(shell: Shell) -> None:
    """By default strong edges alone, in a file that is never replaced."""
    photo = squares(shell)
    for name in ("squares-canny.png", "squares-canny-2.png"):
        assert shell.run("detect", photo, "--quiet").out == f"{name}\n"
    edges = np.asarray(Image.open("squares-canny.png"))
    assert edges[:26].any() and not edges[26:].any()


def test_what_was_detected_is_fetched_later_and_followed(shell: Shell) -> None:
    """The job is listed by its title; its map guides a painting."""
    job = shell.run("detect", squares(shell), "--detach").out.strip()
    assert shell.run("jobs", "watch", job, "-o", "found.png", "--quiet").out == "found.png\n"
    assert shell.run("jobs", "fetch", job).out == "squares-canny.png\n"
    assert "squares canny" in shell.run("jobs", "show", job).out
    same = ("--steps", "1", "--seed", "5", "--size", "72x56", "--quiet")
    led = shell.run("control", "stone", "--map", "canny=found.png", "-o", "led.png", *same)
    free = shell.run("generate", "stone", "-o", "free.png", *same)
    assert (led.code, free.code) == (0, 0), led.err + free.err
    assert not np.array_equal(np.asarray(Image.open("led.png")), np.asarray(Image.open("free.png")))


def test_what_cannot_be_detected_says_why(shell: Shell) -> None:
    """Thresholds in the wrong order, and a file that is none: refused in words, with the field at fault."""
    swapped = shell.run("detect", squares(shell), "--low", "90", "--high", "10", "--json")
    assert (swapped.code, swapped.error["field"]) == (2, "detect.photo.low_threshold") and swapped.error["remedy"]
    missing = shell.run("detect", "none.png", "--json")
    assert (missing.code, missing.error["field"]) == (2, "detect.photo")
