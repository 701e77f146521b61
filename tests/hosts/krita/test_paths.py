"""Pixels go into a job and come back as a layer exactly: every depth, profile, selection and mode, in real Krita."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import pytest

from bottega.client import Client
from bottega.pixels import Pixels
from bottega.tasks import Inpaint, Margin
from tests.hosts.krita.conftest import Stage, Told
from tests.hosts.krita.held import SINGLE, unbounded

KINDS = {"u8": np.uint8, "u16": np.dtype("<u2"), "f16": np.dtype("<f2"), "f32": np.dtype("<f4")}
WIDTH, HEIGHT = 160, 144
FILLS: tuple[str, ...] = ("u8", "u8-hard", "u8-wide", "u16", "u16-linear", "u16-wide", "f16-linear", "f16-wide")
FILLS += ("f32-linear", "f32-wide", "corner")
ALL = (
    *FILLS,
    "baked",
    "baked-f32",
    "refine",
    "whole",
    "none",
    "none-f32",
    "refine-none",
    "background",
    "add",
    "remove",
)


@dataclass(frozen=True)
class Wide:
    """A wide profile as it is published: its matrix to sRGB's primaries, and its exponent. Values are as stored."""

    matrix: tuple[tuple[float, float, float], ...]
    gamma: float
    top: int
    step: float

    def to_srgb(self, values: np.ndarray) -> np.ndarray:
        """Whole numbers as sRGB's, linear floats as linear sRGB."""
        light = (values / self.top) ** self.gamma @ np.array(self.matrix).T
        if self.gamma == 1:
            return light
        light = np.clip(light, 0, 1)
        return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * self.top

    def from_srgb(self, values: np.ndarray) -> np.ndarray:
        """The way back."""
        light = values / self.top
        if self.gamma != 1:
            light = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
        light = light @ np.linalg.inv(np.array(self.matrix)).T
        return (np.clip(light, 0, 1) ** (1 / self.gamma) if self.gamma != 1 else light) * self.top


WIDE = {
    "u8-wide": Wide(((1.3984, -0.3984, 0.0), (0.0, 1.0, 0.0), (0.0, -0.0429, 1.0429)), 563 / 256, 255, 1.0),
    "u16-wide": Wide(((1.3984, -0.3984, 0.0), (0.0, 1.0, 0.0), (0.0, -0.0429, 1.0429)), 563 / 256, 65535, 128.0),
    "f16-wide": Wide(((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)), 1, 1, 4e-3),
    "f32-wide": Wide(((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)), 1, 1, 2e-3),
}
"""Adobe RGB (1998), and ITU-R BT.2020 to BT.709 (BT.2407)."""
LINEAR = ("u16-linear", "f16-linear", "f16-wide", "f32-linear", "f32-wide", "baked-f32", "none-f32")


@pytest.fixture(scope="module")
def said(told: Stage) -> Told:
    """All cases, run once."""
    return told("paths")


def rgba(data: bytes, depth: str, width: int, height: int) -> np.ndarray:
    """Krita's own bytes as RGBA."""
    values = np.frombuffer(data, KINDS[depth]).reshape(height, width, 4)
    return values[..., [2, 1, 0, 3]] if depth in ("u8", "u16") else values


def pixels(facts: Any, data: bytes) -> Pixels:
    """The client's value, of what a script told of it."""
    width, height, channels, depth, space = facts
    return Pixels(width, height, channels, depth, space, data)


def sent(said: Told, name: str) -> np.ndarray:
    """The picture that left the machine."""
    width, height, channels, depth, _ = said[name]["task"]["picture"]
    return np.frombuffer(said.data(f"{name}-picture"), KINDS[depth]).reshape(height, width, channels)


def came(said: Told, name: str, index: int = 0) -> np.ndarray:
    """The layer that the daemon sent."""
    bounds, depth = said[name]["results"][index]["bounds"], said[name]["task"]["picture"][3]
    data = said.data(f"{name}-{index}-candidate")
    return np.frombuffer(data, KINDS[depth]).reshape(bounds["height"], bounds["width"], 4)


