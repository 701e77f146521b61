"""Outpainting and live painting in 16 bits and floating point, in linear and wide profiles, in real Krita: what is sent
is the canvas, what comes is as fine, and what is not painted stays, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.hosts.krita.conftest import Stage, Told
from tests.hosts.krita.rig import Krita
from tests.hosts.krita.test_paths import HEIGHT, WIDE, WIDTH, came, rgba, sent

NAMES = ("u16", "u16-wide", "u16-linear", "f16-linear", "f32-linear", "f32-wide")
WAYS = ("beyond", "live", "liveall")
CASES = [f"{way}-{name}" for way in WAYS for name in NAMES]
LEFT, TOP = 32, 16


@pytest.fixture(scope="module")
def said(told: Stage) -> Told:
    """All cases, run once."""
    return told("depths")


def kind(case: str) -> str:
    """The document's, without the way of painting."""
    return case.partition("-")[2]


def depth_of(case: str) -> str:
    """How Krita keeps its numbers."""
    return kind(case).partition("-")[0]


@pytest.mark.parametrize("case", CASES)
def test_what_is_sent_is_the_canvas_as_fine_as_it_is(said: Told, case: str) -> None:
    """In the document's own depth, linear light as such; of wide profiles the same colours in sRGB's numbers."""
    *_, depth, space = said[case]["task"]["picture"]
    assert depth == depth_of(case)
    assert space == ("linear" if kind(case) in ("u16-linear", "f16-linear", "f32-linear", "f32-wide") else "srgb")
    context = said[case]["plan"]["context"]
    x, y = max(0, context["x"]), max(0, context["y"])
    right, bottom = (min(WIDTH, context["x"] + context["width"]), min(HEIGHT, context["y"] + context["height"]))
    canvas = rgba(said.data(f"{case}-before"), depth, WIDTH, HEIGHT)[y:bottom, x:right]
    left, top = x - context["x"], y - context["y"]
    shown = sent(said, case)[top : top + bottom - y, left : left + right - x]
    if wide := WIDE.get(kind(case)):
        assert np.abs(shown[..., :3] - wide.to_srgb(canvas[..., :3])).max() <= wide.step
    else:
        assert np.array_equal(shown, canvas)


@pytest.mark.parametrize("case", CASES)
def test_what_comes_is_as_fine_and_lies_in_the_layer(said: Told, case: str) -> None:
    """More values than 8 bits have; the layer holds them, by the document's profile."""
    depth, bounds = depth_of(case), said[case]["results"][0]["bounds"]
    picture = came(said, case)
    layer = rgba(said.data(f"{case}-0-layer"), depth, bounds["width"], bounds["height"])
    assert said[case]["results"][0]["colours"][1:] == [depth.upper(), said[case]["profile"]]
    assert len(np.unique(layer[picture[..., 3] > 0][:, :3])) > 600
    if wide := WIDE.get(kind(case)):
        assert np.abs(layer[..., :3] - wide.from_srgb(picture[..., :3].astype(float))).max() <= wide.step
    else:
        assert np.array_equal(layer[..., :3], picture[..., :3])


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_painted_stays_as_it_was(said: Told, case: str) -> None:
    """Bit for bit where the result does not show, although the canvas has grown; the artist's layers are untouched."""
    depth, bounds = depth_of(case), said[case]["results"][0]["bounds"]
    before, after = (rgba(said.data(f"{case}-{when}"), depth, WIDTH, HEIGHT) for when in ("before", "after"))
    covered = np.zeros((HEIGHT + 400, WIDTH + 400), bool)
    y, x = bounds["y"] + 200, bounds["x"] + 200
    covered[y : y + bounds["height"], x : x + bounds["width"]] = came(said, case)[..., 3] > 0
    shown = covered[200 : 200 + HEIGHT, 200 : 200 + WIDTH]
    assert np.array_equal(before[~shown], after[~shown]) and said[case]["kept"]
    assert not np.array_equal(before, after) or case.startswith("beyond")
    assert (~shown).sum() > 2000 or case.startswith("liveall")
    grown = [WIDTH + LEFT + 8, HEIGHT + TOP] if case.startswith("beyond") else [WIDTH, HEIGHT]
    assert said[case]["canvas"] == grown


@pytest.mark.parametrize(
    ("depth", "profile"),
    [("U16", "ClayRGB-elle-V2-g22.icc"), ("F16", ""), ("F32", "Rec2020-elle-V4-g10.icc")],
)
def test_live_painting_sends_what_changed_in_every_depth(opened: Krita, depth: str, profile: str) -> None:
    """With its window: one tile is painted, one tile travels, and the picture has the document's depth."""
    opened.run(f"d = K.createDocument(256, 192, 'live', 'RGBA', '{depth}', '{profile}', 72.0)")
    opened.run("""
        K.activeWindow().addView(d)
        d.refreshProjection()
        d.waitForDone()
    """)
    opened.wait("K.activeDocument() == d")
    opened.run("""
        L = dock.live.live
        L.latencies.clear()
        dock.form.steps.setValue(1)
        dock.live.switch.setChecked(True)
    """)
    opened.wait("L.latencies and L._work.ended and not L._mosaic.touched", 60)
    opened.run("""
        calls, link = [], S.session._core.link
        unary, feed = link.unary, link.feed

        async def counted(method, request, *more):
            calls.append([method.path.rpartition("/")[2], len(bytes(request))])
            return await unary(method, request, *more)

        async def streamed(method, requests):
            calls.append([method.path.rpartition("/")[2], 0])
            return await feed(method, requests)

        link.unary, link.feed = counted, streamed
        requests, count = L.requests, 16 * 16
        size = len(d.pixelData(0, 0, 1, 1).data())
        d.rootNode().childNodes()[0].setPixelData(bytes(size * count), 40, 40, 16, 16)
        d.refreshProjection()
    """)
    opened.wait("L.requests > requests and L._work.ended", 60)
    said = opened.run("""
        link.unary, link.feed = unary, feed
        from bottega_krita.client import Bounds
        picture = L._work.candidates[0].picture.pixels
        result = {"sent": [each for each in calls if each[0] in ("Patch", "Upload")], "size": size,
                  "depth": picture.depth, "state": L._work.state,
                  "same": b"".join(L._mosaic.parts(Bounds(0, 0, 256, 192))) == d.pixelData(0, 0, 256, 192).data()}
        dock.live.switch.setChecked(False)
    """)
    assert said["state"] == "done" and said["depth"] == depth.lower() and said["same"]
    assert [name for name, _ in said["sent"]] == ["Patch"]
    assert said["sent"][0][1] < 128 * 128 * said["size"] + 300
