"""Images enlarged in real Blenders: the very pixels of the plain client, in an image of the same kind, where the first
was."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bottega.client import Client
from bottega.pixels import Pixels
from bottega.tasks import upscale
from tests.daemon import Daemon, running_daemon
from tests.hosts.blender.conftest import PATIENCE, Stage, Told, performing, report

TYPES = {"u8": np.uint8, "u16": np.uint16, "f32": np.float32}
KINDS = {
    "rgb8": (3, "u8", "srgb"),
    "rgba8": (4, "u8", "srgb"),
    "premultiplied8": (4, "u8", "srgb"),
    "packed8": (4, "u8", "data"),
    "packed_colors8": (4, "u8", "data"),
    "packed_exr": (4, "f32", "data"),
    "grey8": (1, "u8", "data"),
    "linear8": (3, "u8", "linear"),
    "data16": (3, "u16", "data"),
    "grey16": (1, "u16", "data"),
    "rgba16": (4, "u16", "srgb"),
    "exr": (4, "f32", "linear"),
    "straight_exr": (4, "f32", "linear"),
    "srgb_exr": (3, "f32", "srgb"),
    "acescg_exr": (3, "f32", "linear"),
    "data_exr": (4, "f32", "data"),
    "opaque_exr": (4, "f32", "linear"),
    "painted8": (4, "u8", "srgb"),
    "painted_float": (3, "f32", "linear"),
    "painted_dim": (3, "f32", "linear"),
    "painted_data": (4, "f32", "data"),
}
"""Images by name: channels, depth and meaning of what is sent of them."""
AS_STORED = (
    *("rgb8", "rgba8", "premultiplied8", "packed8", "packed_colors8"),
    *("data16", "data_exr", "painted_data"),
)
"""Those whose stored numbers Blender shows as they are."""
REFUSED = {
    "none": "No image is shown. Show one in the Image Editor.",
    "MOVIE": "MOVIE is a film. Save the frame that you want as an image, and open that.",
    "SEQUENCE": "SEQUENCE is a film. Save the frame that you want as an image, and open that.",
    "TILED": "TILED has UDIM tiles. Open the file of one tile as an image of its own.",
    "empty": "missing has no pixels. Choose an image that can be seen in the Image Editor.",
    "large": "wide can be made 3 times as large at most, not 4 times. Choose fewer times, or crop a copy of it.",
    "huge": "huge is too large to be enlarged. Scale a copy of it down, or crop it.",
    "space": "Floating point images of the colour space Filmic Log cannot be made. Choose Linear Rec.709 or sRGB",
    "upscaler": "The daemon has no upscaler gone. Choose another one, or none.",
    "Render Result": "Render Result cannot be read. Save it as an image first, and open that.",
    "Viewer Node": "Viewer Node cannot be read. Save it as an image first, and open that.",
}


def pixels_of(said: Told, name: str, form: list) -> Pixels:
    """What went over the wire."""
    width, height, _, depth, space = form
    return Pixels.of_bytes(width, height, said.array(name).tobytes(), depth=depth, color_space=space)


def values_of(pixels: Pixels) -> np.ndarray:
    values = np.frombuffer(pixels.data, TYPES[pixels.depth])
    return values.reshape(pixels.height, pixels.width, pixels.channels)


@pytest.mark.parametrize("kind", KINDS)
def test_the_image_has_the_plain_clients_pixels(told: Stage, client: Client, kind: str) -> None:
    """Of what the image holds; and the file that came holds them for Blender, too."""
    said = told("kinds")
    one = said["kinds"][kind]
    sent_form, came_form, again_form = one["form"]
    assert one["outcome"] == ["FINISHED"] and tuple(sent_form[2:]) == KINDS[kind]
    sent = pixels_of(said, kind, sent_form)
    (wanted,) = client.run(upscale(sent, sent.width * 2, sent.height * 2))
    came = pixels_of(said, f"{kind}_came", came_form)
    assert came.data == wanted.pixels.data and came_form == [90, 66, *KINDS[kind]] == again_form
    got, want = values_of(pixels_of(said, f"{kind}_again", again_form)), values_of(came)
    shows = want[..., 3] > 0 if want.shape[2] == 4 and one["made"]["float"] else np.ones(want.shape[:2], bool)
    far = np.abs(got.astype(np.float64) - want)[shows].max()
    assert far <= {"u8": 0.0, "u16": 1.0 if sent.color_space == "srgb" else 0.0, "f32": 2e-3}[sent.depth]
    assert (got[..., 3:] == want[..., 3:]).all()


@pytest.mark.parametrize("kind", AS_STORED)
def test_what_is_sent_is_what_blender_shows(told: Stage, kind: str) -> None:
    """Numbers that are stored as they are, in every bit; rows from the top."""
    said = told("kinds")
    form = said["kinds"][kind]["form"][0]
    sent = values_of(pixels_of(said, kind, form))
    most = {"u8": 255, "u16": 65535, "f32": 1}[form[3]]
    assert (np.abs(sent / most - said.array(f"{kind}_mine")[..., : form[2]]) < 1e-6).all()


def test_lights_are_sent_as_they_are_and_come_back_as_blender_shows_them(told: Stage) -> None:
    """Without the alpha that Blender multiplies them with, and in Blender with it again."""
    said = told("kinds")
    for kind in ("exr", "straight_exr"):
        sent, mine = values_of(pixels_of(said, kind, said["kinds"][kind]["form"][0])), said.array(f"{kind}_mine")
        shown = np.concatenate([sent[..., :3] * sent[..., 3:], sent[..., 3:]], 2)
        seen = mine[..., 3] > 0
        assert np.abs(shown - mine)[seen].max() < 1e-5
        came, made = values_of(pixels_of(said, f"{kind}_came", said["kinds"][kind]["form"][1])), f"{kind}_made"
        shown = np.concatenate([came[..., :3] * came[..., 3:], came[..., 3:]], 2)
        assert np.abs(shown - said.array(made)).max() < 1e-5
    assert values_of(pixels_of(said, "straight_exr", said["kinds"]["straight_exr"]["form"][0])).max() > 1.5


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_an_image_of_the_same_kind(told: Stage, kind: str) -> None:
    """Also when the file was closed and opened again; the artist's own is as it was."""
    said = told("kinds")
    one = said["kinds"][kind]
    mine, made = one["mine"], one["made"]
    assert one["kept"] and said["reopened"][kind]
    assert one["name"] == f"{kind}.001"
    assert (made["size"], made["packed"]) == ([90, 66], True)
    same = {"space", "depth", "float"} | ({"alpha"} if kind != "premultiplied8" else set())
    assert {name: made[name] for name in same} == {name: mine[name] for name in same}
    assert one["travels"]["kind"] == "upscale" and one["travels"]["times"] == 2


