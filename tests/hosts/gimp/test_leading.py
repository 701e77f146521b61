"""Layers that pictures follow, and the sizes that are said: with an image and without one, kept and used again."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.hosts.gimp.rig import Gimp
from tests.hosts.gimp.test_remembering import OPEN

SHAPE = """
from tools import layer as new_layer, paint as fill

def shape(select="select_ellipse"):
    # a black layer of 96 by 64, in its middle a white shape, somewhere in an image
    image = picture(160, 120)
    disc = new_layer(image, 96, 64, 20, 30, name="disc"); fill(disc, (0, 0, 0, 255))
    getattr(image, select)(ChannelOps.REPLACE, 50, 44, 36, 36)
    disc.edit_fill(Gimp.FillType.WHITE); Gimp.Selection.none(image)
    return image, disc
"""


@pytest.fixture(autouse=True)
def prepared(gimp: Gimp) -> None:
    gimp.run(SHAPE)


def test_a_new_image_follows_a_layer_of_another_one(gimp: Gimp) -> None:
    """As large as the model likes it in the layer's shape, or as was said; nothing of the layer is lost."""
    said = gimp.run("""
        image, disc = shape()
        given = dict(prompt="a blue sphere", steps=4, seed="4", control=disc, control_kind="depth")
        made = [call("generate", **given), call("generate", width=128, **given),
                call("generate", width=64, height=128, **given), call("generate", **{**given, "control": None})]
        image.select_rectangle(ChannelOps.REPLACE, 20, 30, 96, 64)
        pixels = [everything(call("generate", each, [], width=96, height=64, **given)["layer"], "R'G'B' u8")
            for each in (None, image)]
        sizes = [[each["image"].get_width(), each["image"].get_height()] for each in made]
        result = [sizes, pixels[0] == pixels[1], [each["parameters"].get("control", {}).get("name") for each in made]]
        for each in (image, *(each["image"] for each in made)):
            each.delete()
    """)
    sizes, same, names = said
    assert sizes == [[160, 104], [128, 88], [64, 128], [128, 128]]
    assert same, "the same request as from within the image"
    assert names == ["disc", "disc", "disc", None]


def test_a_layer_of_indexed_colours_leads_too(gimp: Gimp) -> None:
    said = gimp.run("""
        image, disc = shape("select_rectangle")
        given = dict(prompt="a blue sphere", steps=3, seed="4", control=disc, control_kind="depth")
        first = everything(call("generate", **given)["layer"], "R'G'B' u8")
        image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.WEB, 0, False, False, "")
        again = everything(call("generate", **given)["layer"], "R'G'B' u8")
        result = [text(first), text(again)]
        image.delete()
    """)
    one, two = (np.frombuffer(base64.b64decode(each), np.uint8).astype(int) for each in said)
    assert np.abs(one - two).max() <= 2


def test_one_side_says_the_other_by_the_shape(gimp: Gimp) -> None:
    said = gimp.run("""
        image = picture(160, 80)
        made = [call("generate", image, prompt="moss", steps=1, width=64), call("texture", height=64, steps=1),
                call("generate", steps=1, width=64)]
        image.select_rectangle(ChannelOps.REPLACE, 0, 0, 40, 80)
        made += [call("generate", image, prompt="moss", steps=1, height=128)]
        result = [about(each["layer"])["place"][2:] for each in made]
        for each in {each["image"].get_id(): each["image"] for each in made}.values():
            each.delete()
    """)
    assert said == [[64, 64], [64, 64], [64, 64], [64, 128]]


def test_a_layer_of_another_image_is_not_taken_for_the_control_layer(gimp: Gimp) -> None:
    """Protects from tattoos that every image has: the image must have been painted into, or be of the same file."""
    said = gimp.run("""
        import sys
        sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
        from bottega_gimp.leading import found
        from gi.repository import Gio
        image, disc = shape()
        path = Gio.File.new_for_path("/home/artist/control.xcf")
        save = lambda: Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, path, None)
        save(); image.set_file(path)
        call("generate", image, image.get_layers()[-1:], control=disc, prompt="moss", steps=1, seed="4")
        (made,) = [each for each in map(about, image.get_layers()) if each["parasite"]]
        note = made["parasite"]["control"]
        other, twin = shape()
        same_run = found(note, other) == disc
        save(); image.delete()
        again = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, path)
        name = lambda layer: layer and layer.get_name()
        result = [same_run, twin.get_tattoo() == note["tattoo"], name(found(note, other)), name(found(note, again))]
        for holder in (again, *again.get_layers()):
            holder.detach_parasite("bottega")
        result += [name(found(note, again))]
        again.get_layer_by_tattoo(note["tattoo"]).set_name("of that number by chance")
        result += [name(found(note, again)), name(found({**note, "run": "", "id": twin.get_id()}, None))]
        other.delete(); again.delete()
    """)
    assert said == [True, True, None, "disc", "disc", None, None]


def test_the_control_layer_travels_with_the_result_and_through_a_file(window: Gimp) -> None:
    """The form has it again: by its number in the same GIMP, by its tattoo in an image that was opened again; one that
    is gone is missed in words."""
    window.run(OPEN + SHAPE)
    said = window.run("""
        image, disc = shape()
        below = image.get_layers()[-1]
        given = dict(prompt="moss", steps=1, seed="4")
        first = call("generate", image, [below], control=disc, **given)["layer"]
        second = call("control", image, [disc], **given)["layer"]
        kept = [about(each)["parasite"]["control"] for each in (first, second)]
        disc.set_name("another name")
        path = Gio.File.new_for_path("/home/artist/led.xcf")
        assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, path, None)
        again = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, path)
        found = []
        for canvas in (image, again):
            shown = panel(canvas)
            own = [each for each in canvas.get_layers() if each.get_name() == "another name"][0]
            for each in (each for each in canvas.get_layers() if each.get_parasite("bottega")):
                canvas.set_selected_layers([each])
                button(shown._window, "Use the layer's settings again").clicked()
                found.append([form(shown).procedure.kind, form(shown).config.get_property("control") == own])
            if canvas is image:
                shut(shown); image.delete()
        canvas.remove_layer(own)
        button(shown._window, "Use the layer's settings again").clicked()
        result = [kept, found, shown._note.get_text(), form(shown).config.get_property("control")]
        shut(shown); again.delete()
    """)
    kept, found, missed, left = said
    assert [note["name"] for note in kept] == ["disc"] * 2 and all(note["tattoo"] and note["id"] for note in kept)
    assert found == [["control", True], ["generate", True]] * 2
    assert missed == "The control layer “disc” is no longer there." and left is None
