"""What tests say in GIMP: pictures of known numbers, calls of our procedures, and what there is afterwards."""

import base64
import json
import sys
import time
from pathlib import Path

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp, GLib

ChannelOps = Gimp.ChannelOps

PLUGIN = Path(Gimp.directory()) / "plug-ins" / "bottega_gimp"

Gegl.init(None)
RGB, GRAY, INDEXED = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY, Gimp.ImageBaseType.INDEXED
KINDS = {RGB: Gimp.ImageType.RGBA_IMAGE, GRAY: Gimp.ImageType.GRAYA_IMAGE}


def picture(width=160, height=120, base=RGB, precision="U8_NON_LINEAR", profile=None):
    """An image with one layer of a ramp: red grows to the right, green downward, blue is 0.25."""
    image = Gimp.Image.new_with_precision(width, height, base, getattr(Gimp.Precision, precision))
    if profile:
        image.set_color_profile(getattr(Gimp.ColorProfile, "new_" + profile)())
    paint(layer(image, width, height))
    return image


def layer(image, width, height, x=0, y=0, parent=None, name="ramp", position=0):
    """A new transparent layer."""
    kind = KINDS[image.get_base_type()]
    made = Gimp.Layer.new(image, name, width, height, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(made, parent, position)
    made.set_offsets(x, y)
    return made


def paint(drawable, color=None):
    """The ramp, or one colour of 0..255."""
    width, height = drawable.get_width(), drawable.get_height()
    if color is None:
        pixels = (
            (x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), 64, 255)
            for y in range(height)
            for x in range(width)
        )
        data = bytes(value for pixel in pixels for value in pixel)
    else:
        data = bytes(color) * (width * height)
    drawable.get_buffer().set(Gegl.Rectangle.new(0, 0, width, height), "R'G'B'A u8", data)
    drawable.get_buffer().flush()
    drawable.update(0, 0, width, height)


def clear(drawable, width, height):
    """Make the upper left corner transparent."""
    place = Gegl.Rectangle.new(0, 0, width, height)
    drawable.get_buffer().set(place, "R'G'B'A u8", bytes(width * height * 4))
    drawable.get_buffer().flush()
    drawable.update(0, 0, width, height)


def numbers(drawable, x, y, width, height, name="R'G'B'A u8"):
    """Bytes of a drawable, in its own coordinates."""
    return bytes(drawable.get_buffer().get(Gegl.Rectangle.new(x, y, width, height), 1.0, name, Gegl.AbyssPolicy.NONE))


def everything(drawable, name="R'G'B'A u8"):
    """All its bytes."""
    return numbers(drawable, 0, 0, drawable.get_width(), drawable.get_height(), name)


def text(data):
    """Bytes that JSON can carry."""
    return base64.b64encode(data).decode()


def seen(image, x, y, width, height, name="R'G'B'A u8"):
    """Bytes of what is visible."""
    visible = Gimp.Layer.new_from_visible(image, image, "seen")
    data = numbers(visible, x, y, width, height, name)
    visible.delete()
    return data


def seen_without(image, layer, bounds, name):
    """Bytes of what is visible below a layer."""
    layer.set_visible(False)
    data = seen(image, bounds.x, bounds.y, bounds.width, bounds.height, name)
    layer.set_visible(True)
    return data


def call(name, image=None, layers=None, **values):
    """Call one of our procedures as a script does. Gives its status, error, layer, parameters and image."""
    procedure = Gimp.get_pdb().lookup_procedure("bottega-" + name)
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    if image is not None:
        config.set_property("image", image)
        config.set_core_object_array("drawables", image.get_selected_drawables() if layers is None else layers)
    for key, value in values.items():
        config.set_property(key.replace("_", "-"), value)
    said = procedure.run(config)
    status = said.index(0).value_nick
    if status != "success":
        return {"status": status, "error": Gimp.get_pdb().get_last_error()}
    made, parameters, where = (said.index(index) for index in (1, 2, 3))
    told = {"status": status, "layer": made, "parameters": json.loads(parameters), "image": where}
    return {**told, "layers": said.get_core_object_array(4), "job": said.index(5)}


def about(item):
    """What a test wants to know of a layer."""
    children = [about(each) for each in item.get_children()] if item.is_group() else []
    parasite = item.get_parasite("bottega")
    return {
        "name": item.get_name(),
        "place": [*item.get_offsets()[1:], item.get_width(), item.get_height()],
        "visible": item.get_visible(),
        "mask": item.get_mask() is not None,
        "group": item.is_group(),
        "children": children,
        "parasite": json.loads(bytes(parasite.get_data())) if parasite else None,
    }


def tree(image):
    """Names of all layers, groups as lists."""

    def named(item):
        return [item.get_name(), *map(named, item.get_children())] if item.is_group() else item.get_name()

    return [named(each) for each in image.get_layers()]


def pump(until, seconds=60.0):
    """Run the loop of this process until something is so."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "it did not happen"
        GLib.MainContext.default().iteration(False)
        time.sleep(0.002)


def panel(image):
    """The plug-in's own panel, in this process: its widgets can be looked at and clicked."""
    sys.path[:0] = [] if str(PLUGIN) in sys.path else [str(PLUGIN)]
    from bottega_gimp.panel import Panel

    made = Panel(image)
    made.show()
    pump(lambda: made._bench.session.connection.state == "connected" and made._bench.session.known_catalog)
    return made


def inside(widget):
    """A widget and all within it."""
    yield widget
    if hasattr(widget, "forall"):
        found = []
        widget.forall(found.append)
        for each in found:
            yield from inside(each)


def button(root, words):
    """The button that says this, or explains itself so."""
    for each in inside(root):
        if hasattr(each, "clicked") and words in (each.get_tooltip_text(), each.get_label()):
            return each
    raise AssertionError(f"no button says {words}")
