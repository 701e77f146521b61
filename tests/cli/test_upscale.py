"""A file in, a larger file out, with its alpha and its profile."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.cli.kit import Shell


def test_it_enlarges_by_its_own_scale_and_tells_how(shell: Shell) -> None:
    """By default the catalog's first upscaler and its scale; the file is named after the picture, and carries its
    profile."""
    photo = shell.picture("leaf.png", 20, 12, mode="RGBA")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.open(photo).save(photo, icc_profile=profile)
    done = shell.run("upscale", photo, "--json", "--quiet")
    assert done.code == 0, done.err
    with Image.open("leaf-upscaled.png") as image:
        assert (image.size, image.mode, image.info["icc_profile"]) == ((80, 48), "RGBA", profile)
        said = json.loads(image.info["bottega"])
    assert said == {"task": "upscale", "upscaler": "tiny-4x", "seamless": "none", "size": "80x48"}
    assert done.json["settings"] == said and done.json["files"][0]["path"] == "leaf-upscaled.png"


@pytest.mark.parametrize(
    ("words", "size"),
    [(("--times", "2.5"), (50, 30)), (("--to", "64x64"), (64, 64)), (("--times", "1"), (20, 12))],
)
def test_any_size_can_be_asked_for(shell: Shell, words: tuple[str, ...], size: tuple[int, int]) -> None:
    photo = shell.picture("leaf.png", 20, 12)
    assert shell.run("upscale", photo, *words, "-o", "large.png", "--quiet").code == 0
    assert Image.open("large.png").size == size


def test_seamless_edges_are_asked_for(shell: Shell) -> None:
    """Along both axes where the picture is cut open does not matter."""
    photo = shell.picture("tile.png", 20, 12)
    rolled = shell.folder / "rolled.png"
    Image.fromarray(np.roll(np.asarray(Image.open(photo)), (3, 5), (0, 1))).save(rolled)
    for name in (photo, rolled):
        assert shell.run("upscale", name, "--seamless", "xy", "-o", f"{name.stem}-4x.png", "--quiet").code == 0
    made, other = (np.asarray(Image.open(f"{name}-4x.png")).astype(int) for name in ("tile", "rolled"))
    assert np.abs(np.roll(made, (12, 20), (0, 1)) - other).max() <= 1


REFUSED = {
    "two sizes": (("--to", "64", "--times", "2"), "upscale.extent"),
    "smaller": (("--times", "0.5"), "upscale.times"),
    "far larger": (("--times", "17"), "upscale.times"),
    "a smaller size": (("--to", "10x10"), "upscale.extent.width"),
    "no size": (("--to", "large"), "upscale.extent"),
    "no such upscaler": (("--upscaler", "none"), "upscale.upscaler"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_done_says_why(shell: Shell, what: str) -> None:
    words, field = REFUSED[what]
    done = shell.run("upscale", shell.picture("leaf.png", 20, 12), *words, "--json")
    assert done.code != 0 and done.error["field"] == field and done.error["remedy"]


def test_the_catalog_lists_it(shell: Shell) -> None:
    text = shell.run("catalog").out
    assert "Upscalers" in text and "tiny-4x" in text and "4 times" in text
