"""The dialog of a procedure: its arguments, how the daemon is, and a preview of what would be sent."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gimp, GimpUi, GLib, Gtk  # noqa: E402

from . import sights  # noqa: E402
from .arguments import Procedure  # noqa: E402
from .asking import ask  # noqa: E402
from .client import BottegaError, Connection, Generate, messages  # noqa: E402
from .form import SPACE, Form  # noqa: E402
from .laying import made_with  # noqa: E402
from .running import Call, Desk  # noqa: E402
from .styles import PresetsBox  # noqa: E402
from .wishes import Wish  # noqa: E402
from .words import _  # noqa: E402

SIDE = 192
PAUSE = 300
"""Milliseconds without a change until the preview is made anew."""


class Dialog:
    """One showing of the dialog. `call_of` reads the config as it stands."""

    def __init__(
        self,
        made: Gimp.Procedure,
        procedure: Procedure,
        config: Gimp.ProcedureConfig,
        desk: Desk,
        call_of: Callable[[], Call],
    ) -> None:
        GimpUi.init("bottega_gimp")
        self._config, self._desk, self._call_of = config, desk, call_of
        self._form = Form(procedure, config)
        self._presets = PresetsBox(lambda: desk.session, lambda: self._form, self._say)
        self._status = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=28)
        self._picture, self._facts = Gtk.Image(), Gtk.Label(xalign=0.0, wrap=True, max_width_chars=28)
        self._start = Gtk.Button(label=_("Start the daemon"), no_show_all=True)
        self._start.connect("clicked", lambda _button: desk.session.start_daemon())
        self._window = GimpUi.ProcedureDialog.new(made, config, f"Bottega: {_(procedure.label).rstrip('…')}")
        self._window.set_ok_label(_("_Paint"))
        self._timer = 0
        self._put_together(procedure)
        desk.listeners.append(self._refresh)
        config.connect("notify", lambda *_changed: self._soon())

    def ask(self) -> bool:
        """Show it; whether the artist wants the picture."""
        self._refresh()
        self._form.prompt.grab_focus()
        wanted = self._window.run()
        self._desk.listeners.remove(self._refresh)
        self._window.destroy()
        if self._timer:
            GLib.source_remove(self._timer)
        return wanted

    def _put_together(self, procedure: Procedure) -> None:
        side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        side.pack_start(Gtk.Label(label=_("What is sent"), xalign=0.0), False, False, 0)
        for each in (self._picture, self._facts):
            side.pack_start(each, False, False, 0)
        for each in (self._start, self._status):
            side.pack_end(each, False, False, 0)
        side.set_size_request(SIDE + 2 * SPACE, -1)
        if again := self._again():
            button = Gtk.Button(label=_("Use the layer's settings again"))
            button.connect("clicked", lambda _button: self._form.use(again))
            side.pack_end(button, False, False, 0)
        asked = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        asked.pack_start(self._presets, False, False, 0)
        asked.pack_start(self._form, True, True, 0)
        both = Gtk.Box(spacing=2 * SPACE, border_width=2 * SPACE)
        both.pack_start(asked, True, True, 0)
        both.pack_start(side, False, False, 0)
        area = self._window.get_content_area()
        area.pack_start(both, True, True, 0)
        in_panel = GimpUi.prop_check_button_new(self._config, "in-panel", _("Go on working meanwhile"))
        in_panel.set_margin_start(2 * SPACE)
        area.pack_start(in_panel, False, False, 0)
        area.show_all()

    def _again(self) -> Wish | None:
        """What the selected layer or the image was made with, by this procedure."""
        call = self._call_of()
        found = (made_with(holder) for holder in (*call.layers, call.image) if holder is not None)
        return next((wish for wish in found if wish and wish.kind == call.wish.kind), None)

    def _say(self, text: str) -> None:
        """What is wrong with a preset."""
        if text:
            self._facts.set_text(text)

    def _refresh(self) -> None:
        """The connection or the catalog is another."""
        connection = self._desk.session.connection
        self._status.set_text(standing(connection))
        self._start.set_visible(connection.startable)
        self._form.fill_menus(self._desk.session.known_catalog)
        self._soon()

    def _soon(self) -> None:
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(PAUSE, self._preview)

    def _preview(self) -> bool:
        self._timer = 0
        catalog = self._desk.session.known_catalog
        if catalog is not None:
            picture, facts = preview(self._call_of(), catalog)
            self._picture.set_from_pixbuf(picture)
            self._facts.set_text(facts)
        return False


def preview(call: Call, catalog: messages.Catalog) -> tuple[object | None, str]:
    """A small picture of what a call would send, and its sizes; or what is wrong with it."""
    try:
        asked = ask(call.wish, catalog, call.image, call.layers, call.control)
    except BottegaError as error:
        return None, str(error)
    task = asked.task
    size = f"{task.width} × {task.height}" if task.width else _("the model's own size")
    if isinstance(task, Generate):
        return sights.of_task(task, SIDE), _("Painted at {size}").format(size=size)
    sent = f"{task.picture.width} × {task.picture.height}"
    return sights.of_task(task, SIDE), _("{sent} pixels, painted at {size}").format(sent=sent, size=size)


def standing(connection: Connection) -> str:
    """How it stands with the daemon, in words."""
    if connection.state == "connected":
        name = connection.server.name if connection.server else ""
        return _("Connected with {name}").format(name=name or "Bottega")
    if connection.error:
        return f"{connection.error.message} {connection.error.remedy}".strip()
    return {"starting": _("The daemon is starting …")}.get(connection.state, _("Connecting …"))
