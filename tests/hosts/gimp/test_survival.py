"""Jobs that were handed to the queue outlive the GIMP that did: the next one that somebody sees takes them up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tests.daemon import Daemon
from tests.hosts.desk import Desk
from tests.hosts.gimp import hands, rig
from tests.hosts.gimp.rig import until

ASK = """
canvas = picture(240, 200)
canvas.select_rectangle(ChannelOps.REPLACE, 60, 40, 110, 100)
file = Gio.File.new_for_path("/home/artist/work.xcf")
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, canvas, file, None)
canvas.set_file(file)
call("generate", prompt="of one pass", steps=300, seed="8", width=64, height=64, in_panel=True)
call("inpaint", canvas, prompt="of several passes", steps=120, seed="5", in_panel=True)
call("inpaint", canvas, prompt="whose pixels are lost", steps=120, seed="5", in_panel=True)
"""


def files(home: Path, *names: str) -> Sequence[Path]:
    """What lies in folders of ours."""
    return sorted(path for name in names for path in (home / rig.PROFILE / "bottega").glob(name))


def _beat(home: Path) -> int:
    """When a GIMP last said that it lives."""
    return max(path.stat().st_mtime_ns for path in files(home, "queue/*/alive"))


def age(home: Path) -> None:
    """The GIMPs that were there have been gone for long."""
    for path in files(home, "queue/*/alive"):
        os.utime(path, (0, 0))


def test_jobs_outlive_gimp(table: Desk, plugin: Path, daemon: Daemon, tmp_path: Path) -> None:
    home = rig.profile(tmp_path / "home", plugin)
    with rig.window(home, daemon, table) as gimp:
        gimp.run(hands.QUEUE + "from gi.repository import Gio\n" + ASK)
        assert all(job["state"] not in ("done", "failed") for job in gimp.run("result = jobs()"))
    pages, pixels = files(home, "queue/*/*.json"), files(home, "spool/*.job")
    assert len(pages) == 3 and len(pixels) == 2
    newest = max(pixels, key=lambda path: path.stat().st_mtime)
    newest.unlink()
    age(home)

    with rig.console(home, daemon) as gimp:
        gimp.run(hands.QUEUE)
        (alive,) = set(files(home, "queue/*/alive")) - {page.parent / "alive" for page in pages}
        first = alive.stat().st_mtime_ns
        until(lambda: alive.stat().st_mtime_ns > first, 30)
        assert gimp.run("result = jobs()") == [] and files(home, "queue/*/*.json") == pages, "nobody would see them"
    age(home)

    with rig.window(home, daemon, table) as gimp:
        gimp.run(hands.QUEUE + "from gi.repository import Gio\n")
        gimp.run("""
            file = Gio.File.new_for_path("/home/artist/work.xcf")
            canvas = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
        """)
        gimp.wait("len(jobs()) == 3 and ended()", 300)
        said = gimp.run("""
            fresh = [each for each in Gimp.get_images() if each.get_id() != canvas.get_id()]
            result = [{job["title"]: [job["state"], job["error"]] for job in jobs()}, tree(canvas), [
                tree(each) for each in fresh]]
        """)
    jobs, canvas, fresh = said
    assert jobs["of one pass"] == jobs["of several passes"] == ["done", ""]
    assert jobs["whose pixels are lost"][0] == "failed" and "Paint it again" in jobs["whose pixels are lost"][1]
    assert canvas == ["Bottega: of several passes (5)", "ramp"], "the file was opened again, and is its image"
    assert fresh == [["Bottega: of one pass (8)"]]
    assert not files(home, "queue/*/*.json", "spool/*.job")


def test_pixels_of_jobs_that_were_cancelled_do_not_stay(gimp: rig.Gimp) -> None:
    gimp.run(hands.QUEUE)
    gimp.run("""
        canvas = picture(240, 200)
        canvas.select_rectangle(ChannelOps.REPLACE, 60, 40, 110, 100)
        number = call("inpaint", canvas, prompt="long", steps=400, in_panel=True)["job"]
    """)
    assert len(files(gimp.home, "spool/*.job")) == len(files(gimp.home, "queue/*/*.json")) == 1
    gimp.run('queue("cancel", number=number)')
    gimp.wait("ended()", 240)
    gimp.run("canvas.delete()")
    assert not files(gimp.home, "spool/*.job", "queue/*/*.json")


def test_a_gimp_lives_while_an_insertion_holds_its_queue(gimp: rig.Gimp) -> None:
    """Protects its jobs from another GIMP, which would take them over and insert them twice."""
    gimp.run(hands.QUEUE)
    gimp.run("""
        canvas = picture(64, 64)
        call("generate", canvas, prompt="held", steps=60, seed="3", in_panel=True)
    """)
    until(lambda: len(gimp.plugins()) == 1, 30)  # the queue: who asked has ended
    until(lambda: len(gimp.plugins()) == 2, 60)
    inserter = gimp.plugins()[-1]
    inserter.suspend()
    try:
        for _time in range(2):
            last = _beat(gimp.home)
            until(lambda last=last: _beat(gimp.home) > last, 60)
        assert not gimp.run("result = ended()"), "it is held"
    finally:
        inserter.resume()
    gimp.wait("ended()", 60)
    assert gimp.run("result = tree(canvas)\ncanvas.delete()") == ["Bottega: held (3)", "ramp"]