def test_it_takes_the_place_of_the_first_and_one_undo_brings_that_back(told: Stage) -> None:
    said = told("upscale")
    (wall, *_), enlarged = said["shown"][0], said["wall"][1]
    count = said["shown"][0][3]
    before, after = [wall, wall, None, count], [enlarged, enlarged, None, count + 1]
    assert enlarged == f"{wall}.001" and said["wall"] == [["FINISHED"], enlarged, [512, 512]]
    assert said["shown"] == [before, after, before, after]
    assert said["gone"]


def test_undo_brings_back_what_a_mask_took_the_place_of(told: Stage) -> None:
    wall = told("upscale")["shown"][0][0]
    assert told("upscale")["mask"] == [f"{wall} mask", wall]


def test_undo_brings_back_what_several_took_the_place_of(told: Stage) -> None:
    """One by one, and over all of them at once."""
    said = told("exchanged")
    assert said["chain"] == ["mine.002", "mine.001", "mine", "mine.001", "mine.002"]
    assert said["jump"] == ["mine", "mine.002"]


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("emptied", ["", "", ""]),
        ("used", ["mine", "", "", ""]),
        ("given", ["mine", "mine"]),
        ("pinned", ["", ""]),
        ("type", [""]),
        ("chosen", ["other", "other"]),
    ],
)
def test_undo_leaves_editors_alone_from_which_it_took_nothing(told: Stage, why: str, shown: list[str]) -> None:
    """Emptied by their artist, or by an earlier undo while they were pinned or of another type."""
    assert told("exchanged")[why] == shown


def test_undo_looks_at_nothing_when_no_editor_waits_for_it(told: Stage) -> None:
    """The artist has chosen something else, or opened another file."""
    said = told("exchanged")
    assert said["remembered"] and said["forgotten"] == [0, 0, 0]


