"""Large selections in a live Krita: every planned pass is carried out, and may be cancelled or lose its daemon."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bottega.client import connect
from bottega.pixels import Pixels
from bottega.planning import Bounds, Choices, Extent, native_of, plan
from bottega.planning.walking import carry_out, walk
from bottega.tasks import Inpaint, Margin
from bottega.walks import seen_alone
from bottega_daemon.cli.hands import HANDS
from bottega_daemon.cli.layers import array_of
from tests.daemon import Daemon
from tests.hosts.krita.held import unbounded
from tests.hosts.krita.rig import Krita

WIDTH, HEIGHT = 400, 300
BEGIN = """
sent, submit = [], S.session.submit

def counted(task, **wishes):
    sent.append(task)
    return submit(task, **wishes)

S.session.submit = counted
seen = []
S.changed.connect(lambda work: seen.append([work.number, work.state, work.fraction]))
d = fresh(400, 300, "large")
s = Selection()
s.select(40, 30, 300, 200, 255)
s.feather(6)
d.setSelection(s)
"""


@pytest.fixture(scope="module")
def tiled(opened: Krita) -> Krita:
    """Two candidates of a selection that takes tiles."""
    opened.run(BEGIN)
    opened.wait("K.activeDocument() == d")
    opened.run("""
        dock.form.count.setValue(2)
        dock.form.strength.setValue(100)
        w = dock.ask("fill")
    """)
    opened.wait("w.ended", 300)
    assert opened.run("result = str(w.error)") == "None"
    return opened


def test_every_tile_is_painted(tiled: Krita) -> None:
    """What is planned is what is sent: both candidates are composed in one job, then each tile is refined for both, at
    the image's own resolution."""
    said = tiled.run("""
        p = w.request.plan
        result = {"way": p.way, "tiles": len(p.last.tiles), "scale": float(p.scale), "strength": p.last.strength,
                  "jobs": [[j.count, j.width, j.height, j.strength, j.seed] for j in sent],
                  "picture": [[j.picture.width, j.picture.height] for j in sent]}
    """)
    assert said["way"] == "tiles" and said["scale"] == 1.0
    first, *others = said["jobs"]
    assert first[0] == 2 and max(first[1:3]) < 300 and first[3] == 1.0
    assert len(others) == 2 * said["tiles"]
    assert all(job[0] == 1 and job[1:3] == [128, 128] and job[3] == said["strength"] for job in others)
    assert [job[4] % 65536 for job in others] == [3, 4] * said["tiles"], "and each tile has seeds of its own"
    assert len({job[4] for job in others}) == len(others)
    assert said["picture"][1:] == [[128, 128]] * len(others)


def test_progress_goes_on_through_all_passes(tiled: Krita) -> None:
    """It never goes back, has many steps, and ends at the end."""
    fractions = [each[2] for each in tiled.run("result = [each for each in seen if each[0] == w.number]")]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert len(set(fractions)) > 10


def test_the_layers_are_what_the_plan_paints(tiled: Krita, daemon: Daemon, tmp_path: Path) -> None:
    """The oracle: the same plan carried out by numpy outside of Krita gives the same colours where the selection is
    solid, and the layer shows as far as the selection says."""
    said = tiled.run("""
        whole, p = w.request.whole, w.request.plan
        for name, data in (("picture", whole.picture.data), ("mask", whole.mask.data)):
            open(f"/home/artist/{name}.bin", "wb").write(data)
        for c in w.candidates:
            open(f"/home/artist/layer{c.index}.bin", "wb").write(c.picture.pixels.data)
        result = {"size": [whole.picture.width, whole.picture.height], "grow": whole.grow.pixels,
                  "feather": whole.feather.pixels, "bounds": [c.bounds.as_dict() for c in w.candidates],
                  "context": p.context.as_dict(), "selection": p.selection.as_dict()}
    """)
    width, height = said["size"]
    data = {name: (tiled.home / f"{name}.bin").read_bytes() for name in ("picture", "mask", "layer0", "layer1")}
    picture = Pixels(width, height, 4, "u8", "srgb", data["picture"])
    mask = Pixels(width, height, 1, "u8", "data", data["mask"])
    grow, feather = Margin(said["grow"]), Margin(said["feather"])
    task = Inpaint(picture, mask, "green grass", seed=3, count=2, steps=2, grow=grow, feather=feather)
    choices = Choices(said["grow"], said["feather"])
    with connect(daemon.address, daemon.token) as client:
        native = native_of(client.catalog())
        made = seen_alone(plan(Extent(WIDTH, HEIGHT), Bounds(**said["selection"]), native, choices))
        (contexts,) = carry_out([walk(made, task, HANDS)], lambda jobs: [client.run(job) for job in jobs])
    for index, context in enumerate(contexts):
        at, origin = said["bounds"][index], said["context"]
        layer = np.frombuffer(data[f"layer{index}"], np.uint8).reshape(at["height"], at["width"], 4).astype(int)
        x, y = at["x"] - origin["x"], at["y"] - origin["y"]
        theirs = array_of(context)[y : y + at["height"], x : x + at["width"]].astype(int)
        solid = layer[..., 3] == 255
        assert solid.sum() > 250 * 150
        assert np.abs(layer - theirs)[solid].max() <= 3
        assert len(np.unique(layer[..., 3])) > 20


