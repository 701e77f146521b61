"""What was asked for before: read back from layers, images and files, kept as presets, and painted again."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.hosts.gimp import hands, rig

OPEN = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, Gtk

(Path(Gimp.directory()) / "bottega/panel.json").unlink(missing_ok=True)  # what another test asked for last

def form(shown):
    # what the visible form says, by the names of its procedure's arguments
    found = [each for each in inside(shown._window) if hasattr(each, "fill_menus") and each.get_mapped()]
    return found[0]

def said(shown):
    return dict(form(shown).wish().values)

def presets(shown):
    return [each for each in inside(shown._window) if isinstance(each, Gtk.ComboBoxText) and each.get_has_entry()][0]

def names(shown):
    return [row[0] for row in presets(shown).get_model()]

def say(shown, **values):
    for name, value in values.items():
        form(shown).config.set_property(name.replace("_", "-"), value)

def paint(shown, image):
    # the button, and what comes of it in the image
    before = {each.get_id() for each in image.get_layers()}
    button(shown._window, "_Paint").clicked()
    assert not shown._note.get_text(), shown._note.get_text()
    pump(lambda: {each.get_id() for each in image.get_layers()} - before and ended())
    return [each for each in image.get_layers() if each.get_id() not in before][0]

def history(shown, number, words):
    # choose an entry, the newest is 0, and press a button
    view = shown._history._view
    view.unselect_all()
    view.select_path(Gtk.TreePath.new_from_indices([number]))
    button(shown._history, words).clicked()

def inserted(shown, number, image):
    # the layer that an entry gives once more
    before = {each.get_id() for each in image.get_layers()}
    history(shown, number, "Insert again")
    pump(lambda: len(image.get_layers()) > len(before) and ended())
    return [each for each in image.get_layers() if each.get_id() not in before][0]

def look(layer):
    # all that it is
    return [*about(layer)["place"], text(everything(layer)), text(everything(layer.get_mask(), "Y u8"))]

def shut(shown):
    shown._window.destroy()
    pump(lambda: True)
"""


@pytest.fixture(autouse=True)
def prepared(window: rig.Gimp) -> None:
    window.run(OPEN)


def test_a_layers_settings_are_used_again_and_the_same_picture_comes(window: rig.Gimp) -> None:
    """The seed was drawn; the layer has been to a file and back, where its image is another one."""
    found = window.run("""
        first = call("generate", prompt="moss", negative_prompt="grün", steps=3, count=2, width=64, height=64)
        second = first["layer"].get_children()[1]
        pixels, seed = everything(second, "R'G'B' u8"), json.loads(bytes(second.get_parasite("bottega").get_data()))
        path = Gio.File.new_for_path("/home/artist/again.xcf")
        assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, first["image"], path, None)
        first["image"].delete()
        again = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, path)
        second = again.get_layers()[0].get_children()[1]
        again.set_selected_layers([second])
        shown = panel(again)
        button(shown._window, "Use the layer's settings again").clicked()
        filled = said(shown)
        made = paint(shown, again)
        pictures = text(pixels), text(everything(made, "R'G'B' u8"))
        result = [seed, filled, pictures, about(made)["parasite"], len(tree(again))]
        shut(shown); again.delete()
    """)
    kept, filled, pictures, parasite, layers = found
    assert kept["seed"].isdecimal() and filled == {name: kept[name] for name in filled}
    assert filled["prompt"] == "moss" and filled["negative-prompt"] == "grün" and filled["steps"] == 3
    one, two = (np.frombuffer(base64.b64decode(each), np.uint8).astype(int) for each in pictures)
    assert np.abs(one - two).max() <= 2, "the second of two, and now alone: another batch, other roundings"
    assert parasite == kept | {"seeds": [int(kept["seed"])]}
    assert layers == 2, "it lies above the group of the candidates, not among them"


