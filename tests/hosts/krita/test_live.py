"""The plug-in in a live Krita: actions, keys, preview, one undo step, a daemon that dies, and a main thread that is
never held."""

from __future__ import annotations

import pytest

from tests.daemon import Daemon
from tests.hosts.krita.held import unbounded
from tests.hosts.krita.rig import Krita

OPEN = """
from bottega_krita.extension import studio
from krita import Selection
S = studio()
import sys
sys.path.insert(0, "/inside")
from slices import Slices
SLICES = Slices(S.main)
K.activeWindow().qwindow().showMaximized()
d = K.createDocument(512, 384, "live", "RGBA", "U8", "", 100.0)
low = d.rootNode().childNodes()[0]
low.setPixelData(bytes([200, 180, 120, 255]) * (512 * 384), 0, 0, 512, 384)
high = d.createNode("high", "paintlayer")
d.rootNode().addChildNode(high, None)
K.activeWindow().addView(d)
d.setActiveNode(low)
d.refreshProjection()
dock = S.dockers[0]
dock.setVisible(True)
dock.raise_()

def select(x, y, w, h):
    s = Selection()
    s.select(x, y, w, h, 255)
    s.feather(4)
    d.setSelection(s)

def names():
    return [n.name() for n in d.rootNode().childNodes() if n.type() == "paintlayer"]

select(100, 100, 96, 80)
dock.form.steps.setValue(3)
dock.form.seed.setValue(5)
"""


@pytest.fixture(scope="module")
def opened(krita: Krita) -> Krita:
    """Krita with an image of two layers, a selection and the docker."""
    krita.run(OPEN)
    krita.wait("S.connection.state == 'connected' and S.catalog is not None")
    krita.run("""
        sent, submit = [], S.session.submit

        def counted(task, **wishes):
            sent.append(task)
            return submit(task, **wishes)

        S.session.submit = counted
    """)
    return krita


@pytest.fixture(scope="module")
def painted(opened: Krita) -> Krita:
    """After a job of two candidates, asked for by typing into the prompt."""
    opened.run("""
        before = len(S.works)  # of the tests before these, in the same Krita
        dock.form.count.setValue(2)
        dock.form.prompt.clear()
        dock.form.prompt.setFocus()
        p = dock.form.prompt.mapToGlobal(dock.form.prompt.rect().center())
        d.waitForDone()
        result = [p.x(), p.y()]
    """)
    x, y = opened.run("result = [p.x(), p.y()]")
    opened.desk.hands("mousemove", x, y, "click", 1)
    opened.desk.hands("type", "--delay", 40, "red brick")
    opened.desk.hands("key", "shift+Return")
    opened.wait("len(S.works) == before + 1 and S.works[0].ended")
    return opened


def test_actions_are_in_the_shortcut_settings(opened: Krita) -> None:
    """Krita lists what its action file and the plug-in name, both the same."""
    said = opened.run("""
        from bottega_krita.actions import ACTIONS
        result = {row.name: bool(K.action(row.name)) and K.action(row.name).text() for row in ACTIONS}
    """)
    assert len(said) >= 13 and all(text.startswith("Bottega: ") for text in said.values())
    listed = (opened.home / ".local/share/krita/actions/bottega_krita.action").read_text()
    assert all(f'name="{name}"' in listed for name in said)


def test_typing_and_shift_enter_paint(painted: Krita) -> None:
    """The prompt kept its keys, which are shortcuts in Krita (B chooses the brush), and Shift+Enter began the job."""
    said = painted.run("result = [S.works[0].params.prompt, S.works[0].state, str(S.works[0].error)]")
    assert said == ["red brick", "done", "None"]


def test_what_is_large_is_composed_and_then_refined(painted: Krita) -> None:
    """One job composes both candidates at a size that the model composes well at, then each is refined at a larger one,
    at a lower strength, from what was composed, as the plan says."""
    said = painted.run("""
        w = S.works[0]
        first, *others = sent
        p = w.request.plan
        result = {"rounds": max(len(p.last.tiles), 1), "sizes": [p.passes[0].work.pixels, p.last.work.pixels],
                  "counts": [each.count for each in sent], "seeds": [each.seed for each in others],
                  "strengths": [each.strength for each in sent], "planned": [each.strength for each in p.passes],
                  "fills": {each.fill for each in others} == {"keep"},
                  "indices": [each.index for each in w.candidates],
                  "form": [others[0].picture.depth, others[0].picture.channels]}
    """)
    rounds, (composed, refined) = said["rounds"], said["planned"]
    assert said["counts"] == [2] + [1, 1] * rounds and [seed % 65536 for seed in said["seeds"]] == [5, 6] * rounds
    assert said["strengths"] == [composed] + [refined, refined] * rounds and composed == 1 > refined > 0
    assert said["sizes"][0] < said["sizes"][1]
    assert said["fills"] and said["indices"] == [0, 1] and said["form"] == ["u8", 4]