@pytest.mark.parametrize("name", [*FILLS, "refine", "background", "refine-none", "whole"])
def test_what_is_sent_is_what_the_canvas_shows(said: Told, name: str) -> None:
    """Protects every reading path: order of channels, depth, stripes, the context's place. Bit for bit; of wide
    profiles the same colours, in sRGB's numbers."""
    depth, context = said[name]["task"]["picture"][3], said[name]["plan"]["context"]
    canvas = rgba(said.data(f"{name}-before"), depth, WIDTH, HEIGHT)
    x, y = context["x"], context["y"]
    part = canvas[y : y + context["height"], x : x + context["width"]]
    if name in WIDE:
        assert np.abs(sent(said, name)[..., :3] - WIDE[name].to_srgb(part[..., :3])).max() <= WIDE[name].step
        assert np.array_equal(sent(said, name)[..., 3], part[..., 3])
    else:
        assert np.array_equal(sent(said, name), part)


@pytest.mark.parametrize("name", ALL)
def test_colours_travel_as_what_they_are(said: Told, name: str) -> None:
    """A linear document is sent as linear, and its layer has the document's own depth and profile."""
    assert said[name]["task"]["picture"][4] == ("linear" if name in LINEAR else "srgb")
    assert said[name]["results"][0]["colours"][2] == said[name]["profile"]


def test_soft_edges_are_kept(said: Told) -> None:
    """The artist's own soft selection arrives in the mask, value by value; a hard one stays hard."""
    soft, hard = (np.frombuffer(said.data(f"{name}-mask"), np.uint8) for name in ("u8", "u8-hard"))
    assert len(np.unique(soft)) > 20
    assert set(np.unique(hard)) == {0, 255}
    assert hard.sum() == 255 * 56 * 48


def test_the_background_is_what_is_not_selected(said: Told) -> None:
    """Protects the inverted mask: it and the fill's add up to 255 everywhere on the canvas."""
    context = said["u8"]["plan"]["context"]
    whole = np.frombuffer(said.data("background-mask"), np.uint8).reshape(HEIGHT, WIDTH)
    part = np.frombuffer(said.data("u8-mask"), np.uint8).reshape(context["height"], context["width"])
    x, y = context["x"], context["y"]
    assert np.all(whole[y : y + context["height"], x : x + context["width"]].astype(int) + part == 255)


@pytest.mark.parametrize("name", ["u8", "u16", "u16-linear", "f16-wide", "f32-linear", "none", "refine"])
def test_the_layer_is_the_daemons_own(said: Told, client: Client, name: str) -> None:
    """The oracle: the same request from outside gives the very pixels that lie in Krita's layer."""
    task = said[name]["task"]
    picture, mask = (pixels(task[part], said.data(f"{name}-{part}")) for part in ("picture", "mask"))
    plain: Any = {
        key: task[key] for key in ("prompt", "strength", "fill", "steps", "seed", "match_color", "width", "height")
    }
    margins: Any = {key: Margin(*task[key]) for key in ("grow", "feather")}
    (made,) = client.run(Inpaint(picture, mask, **plain, **margins))
    assert made.pixels.data == said.data(f"{name}-0-candidate")


@pytest.mark.parametrize("name", ALL)
def test_the_layer_holds_what_came(said: Told, name: str) -> None:
    """Protects every writing path: colours bit for bit, alpha as a mask or baked, at its place."""
    depth, result = said[name]["task"]["picture"][3], said[name]["results"][0]
    candidate, bounds = came(said, name), result["bounds"]
    layer = rgba(said.data(f"{name}-0-layer"), depth, bounds["width"], bounds["height"])
    one = 1 if depth.startswith("f") else np.iinfo(layer.dtype).max
    if name.startswith("baked"):
        assert result["masks"] == [] and np.array_equal(layer, candidate)
        return
    assert result["masks"] == ["transparencymask"]
    if name in WIDE:
        wide = WIDE[name]
        wanted = wide.from_srgb(candidate[..., :3].astype(float))
        light = np.abs((layer[..., :3] / wide.top) ** wide.gamma - (wanted / wide.top) ** wide.gamma)
        # nearly black a number is as exact as the four digits of the published matrix
        assert ((np.abs(layer[..., :3] - wanted) <= wide.step) | (light <= 1e-4)).all()
    else:
        assert np.array_equal(layer[..., :3], candidate[..., :3])
    assert np.all(layer[..., 3] == one)
    mask = np.frombuffer(said.data(f"{name}-0-layermask"), np.uint8).reshape(bounds["height"], bounds["width"])
    assert np.abs(mask - np.clip(candidate[..., 3].astype(float) / one, 0, 1) * 255).max() <= 0.51


