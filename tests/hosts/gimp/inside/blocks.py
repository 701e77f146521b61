"""How long single steps hold GIMP's own main thread, and the panel's, for `python -m benchmarks.gimp_blocks`.

Times are the processor's, so that a busy machine tells the same: GIMP's as the kernel counts them for its first thread
while it answers one call, the panel's as Python counts them.
"""

import json
import os
import time
from contextlib import contextmanager
from pathlib import Path

import tools
from gi.repository import Gimp, GLib

GIMP = Path(f"/proc/{os.getppid()}/task/{os.getppid()}/schedstat")
times: dict[str, float] = {}


def used():
    """Milliseconds that GIMP's main thread has been at work."""
    return int(GIMP.read_text().split()[0]) / 1e6


def note(name, milliseconds):
    """The longest of its kind."""
    times[name] = max(times.get(name, 0.0), milliseconds)


def around(name, function, clock):
    """The function, whose time is noted."""

    def timed(*arguments, **named):
        begun = clock()
        try:
            return function(*arguments, **named)
        finally:
            note(name, clock() - begun)

    return timed


def own():
    """Milliseconds that this thread has been at work."""
    return time.thread_time() * 1000


def ask(path, parameters, place):
    """Give a job to the queue."""
    procedure = Gimp.get_pdb().lookup_procedure("bottega-queue")
    config = procedure.create_config()
    request = {"token": str(time.time()), "do": "add", "job": str(path), "parameters": parameters, "place": place}
    config.set_property("request", json.dumps(request))
    return json.loads(procedure.run(config).index(1))["said"]


def jobs():
    """As the panel sees them."""
    return json.loads(bytes(Gimp.get_parasite("bottega-queue-state").get_data()))


def insertion(side):
    """A result of this side is inserted by the queue, while somebody asks GIMP for the least that it can answer."""
    from bottega_gimp import client, laying, passes, places, spool

    image = tools.picture(side, side)
    display = Gimp.Display.new(image)
    Gimp.displays_flush()
    settle()
    extent = client.Extent(side, side)
    seen = client.Pixels(side, side, 4, "u8", "srgb", os.urandom(side * side * 4))
    path = spool.new()
    spool.write(path, passes.Painted((7,), (seen,), extent.bounds))
    place = places.packed(laying.Place(image, image.get_layers()[0], extent.bounds))
    idle = max(ping() for _ in range(200))
    number = ask(path, {"procedure": "bottega-inpaint", "prompt": "blocks"}, place)
    longest = [ping()]
    while next(job for job in jobs() if job["number"] == number)["state"] not in ("done", "failed"):
        longest.append(ping())
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline:  # it is drawn afterwards
        longest.append(ping())
    note(f"GIMP: longest answer while idle, image of {side}²", idle)
    note(f"GIMP: longest answer while a result of {side}² is inserted and drawn", max(longest))
    display.delete()


def ping():
    """What GIMP's main thread does until it has answered: 1 call, and what held it before."""
    begun = used()
    Gimp.Image.id_is_valid(1)
    return used() - begun


def settle():
    """Until GIMP has drawn what there is."""
    before = used() - 100
    while used() - before > 5:
        before = used()
        time.sleep(0.3)


CALLS = {
    Gimp.Image: (
        "insert_layer",
        "undo_group_start",
        "undo_group_end",
        "set_selected_layers",
        "attach_parasite",
        "resize",
    ),
    Gimp.Layer: ("add_mask", "create_mask", "set_offsets", "set_visible", "attach_parasite", "update", "scale"),
}
MADE = {Gimp.Layer: ("new", "new_from_drawable", "new_from_visible"), Gimp.Image: ("new_with_precision",)}
"""What makes layers and images: functions without an object."""


@contextmanager
def call_by_call(side, what=""):
    """GIMP's calls are timed, for the length of a `with` block."""
    originals = {(kind, name): getattr(kind, name) for kind, names in CALLS.items() for name in names}
    made = {(kind, name): getattr(kind, name) for kind, names in MADE.items() for name in names}
    for (kind, name), function in (originals | made).items():
        timed = around(f"GIMP, {side}²{what}: {kind.__name__}.{name}", function, used)
        setattr(kind, name, staticmethod(timed) if (kind, name) in made else timed)
    try:
        yield
    finally:
        for (kind, name), function in (originals | made).items():
            setattr(kind, name, staticmethod(function) if (kind, name) in made else function)