def test_candidates_are_shown_on_the_canvas_before_they_are_applied(painted: Krita) -> None:
    """The preview lies over the canvas where the layer will lie, and the document does not know of it."""
    said = painted.run("""
        from bottega_krita.overlay import canvas_widget
        view, glass = K.activeWindow().activeView(), dock.overlay._glass
        c = S.works[0].candidates[0]
        zoom = view.flakeToImageTransform().m11()
        at = glass._transform.map(c.bounds.x + 0.0, c.bounds.y + 0.0)
        canvas = view.flakeToCanvasTransform()
        result = {"visible": glass.isVisible(), "on": glass.parentWidget() is canvas_widget(dock.window()),
                  "off": [at[0] - (canvas.dx() + c.bounds.x / zoom), at[1] - (canvas.dy() + c.bounds.y / zoom)],
                  "candidates": dock.results.strip.count(), "layers": names()}
    """)
    assert said["visible"] and said["on"] and said["candidates"] == 2
    assert max(map(abs, said["off"])) < 0.01
    assert said["layers"] == ["Background", "high"]


def test_flipping_shows_the_next_candidate(painted: Krita) -> None:
    """By the action, and round to the first again."""
    code = "K.action('bottega_next').trigger(); result = dock.results.strip.currentRow()"
    assert [painted.run(code), painted.run(code)] == [1, 0]


def test_applying_is_one_undo_step(painted: Krita) -> None:
    """A layer with a mask above the active layer; one undo takes all of it, one redo brings it back."""
    painted.run("d.setActiveNode(low); K.action('bottega_apply').trigger()")
    painted.wait("S.works[0].candidates[0].applied")
    painted.run("d.waitForDone()")
    with_layer = painted.run("result = names()")
    masks = painted.run("n = d.rootNode().childNodes()[1]; result = [m.type() for m in n.childNodes()]")
    painted.run("K.action('edit_undo').trigger(); d.waitForDone()")
    without = painted.run("result = names()")
    painted.run("K.action('edit_redo').trigger(); d.waitForDone()")
    painted.wait("not S.main._chores", 20)
    again = painted.run("n = d.rootNode().childNodes()[1]; result = [names(), [m.type() for m in n.childNodes()]]")
    assert with_layer == ["Background", "red brick (5)", "high"] and masks == ["transparencymask"]
    assert without == ["Background", "high"]
    assert again == [with_layer, masks]


def test_the_main_thread_was_never_held(painted: Krita) -> None:
    """Each slice of the job moves little; putting the layer in is one call of Krita's."""
    seen = painted.run("result = SLICES.seen")
    assert "addChildNode" in seen["insert"][1] and not unbounded(seen)


def test_cancel_ends_a_job(painted: Krita) -> None:
    """Within a step, and says so."""
    painted.run("dock.form.steps.setValue(400); w = dock.ask()")
    painted.wait("w.state == 'running'")
    painted.run("K.action('bottega_cancel').trigger()")
    painted.wait("w.ended", 60)
    assert painted.run("result = w.state") == "cancelled"


def test_a_daemon_that_dies_in_mid_job_costs_nothing(painted: Krita, daemon: Daemon) -> None:
    """Killed with -9 and started anew: the docker says that it is away, and the job's picture still comes, once."""
    painted.run("dock.form.steps.setValue(12); dock.form.count.setValue(1); w = dock.ask()")
    painted.wait("w.state == 'running' and w.fraction > 0")
    daemon.kill()
    painted.wait("S.connection.state == 'lost'", 120)
    assert painted.run("result = dock.banner.isVisibleTo(dock) and dock.banner.text()")
    daemon.again()
    painted.wait("w.ended", 240)
    assert painted.run("result = [w.state, len(w.candidates)]") == ["done", 1]
    painted.wait("S.connection.state == 'connected'", 120)
