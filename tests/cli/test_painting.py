"""Every painting command, from the command line to the file, through a real daemon."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from tests.cli.kit import Shell

QUICK = ("--steps", "2", "--quiet")


class File(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    index: int
    seed: int
    width: int
    height: int


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """What scripts may rely on in `--json`."""

    ok: bool
    job_id: str
    state: str
    title: str
    submitted: str
    waited: float
    worked: float
    device_seconds: float
    model_calls: int
    shared_calls: int
    files: list[File]
    seeds: list[int]
    timings: dict[str, float]
    settings: dict[str, object]


def test_generate_answers_scripts_and_names_files_by_seed(shell: Shell) -> None:
    done = shell.run(
        "generate", "a red wall", "--size", "70x50", "-n", "2", "--seed", "5", "-o", "a.png", "--json", *QUICK
    )
    assert done.code == 0, done.err
    answer = msgspec.convert(done.json, Answer)
    assert answer.ok
    assert answer.state == "succeeded"
    assert answer.seeds == [5, 6]
    assert [file.path for file in answer.files] == ["a-5.png", "a-6.png"]
    assert [(file.width, file.height) for file in answer.files] == [(70, 50)] * 2
    assert answer.timings["total"] >= answer.worked > 0
    assert answer.settings["prompt"] == "a red wall"
    assert done.err == ""


def test_a_picture_tells_how_to_make_it_again(shell: Shell) -> None:
    asked = ("--sampler", "euler", "--schedule", "normal", "--guidance", "3.7", "--negative", "blüe", "-n", "2")
    first = shell.run("generate", "stone “wall”", "--size", "64", "--seed", "8", "-o", "a.png", *asked, *QUICK)
    assert first.code == 0, first.err
    with Image.open("a-9.png") as image:
        said = json.loads(image.info["bottega"])
        words = image.info["parameters"]
        pixels = np.asarray(image, np.int16)
    assert words.splitlines()[:2] == ["stone “wall”", "Negative prompt: blüe"]
    assert "Steps: 2, Sampler: euler, Schedule type: normal, CFG scale: 3.7, Seed: 9, Size: 64x64" in words
    options = {"sampler": "--sampler", "schedule": "--schedule", "guidance": "--guidance", "size": "--size"}
    options |= {"negative_prompt": "--negative", "seed": "--seed", "steps": "--steps", "checkpoint": "--checkpoint"}
    again = [word for key, option in options.items() for word in (option, str(said[key]))]
    second = shell.run("generate", said["prompt"], *again, "-o", "b.png", "--quiet")
    assert second.code == 0, second.err
    with Image.open("b.png") as image:
        assert np.abs(np.asarray(image, np.int16) - pixels).max() <= 1, "alone and in company differ by rounding"


def test_generate_from_a_picture_keeps_its_size(shell: Shell) -> None:
    start = shell.picture("start.png", 72, 40, mode="RGBA")
    done = shell.run("generate", "wood", "--start", start, "--strength", "0.5", "-o", "b.png", *QUICK)
    assert done.code == 0, done.err
    assert done.out == "b.png\n"
    with Image.open("b.png") as image:
        assert image.size == (72, 40)


def test_without_a_name_files_are_named_by_prompt_and_seed_and_never_replaced(shell: Shell) -> None:
    for name in ("a-red-wall-3.png", "a-red-wall-3-2.png"):
        done = shell.run("generate", "A red wall!", "--seed", "3", "--size", "64", *QUICK)
        assert done.out == f"{name}\n", done.err
    Path("folder").mkdir()
    done = shell.run("generate", "../../etc", "--seed", "3", "--size", "64", "-o", "folder", *QUICK)
    assert done.out == str(Path("folder/etc-3.png")) + "\n"


def test_texture_is_seamless_and_shown_tiled(shell: Shell) -> None:
    done = shell.run("texture", "stone", "--size", "64", "--preview-tiled", "-o", "t.png", "--json", *QUICK)
    assert done.code == 0, done.err
    assert done.json["settings"]["seamless"] == "xy"
    with Image.open("t.png") as one, Image.open("t-tiled.png") as four:
        assert four.size == (128, 128)
        assert np.array_equal(np.asarray(four), np.tile(np.asarray(one), (2, 2, 1)))


@pytest.mark.parametrize("selection", [("--mask", "mask.png"), ("--rect", "16,12,32,24")])
def test_inpaint_changes_the_selection_only(shell: Shell, selection: tuple[str, str]) -> None:
    picture = shell.picture("photo.png")
    shell.mask("mask.png")
    done = shell.run("inpaint", picture, "wood", *selection, "-o", "i.png", *QUICK)
    assert done.code == 0, done.err
    with Image.open(picture) as before, Image.open("i.png") as after:
        changed = (np.asarray(before) != np.asarray(after)).any(axis=2)
    assert changed[12:36, 16:48].mean() > 0.9
    changed[12:36, 16:48] = False
    assert not changed.any()


def test_a_feathered_rectangle_reaches_beyond_its_edge(shell: Shell) -> None:
    picture = shell.picture("photo.png")
    done = shell.run("inpaint", picture, "wood", "--rect", "16,12,32,24", "--feather", "6", "-o", "i.png", *QUICK)
    assert done.code == 0, done.err
    with Image.open(picture) as before, Image.open("i.png") as after:
        changed = (np.asarray(before) != np.asarray(after)).any(axis=2)
    assert changed[24, 14]
    assert not changed[24, :4].any()


def test_inpaint_repaints_several_selections_and_candidates(shell: Shell) -> None:
    picture = shell.picture("photo.png", 64, 64)
    where = (
        "--rect",
        "4,4,16,16",
        "--rect",
        "40,36,20,16",
        "-n",
        "2",
        "--seed",
        "3",
        "--grow",
        "1",
        "--feather",
        "2+5%",
    )
    done = shell.run("inpaint", picture, "wood", *where, "-o", "i.png", "--json", *QUICK)
    assert done.code == 0, done.err
    assert [(file["path"], file["index"]) for file in done.json["files"]] == [("i-3.png", 0), ("i-4.png", 1)]
    settings = done.json["settings"]
    assert (settings["masks"], settings["fill"], settings["grow"]) == (2, "auto", {"pixels": 1, "relative": 0})
    assert settings["feather"] == {"pixels": 2, "relative": 0.05}
    with Image.open(picture) as before, Image.open("i-4.png") as after:
        changed = (np.asarray(before) != np.asarray(after)).any(axis=2)
    assert changed[6:18, 6:18].mean() > 0.9 and changed[38:50, 42:58].mean() > 0.9
    assert not changed[:, 27:33].any() and not changed[58:, :].any()


def test_inpaint_gives_layers_with_their_bounds(shell: Shell) -> None:
    picture = shell.picture("photo.png", 64, 64)
    where = ("--rect", "4,4,16,16", "--rect", "40,36,20,16", "--layers", "--fill", "blur", "--no-match-color")
    done = shell.run("inpaint", picture, "wood", *where, "--seed", "3", "-o", "i.png", "--json", *QUICK)
    assert done.code == 0, done.err
    first, second = done.json["files"]
    assert (first["path"], first["mask"], first["bounds"]) == ("i.png", 0, {"x": 4, "y": 4, "width": 16, "height": 16})
    assert (second["path"], second["mask"], second["bounds"]["x"]) == ("i-mask-1.png", 1, 40)
    with Image.open("i-mask-1.png") as image:
        assert (image.mode, image.size) == ("RGBA", (20, 16))


def test_a_picture_is_expanded(shell: Shell) -> None:
    picture = shell.picture("photo.png")
    done = shell.run("inpaint", picture, "wood", "--expand", "16,0,8,4", "--feather", "4", "-o", "i.png", *QUICK)
    assert done.code == 0, done.err
    with Image.open(picture) as before, Image.open("i.png") as after:
        assert after.size == (88, 52)
        made = np.asarray(after)
        assert (made[..., 3] == 255).all() and made[:, :16, :3].std() > 1
        np.testing.assert_array_equal(made[:40, 24:72, :3], np.asarray(before)[:40, 8:56])


def test_an_inpaint_is_painted_at_another_size(shell: Shell) -> None:
    picture = shell.picture("photo.png")
    done = shell.run("inpaint", picture, "wood", "--rect", "8,8,24,24", "--at", "128x96", "-o", "i.png", *QUICK)
    assert done.code == 0, done.err
    with Image.open(picture) as before, Image.open("i.png") as after:
        changed = (np.asarray(before) != np.asarray(after)).any(axis=2)
    assert changed[8:32, 8:32].mean() > 0.9
    assert changed.sum() <= 24 * 24


def test_normals_are_followed_as_renderers_draw_them_and_grey_is_refused(shell: Shell) -> None:
    """Protects `--normal` and its two refusals: by the number of channels before, by the colours when it is read."""
    ways = np.random.default_rng(1).normal(size=(64, 64, 3)) * (1, 1, 0) + (0, 0, 2)
    ways /= np.linalg.norm(ways, axis=-1, keepdims=True)
    for name, signs in (("right.png", (1, 1, 1)), ("left.png", (-1, 1, 1))):
        Image.fromarray(np.rint((ways * signs * 0.5 + 0.5) * 255).astype(np.uint8)).save(name)
    for option in (("--normal", "right.png"), ("--map", "normal=left.png")):
        done = shell.run("control", "stone", *option, "--seed", "1", "-o", f"{option[0][2:]}.png", "--json", *QUICK)
        assert done.code == 0, done.err
        assert done.json["settings"]["controls"][0]["kind"] == "normal"
    with Image.open("normal.png") as ours, Image.open("map.png") as ready:
        assert np.abs(np.asarray(ours, int) - np.asarray(ready, int)).max() <= 2, "the daemon turns red to the left"
    Image.new("L", (64, 64), 99).save("one.png")
    Image.new("RGB", (64, 64), (99, 99, 99)).save("three.png")
    for file in ("one.png", "three.png"):
        done = shell.run("control", "stone", "--normal", file, "--json", *QUICK)
        assert done.code != 0 and "normals" in done.error["field"] and done.error["remedy"]


def test_control_follows_several_structures_at_once(shell: Shell) -> None:
    np.savez("room.npz", z=np.linspace(1, 9, 96 * 64, dtype=np.float32).reshape(64, 96))
    shell.picture("photo.png", 96, 64)
    joints = [value for joint in range(18) for value in (5.0 * joint, 3.0 * joint, 1.0)]
    people = {"people": [{"pose_keypoints_2d": joints}], "canvas_width": 96, "canvas_height": 64}
    Path("pose.json").write_text(json.dumps(people))
    structure = ("--depth", "room.npz@0.8:0:0.6", "--canny", "photo.png", "--pose", "pose.json@:0.2")
    done = shell.run("control", "stone", *structure, "--map", "canny=photo.png@0.5", "-o", "c.png", "--json", *QUICK)
    assert done.code == 0, done.err
    named = [(each["kind"], each["strength"], each["start"], each["end"]) for each in done.json["settings"]["controls"]]
    assert named == [("depth", 0.8, 0, 0.6), ("canny", 1, 0, 1), ("pose", 1, 0.2, 1), ("canny", 0.5, 0, 1)]
    with Image.open("c.png") as image:
        assert image.size == (80, 56), "the proportions of the depth map, about as many pixels as the native 64 x 64"


@pytest.mark.parametrize("file", ["z.npy", "z.tiff", "z.png"])
def test_depth_comes_in_several_kinds_of_file(shell: Shell, file: str) -> None:
    metres = np.linspace(1, 9, 64 * 64, dtype=np.float32).reshape(64, 64)
    np.save("z.npy", metres)
    Image.fromarray(metres).save("z.tiff")
    Image.fromarray(np.round((metres - 1) / 8 * 65535).astype(np.uint16)).save("z.png")
    ranges = ("--near", "1", "--far", "9") if file == "z.png" else ()
    done = shell.run("control", "stone", "--depth", file, *ranges, "--seed", "1", "-o", f"{file}.png", *QUICK)
    assert done.code == 0, done.err
    reference = shell.run("control", "stone", "--depth", "z.npy", "--seed", "1", "-o", "reference.png", *QUICK)
    assert reference.code == 0, reference.err
    with Image.open(f"{file}.png") as one, Image.open("reference.png") as other:
        assert np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max() <= 1


def test_a_detached_job_is_fetched_later(shell: Shell) -> None:
    left = shell.run("generate", "stone", "--size", "64", "--detach", "--seed", "4", *QUICK)
    job_id = left.out.strip()
    watched = shell.run("jobs", "watch", job_id, "-o", "w.png", "--quiet")
    assert (watched.code, watched.out) == (0, "w.png\n"), watched.err
    fetched = shell.run("jobs", "fetch", job_id, "-o", "f.png", "--json")
    assert fetched.json["seeds"] == [4]
    assert Path("f.png").read_bytes() == Path("w.png").read_bytes()
