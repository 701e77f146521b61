"""Upscale as an artist sees it: its dialog and its form in the panel."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.hosts.desk import Desk
from tests.hosts.gimp import hands
from tests.hosts.gimp.rig import Gimp
from tests.hosts.gimp.test_dialog import DIALOG
from tests.hosts.gimp.test_remembering import OPEN
from tests.hosts.gimp.test_upscale_queue import FRESH

SHOWN = """
def labels(widget):
    return [each.get_text() for each in inside(widget) if isinstance(each, Gtk.Label) and each.get_text()]
"""


@pytest.fixture(autouse=True)
def prepared(window: Gimp) -> None:
    window.run(OPEN + DIALOG + SHOWN + FRESH + "shut(panel(picture(8, 8)))")


def test_the_dialog_shows_what_is_enlarged_and_how_large_it_becomes(window: Gimp) -> None:
    said = window.run("""
        canvas = picture(200, 100)
        top = new_layer(canvas, 60, 40, 100, 50, name="top"); fill(top, (0, 200, 0, 255))
        canvas.set_selected_layers([top])
        made = dialog("upscale", canvas)
        made._refresh()
        found = [previewed(made, **each) for each in ({}, {"times": 2.5}, {"times": 16.0}, {"source": "layer"},
            {"source": "visible", "times": 0.5}, {"times": 0.0, "upscaler": "nope"}, {"upscaler": "starter-4x"})]
        menu = [list(row) for row in made._form._menus["upscaler"]]
        result = [found, labels(made._form), menu, [made._form.verb, made._window.get_title()], made.read]
        made.end(); canvas.delete()
    """)
    found, shown, menu, (verb, title), read = said
    words = [text for text, _size in found]
    assert words[:4] == [
        "200 × 100 pixels, enlarged to 800 × 400",
        "200 × 100 pixels, enlarged to 500 × 250",
        "200 × 100 pixels, enlarged to 3200 × 1600",
        "60 × 40 pixels, enlarged to 960 × 640",
    ]
    assert found[0][1] == [192, 96] and found[3][1] == [60, 40]
    assert "makes nothing larger" in words[4] and "no upscaler “nope”" in words[5] and words[6] == words[0]
    assert {"Upscaler", "Factor", "Enlarge", "Seamless"} <= set(shown)
    assert not {"Prompt", "Negative prompt", "Model", "Seed", "Candidates", "More"} & set(shown)
    assert menu[:2] == [["", "Default"], ["starter-4x", "starter-4x (4×)"]]
    assert verb == "_Enlarge" and title == "Bottega: Upscale"
    assert read["together"] <= 3, "what is visible and the layer alone, each put together once"


def test_too_large_is_said_in_the_dialog_with_the_factor_that_can_be(window: Gimp) -> None:
    said = window.run("""
        canvas = Gimp.Image.new(5000, 3000, RGB)
        made = dialog("upscale", canvas)
        result = [previewed(made), previewed(made, times=2.11), previewed(made, times=2.12)]
        made.end(); canvas.delete()
    """)
    assert [size for _words, size in said] == [None, [192, 115], None]
    assert "20000 × 12000 pixels are more" in said[0][0] and "at most 2.11" in said[0][0]
    assert said[1][0].endswith("enlarged to 10550 × 6330")


def test_the_menus_entry_opens_it_and_its_picture_is_shown(window: Gimp, table: Desk) -> None:
    """By keys alone; what was asked for stands in the next one; what is left makes nothing."""
    window.run("known = {each.get_id() for each in Gimp.get_images()}")
    first = hands.opened(table, "Upscale…", "Bottega: Upscale")
    time.sleep(2.0)
    table.hands("windowactivate", "--sync", first)
    table.hands("key", "Tab")
    table.hands("key", "ctrl+a")
    table.hands("type", "2.5")
    table.hands("key", "ctrl+Return")
    window.wait("fresh() and fresh()[0].get_layers() and fresh()[0].get_layers()[0].get_parasite('bottega')", 120)
    window.wait("sum(map(Gimp.Display.id_is_valid, range(1, 33))) == 2")
    said = window.run("""
        (where,) = fresh()
        result = [where.get_width(), where.get_height(), about(where.get_layers()[0])["parasite"]["times"], tree(image),
            bool(image.get_parasite("bottega"))]
    """)
    assert said == [600, 450, 2.5, ["ramp"], False]
    ask = """
        procedure = Gimp.get_pdb().lookup_procedure("bottega-upscale")
        config = procedure.create_config()
        config.set_property("run-mode", Gimp.RunMode.INTERACTIVE)
        config.set_property("image", other)
        config.set_core_object_array("drawables", other.get_layers())
        said = procedure.run(config)
        result = [said.index(0).value_nick, json.loads(said.index(2) or "{}").get("times"), len(fresh())]
    """
    for key, wanted in (("Escape", ["cancel", None, 1]), ("ctrl+Return", ["success", 2.5, 2])):
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(window.run, ask)
            table.hands("windowactivate", "--sync", hands.find(table, "Bottega: Upscale", 60))
            time.sleep(1.5)
            table.hands("key", key)
            assert waiting.result(120) == wanted
    window.run("""
        for number in filter(Gimp.Display.id_is_valid, range(2, 33)):
            Gimp.Display.get_by_id(number).delete()
    """)


def test_the_panel_enlarges_and_uses_it_again(window: Gimp) -> None:
    window.run(hands.QUEUE)
    said = window.run("""
        canvas = picture(48, 32, precision="U16_LINEAR")
        shown = panel(canvas)
        verbs = [button(shown._window, "_Paint").get_label()]
        shown._kinds.set_active_id("upscale")
        verbs.append(button(shown._window, "_Enlarge").get_label())
        known = {each.get_id() for each in Gimp.get_images()}
        say(shown, times=3.0, upscaler="starter-4x", seamless="xy")
        button(shown._window, "_Enlarge").clicked()
        pump(lambda: fresh() and ended() and shown._bench.jobs and shown._bench.jobs[0].state == "done")
        (where,) = fresh()
        pump(lambda: shown._jobs._which.get_text() == "144 × 96")
        pump(lambda: [each.parameters.get("times") for each in shown._history._entries[:1]] == [3.0])
        say(shown, times=0.0, upscaler="", seamless="none")
        button(shown._jobs._rows[jobs()[0]["number"]], "Use these settings again").clicked()
        filled = [said(shown)]
        shown._kinds.set_active_id("generate")
        shown._list_images(where)
        button(shown._window, "Use the layer's settings again").clicked()
        filled.append([form(shown).procedure.kind, said(shown)])
        say(shown, times=0.0)
        shown._kinds.set_active_id("generate")
        history(shown, 0, "Use again")
        filled.append([form(shown).procedure.kind, said(shown)])
        result = [verbs, filled, shown._note.get_text(), tree(canvas), where.get_precision().value_nick,
            [shown._where.get_text(), shown._history._store[0][1]]]
    """)
    verbs, (row, layer, entry), note, layers, precision, words = said
    asked = {"upscaler": "starter-4x", "times": 3.0, "source": "visible", "seamless": "xy"}
    assert verbs == ["_Paint", "_Enlarge"] and row == asked and layer == entry == ["upscale", asked]
    assert not note and layers == ["ramp"] and precision == "u16-linear" and words == ["Of", "Upscale"]
    said = window.run("""
        where.delete()
        known = {each.get_id() for each in Gimp.get_images()}
        shown._images.set_active_id("new")
        history(shown, 0, "Insert again")
        pump(lambda: fresh() and ended())
        (where,) = fresh()
        pump(lambda: where.get_layers())
        result = [where.get_width(), where.get_height(), where.get_precision().value_nick, tree(where)]
        shut(shown); where.delete(); canvas.delete()
    """)
    assert said == [144, 96, "u16-linear", ["Bottega: Upscale"]]


def test_its_presets_leave_what_is_painted_alone(window: Gimp) -> None:
    """Prompts, their LoRAs, and edges, which mean something else there."""
    said = window.run("""
        canvas = picture(32, 32)
        shown = panel(canvas)
        shown._kinds.set_active_id("upscale")
        say(shown, times=2.0, seamless="x")
        presets(shown).get_child().set_text("twice")
        button(shown._window, "Keep these settings under this name").clicked()
        pump(lambda: names(shown) == ["twice"])
        shown._kinds.set_active_id("texture")
        say(shown, prompt="moss <lora:starter-mosaic:0.8>", seamless="y")
        presets(shown).set_active(0)
        late = time.monotonic() + 1.0  # nothing tells that it was used
        pump(lambda: time.monotonic() > late)
        found = [[said(shown)[name] for name in ("prompt", "seamless")]]
        shown._kinds.set_active_id("upscale")
        say(shown, times=0.0, seamless="none")
        presets(shown).set_active(-1); presets(shown).set_active(0)
        pump(lambda: said(shown)["times"] == 2.0)
        found.append(said(shown))
        button(shown._window, "Remove this preset").clicked()
        pump(lambda: not names(shown))
        result = found
        shut(shown); canvas.delete()
    """)
    assert said[0] == ["moss <lora:starter-mosaic:0.8>", "y"]
    assert said[1] == {"upscaler": "", "times": 2.0, "source": "visible", "seamless": "x"}
