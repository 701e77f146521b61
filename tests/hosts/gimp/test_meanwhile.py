"""What an artist does to an image while it is painted for: results still lie on the pixels that they were made of."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tests.daemon import Daemon
from tests.hosts.gimp import hands, rig

ASK = """
def ask(kind, image, steps=24, **values):
    around = {} if kind == "generate" else {"grow": 0, "feather": 0}
    said = call(kind, image, seed="5", steps=steps, in_panel=True, **around, **values)
    assert said["status"] == "success", said
"""


@pytest.fixture(autouse=True)
def prepared(gimp: rig.Gimp) -> None:
    gimp.run(hands.QUEUE + ASK)


def test_two_outpaints_that_were_asked_for_at_once_grow_the_canvas_to_both_sides(gimp: rig.Gimp) -> None:
    gimp.run("""
        image = picture(120, 96)
        before = seen(image, 0, 0, 120, 96)
        ask("outpaint", image, prompt="sand", left=32, steps=120)
        ask("outpaint", image, prompt="sea", right=40)
        assert len(image.get_layers()) == 1, "the second was to be asked for before the first was there"
    """)
    gimp.wait("ended()", 240)
    said = gimp.run("""
        result = [image.get_width(), image.get_height(), seen(image, 32, 0, 120, 96) == before,
                  min(seen(image, 0, 0, 192, 96, "A u8")), len(image.get_layers())]
        image.delete()
    """)
    assert said == [192, 96, True, 255, 3]


def test_an_outpaint_cuts_nothing_off_a_canvas_that_has_grown(gimp: rig.Gimp) -> None:
    gimp.run("""
        image = picture(120, 96)
        ask("outpaint", image, prompt="sand", right=32)
        image.resize(200, 130, 24, 8)
    """)
    gimp.wait("ended()", 240)
    said = gimp.run("""
        result = [image.get_width(), image.get_height(), min(seen(image, 24, 8, 152, 96, "A u8"))]
        image.delete()
    """)
    assert said == [200, 130, 255]


def test_inpaints_lie_where_their_pixels_have_gone(gimp: rig.Gimp) -> None:
    """The same one, asked for in an image that stays as it is, is the oracle."""
    gimp.run("""
        images, changes = [], [
            lambda image: None,
            lambda image: image.resize(220, 170, 36, 20),
            lambda image: image.resize(100, 90, -8, -12),
            lambda image: image.crop(60, 50, 12, 16),  # with its layers
            lambda image: image.get_layers()[0].set_offsets(7, 9),  # one of three
        ]
        for change in changes:
            image = picture(120, 96)
            for x in (30, 60):
                paint(layer(image, 8, 8, x, 40), (250, 9, 9, 255))
            image.set_selected_layers(image.get_layers()[-1:])
            image.select_rectangle(ChannelOps.REPLACE, 24, 30, 40, 30)
            images.append(image)
            ask("inpaint", image, prompt="a door")
            assert len(image.get_layers()) == 3
            change(image)
    """)
    gimp.wait("ended()", 240)
    places, differ = gimp.run("""
        layers = [[each for each in image.get_layers() if each.get_parasite("bottega")][0] for image in images]
        pixels = [everything(each) for each in layers]
        differ = [max(abs(one - two) for one, two in zip(pixels[0], each)) for each in pixels]
        result = [[about(each)["place"] for each in layers], differ]
        for image in images:
            image.delete()
    """)
    x, y, *size = places[0]
    steps = [(0, 0), (36, 20), (-8, -12), (-12, -16), (0, 0)]
    assert places == [[x + right, y + down, *size] for right, down in steps]
    assert max(differ) <= 2


def test_what_was_painted_for_a_closed_image_comes_in_one_like_it(gimp: rig.Gimp) -> None:
    """Of its precision, its profile and its greys."""
    gimp.run("""
        known = {each.get_id() for each in Gimp.get_images()}
        for profile, base, precision in (("rgb_adobe", RGB, "U16_NON_LINEAR"), (None, GRAY, "FLOAT_LINEAR")):
            image = picture(80, 64, base, precision, profile)
            ask("refine", image, prompt="closed", strength=0.5)
            image.delete()
    """)
    gimp.wait("ended()", 240)
    said = gimp.run("""
        fresh = [each for each in Gimp.get_images() if each.get_id() not in known]
        adobe = Gimp.ColorProfile.new_rgb_adobe()
        result = sorted([each.get_precision().value_nick, each.get_base_type().value_nick, tree(each),
            bool(each.get_color_profile() and each.get_color_profile().is_equal(adobe))] for each in fresh)
        for each in fresh:
            each.delete()
    """)
    made = ["Bottega: closed (5)"]
    assert said == [["float-linear", "gray", made, False], ["u16-non-linear", "rgb", made, True]]


def test_a_result_that_cannot_be_inserted_waits(gimp: rig.Gimp) -> None:
    """One of one pass and one of several, in an image whose colours were indexed meanwhile: for its own image, or a new
    one; a third is thrown away."""
    gimp.run("""
        image = picture(240, 200)
        known = {each.get_id() for each in Gimp.get_images()}
        image.select_rectangle(ChannelOps.REPLACE, 60, 40, 110, 100)
        ask("inpaint", image, prompt="of several passes")
        image.select_rectangle(ChannelOps.REPLACE, 20, 20, 40, 40)
        ask("inpaint", image, prompt="of one")
        ask("inpaint", image, prompt="for nothing")
        assert image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.WEB, 0, False, False, "")
    """)
    gimp.wait("ended()", 240)
    said = gimp.run("""
        stand = {job["title"]: job for job in jobs()[:3]}
        number = {title: job["number"] for title, job in stand.items()}
        result = [[[job["state"], job["kept"], "indexed" in job["error"]] for job in stand.values()], tree(image)]
    """)
    assert said == [[["failed", True, True]] * 3, ["ramp"]]
    folder = gimp.home / rig.PROFILE / "bottega"
    assert len([*folder.glob("queue/*/*.json")]) == 3 and len([*folder.glob("spool/*.job")]) == 1
    again = gimp.run("""
        image.convert_rgb()
        result = [queue("cancel", number=number["for nothing"])]
        for title, fresh in (("of one", True), ("of one", True), ("of several passes", False)):
            result.append(queue("insert", number=number[title], fresh=fresh))
    """)
    assert ["error" in each for each in again] == [False, False, True, False], again
    gimp.wait("ended()", 120)
    said = gimp.run("""
        fresh = [each for each in Gimp.get_images() if each.get_id() not in known]
        result = [[job["state"] for job in jobs()[:3]], tree(image), [tree(each) for each in fresh],
                  any(job["kept"] for job in jobs())]
        for each in (image, *fresh):
            each.delete()
    """)
    made = ["Bottega: of several passes (5)", "ramp"]
    assert said == [["done", "done", "failed"], made, [["Bottega: of one (5)"]], False]
    assert not [*folder.glob("queue/*/*.json"), *folder.glob("spool/*.job")]


def test_what_a_dialog_painted_and_cannot_lay_is_in_the_history(gimp: rig.Gimp) -> None:
    """The artist pastes something while it is painted: the picture is not lost with the error."""
    said = gimp.run("""
        sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
        from bottega_gimp import asking, client, remembering, running
        from bottega_gimp.arguments import BY_NAME
        image = picture(64, 64)
        config = Gimp.get_pdb().lookup_procedure("bottega-generate").create_config()
        config.set_property("prompt", "pasted meanwhile")
        config.set_property("steps", 1)
        class Desk(running.Desk):
            def paint(self, *given):
                made = super().paint(*given)
                image.select_rectangle(ChannelOps.REPLACE, 4, 4, 9, 9)
                Gimp.Selection.float(image, image.get_layers(), 2, 2)
                return made
        desk = Desk()
        try:
            running.perform(asking.call_in(BY_NAME["bottega-generate"], config, image, []), desk, show=False)
        except client.BottegaError as error:
            result = [str(error)]
        desk.close()
        (entry,) = remembering.history().entries(1)
        result += [entry.parameters["prompt"], bool(entry.job_id)]
        result += [remembering.place_for(entry, image).bounds.width]
        image.delete()
    """)
    assert "floating selection" in said[0] and "in the history" in said[0]
    assert said[1:] == ["pasted meanwhile", True, 64]


def test_jobs_of_a_daemon_arrive_though_another_one_is_chosen_meanwhile(gimp: rig.Gimp) -> None:
    settings = gimp.home / rig.PROFILE / "bottega" / "settings.json"
    said = gimp.run("""
        image = picture(64, 64)
        ask("refine", image, prompt="of the first", steps=80)
        other = Path(Gimp.directory()) / "bottega/settings.json"
        other.write_text(json.dumps({"person": "somebody else"}))
        parameters = {"procedure": "bottega-generate", "prompt": "of nobody"}
        queue("add", job="of nobody", parameters=parameters, place="{}")  # with a session of its own
        other.write_text(json.dumps({"address": "127.0.0.1:1"}))
        result = [job["title"] for job in jobs()[:2] if job["state"] == "done"]
    """)
    assert said == []
    gimp.wait("ended()", 120)
    settings.unlink()
    said = gimp.run("""
        result = [[job["state"] for job in jobs()[:2]], tree(image)]
        image.delete()
    """)
    assert said == [["failed", "done"], ["Bottega: of the first (5)", "ramp"]]


def test_results_are_scaled_with_their_image(gimp: rig.Gimp, daemon: Daemon) -> None:
    """Of one pass and of several, a whole picture, and a canvas that grows: at twice and at half the size they lie on
    the pixels that they were made of. A crop of a single layer to the same proportions is none of that."""
    gimp.run('call("generate", steps=1)["image"].delete()')
    with rig.nothing_painted(daemon):
        gimp.run("""
            images, changes = [], [lambda image: None, lambda image: image.scale(480, 400),
                lambda image: image.scale(120, 100), lambda image: image.crop(120, 100, 60, 50)]
            for change in changes:
                image = picture(240, 200)
                image.select_ellipse(ChannelOps.REPLACE, 80, 60, 60, 60)
                ask("inpaint", image, 6, prompt="of one pass")
                image.select_ellipse(ChannelOps.REPLACE, 60, 40, 120, 120)
                ask("inpaint", image, 6, prompt="of several")
                ask("generate", image, 6, prompt="whole")
                Gimp.Selection.none(image)
                ask("outpaint", image, 6, prompt="sand", left=40)
                assert len(image.get_layers()) == 1
                change(image)
                images.append(image)
        """)
    gimp.wait("ended()", 240)
    said = gimp.run("""
        result = [[image.get_width(), image.get_height(), {each.get_name().split("(")[0]: [about(each)["place"],
            text(everything(each.get_mask(), "Y u8")) if each.get_mask() else ""] for each in image.get_layers()
            if each.get_parasite("bottega")}] for image in images]
        for image in images:
            image.delete()
    """)
    plain = said[0]
    assert [each[:2] for each in said] == [[280, 200], [560, 400], [140, 100], [220, 100]]
    for times, (_width, _height, layers) in zip((2.0, 0.5), said[1:3], strict=True):
        assert len(layers) == 4
        for name, (place, mask) in layers.items():
            assert place == pytest.approx([side * times for side in plain[2][name][0]], abs=1.0), name
            assert bool(mask) == bool(plain[2][name][1])
        ours, theirs = (reach(*each[2]["Bottega: of one pass "]) for each in (plain, said[1 if times > 1 else 2]))
        assert theirs == pytest.approx(ours * times * times, rel=0.05)
    for name, (place, _mask) in said[3][2].items():
        assert place[2:] == plain[2][name][0][2:] or "sand" in name


def reach(place: list[int], mask: str) -> float:
    """How many pixels of a layer are seen."""
    values = np.frombuffer(base64.b64decode(mask), np.uint8)
    assert values.size == place[2] * place[3]
    return float(values.sum()) / 255
