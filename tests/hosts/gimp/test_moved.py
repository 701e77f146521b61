"""How far the pixels have gone that a job was made of, where the artist has moved layers by hand, canvas or not."""

from __future__ import annotations

import json

import pytest

from tests.hosts.gimp import hands, rig
from tests.hosts.gimp.test_meanwhile import ASK

PREPARED = """
sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
from bottega_gimp import moved

def scene(others, plain=False):
    # a background and small layers above it, the uppermost first
    image = picture(240, 200)
    if plain:
        paint(image.get_layers()[0], (255, 255, 255, 255))
    for number in range(others):
        paint(layer(image, 40, 30, 20 + 30 * number, 50))
    return image, image.get_layers()

def by(layer, right, down):
    _ok, x, y = layer.get_offsets()
    layer.set_offsets(x + right, y + down)
"""
CASES = {
    "the one above": (1, "by(layers[0], 50, 9)", (0, 0)),
    "two of three together": (2, "by(layers[0], 50, 9); by(layers[1], 50, 9)", (0, 0)),
    "the one above, and more canvas below": (1, "image.resize(240, 260, 0, 0); by(layers[0], 50, 9)", (0, 0)),
    "two of three, and more canvas below": (
        2, "image.resize(240, 260, 0, 0); by(layers[0], 50, 9); by(layers[1], 50, 9)", (0, 0),
    ),
    "the one above, and more canvas around": (1, "image.resize(300, 260, 36, 20); by(layers[0], 50, 9)", (36, 20)),
    "two of three within more canvas around": (
        2, "image.resize(400, 300, 0, 0); by(layers[0], 50, 9); by(layers[1], 50, 9)", (0, 0),
    ),
    "the canvas alone": (2, "image.resize(300, 260, 36, 20)", (36, 20)),
    "all, in a canvas of the same size": (2, "image.resize(240, 200, -12, 7)", (-12, 7)),
    "nothing, but the selection": (0, "image.select_rectangle(ChannelOps.REPLACE, 99, 90, 60, 60)", (0, 0)),
    "the background thrown away": (1, "image.remove_layer(layers[-1]); by(layers[0], 50, 9)", (0, 0)),
}  # fmt: skip


@pytest.fixture(autouse=True)
def prepared(gimp: rig.Gimp) -> None:
    gimp.run(hands.QUEUE + ASK + PREPARED)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_what_is_visible_goes_with_the_canvas_not_with_a_layer(gimp: rig.Gimp, case: str, plain: bool) -> None:
    others, change, expected = CASES[case]
    if plain and "within" in case:
        expected = (50, 9)  # as if all but the plain background had gone there with the canvas
    found = gimp.run(f"""
        image, layers = scene({others}, plain={plain})
        image.select_rectangle(ChannelOps.REPLACE, 80, 60, 60, 60)
        was = moved.seen(image)
        {change}
        result = moved.since(image, was).by
        image.delete()
    """)
    assert tuple(found) == expected


@pytest.mark.parametrize("change", ["by(layers[0], 50, 9)", "by(layers[1], 50, 9)", "image.resize(300, 260, 50, 9)"])
def test_what_one_layer_shows_goes_with_it(gimp: rig.Gimp, change: str) -> None:
    """Also of a note that was a text meanwhile; and what is no layer of the image has no say."""
    found = gimp.run(f"""
        from bottega_gimp import places
        from bottega_gimp.laying import Place
        image, layers = scene(1)
        other, selected = scene(0)
        was = places.unpacked(places.packed(Place(image, was=moved.seen(image, layers[0])))).was
        others = other.get_layers()[0], image.get_selection()
        plain = [moved.seen(image, each) == moved.seen(image) for each in others]
        {change}
        result = [moved.since(image, was).by, plain]
        image.delete(); other.delete()
    """)
    assert found == [[0, 0] if "[1]" in change else [50, 9], [True, True]]


def test_an_inpaint_of_the_background_stays_though_another_layer_is_moved(gimp: rig.Gimp) -> None:
    """And a refined layer is found again where it was moved to."""
    gimp.run("""
        image, layers = scene(1)
        image.set_selected_layers(layers[-1:])
        image.select_rectangle(ChannelOps.REPLACE, 80, 60, 60, 60)
        ask("inpaint", image, prompt="a door")
        Gimp.Selection.none(image)
        image.set_selected_layers(layers[:1])
        ask("refine", image, prompt="a leaf", source="layer")
        assert len(image.get_layers()) == 2
        by(layers[0], 50, 9)
    """)
    gimp.wait("ended()", 240)
    said = gimp.run("""
        made = {each.get_name(): about(each) for each in image.get_layers()}
        result = {name.split(" (")[0]: each["place"] for name, each in made.items() if each["parasite"]}
        image.delete()
    """)
    assert said["Bottega: a leaf"] == [70, 59, 40, 30], json.dumps(said)
    x, y, width, height = said["Bottega: a door"]
    assert x <= 80 and y <= 60 and x + width >= 140 and y + height >= 120 and x + width < 190
