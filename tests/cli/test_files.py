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
from bottega_daemon.cli.deep import deep_pixels
from bottega_daemon.cli.poses import read_poses
from bottega_daemon.cli.reading import read_mask, read_photo, read_picture
from bottega_daemon.cli.saving import png, write_picture
from bottega_daemon.cli.structure import split_grip

PICTURE = Pixels.filled(4, 3, (0, 0, 0))
WIDE = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
KINDS = {"u8": np.uint8, "u16": np.uint16, "f32": np.float32}


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
    write_picture(PICTURE, tmp_path / "a.png", {"parameters": "a\nb – ü 壁", "bottega": "{}"})
    with Image.open(tmp_path / "a.png") as image:
        image.verify()
        assert image.info["parameters"] == "a\nb – ü 壁"


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(BottegaError, match="cannot be written") as caught:
        write_picture(PICTURE, tmp_path / "folder.png", {})
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


@given(
    st.sampled_from([".png", ".tiff"]),
    st.sampled_from(["u8", "u16", "f32"]),
    st.sampled_from([3, 4]),
    st.integers(0, 99),
)
def test_colours_come_back_as_they_were_with_their_profile(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, depth: Depth, channels: int, seed: int
) -> None:
    """Every bit of 8, 16 and float channels, and a profile's bytes, through a file of ours."""
    if (suffix, depth) == (".png", "f32"):
        return
    values = np.random.default_rng(seed).random((3, 5, channels), np.float32) * 2 - 0.5
    if depth != "f32":
        values = np.clip(values, 0, 1) * np.iinfo(KINDS[depth]).max
    pixels = Pixels.of(values.astype(KINDS[depth]), "linear" if depth == "f32" else "srgb")
    path = tmp_path_factory.mktemp("deep") / f"a{suffix}"
    write_picture(pixels, path, {"parameters": "ü"}, WIDE)
    found = read_photo(path, "picture")
    assert (found.pixels, found.profile) == (pixels, WIDE)


GREYS = WIDE[:16] + b"GRAY" + WIDE[20:]


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("depth", ["u8", "u16"])
def test_greys_come_back_as_they_were_with_their_profile(tmp_path: Path, suffix: str, depth: Depth) -> None:
    """One channel, every bit of it, and a grey profile; where colours will come of it, it is no grey picture's."""
    values = (np.random.default_rng(3).random((3, 5, 1)) * np.iinfo(KINDS[depth]).max).astype(KINDS[depth])
    path = tmp_path / f"a{suffix}"
    write_picture(Pixels.of(values), path, {}, GREYS)
    found = read_photo(path, "picture")
    assert (found.pixels, found.profile) == (Pixels.of(values), GREYS)
    assert read_photo(path, "picture", coloured=True).profile == b""


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", ["f32", "u16", "u8"])
def test_a_png_of_linear_light_is_read_as_one(tmp_path: Path, depth: Depth, channels: int) -> None:
    """Protects what is painted in linear light from coming back much darker from our own file."""
    top = 1.0 if depth == "f32" else np.iinfo(KINDS[depth]).max
    values = (np.random.default_rng(4).random((3, 5, channels)) * top).astype(KINDS[depth])
    write_picture(Pixels.of(values, "linear"), tmp_path / "a.png", {})
    found = read_photo(tmp_path / "a.png", "picture").pixels
    assert found.color_space == "linear"
    stored = values if depth != "f32" else np.rint(values * 65535)
    assert np.array_equal(_array(found), stored)
    write_picture(Pixels.of(values, "srgb"), tmp_path / "b.png", {})
    assert read_photo(tmp_path / "b.png", "picture").pixels.color_space == "srgb"


def test_files_of_others_are_read_deep(tmp_path: Path) -> None:
    """As OpenCV writes them; an orientation turns them, as it turns 8 bits."""
    rows = np.arange(36, dtype=np.uint16).reshape(3, 4, 3) * 1000
    cv2.imwrite(str(tmp_path / "deep.png"), rows[..., ::-1])
    assert np.array_equal(_array(read_picture(tmp_path / "deep.png", "picture")), rows)
    cv2.imwrite(str(tmp_path / "float.tiff"), rows[..., ::-1].astype(np.float32) / 9000)
    floats = read_picture(tmp_path / "float.tiff", "picture")
    assert (floats.depth, floats.color_space) == ("f32", "linear")
    assert np.array_equal(_array(floats), rows.astype(np.float32) / 9000)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_deep_pictures_are_turned_as_others_are(tmp_path: Path, orientation: int) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (3, 4, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(rows).save(tmp_path / "a.png", exif=exif)
    deep = deep_pixels(png(Pixels.of(rows.astype(np.uint16) * 257)), orientation)
    assert deep is not None
    assert np.array_equal(_array(deep) // 257, _array(read_picture(tmp_path / "a.png", "picture")))


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    for name, data in (("a.png", b"nothing"), ("b.tiff", b"II*\0\xff\xff\xff\xff"), ("c.tiff", b"II*\0")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InvalidRequest):
            read_picture(tmp_path / name, "picture")


def _array(pixels: Pixels) -> np.ndarray:
    kind = KINDS[pixels.depth]
    return np.frombuffer(pixels.data, kind).reshape(pixels.height, pixels.width, pixels.channels)


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