@pytest.mark.parametrize("name", ALL)
def test_nothing_of_the_artists_own_changes(said: Told, name: str) -> None:
    """Off-canvas pixels, opacity, blend mode and masks of the other layers are as before. Without a window no layer is
    active: the result lies on top."""
    assert said[name]["kept"]
    layers = [layer for layer in said[name]["order"] if layer != "Selection Mask"]
    assert layers == ["Background", "upper", said[name]["results"][0]["name"]]
    assert said[name]["results"][0]["name"].endswith("(7)")


@pytest.mark.parametrize("name", ["u8", "u16", "f32-linear", "corner"])
def test_outside_of_the_result_the_canvas_is_the_same(said: Told, name: str) -> None:
    """Bit for bit, also in linear light; inside it has changed."""
    depth, bounds = said[name]["task"]["picture"][3], said[name]["results"][0]["bounds"]
    before, after = (rgba(said.data(f"{name}-{when}"), depth, WIDTH, HEIGHT).copy() for when in ("before", "after"))
    place = np.s_[bounds["y"] : bounds["y"] + bounds["height"], bounds["x"] : bounds["x"] + bounds["width"]]
    assert not np.array_equal(before[place], after[place])
    before[place] = after[place] = 0
    assert np.array_equal(before, after)


def test_wide_documents_show_the_colours_that_were_painted(said: Told) -> None:
    """Converted to sRGB by Krita itself, the layer has the numbers that the daemon sent, but for what 8 bits of a wide
    profile round away."""
    bounds = said["u8-wide"]["results"][0]["bounds"]
    seen = rgba(said.data("u8-wide-seen"), "u8", bounds["width"], bounds["height"]).astype(int)
    asked = came(said, "u8-wide")[..., :3].astype(float)
    stored = rgba(said.data("u8-wide-0-layer"), "u8", bounds["width"], bounds["height"]).astype(int)
    steps = [WIDE["u8-wide"].to_srgb(np.clip(stored[..., :3] + step, 0, 255)) for step in np.eye(3) * 1.5]
    slope = sum(np.abs(each - WIDE["u8-wide"].to_srgb(stored[..., :3])) for each in steps)  # of a step and a half each
    away = np.abs(seen[..., :3] - asked)
    assert np.all(away <= 2 + slope) and away.mean() < 0.6
    assert np.abs(stored - came(said, "u8-wide"))[..., :3].max() > 8  # other numbers for the same colours


def test_candidates_follow_the_seed(said: Told) -> None:
    """Two candidates of one job are two pictures with seeds that follow, each a layer of its own."""
    assert [result["seed"] for result in said["count"]["results"]] == [7, 8]
    assert not np.array_equal(came(said, "count"), came(said, "count", 1))


def test_outpaint_goes_beyond_the_canvas(said: Told) -> None:
    """The canvas grows by the margins, and the layer covers what is new."""
    assert said["beyond"]["canvas"] == [WIDTH + 48, HEIGHT + 16]
    assert said["beyond"]["plan"]["room"] == {"x": 0, "y": 0, "width": WIDTH + 48, "height": HEIGHT + 16}
    bounds = said["beyond"]["results"][0]["bounds"]
    assert bounds["x"] + bounds["width"] == WIDTH + 48 and bounds["y"] + bounds["height"] == HEIGHT + 16
    assert said["beyond"]["kept"]


def test_a_selection_that_selects_nothing_is_none(said: Told) -> None:
    """The whole canvas is painted then, as without a selection."""
    for held, *found in said["empty"].values():
        assert held is None or 0 in held[2:], held
        assert found == ["done", "None", "generate", {"x": 0, "y": 0, "width": 64, "height": 48}]


def test_grey_and_cmyk_are_refused_in_words(said: Told) -> None:
    """With the way out named, and no job begun."""
    for model, name in (("GRAYA", "Grey"), ("CMYKA", "CMYK")):
        state, message, remedy = said["refused"][model]
        assert state == "failed" and name in message and "Convert Image Color Space" in remedy


def test_no_step_holds_the_main_thread(said: Told) -> None:
    """Each moves little, and calls nothing of Krita's that works on whole images, but those that have a name for it;
    and what takes long of the processor, in most of these jobs, is one of those."""
    assert not unbounded(said["slices"])
    names = {name for job in ALL for name in said[job]["work"]}
    long = {name for name in names if median(said[job]["work"].get(name, 0.0) for job in ALL) > 0.016}
    assert len(names) > 4 and not long - SINGLE.keys(), long
