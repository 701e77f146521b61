"""Layers that grow in place are what the passes painted, and show exactly as far as the first pass did."""

from __future__ import annotations

import numpy as np
import pytest

from bottega import messages as m
from bottega.events import Picture
from bottega.pixels import Pixels
from bottega.planning import Bounds, Choices, bounds_of, plan
from bottega.planning.growing import Gathering
from bottega.planning.walking import carry_out, walk
from bottega.tasks import Inpaint
from bottega_daemon.cli.hands import HANDS
from bottega_daemon.cli.layers import array_of, laid
from tests.cli.test_walking import CANVAS, STARTER, WAYS, Painter, canvas_of


def soft(place: Bounds) -> Pixels:
    """A selection that fades out over its outer 8 pixels."""
    white = np.zeros((CANVAS.height, CANVAS.width), np.uint8)
    for inset in range(8):
        inner = place.padded(-inset)
        white[inner.y : inner.bottom, inner.x : inner.right] = round(255 * (inset + 1) / 8)
    return Pixels.of(white, "data")


@pytest.mark.parametrize(
    ("place", "choices"), [WAYS[name] for name in WAYS if name != "one"], ids=[name for name in WAYS if name != "one"]
)
def test_what_grows_is_what_was_painted(place: Bounds, choices: Choices) -> None:
    """Seen whole it is numpy's context; as a layer its soft edge is the selection's own, solid parts are painted."""
    mask, canvas = soft(place), canvas_of()
    selection = bounds_of(mask)
    assert selection is not None
    found, painter = plan(CANVAS, selection, STARTER, choices), Painter()
    task = Inpaint(canvas, mask, "x", choices.strength, seed=5, count=2)
    (whole,) = carry_out([walk(found, task, HANDS)], Painter())
    gathering = Gathering()
    (grown,) = carry_out([walk(found, task, gathering.hands)], painter)
    context = found.context
    asked = array_of(mask.crop(context.x, context.y, context.width, context.height))[..., 0]
    below = canvas.crop(context.x, context.y, context.width, context.height)
    for theirs, ours, layer in zip(whole, grown, gathering.layers(grown, 5), strict=True):
        seen = array_of(ours.cut(context.extent.bounds)).astype(int)
        assert np.abs(seen - array_of(theirs)).max() <= 3
        assert layer.bounds is not None and layer.seed == 5 + layer.index
        shown = np.zeros_like(asked)
        at = np.s_[layer.bounds.y :, layer.bounds.x :]
        shown[at][: layer.pixels.height, : layer.pixels.width] = array_of(layer.pixels)[..., 3]
        assert np.array_equal(shown, asked)
        over = array_of(laid(below, [layer])).astype(int)
        assert np.abs(over - seen)[asked == 255].max() <= 1
        assert np.array_equal(over[asked == 0], array_of(below)[asked == 0])


@pytest.mark.parametrize("depth", ["u8", "u16", "f16", "f32"])
def test_depths_keep_their_alpha(depth: str) -> None:
    """In each depth a layer shows as far as the first pass's 16 bits say, to half a step of the depth."""
    kinds = {"u8": np.uint8, "u16": np.uint16, "f16": np.float16, "f32": np.float32}
    top = np.iinfo(kinds[depth]).max if depth.startswith("u") else 1.0
    picture = Pixels.of(np.full((70, 9, 4), top, kinds[depth]))
    gathering = Gathering()
    alphas = np.linspace(0, 1, 70 * 9).reshape(70, 9)
    values = np.zeros((70, 9, 4))
    values[..., 3] = np.rint(alphas * top) if depth.startswith("u") else alphas
    painted = Picture("", 0, 0, Pixels.of(values.astype(kinds[depth])), m.Bounds(width=9, height=70))
    grown = gathering.hands.laid(picture, [painted])
    gathering.hands.reach(painted, picture.extent)
    (layer,) = gathering.layers([grown], 3)
    assert layer.bounds is not None
    found = array_of(layer.pixels)[..., 3].astype(float) / top
    row, column = layer.bounds.y, layer.bounds.x
    assert np.abs(found - alphas[row : row + layer.pixels.height, column:]).max() <= 5e-3
