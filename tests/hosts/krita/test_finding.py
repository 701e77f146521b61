"""Edges that the daemon finds become a layer that the artist sees, corrects and follows, in a live Krita."""

from __future__ import annotations

import signal
from collections.abc import Generator

import cv2
import numpy as np
import pytest

from tests.daemon import Daemon
from tests.hosts.krita.rig import Krita

BEGIN = """
def layers():
    return [n.name() for n in d.rootNode().childNodes() if n.type() == "paintlayer"]

def made(name):
    d.waitForDone()
    layer = [n for n in d.rootNode().childNodes() if n.name() == name][0]
    return layer.pixelData(0, 0, d.width(), d.height()).data().hex()

def photograph(document, name, one):
    layer = document.createNode(name, "paintlayer")
    layer.setPixelData(one * (90 * 70), 40, 30, 90, 70)
    document.rootNode().addChildNode(layer, None)
    document.refreshProjection()
    document.waitForDone()
    return layer

dock.controls.take(())
d = fresh(name="finding")
"""


@pytest.fixture(scope="module")
def found(opened: Krita) -> Krita:
    """The edges of a hidden layer, made by the row's button."""
    opened.run(BEGIN)
    opened.wait("K.activeDocument() == d")
    opened.run("""
        photo = photograph(d, "photo", bytes([40, 90, 200, 255]))
        photo.setVisible(False)
        photograph(d, "above", bytes([0, 0, 0, 0]))
    """)
    opened.wait("d.activeNode().name() == 'above'")  # Krita chooses a new layer a little later
    opened.run("d.setActiveNode(photo)")
    opened.wait("d.activeNode() == photo")
    opened.run("""
        dock.controls.add()
        row = dock.controls.rows[0]
        row.strength.setValue(0.7)
        dock.tabs.setCurrentIndex(2)
        press(row.make)
    """)
    opened.wait("not dock.controls.rows[0].detect.isChecked()", 120)
    return opened


def edges(rgb: np.ndarray) -> np.ndarray:
    """The oracle: OpenCV's detector, white on black."""
    return cv2.Canny(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), 100, 200)


def test_edges_become_a_layer_above_their_picture(found: Krita) -> None:
    """Drawn white on black as the network reads it, opaque, all over the canvas; also of a hidden layer."""
    assert found.run("result = layers()") == ["Background", "photo", "Edges of photo", "above"]
    data = np.frombuffer(bytes.fromhex(found.run("result = made('Edges of photo')")), np.uint8).reshape(160, 192, 4)
    photo = np.zeros((160, 192, 3), np.uint8)
    photo[30:100, 40:130] = (200, 90, 40)
    assert np.count_nonzero(edges(photo)) > 200
    assert np.array_equal(data, np.dstack([*[edges(photo)] * 3, np.full((160, 192), 255, np.uint8)]))


def test_the_row_follows_the_layer_instead(found: Krita) -> None:
    """As what it is: a ready hint; the artist's numbers stay, and what is sent is what the layer shows."""
    found.run("w = dock.ask()")
    found.wait("w.ended")
    said = found.run("""
        (control,), (row,) = w.request.task.controls, dock.controls.follows()
        layer = [n for n in d.rootNode().childNodes() if n.name() == "Edges of photo"][0]
        result = [str(w.error), row.layer == layer.uniqueId().toString(), row.name, row.kind, row.detect, row.strength,
                  type(control.hint).__name__, control.strength, dock.controls.rows[0].make.isVisible()]
    """)
    assert said == ["None", True, "Edges of photo", "canny", False, 0.7, "MapHint", 0.7, False]


def test_one_undo_takes_the_layer_back(found: Krita) -> None:
    found.run("K.action('edit_undo').trigger()")
    found.wait("layers() == ['Background', 'photo', 'above']", 30)
    found.run("K.action('edit_redo').trigger()")
    found.wait("len(layers()) == 4", 30)


def test_edges_of_the_canvas_lie_on_top_of_what_is_active(found: Krita) -> None:
    """Found in what the canvas shows, without the hints that are already there."""
    found.run("d.setActiveNode(d.rootNode().childNodes()[-1]); photo.setVisible(True); d.refreshProjection()")
    found.wait("d.activeNode().name() == 'above'")
    found.run("dock.controls.make()")
    found.wait("len(dock.controls.rows) == 2", 120)
    assert found.run("result = layers()")[-2:] == ["above", "Edges of canvas"]
    data = np.frombuffer(bytes.fromhex(found.run("result = made('Edges of canvas')")), np.uint8).reshape(160, 192, 4)
    canvas = np.full((160, 192, 3), (120, 180, 200), np.uint8)
    canvas[30:100, 40:130] = (200, 90, 40)
    assert np.array_equal(data[..., 0], edges(canvas))