def reading(side):
    """What an image is read by: all of it, a layer alone, and where its pixels lie."""
    from bottega_gimp import canvas, client, moved, pixels, traces

    image = tools.picture(side, side)
    tools.layer(image, side, side)
    display = Gimp.Display.new(image)
    settle()
    bounds = client.Extent(side, side).bounds
    with call_by_call(side, ", read"):
        canvas.visible(image, bounds, pixels.PREVIEW)
        canvas.alone(image.get_layers()[0], bounds, pixels.PREVIEW)
    was = moved.seen(image)
    for name, function, given in (
        ("asking", moved.seen, (image,)),
        ("inserting", moved.since, (image, was)),
    ):
        around(f"own process, {side}²: where its pixels lie, {name}", function, own)(*given)
        around(f"GIMP, {side}²: where its pixels lie, {name}, all calls", function, used)(*given)
    image.crop(side // 2, side // 2, side // 3, side // 3)
    around(f"own process, {side}²: pixels found again after a crop", traces.step, own)(image, was.runs)
    around(f"GIMP, {side}²: pixels found again after a crop, all calls", traces.step, used)(image, was.runs)
    display.delete()


def steps(side):
    """The same, call by call; then into an image that was scaled to twice the size meanwhile."""
    from bottega_gimp import client, laying, moved, wishes

    image = tools.picture(side, side)
    display = Gimp.Display.new(image)
    settle()
    made = client.Pixels(side, side, 3, "u8", "srgb", os.urandom(side * side * 3))
    mask = client.Pixels(side, side, 1, "u8", "data", b"\x80" * (side * side))
    picture = client.Picture("", 0, 7, made, None)
    flush = around(f"GIMP, {side}²: displays_flush", Gimp.displays_flush, used)
    was, wish = moved.seen(image), wishes.Wish("generate", {"prompt": "steps"})
    place = laying.Place(image, image.get_layers()[0], client.Extent(side, side).bounds, mask, was=was)
    with call_by_call(side):
        laying.lay(place, wish, [picture])
        flush()
    image.scale(2 * side, 2 * side)
    settle()
    with call_by_call(side, " to twice the size"):
        laying.lay(place, wish, [picture])
    assert image.get_layers()[0].get_width() == 2 * side
    display.delete()


def frames(clock):
    """The milliseconds of each frame that GTK lays out and draws in this process from now on."""
    found, begun = [], [0.0]

    def after(_):
        found.append(own() - begun[0])
        note("panel: GTK's own layout and drawing of one frame", found[-1])

    clock.connect("before-paint", lambda _: begun.__setitem__(0, own()))
    clock.connect("after-paint", after)
    return found


def panel(side):
    """A panel in this process paints, from the click to the candidates."""
    from bottega_gimp import panel as window
    from bottega_gimp import panel_history, panel_jobs, pixels

    image = tools.picture(side, side)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 100, 100, side // 8, side // 8)
    host = f"panel: GIMP's own call, image of {side}²: "
    get, seen = pixels._get, Gimp.Layer.new_from_visible
    pixels._get = around(host + "Gegl.Buffer.get", get, own)
    Gimp.Layer.new_from_visible = staticmethod(around(host + "Layer.new_from_visible", seen, own))
    timed = [
        (window.Panel, "_submit"), (window.Panel, "_beat"), (window.Panel, "_refresh"), (window.Panel, "_show_form"),
        (panel_history.HistoryBox, "refresh"), (panel_jobs.JobsBox, "refresh"),
    ]  # fmt: skip
    originals = [getattr(kind, name) for kind, name in timed]
    for (kind, name), function in zip(timed, originals, strict=True):
        setattr(kind, name, around(f"panel: {kind.__name__}.{name}, image of {side}²", function, own))
    shown = tools.panel(image)
    for kind in ("inpaint", "generate", "outpaint", "inpaint"):
        shown._kinds.set_active_id(kind)
    form = shown._shown()
    for name, value in (("prompt", "moss"), ("steps", 1), ("count", 1)):
        form.config.set_property(name, value)
    known = {job["number"] for job in jobs()}
    drawing = frames(shown._window.get_window().get_frame_clock())
    tools.button(shown._window, "_Paint").clicked()
    ended = ("done", "failed", "cancelled")
    while not [job for job in jobs() if job["number"] not in known and job["state"] in ended]:
        begun, drawn = own(), sum(drawing)
        GLib.MainContext.default().iteration(False)
        note("panel: any turn of its loop after the click, without GTK's frames", own() - begun - sum(drawing) + drawn)
        time.sleep(0.002)
    assert not shown._note.get_text(), shown._note.get_text()
    shown._window.destroy()
    image.delete()
    pixels._get, Gimp.Layer.new_from_visible = get, staticmethod(seen)
    for (kind, name), function in zip(timed, originals, strict=True):
        setattr(kind, name, function)
