"""The dialog of a procedure: its arguments, how the daemon is, and a preview of what would be sent."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gimp, GimpUi, GLib, Gtk  # noqa: E402

from .arguments import Procedure  # noqa: E402
from .asking import Call, draft  # noqa: E402
from .client import BottegaError, Connection, messages  # noqa: E402
from .form import SPACE, Form  # noqa: E402
from .glances import SIDE, Glances  # noqa: E402
from .laying import made_with  # noqa: E402
from .running import Desk  # noqa: E402
from .styles import PresetsBox  # noqa: E402
from .wishes import Wish  # noqa: E402
from .words import _, said  # noqa: E402

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
        self._status, self._facts, self._note = (
            Gtk.Label(xalign=0.0, wrap=True, max_width_chars=28) for _label in range(3)
        )
        self._picture, self._glances = Gtk.Image(), Glances()
        self._start = Gtk.Button(label=_("Start the daemon"), no_show_all=True)
        self._start.connect("clicked", lambda _button: desk.session.start_daemon())
        self._window = GimpUi.ProcedureDialog.new(made, config, f"Bottega: {_(procedure.label).rstrip('…')}")
        self._window.set_ok_label(self._form.verb)
        self._window.connect("focus-in-event", lambda *_event: self._looked_elsewhere())
        self._timer = 0
        self._put_together(procedure)
        desk.listeners.append(self._refresh)
        config.connect("notify", lambda *_changed: self._soon())

    def ask(self) -> bool:
        """Show it; whether the artist wants the picture."""
        self._refresh()
        self._form.focus()
        wanted = self._window.run()
        self._desk.listeners.remove(self._refresh)
        self._window.destroy()
        self._glances.forget()
        if self._timer:
            GLib.source_remove(self._timer)
        return wanted

    def _put_together(self, procedure: Procedure) -> None:
        side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        side.pack_start(Gtk.Label(label=_("What is sent"), xalign=0.0), False, False, 0)
        for each in (self._picture, self._facts, self._note):
            side.pack_start(each, False, False, 0)
        for each in (self._start, self._status):
            side.pack_end(each, False, False, 0)
        side.set_size_request(SIDE + 2 * SPACE, -1)
        if again := self._again():
            button = Gtk.Button(label=_("Use the layer's settings again"))
            button.connect("clicked", lambda _button: self._say(self._form.use_again(again, self._call_of().image)))
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
        """What is wrong with settings that were to be used."""
        self._note.set_text(text)

    def _refresh(self) -> None:
        """The connection or the catalog is another."""
        connection = self._desk.session.connection
        self._status.set_text(standing(connection))
        self._start.set_visible(connection.startable)
        self._form.fill_menus(self._desk.session.known_catalog)
        self._soon()

    def _looked_elsewhere(self) -> None:
        """The image may be another one: nobody paints in it while this window has the keys."""
        self._glances.forget()
        self._soon()

    def _soon(self) -> None:
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(PAUSE, self._preview)

    def _preview(self) -> bool:
        self._timer = 0
        catalog = self._desk.session.known_catalog
        if catalog is not None:
            picture, facts = preview(self._call_of(), catalog, self._glances)
            self._picture.set_from_pixbuf(picture)
            self._facts.set_text(facts)
        return False


def preview(call: Call, catalog: messages.Catalog, glances: Glances) -> tuple[object | None, str]:
    """A small picture of what a call would send, and its sizes; or what is wrong with it."""
    try:
        found = draft(call, catalog, glances.holes)
    except BottegaError as error:
        return None, said(error)
    size = f"{found.size.width} × {found.size.height}" if found.size else _("the model's own size")
    if call.image is None or found.sent is None:
        return None, _("Painted at {size}").format(size=size)
    sent = f"{found.sent.width} × {found.sent.height}"
    paints = call.wish.procedure.paints
    words = _("{sent} pixels, painted at {size}") if paints else _("{sent} pixels, enlarged to {size}")
    return glances.picture(found, call.image), words.format(sent=sent, size=size)


def standing(connection: Connection) -> str:
    """How it stands with the daemon, in words."""
    if connection.state == "connected":
        name = connection.server.name if connection.server else ""
        return _("Connected with {name}").format(name=name or "Bottega")
    if connection.error:
        return said(connection.error)
    return {"starting": _("The daemon is starting …")}.get(connection.state, _("Connecting …"))
