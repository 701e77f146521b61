"""What a dialog shows: of pixels that are read once, as long as the image stays what it is."""

from __future__ import annotations

import pytest

from tests.hosts.gimp.rig import Gimp
from tests.hosts.gimp.test_remembering import OPEN

DIALOG = """
from tools import layer as new_layer, paint as fill

def dialog(name, image):
    # a dialog in this process, and what it reads of the image
    from bottega_gimp import canvas, pixels
    from bottega_gimp.arguments import BY_NAME
    from bottega_gimp.asking import call_in
    from bottega_gimp.dialog import Dialog
    from bottega_gimp.running import Desk
    asked = BY_NAME["bottega-" + name]
    procedure = Gimp.get_pdb().lookup_procedure(asked.name)
    config, desk = procedure.create_config(), Desk()
    pump(lambda: desk.session.known_catalog)
    made = Dialog(procedure, asked, config, desk, lambda: call_in(asked, config, image, image.get_selected_layers()))
    made.config, made.desk, made.read = config, desk, {"together": 0, "bytes": 0}
    together, get = Gimp.Layer.new_from_visible, pixels._get
    def counted(*given):
        made.read["together"] += 1
        return together(*given)
    def weighed(*given):
        data = get(*given)
        made.read["bytes"] += len(data)
        return data
    Gimp.Layer.new_from_visible, pixels._get = staticmethod(counted), weighed
    def end():
        made._glances.forget()
        made._window.destroy(); desk.close()
        Gimp.Layer.new_from_visible, pixels._get = together, get
    made.end = end
    return made

def previewed(made, **values):
    # what is shown after settings have changed
    for name, value in values.items():
        made.config.set_property(name.replace("_", "-"), value)
    made._facts.set_text("")
    made._soon()
    pump(made._facts.get_text)
    shown = made._picture.get_pixbuf()
    return made._facts.get_text(), None if shown is None else [shown.get_width(), shown.get_height()]

def shade(made, x, y):
    # of the small picture, 0..1 of its sides
    shown = made._picture.get_pixbuf()
    place = int(y * shown.get_height()) * shown.get_rowstride() + int(x * shown.get_width()) * 3
    return list(shown.get_pixels()[place : place + 3])
"""


@pytest.fixture(autouse=True)
def prepared(window: Gimp) -> None:
    window.run(OPEN + DIALOG + "shut(panel(picture(8, 8)))")


def test_pixels_are_read_once_while_settings_change(window: Gimp) -> None:
    """And anew when the artist comes back from the image."""
    said = window.run("""
        canvas = picture(800, 400)
        canvas.select_rectangle(ChannelOps.REPLACE, 300, 100, 80, 80)
        made = dialog("inpaint", canvas)
        found = [previewed(made, prompt="m"), previewed(made, prompt="mo"), previewed(made, grow=40, context="image"),
                 previewed(made, context="selection", grow=0, feather=0)]
        read, corner, middle = dict(made.read), shade(made, 0.03, 0.03), shade(made, 0.5, 0.5)
        fill(canvas.get_layers()[0], (10, 20, 250, 255))
        made._window.emit("focus-in-event", Gdk.Event.new(Gdk.EventType.FOCUS_CHANGE))
        previewed(made)
        result = [found, read, made.read["together"], corner, middle, shade(made, 0.5, 0.5)]
        made.end(); canvas.delete()
    """)
    found, read, again, _corner, before, after = said
    assert [size for _words, size in found[:2]] == [found[0][1]] * 2 and found[0] == found[1]
    assert found[2][1] == [192, 96] and found[2][0] != found[0][0] and found[3][0].startswith("80 × 80")
    assert read["together"] == 1 and again == 2
    assert read["bytes"] < 4 * 5 * 192 * 192, "small ones, not the 1.3 MB of the image"
    assert after[2] > before[2] + 40, "what was painted meanwhile is seen"


def test_every_kind_of_request_is_shown_and_nothing_stays(window: Gimp) -> None:
    """What is sent of one layer alone, what is painted anew in red, and what cannot be in words."""
    said = window.run("""
        canvas = picture(200, 100)
        top = new_layer(canvas, 60, 40, 100, 50, name="top"); fill(top, (0, 200, 0, 255)); top.set_opacity(10.0)
        canvas.set_selected_layers([top])
        known = len(Gimp.get_images())
        found = {}
        for name, values in (("generate", {}), ("generate", {"control": top}), ("texture", {"width": 64}),
                ("control", {}), ("refine", {}), ("refine", {"source": "layer"}), ("outpaint", {"left": 100}),
                ("outpaint", {}), ("inpaint", {})):
            made = dialog(name, canvas)
            facts, size = previewed(made, **values)
            found[" ".join([name, *values])] = [facts, size, [shade(made, 0.1, 0.5), shade(made, 0.6, 0.5)] if size
                else None]
            made.end()
        result = [found, len(Gimp.get_images()) - known]
        canvas.delete()
    """)
    found, left = said
    assert left == 0
    assert found["generate"][:2] == ["Painted at 184 × 88", None] and found["texture width"][0] == "Painted at 64 × 64"
    assert found["control"][1] == [60, 40] and found["control"][2] == [[0, 200, 0]] * 2
    assert found["generate control"][0] == "200 × 100 pixels, painted at 184 × 88"
    green = found["refine source"][2][0]
    assert found["refine source"][1] == [60, 40] and green[1] > 120 and green[0] > 100, "half red, of the layer alone"
    beyond, inside = found["outpaint left"][2]
    assert beyond[0] > 180 > inside[0], "red is what is new"
    assert "no transparent part" in found["outpaint"][0] and "Nothing is selected" in found["inpaint"][0]
