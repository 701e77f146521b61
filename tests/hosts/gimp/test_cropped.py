"""A crop and a scaling, told from each other where layers' places are the same after both; and images that are flipped
or turned, into which nothing is laid that would lie elsewhere."""

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

def stripes():
    # each row is like the next one: how far down is not to be told
    image = picture(240, 200)
    below = image.get_layers()[0]
    row = bytes(value for x in range(240) for value in (x, 255 - x, 9, 255))
    below.get_buffer().set(Gegl.Rectangle.new(0, 0, 240, 200), "R'G'B'A u8", row * 200)
    below.get_buffer().flush(); below.update(0, 0, 240, 200)
    return image

def smooth():
    # a slow ramp, as large pictures have
    image = picture(1200, 1000)
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
    "crop_unselected": (1.0, -12, -10),
    "scale_unselected": (0.9, 0, 0),
}


def test_a_crop_moves_results_and_a_scaling_scales_them(gimp: rig.Gimp, daemon: Daemon) -> None:
    """To the same size, of a single layer, a plain one and two that cover the canvas; what is plain below and no longer
    selected is not taken to be scaled, and nothing tells how far its pixels have gone."""
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
            if change.endswith("_unselected") and kind != "ramp":
                wanted = [x, y, width, height]
            assert said[f"{kind} {change}"] == [pytest.approx(wanted, abs=1.0)], (kind, change)


def test_a_large_smooth_picture_is_found_again(gimp: rig.Gimp) -> None:
    """To two pixels, of which nobody sees more."""
    gimp.run(CHANGES)
    found = gimp.run("""
        sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
        from bottega_gimp import moved
        found = []
        for x, y in ((301, 203), (17, 555), (0, 0)):
            image = smooth()
            was = moved.seen(image)
            image.crop(600, 400, x, y)
            found.append([*moved.since(image, was).by, x, y])
            image.delete()
        result = found
    """)
    assert all(abs(right + x) <= 2 and abs(down + y) <= 2 for right, down, x, y in found)


TURNS = """
def flat(image):
    image.flip(Gimp.OrientationType.HORIZONTAL)

def upside(image):
    image.flip(Gimp.OrientationType.VERTICAL)

def quarter(image):
    image.rotate(Gimp.RotationType.DEGREES90)

def half(image):
    image.rotate(Gimp.RotationType.DEGREES180)

def back(image):
    image.rotate(Gimp.RotationType.DEGREES270)

def small():
    # a layer above that tells by its place, below what is plain
    image = white()
    clear(layer(image, 30, 20, 11, 17), 10, 10)
    return image

def flip_and_again(image):
    flat(image); flat(image)

def painted_over(image):
    paint(image.get_layers()[-1], (1, 2, 3, 255))

def sharply_cut(image):
    Gimp.Selection.none(image)
    image.crop(40, 30, 100, 90)
    paint(image.get_layers()[-1], (1, 2, 3, 255))
"""


def test_a_turned_image_is_not_laid_into_unless_the_artist_wants_it(gimp: rig.Gimp, daemon: Daemon) -> None:
    """What was flipped and flipped again, or painted over, is as it was."""
    gimp.run(hands.QUEUE + ASK + CHANGES + TURNS)
    gimp.run('call("generate", steps=1)["image"].delete()')
    turns = [(kind, turn) for kind in ("ramp", "small") for turn in ("flat", "upside", "half", "quarter", "back")]
    stays = [(kind, change) for kind in ("ramp", "small") for change in ("stay", "flip_and_again", "painted_over")]
    cut = [("ramp", "sharply_cut"), ("stripes", "crop_unselected")]
    with rig.nothing_painted(daemon):
        gimp.run(
            """
            images = {}
            for kind, turn in cases:
                image = images[f"{kind} {turn}"] = globals()[kind]()
                image.select_rectangle(ChannelOps.REPLACE, 80, 60, 60, 40)
                ask("inpaint", image, 2, prompt=f"{kind} {turn}")
                Gimp.Selection.none(image)
                globals()[turn](image)
            """,
            cases=[*turns, *stays, *cut],
        )
    gimp.wait("ended()", 240)
    stand = gimp.run("result = {job['title']: [job['state'], job['kept'], job['error']] for job in jobs()}")
    for kind, turn in [*turns, *cut]:
        state, kept, error = stand[f"{kind} {turn}"]
        assert state == "failed" and kept and "flipped, turned or cut" in error, (kind, turn)
    for kind, change in stays:
        assert stand[f"{kind} {change}"] == ["done", False, ""], (kind, change)
    gimp.run("""
        for job in jobs():
            if job["kept"]:
                queue("insert", number=job["number"], fresh=False)
    """)
    gimp.wait("ended()", 240)
    said = gimp.run("""
        result = [[[about(each)["place"] for each in image.get_layers() if each.get_parasite("bottega")]
                  for image in images.values()], [job["state"] for job in jobs()]]
        for image in images.values():
            image.delete()
    """)
    assert len({tuple(place) for ((place),) in said[0]}) == 1, "where it was asked for"
    assert set(said[1][: len(turns)]) == {"done"}