def test_an_image_remembers_what_was_last_painted_into_it(window: rig.Gimp) -> None:
    """Where the selected layer is the artist's own: an inpaint, painted again over the same pixels."""
    found = window.run("""
        canvas = picture(96, 96)
        own = canvas.get_layers()[0]
        canvas.select_ellipse(ChannelOps.REPLACE, 20, 20, 50, 50)
        first = call("inpaint", canvas, prompt="a door", steps=3, strength=0.8, feather=3)["layer"]
        first.set_visible(False)
        canvas.set_selected_layers([own])
        shown = panel(canvas)
        button(shown._window, "Use the layer's settings again").clicked()
        kind, filled = form(shown).procedure.kind, said(shown)
        made = paint(shown, canvas)
        same = everything(made) == everything(first) and everything(made.get_mask(), "Y u8") == everything(
            first.get_mask(), "Y u8")
        result = [kind, filled, same, json.loads(bytes(canvas.get_parasite("bottega").get_data()))]
        shut(shown); canvas.delete()
    """)
    kind, filled, same, kept = found
    assert kind == "inpaint" and filled["strength"] == 0.8 and filled["feather"] == 3
    assert filled == {name: kept[name] for name in filled} and same


def test_a_dialog_is_filled_from_the_layer(window: rig.Gimp) -> None:
    """Its own button, in a dialog that is not shown to the end."""
    found = window.run("""
        canvas = picture(64, 64)
        first = call("generate", canvas, prompt="sand", steps=2, seed="11", guidance=3.5)
        shown = panel(canvas)  # for the modules' sake
        from bottega_gimp.dialog import Dialog
        from bottega_gimp.running import Desk
        from bottega_gimp.arguments import BY_NAME
        from bottega_gimp.asking import call_in
        procedure = Gimp.get_pdb().lookup_procedure("bottega-generate")
        config, desk = procedure.create_config(), Desk()
        call_of = lambda: call_in(BY_NAME["bottega-generate"], config, canvas, canvas.get_layers())
        dialog = Dialog(procedure, BY_NAME["bottega-generate"], config, desk, call_of)
        button(dialog._window, "Use the layer's settings again").clicked()
        result = [call_of().wish.values, first["parameters"]]
        dialog._window.destroy(); desk.close(); shut(shown); canvas.delete()
    """)
    values, parameters = found
    assert values == {name: parameters[name] for name in values} and values["seed"] == "11"


def test_presets_are_kept_chosen_and_removed(window: rig.Gimp) -> None:
    """Also by another form, for what the two have in common; prompt and seed stay, LoRAs come along."""
    found = window.run("""
        canvas = picture(64, 64)
        one = panel(canvas)
        say(one, prompt="moss <lora:lino:0.8>", negative_prompt="blurry", steps=7, guidance=4.5, seed="3", width=320)
        presets(one).get_child().set_text("Öl & Kreide")
        button(one._window, "Keep these settings under this name").clicked()
        pump(lambda: names(one) == ["Öl & Kreide"])
        shut(one)
        two = panel(canvas)
        pump(lambda: names(two))
        two._kinds.set_active_id("refine")
        say(two, prompt="bark <lora:other:1>", seed="9", strength=0.3)
        presets(two).set_active(0)
        pump(lambda: said(two)["steps"] == 7)
        result = [said(two)]
        button(two._window, "Remove this preset").clicked()
        pump(lambda: not names(two))
        result += [len(list((Path(Gimp.directory()) / "bottega/presets").iterdir()))]
        presets(two).get_child().set_text(" ")
        button(two._window, "Keep these settings under this name").clicked()
        pump(lambda: two._note.get_text())
        result += [two._note.get_text()]
        shut(two); canvas.delete()
    """)
    values, left, refusal = found
    assert values["prompt"] == "bark <lora:lino:0.8>" and values["seed"] == "9" and values["strength"] == 0.3
    assert values["negative-prompt"] == "blurry" and values["guidance"] == 4.5
    assert left == 0 and "a preset needs a name" in refusal


