"""GIMP with windows, a mouse and keys: the dialog, the panel and its own button, one undo step, an error."""

from __future__ import annotations

import time

from tests.hosts.desk import Desk
from tests.hosts.gimp import hands, rig


def test_the_dialog_paints_a_layer_that_one_undo_takes_away(window: rig.Gimp, table: Desk) -> None:
    hands.opened(table, "Inpaint Selection", "Bottega: Inpaint Selection")
    time.sleep(1.5)
    table.hands("type", "--delay", "15", "a red door")
    table.hands("key", "ctrl+Return")
    window.wait("len(image.get_layers()) == 2 and image.get_layers()[0].get_parasite('bottega')", 240)
    made = window.run("result = about(image.get_layers()[0])")
    assert made["mask"] and made["parasite"]["prompt"] == "a red door"
    hands.gone(table, "Bottega: Inpaint Selection")
    time.sleep(1.0)
    hands.undo(table)
    window.wait("tree(image) == ['ramp'] and not any(item.get_mask() for item in image.get_layers())", 10)


def test_the_dialog_remembers_and_its_cancel_paints_nothing(window: rig.Gimp, table: Desk) -> None:
    hands.opened(table, "Inpaint Selection", "Bottega: Inpaint Selection")
    time.sleep(1.5)
    table.hands("key", "Escape")
    hands.gone(table, "Bottega: Inpaint Selection")
    assert window.run("result = tree(image)") == ["ramp"]
    last = (window.home / rig.PROFILE / "plug-in-settings").glob("*bottega-inpaint.last")
    assert any("a red door" in path.read_text() for path in last)


def test_the_panels_own_button_paints_while_the_artist_works_elsewhere(window: rig.Gimp, table: Desk) -> None:
    panel = hands.opened(table, "Bottega Panel", "Bottega Panel")
    time.sleep(1.5)
    table.hands("windowactivate", "--sync", panel)
    table.hands("type", "--delay", "15", "weathered copper")
    hands.press_lowest(table, panel)
    window.wait("jobs() and jobs()[0]['preview'] > 0", 240)
    table.picture("panel")
    window.run("Gimp.Display.new(other)\nGimp.displays_flush()")
    window.wait("jobs()[0]['state'] == 'done'", 60)
    said = window.run("result = [tree(image), tree(other), jobs()[0]['parameters']['prompt']]")
    assert said[0][0].startswith("Bottega: weathered copper (")
    assert said[0][1:] == said[1] == ["ramp"] and said[2] == "weathered copper"


def test_a_second_panel_is_the_first_one(window: rig.Gimp, table: Desk) -> None:
    panel = hands.find(table, "Bottega Panel")
    hands.choose(table, "Bottega Panel")
    hands.in_front(table, panel)
    rig.until(lambda: len(window.plugins()) == 2, 30)  # the queue and one panel
    assert hands.find(table, "Bottega Panel") == panel
    table.hands("windowclose", panel)
    hands.gone(table, "Bottega Panel")
    assert window.run("result = jobs()[0]['state']") == "done", "the queue outlives its window"


def test_what_cannot_be_is_an_error_dialog_with_a_remedy(window: rig.Gimp, table: Desk) -> None:
    window.run("Gimp.Selection.none(image)\nGimp.Selection.none(other)\nGimp.displays_flush()")
    hands.opened(table, "Inpaint Selection", "Bottega: Inpaint Selection")
    time.sleep(1.5)
    table.picture("refusal")
    table.hands("key", "ctrl+Return")
    message = hands.find(table, "GIMP Message")
    table.picture("error")
    table.hands("windowclose", message)
