"""A crop and a scaling, told from each other where layers' places are the same after both."""

from __future__ import annotations

import pytest

from tests.daemon import Daemon
from tests.hosts.gimp import hands, rig
from tests.hosts.gimp.test_meanwhile import ASK

CHANGES = """
def ramp():
    return picture(240, 200)

def white():
    image = picture(240, 200)
    paint(image.get_layers()[0], (255, 255, 255, 255))
    return image

def both():
    image = white()
    clear(layer(image, 240, 200), 60, 40)
    return image

def stay(image):
    pass

def crop(image):
    image.crop(216, 180, 12, 10)

def crop_unselected(image):
    crop(image)
    Gimp.Selection.none(image)

def scale(image):
    image.scale(216, 180)

def scale_unselected(image):
    scale(image)
    Gimp.Selection.none(image)
"""
EXPECTED = {
    "crop": (1.0, -12, -10),
    "scale": (0.9, 0, 0),
    "crop_unselected": (1.0, 0, 0),  # nothing tells how far its pixels have gone
    "scale_unselected": (0.9, 0, 0),
}


def test_a_crop_moves_results_and_a_scaling_scales_them(gimp: rig.Gimp, daemon: Daemon) -> None:
    """To the same size, of a single layer, a plain one and two that cover the canvas; what is plain below and no longer
    selected is not taken to be scaled."""
    gimp.run(hands.QUEUE + ASK + CHANGES)
    gimp.run('call("generate", steps=1)["image"].delete()')
    kinds, changes = ("ramp", "white", "both"), tuple(EXPECTED)
    with rig.nothing_painted(daemon):
        gimp.run(
            """
            images = {}
            for kind in kinds:
                for change in ("stay", *changes):
                    image = images[f"{kind} {change}"] = globals()[kind]()
                    image.select_rectangle(ChannelOps.REPLACE, 80, 60, 60, 60)
                    ask("inpaint", image, 2, prompt="a door")
                    globals()[change](image)
            """,
            kinds=kinds,
            changes=changes,
        )
    gimp.wait("ended()", 240)
    said = gimp.run("""
        result = {name: [about(each)["place"] for each in image.get_layers() if each.get_parasite("bottega")]
                  for name, image in images.items()}
        for image in images.values():
            image.delete()
    """)
    for kind in kinds:
        ((x, y, width, height),) = said[f"{kind} stay"]
        for change, (times, right, down) in EXPECTED.items():
            wanted = [times * x + right, times * y + down, times * width, times * height]
            if change == "scale_unselected" and kind != "ramp":
                wanted = [x, y, width, height]
            assert said[f"{kind} {change}"] == [pytest.approx(wanted, abs=1.0)], (kind, change)
