"""The panel's own buttons: candidates, rows, step previews, and what it shows while no daemon is there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.daemon import running_daemon
from tests.hosts.desk import Desk
from tests.hosts.gimp import hands, rig
from tests.hosts.gimp.test_remembering import OPEN


@pytest.fixture(autouse=True)
def prepared(window: rig.Gimp) -> None:
    window.run(OPEN)


def test_candidates_are_flipped_through_and_each_flip_is_one_step(window: rig.Gimp, table: Desk) -> None:
    said = window.run("""
        canvas = picture(96, 96)
        display = Gimp.Display.new(canvas)
        shown = panel(canvas)
        call("generate", canvas, prompt="moss", steps=2, count=3, seed="5", in_panel=True)
        pump(lambda: shown._bench.jobs and shown._bench.jobs[0].layer and ended())
        group = Gimp.Item.get_by_id(shown._bench.jobs[0].layer)
        def look():
            return [[each.get_visible() for each in group.get_children()], shown._jobs._which.get_text()]
        pump(lambda: "Candidate" in look()[1])
        found = [look()]
        for words in ("The next candidate", "The next candidate", "The next candidate", "The candidate before"):
            button(shown._jobs, words).clicked()
            found.append(look())
        result = found
    """)
    first, second, third = ([number == seen for number in range(3)] for seen in range(3))
    assert [seen for seen, _words in said] == [first, second, third, first, third]
    assert [words for _seen, words in said][:3] == [f"Candidate {one} of 3: Seed {one + 4}" for one in (1, 2, 3)]
    time.sleep(1.0)
    hands.undo(table)
    window.wait("[each.get_visible() for each in group.get_children()] == [True, False, False]", 20)
    window.run("shut(shown); display.delete()")


def test_a_rows_buttons_cancel_and_use_its_settings(window: rig.Gimp) -> None:
    """And while it paints, its newest step is seen."""
    said = window.run("""
        canvas = picture(64, 64)
        shown = panel(canvas)
        call("refine", canvas, prompt="for long", steps=900, strength=0.9, in_panel=True)
        pump(lambda: shown._bench.jobs and shown._bench.jobs[0].preview > 1, 120)
        job = shown._bench.jobs[0]
        row, seen = shown._jobs._rows[job.number], shown._jobs._picture.get_pixbuf()
        first, drawn = bytes(seen.get_pixels()), shown._jobs._drawn
        pump(lambda: shown._jobs._drawn[1] > drawn[1])
        second = bytes(shown._jobs._picture.get_pixbuf().get_pixels())
        bar = [row._bar.get_visible(), row._bar.get_text(), 0 < row._bar.get_fraction() < 1]
        shown._kinds.set_active_id("texture")
        button(row, "Use these settings again").clicked()
        filled = form(shown).procedure.kind, said(shown)
        button(row, "Cancel").clicked()
        pump(lambda: shown._bench.jobs[0].state == "cancelled")
        pump(lambda: not row._cancel.get_sensitive())
        result = [drawn[0] == job.number, len(set(first)) > 8, first != second, bar, filled, row._bar.get_text(),
            tree(canvas)]
        shut(shown); canvas.delete()
    """)
    of_it, picture, changes, bar, (kind, filled), ended, layers = said
    assert of_it and picture and changes and bar == [True, "Painting", True]
    assert kind == "refine" and filled["prompt"] == "for long" and filled["steps"] == 900
    assert ended == "Cancelled" and layers == ["ramp"]


def test_the_panel_opens_without_its_daemon_with_the_menus_that_are_known(window: rig.Gimp, tmp_path: Path) -> None:
    """It says what is wrong and what to do, and a job that is asked for nevertheless is refused in words."""
    settings = "(Path(Gimp.directory()) / 'bottega/settings.json')"
    with running_daemon(tmp_path / "daemon", starter=True) as daemon:
        menus = window.run(
            f"""
            canvas = picture(64, 64)
            {settings}.write_text(json.dumps(dict(address=address, token=token)))
            def menu(shown, name):
                return [list(row) for row in form(shown)._menus[name]]
            shown = panel(canvas)
            pump(lambda: len(menu(shown, "checkpoint")) > 1)
            result = [menu(shown, name) for name in ("checkpoint", "sampler", "schedule")]
            shut(shown)
            """,
            address=daemon.address,
            token=daemon.token,
        )
    said = window.run(f"""
        from bottega_gimp.panel import Panel
        shown = Panel(canvas)
        shown.show()
        offline = [menu(shown, name) for name in ("checkpoint", "sampler", "schedule")]
        pump(lambda: shown._bench.session.connection.state == "lost")
        pump(lambda: "daemon" in shown._connection._status.get_text())
        say(shown, prompt="moss")
        button(shown._window, "_Paint").clicked()
        pump(shown._note.get_text)
        result = [offline, shown._connection._status.get_text(), shown._note.get_text()]
        {settings}.unlink()
        shut(shown); canvas.delete()
    """)
    offline, status, note = said
    assert offline == menus and any("starter" in label for _value, label in menus[0])
    assert "no Bottega daemon answers" in status and "bottega serve" in status
    assert "daemon" in note and "bottega serve" in note


def test_images_that_are_only_read_from_are_not_offered(window: rig.Gimp) -> None:
    """A dialog keeps such ones, of a layer alone, while it is open."""
    said = window.run("""
        canvas = picture(64, 64)
        shown = panel(canvas)
        from bottega_gimp import canvas as reading, client
        with reading.scratch(canvas, client.Extent(32, 32)) as other:
            shown._list_images()
            offered = [row[1] for row in shown._images.get_model()]
            result = [str(each.get_id()) in offered for each in (canvas, other)] + [other in Gimp.get_images()]
        shut(shown); canvas.delete()
    """)
    assert said == [True, False, True]


def test_the_next_panel_begins_where_the_last_one_ended(window: rig.Gimp) -> None:
    """Closed, or ended with GIMP after it painted; what a file of another version says is left out."""
    found = window.run("""
        canvas = picture(64, 64)
        shown = panel(canvas)
        shown._kinds.set_active_id("refine")
        say(shown, prompt="grün <moos>", strength=0.25, checkpoint="starter", source="layer")
        shown._kinds.set_active_id("texture")
        say(shown, seamless="y", steps=7)
        shut(shown)
        shown = panel(canvas)
        result = [form(shown).procedure.kind, said(shown)]
        shown._kinds.set_active_id("refine")
        result += [said(shown)]
        say(shown, steps=1)
        paint(shown, canvas)
        path = Path(Gimp.directory()) / "bottega/panel.json"
        kept = json.loads(path.read_text())
        shut(shown)
        path.write_text(json.dumps({"shown": "nonsense", "forms": ["{}", None, *kept["forms"]]}))
        shown = panel(canvas)
        result += [form(shown).procedure.kind]
        shown._kinds.set_active_id("refine")
        result += [said(shown)]
        shut(shown); path.unlink(); canvas.delete()
    """)
    kind, texture, refine, first, painted = found
    assert kind == "texture" and texture["seamless"] == "y" and texture["steps"] == 7
    assert refine["prompt"] == "grün <moos>" and refine["strength"] == 0.25 and refine["source"] == "layer"
    assert refine["checkpoint"] == "starter"
    assert first == "generate" and painted == refine | {"steps": 1}