def test_a_seed_that_was_drawn_is_used_again(window: rig.Gimp) -> None:
    """From the history and from the queue's row, of one pass and of several: the same picture comes."""
    window.run(hands.QUEUE)
    found = window.run("""
        canvas, result = picture(240, 200), []
        shown = panel(canvas)
        for kind in ("refine", "inpaint"):
            canvas.select_rectangle(ChannelOps.REPLACE, 60, 40, *((110, 100) if kind == "inpaint" else (48, 48)))
            canvas.set_selected_layers(canvas.get_layers()[-1:])
            shown._kinds.set_active_id(kind)
            say(shown, prompt=kind, steps=2, seed="")
            made = paint(shown, canvas)
            seed, pixels = about(made)["parasite"]["seed"], everything(made)
            canvas.remove_layer(made)
            pump(lambda: shown._bench.history and list(shown._bench.history[0].seeds) == [int(seed)])
            pump(lambda: shown._bench.jobs[0].state == "done")
            again = []
            for press in (lambda: history(shown, 0, "Use again"),
                          lambda: button(shown._jobs._rows[jobs()[0]["number"]], "Use these settings again").clicked()):
                say(shown, prompt="another", seed="")
                press()
                again.append([said(shown)["prompt"], said(shown)["seed"]])
            twice = paint(shown, canvas)
            result.append([seed, again, everything(twice) == pixels])
            canvas.remove_layer(twice)
        shut(shown); canvas.delete()
    """)
    for kind, (seed, again, same) in zip(("refine", "inpaint"), found, strict=True):
        assert seed.isdecimal() and again == [[kind, seed]] * 2 and same


def test_what_a_script_made_is_used_and_inserted_again(window: rig.Gimp) -> None:
    """In one pass and in several, where it was made for, after its layer was thrown away and the canvas has grown."""
    window.run(hands.QUEUE)
    found = window.run("""
        canvas = picture(240, 200)
        canvas.select_ellipse(ChannelOps.REPLACE, 60, 40, 110, 100)
        large = call("inpaint", canvas, prompt="of several passes", steps=2, seed="5")["layer"]
        canvas.select_ellipse(ChannelOps.REPLACE, 20, 20, 40, 40)
        canvas.set_selected_layers(canvas.get_layers()[-1:])
        small = call("inpaint", canvas, prompt="of one", steps=2, seed="6", feather=3)["layer"]
        before = [look(small), look(large)]
        Gimp.Selection.none(canvas)
        canvas.resize(300, 220, 36, 20)
        for each in (small, large):
            canvas.remove_layer(each)
        shown = panel(canvas)
        pump(lambda: len(shown._bench.history) >= 2)
        history(shown, 1, "Use again")
        kind, filled = form(shown).procedure.kind, said(shown)
        listed = len(shown._bench.history)
        after = [look(inserted(shown, number, canvas)) for number in range(2)]
        pump(lambda: True)
        known = {each.get_id() for each in Gimp.get_images()}
        shown._images.set_active_id("new")
        history(shown, 1, "Insert again")
        pump(lambda: [each for each in Gimp.get_images() if each.get_id() not in known] and ended())
        (fresh,) = [each for each in Gimp.get_images() if each.get_id() not in known]
        result = [kind, filled, before, after, tree(fresh), len(shown._bench._kept.entries()) - listed]
    """)
    kind, filled, before, after, fresh, more = found
    assert kind == "inpaint" and filled["prompt"] == "of several passes" and filled["steps"] == 2
    for (x, y, *same), now in zip(before, after, strict=True):
        assert now == [x + 36, y + 20, *same]
    assert fresh == ["Bottega: of several passes (5)"] and more == 0
    said = window.run("""
        for each in (Path(Gimp.directory()) / "bottega/history").glob("*-pixels.job"):
            each.unlink()
        history(shown, 1, "Insert again")
        pump(lambda: shown._note.get_text())
        result = shown._note.get_text()
        shut(shown); canvas.delete()
    """)
    assert "no longer kept" in said


def test_a_dialogs_result_is_seen_though_its_image_was_closed(window: rig.Gimp) -> None:
    found = window.run("""
        canvas = picture(64, 64, precision="U16_NON_LINEAR")
        shut(panel(canvas))  # for the modules' sake
        from bottega_gimp.asking import Call
        from bottega_gimp.running import Desk, perform
        from bottega_gimp.wishes import Wish
        def displays():
            return [number for number in range(1, 33) if Gimp.Display.id_is_valid(number)]
        before, desk = displays(), Desk()
        GLib.timeout_add(300, lambda: canvas.delete() and False)
        asked = Call(Wish("generate", {"prompt": "moss", "steps": 40}), None, canvas, canvas.get_layers())
        laid = perform(asked, desk, show=True)
        result = [canvas.is_valid(), len(displays()) - len(before), laid.image.get_precision().value_nick]
        desk.close()
    """)
    assert found == [False, 1, "u16-non-linear"]
