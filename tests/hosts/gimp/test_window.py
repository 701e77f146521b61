"""GIMP with windows, a mouse and keys: the dialog, the panel and its own button, one undo step, an error."""

from __future__ import annotations

import time

import pytest

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


RESULTS = {
    "candidates": 'call("generate", image, prompt="moss", steps=1, count=3)',
    "an outpaint": 'call("outpaint", image, prompt="sand", steps=1, left=32, top=16)',
    "of the queue": 'call("inpaint", image, prompt="a door", steps=1, in_panel=True)',
    "an outpaint of the queue": 'call("outpaint", image, prompt="sea", steps=1, right=40, in_panel=True)',
    "candidates of the queue": 'call("inpaint", image, prompt="doors", steps=1, count=2, in_panel=True)',
}


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_is_one_undo_step(window: rig.Gimp, table: Desk, result: str) -> None:
    """The canvas has its size again, and what the artist did before stays done."""
    window.run(f"image.get_layers()[0].set_name('mine'); said = {RESULTS[result]}\nassert said['status'] == 'success'")
    window.wait("ended() and tree(image) != ['mine']", 120)
    assert window.run("result = [len(tree(image)), tree(image)[-1]]") == [2, "mine"]
    time.sleep(1.0)
    hands.undo(table)
    window.wait("tree(image) == ['mine']", 10)
    time.sleep(0.5)
    said = window.run("""
        result = [tree(image), image.get_width(), image.get_height(), Gimp.Selection.is_empty(image)]
        image.get_layers()[0].set_name("ramp")
    """)
    assert said == [["mine"], 240, 180, False]


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


def test_a_closed_panel_is_not_taken_to_be_open(window: rig.Gimp) -> None:
    """Whoever wants it a moment later gets one."""
    said = window.run("""
        canvas = picture(64, 64)
        shown = panel(canvas)
        from bottega_gimp.board import want_panel
        open_ = want_panel(canvas.get_id())
        shown._window.destroy()
        result = [open_, want_panel(canvas.get_id())]
        Gimp.detach_parasite("bottega-panel-wanted")
    """)
    assert said == [True, False]


def test_a_result_that_waits_is_inserted_by_its_rows_button(window: rig.Gimp) -> None:
    """And all jobs that are not over have a row, however many there are."""
    said = window.run("""
        shown = panel(canvas)
        call("generate", canvas, prompt="waits", steps=4, seed="3", in_panel=True)
        palette = Gimp.ConvertPaletteType.WEB
        assert canvas.convert_indexed(Gimp.ConvertDitherType.NONE, palette, 0, False, False, "")
        pump(lambda: shown._bench.jobs and shown._bench.jobs[0].kept)
        row = shown._jobs._rows[shown._bench.jobs[0].number]
        result = [row._waiting.get_visible(), row._cancel.get_sensitive()]
        canvas.convert_rgb()
        button(row, "Insert now").clicked()
        pump(lambda: len(canvas.get_layers()) == 2 and ended())
        pump(lambda: not any(job.kept for job in shown._bench.jobs))
        result += [tree(canvas), shown._note.get_text()]

        import dataclasses
        job, rows = shown._bench.jobs[0], shown._jobs._rows
        states = ["running"] * 12 + ["done"] * 12
        shown._bench.jobs = [dataclasses.replace(job, number=900 + n, state=each) for n, each in enumerate(states)]
        shown._jobs.refresh()
        result += [len(rows)]
    """)
    assert said == [True, True, ["Bottega: waits (3)", "ramp"], "", 12 + 8]


def test_the_panel_says_what_goes_wrong_in_it_and_goes_on(window: rig.Gimp) -> None:
    said = window.run("""
        note, look, form = shown._note.get_text, shown._bench.look, shown._shown
        def broken():
            raise RuntimeError("of nobody's making")
        shown._bench.look = broken
        pump(note)
        result = [note()]
        shown._bench.look = look
        pump(lambda: not note())
        shown._shown = broken
        button(shown._window, "_Paint").clicked()
        result += [note()]
        shown._shown = form
        led_by = picture(64, 64)
        shown._shown().config.set_property("control", led_by.get_layers()[0])
        led_by.delete()
        shown._shown().config.set_property("prompt", "moss")
        button(shown._window, "_Paint").clicked()
        result += [note()]
        shown._window.destroy()
        canvas.delete()
    """)
    assert said[:2] == ["RuntimeError: of nobody's making"] * 2
    assert "control layer is no longer there" in said[2]
