"""Layers that are no pixels: text, and in GIMP 3.2 links to files and paths. They are read as they are seen, and never
written into: what they were made of stays."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.hosts.gimp import rig

MAKE = """
from gi.repository import Gio

def text_layer(image):
    font = Gimp.context_get_font()
    made = Gimp.TextLayer.new(image, "Ab", font, 60.0, Gimp.Unit.pixel())
    return made, lambda it: [it.get_text(), it.get_font_size()[0]]

def link_layer(image):
    file = Gio.File.new_for_path("/home/artist/linked.png")
    if not file.query_exists():
        Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, picture(50, 40), file, None)
    return Gimp.LinkLayer.new(image, file), lambda it: it.get_file().get_path()

def vector_layer(image):
    path = Gimp.Path.new(image, "path")
    image.insert_path(path, None, 0)
    corners = [10, 10, 60, 10, 40, 60]
    points = [value for corner in zip(corners[::2], corners[1::2]) for value in corner * 3]
    path.stroke_new_from_points(Gimp.PathStrokeType.BEZIER, points, True)
    return Gimp.VectorLayer.new(image, path), lambda it: it.get_path().get_name()
"""
KINDS = {"3.0": ("text",), "3.2": ("text", "link", "vector")}[rig.SERIES]


@pytest.fixture(autouse=True)
def prepared(window: rig.Gimp) -> None:
    """GIMP with its fonts."""
    window.run(MAKE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_that_is_no_pixels_is_read_as_seen_and_stays_what_it_is(window: rig.Gimp, kind: str) -> None:
    """Begun from it alone at strength 0, the new layer is what it shows; as the selected layer of an inpaint and as a
    control layer it stays too."""
    said = window.run(
        """
        image = picture(120, 100)
        own, made_of = {"text": text_layer, "link": link_layer, "vector": vector_layer}[kind](image)
        image.insert_layer(own, None, 0); own.set_offsets(20, 15)
        image.set_selected_layers([own])
        before, facts, name = everything(own), made_of(own), type(own).__name__
        refined = call("refine", image, [own], strength=0.0, steps=2, source="layer")["layer"]
        place = about(refined)["place"], about(own)["place"]
        shown = [text(before), text(everything(refined)), text(everything(refined.get_mask(), "Y u8"))]
        refined.set_visible(False)
        image.select_rectangle(ChannelOps.REPLACE, 30, 20, 30, 30)
        inpainted = call("inpaint", image, [own], prompt="a door", steps=2, control=own)
        Gimp.Selection.none(image)
        led = call("control", image, [own], prompt="a leaf", steps=2)
        again = Gimp.Item.get_by_id(own.get_id())
        same = everything(again) == before and made_of(again) == facts and type(again).__name__ == name
        result = [place, shown, same, name, [each["status"] for each in (inpainted, led)], facts]
        image.delete()
        """,
        kind=kind,
    )
    (place, own), shown, same, name, states, facts = said
    assert name.lower().startswith(kind) and facts and same and states == ["success"] * 2
    assert place == own, "the new layer lies where that one does"
    width, height = own[2:]
    before, after = (np.frombuffer(base64.b64decode(each), np.uint8).reshape(height, width, 4) for each in shown[:2])
    mask = np.frombuffer(base64.b64decode(shown[2]), np.uint8).reshape(height, width)
    assert np.abs(mask.astype(int) - before[..., 3]).max() <= 1 and before[..., 3].max() == 255
    seen = before[..., 3] > 0
    assert np.abs(after.astype(int) - before)[seen][:, :3].max() <= 1
