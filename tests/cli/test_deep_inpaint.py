"""What comes back of an inpaint has the picture's own depth, numbers and profile, outside the mask to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from bottega.pixels import Pixels
from bottega_daemon.cli.reading import Photo, read_photo
from bottega_daemon.cli.saving import write_picture
from tests.cli.kit import Shell

WIDE = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
"""Not sRGB's: read as if it were converted, hardly a number would stay."""
DTYPES = {"u8": np.uint8, "u16": np.uint16, "f32": np.float32}
RECT = ("--rect", "32,16,32,32", "--steps", "2", "--quiet")


def array(photo: Photo) -> np.ndarray:
    """[height, width, channels] as stored."""
    pixels = photo.pixels
    return np.frombuffer(pixels.data, DTYPES[pixels.depth]).reshape(pixels.height, pixels.width, pixels.channels)


def source(shell: Shell, depth: str, channels: int, suffix: str) -> Path:
    """A picture of noise in a wide profile; floats reach beyond white."""
    values = np.random.default_rng(1).random((64, 96, channels), np.float32)
    values *= 1.5 if depth == "f32" else np.iinfo(DTYPES[depth]).max
    if channels == 4:
        values[..., 3] = values[..., 3].max() if depth != "f32" else 1.0
    path = shell.folder / f"source{suffix}"
    pixels = Pixels.of(values.astype(DTYPES[depth]), "linear" if depth == "f32" else "srgb")
    write_picture(pixels, path, {}, WIDE)
    return path


@pytest.mark.parametrize(
    ("depth", "channels", "suffix"), [("u8", 3, ".png"), ("u16", 3, ".png"), ("u16", 4, ".tiff"), ("f32", 4, ".tiff")]
)
@pytest.mark.parametrize("whole", [False, True], ids=["planned", "whole"])
def test_a_picture_keeps_its_kind(shell: Shell, depth: str, channels: int, suffix: str, whole: bool) -> None:
    path = source(shell, depth, channels, suffix)
    asked = ("--seamless", "x") if whole else ()
    done = shell.run("inpaint", path, "wood", *RECT, *asked, "-o", f"made{suffix}", "--json")
    assert done.code == 0, done.out + done.err
    before, after = (read_photo(each, "picture") for each in (path, Path(f"made{suffix}")))
    assert after.profile == before.profile == WIDE
    assert (after.pixels.depth, after.pixels.channels) == (depth, channels)
    changed = (array(before) != array(after)).any(axis=-1)
    assert changed[16:48, 32:64].mean() > 0.9
    changed[16:48, 32:64] = False
    assert not changed.any()


def test_floats_are_written_as_floats_by_themselves(shell: Shell) -> None:
    done = shell.run("inpaint", source(shell, "f32", 3, ".tiff"), "wood", *RECT, "--json")
    assert done.code == 0, done.out
    assert done.json["files"][0]["path"].endswith(".tiff")


def test_settings_travel_in_a_tiff_too(shell: Shell) -> None:
    shell.run("inpaint", source(shell, "u16", 3, ".png"), "wood", *RECT, "-o", "made.tiff")
    with Image.open("made.tiff") as image:
        assert "wood" in image.getexif()[270]