def test_editors_that_somebody_works_in_keep_their_image(told: Stage) -> None:
    """UV editors, and those that are painted or masked in; the node shows the result. A new mask is there to be
    painted."""
    said = told("exchanged")
    assert said["busy"] == ["mine.001", "mine", "mine", "mine", "mine.001"]
    assert said["mask"] == ["mine.001", *["mine mask"] * 3]


def test_it_is_disabled_wholly_when_others_have_cleared_the_handlers(told: Stage) -> None:
    assert told("exchanged")["gone"]


def test_a_seamless_texture_stays_one(told: Stage, client: Client) -> None:
    """Along the axes for which it was painted so; its other parameters travel on."""
    said = told("upscale")
    assert said["seamless"] == "x"
    wall = np.rint(said.array("wall")[..., :3] * 255).astype(np.uint8)
    made = np.rint(said.array("wall_made")[..., :3] * 255).astype(np.uint8)
    wanted, other = (client.run(upscale(Pixels.of(wall), seamless=axes))[0].pixels for axes in ("x", "none"))
    assert made.tobytes() == wanted.data != other.data
    travels = said["wall_travels"]
    assert (travels["kind"], travels["prompt"], travels["seed"]) == ("texture", "red brick", 7)
    assert (travels["upscaler"], travels["times"]) == ("starter-4x", 4)
    assert said["lists"][1:] == [True, True]


def test_what_made_it_is_used_again(told: Stage) -> None:
    """Of a texture its prompt and seed; of an image of one's own how it was enlarged, and nothing else."""
    said = told("upscale")
    assert said["again"] == [["FINISHED"], "red brick", 7]
    assert said["again_mine"] == [["FINISHED"], 2, "NONE", "red brick"]


def test_what_was_left_to_the_image_is_left_to_the_next_one(told: Stage) -> None:
    """Used again, "as it was made" is not what it was for that one; and no preset for painting says it."""
    assert told("upscale")["again_axes"] == ["AUTO", False]


def test_where_a_mask_is_shown_its_picture_is_enlarged(told: Stage) -> None:
    assert told("upscale")["masked"] == ["mine mask", ["FINISHED"], "mine"]


def test_a_node_that_shows_something_else_by_then_is_left_alone(told: Stage) -> None:
    assert told("upscale")["meanwhile"] == ["mine", "done", "none"]


def test_the_history_brings_it_once_more(told: Stage) -> None:
    said = told("upscale")
    assert said["history_panel"] == "upscale"
    assert said["fetch"] == ["FINISHED"] and said["fetched"][:2] == [True, True]


def test_several_are_under_way_and_one_is_cancelled(told: Stage) -> None:
    assert told("upscale")["several"] == [["done", 1], ["done", 1], ["cancelled", 0]]


def test_blender_is_held_up_by_no_slice_of_ours(told: Stage) -> None:
    """Its own undo step is one call that nobody can split."""
    said = told("upscale")
    assert said["held_state"] == "done" and said["click"] < 16
    ours = {name: held for name, held in said["held"].items() if "Blender's own" not in name}
    assert {"scene", "results"} <= set(ours) and max(ours.values()) < 16, ours


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_is_said_with_what_to_do(told: Stage, why: str) -> None:
    assert REFUSED[why] in told("upscale")["refused"][why]


def test_an_upscaler_is_chosen_by_its_name(told: Stage) -> None:
    assert told("upscale")["named"] == ["FINISHED"]


def test_it_is_offered_where_images_are(told: Stage) -> None:
    said = told("upscale")
    assert said["offered"] == [True, True, True]
    assert {"Upscaler", "Times", "Seamless", "Upscale Image"} <= set(said["fields"])


def test_a_daemon_without_an_upscaler_is_said_and_offers_nothing(
    series: str, built: Path, daemon: Daemon, tmp_path: Path
) -> None:
    """What is remembered of such a one does not hold up a script when another daemon has one."""
    folder = tmp_path / "out"
    folder.mkdir()
    shutil.copy(daemon.home / "daemon.json", folder)
    with (
        running_daemon(tmp_path / "home") as bare,
        performing(series, "unscaled", folder, built, bare.home) as blender,
    ):
        blender.wait(PATIENCE)
    said = report(series, folder)
    words = "The daemon has no upscaler. Put one into the folder upscalers of one of its model folders."
    assert words in said["refused"]
    assert said["unmet"] == said["drawn"] == [False, False, False]
    assert words in said["panel"]
    assert said["remembered"] == 0 and said["outcome"] == ["FINISHED"]