def test_floating_point_images_get_a_layer_of_their_own_kind(found: Krita) -> None:
    """Black is 0 and white is 1, in linear light too."""
    found.run("""
        import struct
        dock.controls.take(())
        d = K.createDocument(96, 80, "float", "RGBA", "F32", "", 72.0)
        K.activeWindow().addView(d)
    """)
    found.wait("K.activeDocument() == d")
    found.run("photograph(d, 'photo', struct.pack('<4f', 0.9, 0.1, 0.2, 1.0)); dock.controls.make()")
    found.wait("len(dock.controls.rows) == 1", 120)
    data = np.frombuffer(bytes.fromhex(found.run("result = made('Edges of canvas')")), np.float32)
    assert set(np.unique(data)) == {0.0, 1.0} and np.all(data[3::4] == 1.0)
    found.run("dock.controls.take(()); dock.tabs.setCurrentIndex(0)")


def test_what_goes_wrong_is_said(found: Krita) -> None:
    """A layer that is gone is named in the docker, and nothing is made."""
    found.run("""
        from bottega_krita.params import Follow
        dock.controls.take((Follow("{none}", "lost"),))
        dock.controls.make(dock.controls.rows[0])
        said = dock.controls._hint.text()
        dock.controls.take(())
    """)
    said, after = found.run("result = [said, dock.controls._hint.text()]")
    assert "'lost' is gone" in said and "visible or hidden" in after


@pytest.fixture
def held(found: Krita, daemon: Daemon) -> Generator[Krita]:
    """The edges of the canvas and of a layer are asked for, by buttons, while the daemon does not answer; each button
    is pressed twice."""
    found.run("""
        dock.controls.take(())
        d = fresh(name="held")
        known = set(S.works)
        dock.tabs.setCurrentIndex(2)
    """)
    found.wait("K.activeDocument() == d")
    daemon.process.send_signal(signal.SIGSTOP)
    found.run("dock.controls.add(); row = dock.controls.rows[0]; edges = dock.controls._edges")
    found.run("[press(each) for each in (row.make, row.make, edges, edges)]")
    found.wait("len([w for w in S.works if w not in known and w.ticket]) == 2", 60)
    yield found
    daemon.process.send_signal(signal.SIGCONT)
    found.wait("S.connection.state == 'connected' and all(w.ended for w in S.works)", 60)
    assert found.run("result = [layers(), len(dock.controls.rows)]") == [["Background"], 1]
    found.run("dock.controls.take(())")


def test_finding_is_under_way_where_it_is_asked_for(held: Krita) -> None:
    """Each has a bar there, and no second one is begun by a second click; *Cancel All* ends them."""
    shown = """
        bars = [bar for _, bar in dock.controls._making.values()]
        result = [len(bars), all(bar.isVisible() for bar in bars), row.make.isEnabled(), edges.isEnabled()]
    """
    assert held.run(shown) == [2, True, False, False]
    held.run("K.action('bottega_cancel').trigger()")
    held.wait("all(w.ended for w in S.works)", 60)
    assert held.run("result = sorted({w.state for w in S.works if w not in known})") == ["cancelled"]
    assert held.run(shown) == [0, True, True, True]
    assert "visible or hidden" in held.run("result = dock.controls._hint.text()")


def test_finding_ends_with_its_daemon(held: Krita, daemon: Daemon) -> None:
    """In words; and can be asked for again."""
    held.run(f"""
        from bottega_krita.ui.banner import Link
        (link,) = dock.findChildren(Link)
        link.address.setText({daemon.address!r})
        link.token.setText({daemon.token!r})
        link.join()
    """)
    held.wait("all(w.ended for w in S.works)", 10)
    said = held.run("result = [dock.controls._hint.text(), row.make.isEnabled(), edges.isEnabled()]")
    assert "Another daemon" in said[0] and said[1:] == [True, True]
    held.run("link.address.clear(); link.token.clear(); link.join()")
