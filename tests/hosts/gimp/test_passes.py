"""Large selections: composed small, then refined at the image's own resolution, here and in the queue."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from bottega.client import Client
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega.planning import Choices, cut, native_of, pasted, plan
from bottega.planning.overlay import Overlay
from bottega.planning.walking import carry_out, walk
from bottega.tasks import Margin, inpaint
from bottega_daemon.cli.hands import HANDS, showing
from bottega_daemon.cli.layers import array_of, laid
from tests.hosts.gimp.rig import Gimp


@pytest.mark.parametrize("way", ["here", "in the queue"])
def test_a_large_selection_is_refined_at_the_images_own_resolution(gimp: Gimp, client: Client, way: str) -> None:
    """Its surroundings are more than the model composes at once: what numpy's hands make of the same plan is the
    oracle."""
    said = gimp.run(
        """
        image = picture(240, 200)
        image.select_ellipse(ChannelOps.REPLACE, 60, 40, 110, 100)
        result = {"seen": text(seen(image, 0, 0, 240, 200))}
        result["selection"] = text(numbers(image.get_selection(), 0, 0, 240, 200, "Y u8"))
        said = call("inpaint", image, prompt="red bricks", steps=3, seed="5", grow=0, feather=6, in_panel=way != "here")
        assert said["status"] == "success", said
        """,
        way=way,
    )
    gimp.wait("len(image.get_layers()) == 2 and image.get_layers()[0].get_parasite('bottega')", 120)
    made = gimp.run("""
        result = {"layer": about(image.get_layers()[0]), "seen": text(seen(image, 0, 0, 240, 200))}
        image.delete()
    """)
    assert made["layer"]["mask"] and made["layer"]["parasite"]["seed"] == "5"
    canvas = Pixels(240, 200, 4, "u8", "srgb", base64.b64decode(said["seen"]))
    mask = Pixels(240, 200, 1, "u8", "data", base64.b64decode(said["selection"]))
    found = plan(canvas.extent, Bounds(60, 40, 110, 100), native_of(client.catalog()), Choices(0, 6))
    assert len(found.passes) == 2
    task = inpaint(canvas, mask, "red bricks", steps=3, seed=5, feather=Margin(6), width=1, height=1)
    over = Overlay(HANDS, showing)
    (contexts,) = carry_out([walk(found, task, over.hands)], lambda jobs: [client.run(job) for job in jobs])
    context = laid(cut(canvas, found.context), over.layers(contexts, 5))
    oracle = array_of(pasted(canvas, context, found.context)).astype(int)
    painted = np.frombuffer(base64.b64decode(made["seen"]), np.uint8).reshape(200, 240, 4)
    assert np.abs(painted - oracle).max() <= 2


def test_a_soft_selection_shows_as_far_as_it_was_selected(gimp: Gimp) -> None:
    """Protects softness from several passes: half, laid twice, would be three quarters."""
    selected, values, place = gimp.run("""
        image = picture(240, 200)
        image.select_rectangle(ChannelOps.REPLACE, 60, 40, 110, 100)
        half = Gimp.Channel.new(image, "half", 240, 200, 50.0, Gegl.Color.new("black"))
        image.insert_channel(half, None, 0)
        data = b"".join(bytes(128 if 60 <= x < 170 and 40 <= y < 140 else 0 for x in range(240)) for y in range(200))
        half.get_buffer().set(Gegl.Rectangle.new(0, 0, 240, 200), "Y' u8", data); half.get_buffer().flush()
        half.update(0, 0, 240, 200)
        image.select_item(ChannelOps.REPLACE, half)
        image.remove_channel(half)
        selected = sorted(set(numbers(image.get_selection(), 0, 0, 240, 200, "Y u8")))
        said = call("inpaint", image, prompt="red bricks", steps=3, seed="5", grow=0, feather=0)
        assert said["status"] == "success", said
        made = image.get_layers()[0]
        result = [selected, sorted(set(everything(made.get_mask(), "Y u8"))), about(made)["place"]]
        image.delete()
    """)
    nothing, half = selected
    assert (nothing, half) == (0, pytest.approx(128, abs=2)) and place == [60, 40, 110, 100]
    assert values == pytest.approx([half] * len(values), abs=1)
