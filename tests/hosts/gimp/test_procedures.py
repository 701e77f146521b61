"""Every procedure from a script: results lie where they belong, carry their parameters, and touch nothing else."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from bottega.client import Client
from bottega.tasks import generate
from tests.hosts.gimp.rig import Gimp
from tests.meaning.rulers import X, Y, seam

AFTER = """
def after(said, image=None):
    if said["status"] != "success":
        return said
    where = said["image"]
    return {
        "status": said["status"], "layer": about(said["layer"]), "parameters": said["parameters"], "tree": tree(where),
        "size": [where.get_width(), where.get_height()],
        "own": bool(where.get_parasite("bottega")),
    }
"""


@pytest.fixture(autouse=True)
def prepared(gimp: Gimp) -> None:
    gimp.run(AFTER)


def values(data: str, *shape: int) -> np.ndarray[Any, Any]:
    """Bytes as an array."""
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(shape)


def test_a_picture_from_words_is_the_one_that_every_client_gets(gimp: Gimp, client: Client) -> None:
    said = gimp.run("""
        said = call("generate", prompt="weathered copper", steps=4, seed="7", width=96, height=128)
        result = {**after(said), "pixels": text(everything(said["layer"], "R'G'B' u8"))}
        result["given"] = said["layers"] == [said["layer"]]
        said["image"].delete()
    """)
    (oracle,) = client.run(generate("weathered copper", 96, 128, steps=4, seed=7))
    assert said["size"] == [96, 128]
    assert base64.b64decode(said["pixels"]) == oracle.pixels.data
    assert said["parameters"] | {"prompt": "weathered copper", "seed": "7", "steps": 4} == said["parameters"]
    assert said["layer"]["parasite"] == said["parameters"]
    assert said["own"] and said["given"]


def test_candidates_come_in_a_group_of_which_the_first_is_seen(gimp: Gimp) -> None:
    said = gimp.run("""
        image = picture(200, 100)
        image.select_ellipse(ChannelOps.REPLACE, 100, 10, 80, 80)
        said = call("generate", image, prompt="moss", steps=2, count=3, seed="5")
        result = {**after(said), "mask": text(everything(said["layer"].get_children()[0].get_mask(), "Y u8"))}
        result["given"] = [each.get_name() for each in said["layers"]]
        result["selection"] = text(numbers(image.get_selection(), 100, 10, 80, 80, "Y u8"))
        image.delete()
    """)
    made = said["layer"]
    assert made["group"] and said["tree"] == [
        ["Bottega: moss", *(f"Bottega: moss ({seed})" for seed in (5, 6, 7))],
        "ramp",
    ]
    assert [each["visible"] for each in made["children"]] == [True, False, False]
    assert [each["place"] for each in made["children"]] == [[100, 10, 80, 80]] * 3
    assert [each["parasite"]["seed"] for each in made["children"]] == ["5", "6", "7"]
    assert said["given"] == [each["name"] for each in made["children"]], "a script is given each of them"
    assert said["parameters"]["seeds"] == [5, 6, 7]
    assert said["mask"] == said["selection"]


def test_a_selection_is_repainted_there_alone_over_layers_that_lie_anywhere(gimp: Gimp) -> None:
    """Below lie a layer that leaves the canvas, a group with a masked layer in it, and a hidden one."""
    said = gimp.run("""
        image = picture(160, 120)
        off = layer(image, 100, 100, -40, -30, name="off"); paint(off, (200, 40, 40, 255))
        group = Gimp.GroupLayer.new(image, "group"); image.insert_layer(group, None, 0)
        inner = layer(image, 60, 60, 90, 50, group, "inner"); paint(inner, (40, 40, 200, 255))
        mask = inner.create_mask(Gimp.AddMaskType.WHITE); inner.add_mask(mask)
        mask.get_buffer().set(Gegl.Rectangle.new(0, 0, 30, 60), "Y u8", bytes(1800)); mask.get_buffer().flush()
        hidden = layer(image, 160, 120, name="hidden"); paint(hidden, (0, 255, 0, 255)); hidden.set_visible(False)
        layers = [off, inner, hidden, *image.get_layers()[-1:]]
        before = [everything(each) for each in layers], everything(mask, "Y u8"), seen(image, 0, 0, 160, 120)
        image.set_selected_layers([inner])
        image.select_rectangle(ChannelOps.REPLACE, 70, 40, 30, 30)
        said = call("inpaint", image, prompt="a door", steps=3, grow=0, feather=4, strength=1.0)
        result = after(said)
        result["same"] = ([everything(each) for each in layers], everything(mask, "Y u8")) == before[:2]
        result["before"], result["after"] = text(before[2]), text(seen(image, 0, 0, 160, 120))
        said["layer"].set_visible(False)
        result["without"] = text(seen(image, 0, 0, 160, 120))
        image.delete()
    """)
    assert said["status"] == "success" and said["same"] and said["without"] == said["before"]
    assert said["tree"] == ["hidden", ["group", said["layer"]["name"], "inner"], "off", "ramp"]
    assert said["layer"]["mask"]
    moved = np.abs(values(said["after"], 120, 160, 4).astype(int) - values(said["before"], 120, 160, 4)).max(2)
    assert moved[44:66, 74:96].mean() > 5
    moved[40 - 4 : 70 + 4, 70 - 4 : 100 + 4] = 0
    assert moved.max() == 0


@pytest.mark.parametrize("source", ["visible", "layer"])
def test_a_job_begins_from_what_is_seen_or_from_one_layer_alone(gimp: Gimp, source: str) -> None:
    said = gimp.run(
        """
        image = picture(128, 128)
        top = layer(image, 64, 64, 32, 32, name="top"); paint(top, (250, 10, 10, 255)); top.set_opacity(20.0)
        image.set_selected_layers([image.get_layers()[1]])
        said = call("refine", image, strength=0.0, steps=2, source=source)
        result = {**after(said), "made": text(everything(said["layer"]))}
        result["ramp"] = text(everything(image.get_layers()[2]))
        said["layer"].set_visible(False)
        result["seen"] = text(seen(image, 0, 0, 128, 128))
        image.delete()
        """,
        source=source,
    )
    assert (
        said["made"]
        == said["seen" if source == "visible" else "ramp"]
        != said["ramp" if source == "visible" else "seen"]
    )


def test_a_layer_that_leaves_the_canvas_is_refined_whole_and_keeps_its_shape(gimp: Gimp) -> None:
    said = gimp.run("""
        image = picture(100, 100)
        own = layer(image, 80, 80, 60, -30, name="own"); paint(own, (90, 160, 30, 255))
        clear(own, 80, 20)
        said = call("refine", image, [own], prompt="grass", steps=3, source="layer")
        result = {**after(said), "mask": text(everything(said["layer"].get_mask(), "Y u8"))}
        image.delete()
    """)
    assert said["layer"]["place"] == [60, -30, 80, 80]
    mask = values(said["mask"], 80, 80)
    assert mask[:20].max() == 0 and mask[20:].min() == 255


def test_the_canvas_grows_and_what_was_there_stays_where_it_was(gimp: Gimp) -> None:
    said = gimp.run("""
        image = picture(120, 96)
        before = seen(image, 0, 0, 120, 96)
        said = call("outpaint", image, prompt="sand", steps=3, left=24, bottom=16, grow=0, feather=0)
        result = {**after(said), "same": seen(image, 24, 0, 120, 96) == before}
        result["alpha"] = text(seen(image, 0, 0, 144, 112, "A u8"))
        image.delete()
    """)
    assert said["size"] == [144, 112] and said["same"]
    assert values(said["alpha"], 112, 144).min() == 255


def test_what_is_transparent_is_filled(gimp: Gimp) -> None:
    said = gimp.run("""
        image = picture(128, 128)
        ramp = image.get_layers()[0]
        clear(ramp, 32, 128)
        right = seen(image, 32, 0, 96, 128)
        said = call("outpaint", image, prompt="sand", steps=3, grow=0, feather=0)
        result = {**after(said), "same": seen(image, 32, 0, 96, 128) == right}
        result["alpha"] = text(seen(image, 0, 0, 128, 128, "A u8"))
        image.delete()
    """)
    assert said["same"] and said["size"] == [128, 128]
    assert values(said["alpha"], 128, 128).min() == 255


def test_a_texture_continues_into_itself(gimp: Gimp) -> None:
    """Its seams change no more than its inside. A texture without direction: rows of bricks begin at their joints."""
    said = gimp.run("""
        said = call("texture", prompt="green marble", steps=6, seed="3")
        result = {**after(said), "pixels": text(everything(said["layer"], "R'G'B' u8"))}
        said["image"].delete()
    """)
    tile = values(said["pixels"], 1, 128, 128, 3)
    assert seam(tile, X) < 1.3 and seam(tile, Y) < 1.3


def test_a_layer_leads_a_picture_that_lies_on_it(gimp: Gimp) -> None:
    said = gimp.run("""
        image = picture(160, 160)
        disc = layer(image, 96, 96, 20, 30, name="disc"); paint(disc, (0, 0, 0, 255))
        image.select_ellipse(ChannelOps.REPLACE, 40, 50, 56, 56)
        disc.edit_fill(Gimp.FillType.WHITE); Gimp.Selection.none(image)
        before = everything(disc)
        said = call("control", image, [disc], prompt="a blue sphere", steps=6, seed="4", control_kind="depth")
        free = call("generate", image, [disc], prompt="a blue sphere", steps=6, seed="4", width=128, height=128)
        result = {**after(said), "same": everything(disc) == before, "led": text(everything(said["layer"]))}
        result["differs"] = everything(said["layer"]) != everything(free["layer"])
        image.delete()
    """)
    assert said["same"] and said["differs"]
    assert said["layer"]["place"] == [20, 30, 96, 96]
    led = values(said["led"], 96, 96, 4)[..., :3].astype(float)
    assert np.abs(led[38:58, 38:58].mean((0, 1)) - led[:8].mean((0, 1))).max() > 10


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('call("inpaint", picture())', ("Nothing is selected", "selection tool")),
        ('call("outpaint", picture())', ("no transparent part", "how many pixels")),
        ('call("generate", seed="4294967296")', ("is no seed", "4294967295")),
        ('call("generate", checkpoint="nope")', ("no checkpoint 'nope'", "starter")),
        ('call("generate", sampler="nope", steps=1)', ("nope",)),
        ('call("refine", flat)', ("indexed", "Image > Mode > RGB")),
        ('call("refine", floating)', ("floating selection", "Anchor")),
    ],
)
def test_what_cannot_be_says_what_to_do(gimp: Gimp, code: str, words: tuple[str, ...]) -> None:
    said = gimp.run(f"""
        flat = picture(32, 32)
        assert flat.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.WEB, 0, False, False, "")
        floating = picture(32, 32)
        floating.select_rectangle(ChannelOps.REPLACE, 4, 4, 9, 9)
        Gimp.Selection.float(floating, floating.get_layers(), 2, 2)
        result = {code}
    """)
    assert said["status"] == "execution-error"
    assert all(word in said["error"] for word in words)
