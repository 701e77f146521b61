"""How it stands with the daemon, a button that starts one, and the address of another."""

from __future__ import annotations

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import Gtk  # noqa: E402

from . import host  # noqa: E402
from .bench import Bench  # noqa: E402
from .dialog import standing  # noqa: E402
from .form import SPACE  # noqa: E402
from .words import _  # noqa: E402


class ConnectionBox(Gtk.Box):
    """The first lines of the panel."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        self._bench = bench
        self._status = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=40)
        self._start = Gtk.Button(label=_("Start the daemon"), no_show_all=True)
        self._start.connect("clicked", lambda _button: bench.session.start_daemon())
        line = Gtk.Box(spacing=SPACE)
        line.pack_start(self._status, True, True, 0)
        line.pack_start(self._start, False, False, 0)
        self.pack_start(line, False, False, 0)
        self.pack_start(self._addresses(), False, False, 0)

    def refresh(self) -> None:
        """Show it as it is."""
        connection = self._bench.session.connection
        self._status.set_text(standing(connection))
        self._start.set_visible(connection.startable)

    def _addresses(self) -> Gtk.Expander:
        chosen = host.settings()
        labels = {"address": _("Address"), "token": _("Token"), "person": _("Your name")}
        fields = {name: Gtk.Entry(text=getattr(chosen, name)) for name in labels}
        fields["address"].set_placeholder_text(_("this computer's own"))
        fields["token"].set_visibility(False)
        grid = Gtk.Grid(row_spacing=SPACE, column_spacing=SPACE)
        for row, (name, label) in enumerate(labels.items()):
            grid.attach(Gtk.Label(label=label, xalign=0.0), 0, row, 1, 1)
            fields[name].set_hexpand(True)
            grid.attach(fields[name], 1, row, 1, 1)
        connect = Gtk.Button(label=_("Connect"))
        connect.connect(
            "clicked",
            lambda _b: self._bench.reconnect(host.Settings(**{n: f.get_text().strip() for n, f in fields.items()})),
        )
        grid.attach(connect, 1, len(labels), 1, 1)
        expander = Gtk.Expander(label=_("Another daemon"))
        expander.add(grid)
        return expander
