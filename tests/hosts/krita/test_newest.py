"""Krita 5.3 beside 5.2, in every run: the same zip paints through the docker, and one Undo takes it back."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.hosts import desk as desks
from tests.hosts import root
from tests.hosts.krita import rig
from tests.hosts.krita.conftest import OPEN, SAID


@pytest.fixture(scope="module")
def newest(daemon: Daemon, plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[rig.Krita]:
    """The newest Debian's Krita with the docker, connected."""
    home = rig.profile(tmp_path_factory.mktemp("newest-home"), plugin, root.NEWEST)
    with (
        desks.desk(tmp_path_factory.mktemp("newest-desk"), release=root.NEWEST) as desk,
        rig.live(home, desk, {daemon.home: "/daemon"}, {"BOTTEGA_HOME": "/daemon"}) as krita,
    ):
        krita.run(OPEN)
        krita.wait("S.connection.state == 'connected' and S.catalog is not None")
        krita.run(SAID)
        yield krita


def test_the_newest_krita_paints(newest: rig.Krita) -> None:
    """A soft selection is repainted by the docker's button, shown, applied above the active layer with its mask; the
    artist's own pixels stay; one Undo takes all of it, one Redo brings it again."""
    assert newest.run("result = K.version()").startswith("5.3")
    newest.run("d = fresh(name='newest')")
    newest.wait("K.activeDocument() == d")
    newest.run("""
        s = Selection()
        s.select(50, 40, 64, 56, 255)
        s.feather(4)
        d.setSelection(s)
        own = d.rootNode().childNodes()[0]
        before = own.pixelData(0, 0, 192, 160).data()
        def layers():
            return [[n.name(), [m.type() for m in n.childNodes()]] for n in d.rootNode().childNodes()
                    if n.type() == "paintlayer"]
        press(dock.go)
        w = S.works[0]
    """)
    newest.wait("w.ended")
    assert newest.run("result = [w.state, str(w.error), w.request.mode.name]") == ["done", "None", "fill"]
    newest.wait("dock.overlay.showing")
    newest.run("press(dock.results._apply)")
    newest.wait("w.candidates[0].applied")
    newest.run("d.waitForDone()")
    applied = [["Background", []], ["green grass (3)", ["transparencymask"]]]
    assert newest.run("result = layers()") == applied
    assert newest.run("result = own.pixelData(0, 0, 192, 160).data() == before")
    newest.run("K.action('edit_undo').trigger()")
    newest.wait("layers() == [['Background', []]]", 30)
    newest.wait("not S.main._chores", 30)
    newest.run("K.action('edit_redo').trigger()")
    newest.wait(f"layers() == {applied!r}", 30)
