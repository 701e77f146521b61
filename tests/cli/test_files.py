"""Pictures and masks on their way in, pictures on their way out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from bottega.errors import BottegaError, InvalidRequest
from bottega.pixels import Depth, Pixels
from bottega_daemon.cli.asking import extent_of, fitted, slug
from bottega_daemon.cli.poses import read_poses
from bottega_daemon.cli.reading import read_mask, read_picture
from bottega_daemon.cli.saving import png, save_png
from bottega_daemon.cli.structure import split_grip

PICTURE = Pixels.filled(4, 3, (0, 0, 0))


@given(
    st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 4]), st.sampled_from(["u8", "u16"]), st.integers(0, 99)
)
def test_a_written_png_holds_every_bit(width: int, height: int, channels: int, depth: Depth, seed: int) -> None:
    rng = np.random.default_rng(seed)
    kind = np.uint8 if depth == "u8" else np.uint16
    values = rng.integers(0, np.iinfo(kind).max, (height, width, channels), kind, endpoint=True)
    data = np.frombuffer(png(Pixels.of(values)), np.uint8)
    read = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)  # BGR
    assert read is not None
    assert read.dtype == kind
    expected = values[:, :, 0] if channels == 1 else values[:, :, [2, 1, 0, 3][:channels]]
    assert np.array_equal(read, expected)


def test_floats_are_written_as_16_bits() -> None:
    values = np.array([[0.0, 0.5, 1.0, 2.0, -1.0, np.nan]], np.float32)
    read = np.asarray(Image.open(io.BytesIO(png(Pixels.of(values)))))
    assert read.tolist() == [[0, 32768, 65535, 65535, 0, 0]]


def test_texts_are_read_by_others(tmp_path: Path) -> None:
    save_png(PICTURE, tmp_path / "a.png", {"parameters": "a\nb – ü 壁", "bottega": "{}"})
    with Image.open(tmp_path / "a.png") as image:
        image.verify()
        assert image.info["parameters"] == "a\nb – ü 壁"


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(BottegaError, match="cannot be written") as caught:
        save_png(PICTURE, tmp_path / "folder.png", {})
    assert caught.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.parametrize(
    ("mode", "channels", "depth"),
    [
        ("1", 1, "u8"),
        ("L", 1, "u8"),
        ("LA", 4, "u8"),
        ("P", 3, "u8"),
        ("PA", 4, "u8"),
        ("RGB", 3, "u8"),
        ("RGBA", 4, "u8"),
        ("CMYK", 3, "u8"),
        ("I;16", 1, "u16"),
    ],
)
def test_every_mode_is_read(tmp_path: Path, mode: str, channels: int, depth: Depth) -> None:
    path = tmp_path / "a.tiff"
    Image.new(mode, (4, 3)).save(path)
    pixels = read_picture(path, "picture")
    assert (pixels.width, pixels.height, pixels.channels, pixels.depth) == (4, 3, channels, depth)
    assert pixels.color_space == "srgb"


def test_pictures_are_turned_upright_and_profiles_converted(tmp_path: Path) -> None:
    image = Image.new("RGB", (4, 3), (255, 0, 0))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    assert read_picture(tmp_path / "turned.jpg", "picture").width == 3
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image.save(tmp_path / "profiled.png", icc_profile=lab)
    assert read_picture(tmp_path / "profiled.png", "picture").data[:3] == b"\xff\0\0"
    image.save(tmp_path / "broken.png", icc_profile=b"no profile")
    assert read_picture(tmp_path / "broken.png", "picture").data[:3] == b"\xff\0\0"


def test_masks_keep_16_bits_and_count_transparency_as_black(tmp_path: Path) -> None:
    Image.fromarray(np.full((3, 4), 40_000, np.uint16)).save(tmp_path / "deep.png")
    deep = read_mask(tmp_path / "deep.png", "mask", PICTURE)
    assert (deep.depth, deep.color_space, deep.data[:2]) == ("u16", "data", (40_000).to_bytes(2, "little"))
    Image.new("RGBA", (4, 3), (255, 255, 255, 128)).save(tmp_path / "half.png")
    assert set(read_mask(tmp_path / "half.png", "mask", PICTURE).data) == {128}
    Image.new("1", (4, 3), 1).save(tmp_path / "bits.png")
    assert set(read_mask(tmp_path / "bits.png", "mask", PICTURE).data) == {255}


def test_colours_of_16_bits_are_read_as_8_with_a_remark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_png(Pixels.of(np.full((3, 4, 3), 40_000, np.uint16)), tmp_path / "deep.png", {})
    assert set(read_picture(tmp_path / "deep.png", "picture").data) == {156}
    assert "16 bits" in capsys.readouterr().err


def test_huge_pictures_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    Image.new("1", (20_000, 1)).save(tmp_path / "wide.png")
    with pytest.raises(InvalidRequest, match="too large"):
        read_picture(tmp_path / "wide.png", "picture")


def test_body_25_and_unit_squares(tmp_path: Path) -> None:
    joints = [value for joint in range(25) for value in (joint / 30, joint / 60, 1)]
    (tmp_path / "p.json").write_text(json.dumps([{"people": [{"pose_keypoints_2d": joints}]}]))
    figure = read_poses(tmp_path / "p.json").scaled_to(300, 600)[0]
    assert [round(joint.x / 10) for joint in figure] == [*range(8), *range(9, 19)]
    assert [round(joint.y / 10) for joint in figure] == [*range(8), *range(9, 19)]


@given(st.text(max_size=30))
def test_any_text_is_a_size_or_refused(text: str) -> None:
    try:
        width, height = extent_of(text)
    except InvalidRequest as error:
        assert error.field == "generate.extent"
        assert error.remedy
    else:
        assert width > 0
        assert height > 0


@given(st.integers(1, 16384), st.integers(1, 16384), st.sampled_from([64, 128, 512]))
def test_a_fitted_size_has_the_proportions_and_the_pixels(width: int, height: int, native: int) -> None:
    found = fitted((width, height), (native, native))
    assert all(side % 8 == 0 and side >= 16 for side in found)
    if 1 / 4 < width / height < 4:
        assert found[0] * found[1] == pytest.approx(native * native, rel=0.3)
        assert found[0] / found[1] == pytest.approx(width / height, rel=0.3)


@given(st.text(max_size=60))
def test_a_files_name_made_of_any_prompt_is_harmless(prompt: str) -> None:
    name = slug(prompt)
    assert 0 < len(name) <= 48
    assert all(letter.isalnum() or letter in "-_" for letter in name)


@pytest.mark.parametrize(
    ("text", "file", "values"),
    [
        ("a.npz", "a.npz", (None, None, None)),
        ("a.npz@0.8", "a.npz", (0.8, None, None)),
        ("a.npz@0.8:0:0.6", "a.npz", (0.8, 0.0, 0.6)),
        ("a.npz@:0.2", "a.npz", (None, 0.2, None)),
        ("me@home.npz", "me@home.npz", (None, None, None)),
        ("me@home.npz@1", "me@home.npz", (1.0, None, None)),
        ("a@1:2:3:4", "a@1:2:3:4", (None, None, None)),
    ],
)
def test_strengths_follow_an_at_sign(text: str, file: str, values: tuple[float | None, ...]) -> None:
    path, grip = split_grip(text)
    assert (str(path), (grip.strength, grip.start, grip.end)) == (file, values)