def test_no_pass_holds_the_main_thread(tiled: Krita) -> None:
    """Gathering tiles and laying them happens elsewhere."""
    seen = tiled.run("result = SLICES.seen")
    assert "reading" in seen and not unbounded(seen)


def test_what_is_refined_whole_is_two_jobs(tiled: Krita) -> None:
    """Composed small, then refined in one piece from what was composed."""
    tiled.run("""
        s = Selection()
        s.select(150, 100, 100, 80, 255)
        d.setSelection(s)
        sent.clear()
        dock.form.count.setValue(1)
        w = dock.ask("fill")
    """)
    tiled.wait("w.ended", 300)
    said = tiled.run("""
        p, c = w.request.plan, w.candidates[0]
        result = {"error": str(w.error), "way": p.way, "sizes": [[j.width, j.height] for j in sent],
                  "planned": [[each.content.width, each.content.height] for each in p.passes],
                  "strengths": [j.strength for j in sent], "bounds": c.bounds.as_dict(), "result": p.result.as_dict(),
                  "other": sent[0].picture.data != sent[1].picture.data}
    """)
    assert said["error"] == "None" and said["way"] == "two" and said["sizes"] == said["planned"]
    assert len(said["sizes"]) == 2 and said["strengths"][0] == 1 > said["strengths"][1] > 0 and said["other"]
    assert Bounds(**said["bounds"]) in Bounds(**said["result"])


def test_what_is_only_refined_goes_in_tiles_too(tiled: Krita) -> None:
    """The whole canvas at its own resolution, without being composed first."""
    tiled.run("""
        K.action("deselect").trigger()
        d.waitForDone()
        sent.clear()
        dock.form.count.setValue(1)
        dock.form.strength.setValue(40)
        w = dock.ask("refine")
    """)
    tiled.wait("w.ended", 300)
    said = tiled.run("""
        c = w.candidates[0]
        result = {"error": str(w.error), "tiles": len(w.request.plan.last.tiles), "size": c.bounds.as_dict(),
                  "strengths": [j.strength for j in sent], "opaque": c.picture.pixels.data[3::4].count(255)}
    """)
    assert said["error"] == "None" and said["tiles"] > 5
    assert said["strengths"] == [0.0] + [0.4] * said["tiles"]
    assert said["size"] == {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT} and said["opaque"] == WIDTH * HEIGHT


def test_cancel_ends_it_between_tiles(tiled: Krita) -> None:
    """No further tile is asked for, and nothing comes of it."""
    tiled.run("sent.clear(); w = dock.ask('refine')")
    tiled.wait("w.fraction > 0.3")
    tiled.run("tiles = len(w.request.plan.last.tiles); K.action('bottega_cancel').trigger()")
    tiled.wait("w.ended", 60)
    jobs = tiled.run("result = len(sent)")
    tiled.run("import time; until = time.monotonic() + 1")
    tiled.wait("time.monotonic() > until")
    said = tiled.run("result = [w.state, len(w.candidates), len(sent), tiles]")
    assert said[:3] == ["cancelled", 0, jobs] and jobs < said[3]


def test_a_daemon_that_dies_between_tiles_costs_nothing(tiled: Krita, daemon: Daemon) -> None:
    """Killed with -9 and started anew in the middle: the remaining tiles are painted, and the same picture comes."""
    tiled.run("before = [x for x in S.works if x.ended and x.params.strength == 0.4 and x.candidates][0]")
    tiled.run("sent.clear(); w = dock.ask('refine')")
    tiled.wait("w.fraction > 0.3")
    daemon.kill()
    tiled.wait("S.connection.state == 'lost'", 120)
    daemon.again()
    tiled.wait("w.ended", 300)
    same = "w.candidates[0].picture.pixels.data == before.candidates[0].picture.pixels.data"
    assert tiled.run(f"result = [w.state, str(w.error), len(w.candidates), {same}]") == ["done", "None", 1, True]
    tiled.wait("S.connection.state == 'connected'", 120)
    tiled.run("S.session.submit = submit")
