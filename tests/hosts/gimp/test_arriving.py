"""What an artist does in the seconds in which a large result is being written: it lies on its pixels nevertheless, and
what is worked on stays what it is."""

from __future__ import annotations

import pytest

from tests.hosts.gimp import rig

PREPARED = """
sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
from bottega_gimp import client, laying, making, moved, wishes

def arrive(image, meanwhile, count=1, room=None):
    # a result of two stripes and more, for a part of the image; `meanwhile` happens between the first two
    rest, done = making.rest, []
    def resting():
        rest()
        if not done:
            done.append(meanwhile())
    making.rest = resting
    bounds = client.Bounds(40, 20, 600, 700)
    pixels = client.Pixels(600, 700, 3, "u8", "srgb", bytes(600 * 700 * 3))
    mask = client.Pixels(600, 700, 1, "u8", "data", b"\\x80" * (600 * 700))
    place = laying.Place(image, image.get_layers()[-1], bounds, mask, room=room, was=moved.seen(image))
    wish = wishes.Wish("inpaint", {"prompt": "a door"})
    try:
        return laying.lay(place, wish, [client.Picture("", i, i, pixels, None) for i in range(count)], select=False)
    finally:
        making.rest = rest

def scene():
    image = picture(900, 800)
    return image, [layer(image, 50, 50, 10, 10, name="one"), layer(image, 50, 50, 90, 90, name="two")]
"""


@pytest.fixture(autouse=True)
def prepared(gimp: rig.Gimp) -> None:
    gimp.run(PREPARED)


@pytest.mark.parametrize("count", [1, 3])
def test_the_layer_that_is_selected_meanwhile_stays_selected(gimp: rig.Gimp, count: int) -> None:
    found = gimp.run(f"""
        image, (one, two) = scene()
        image.set_selected_layers([one])
        arrive(image, lambda: image.set_selected_layers([two]), {count})
        result = [[each.get_name() for each in image.get_selected_layers()]]
        arrive(image, lambda: image.set_selected_layers([one, two]), {count})
        result += [sorted(each.get_name() for each in image.get_selected_layers())]
        image.delete()
    """)
    assert found == [["two"], ["one", "two"]]


@pytest.mark.parametrize("name", ["alpha", "Qmask"])
def test_a_channel_stays_selected_and_is_painted_on(gimp: rig.Gimp, name: str) -> None:
    """A Quick Mask is one too, by its name."""
    found = gimp.run(f"""
        image, (one, two) = scene()
        channel = Gimp.Channel.new(image, "{name}", 900, 800, 50.0, Gegl.Color.new("red"))
        image.insert_channel(channel, None, 0)
        image.set_selected_channels([channel])
        arrive(image, lambda: None)
        drawn = image.get_selected_drawables()
        before = everything(channel, "Y u8")
        drawn[0].fill(Gimp.FillType.WHITE)
        result = [[each.get_name() for each in drawn], everything(channel, "Y u8") != before]
        image.delete()
    """)
    assert found == [[name], True]


@pytest.mark.parametrize(
    ("meanwhile", "place"),
    [
        ("None", [40, 20, 600, 700]),
        ("image.crop(700, 750, 12, 16)", [28, 4, 600, 700]),
        ("image.resize(1000, 900, 33, 44)", [73, 64, 600, 700]),
        ("image.scale(450, 400)", [20, 10, 300, 350]),
    ],
)
def test_a_result_lies_on_its_pixels_though_these_move_meanwhile(
    gimp: rig.Gimp, meanwhile: str, place: list[int]
) -> None:
    found = gimp.run(f"""
        image, _layers = scene()
        made = arrive(image, lambda: {meanwhile}).layer
        result = [about(made)["place"], made.get_mask().get_width(), max(everything(made.get_mask(), "Y u8"))]
        image.delete()
    """)
    assert found == [place, place[2], 128]


def test_a_canvas_grows_to_what_an_outpaint_needs_by_then(gimp: rig.Gimp) -> None:
    found = gimp.run("""
        image, _layers = scene()
        room = client.Bounds(-40, 0, 940, 800)
        made = arrive(image, lambda: image.resize(910, 820, 10, 20), room=room).layer
        result = [image.get_width(), image.get_height(), about(made)["place"]]
        image.delete()
    """)
    assert found == [940, 820, [80, 40, 600, 700]]


def test_what_fits_no_more_is_refused_and_leaves_nothing(gimp: rig.Gimp) -> None:
    """The image became indexed, or was turned."""
    found = gimp.run("""
        result = []
        for change in ("convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.WEB, 0, 0, 0, '')",
                       "flip(Gimp.OrientationType.HORIZONTAL)"):
            image, _layers = scene()
            made, own = [], laying._made
            laying._made = lambda *given: made.append(own(*given)) or made[-1]
            try:
                arrive(image, lambda: eval("image." + change))
            except client.BottegaError as error:
                result.append([error.message, tree(image), [each.is_valid() for each in made[0]]])
            finally:
                laying._made = own
                image.delete()
    """)
    (indexed, *one), (turned, *other) = found
    assert "indexed" in indexed and "flipped" in turned
    assert one == other == [["two", "one", "ramp"], [False]]
