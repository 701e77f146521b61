"""What was made before, as small pictures: to use its settings again, or to have it once more."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")

from gi.repository import GdkPixbuf, Gimp, Gtk  # noqa: E402

from . import sights  # noqa: E402
from .arguments import BY_NAME  # noqa: E402
from .bench import Bench  # noqa: E402
from .client import Entry  # noqa: E402
from .form import SPACE  # noqa: E402
from .remembering import wish_for  # noqa: E402
from .wishes import Wish  # noqa: E402
from .words import _, said  # noqa: E402

SIDE = 72


class HistoryBox(Gtk.Expander):
    """Pictures, the newest first, and what can be done with the chosen one."""

    def __init__(
        self,
        bench: Bench,
        use: Callable[[Wish], None],
        image: Callable[[], Gimp.Image | None],
        say: Callable[[str], object],
    ) -> None:
        super().__init__(label=_("History"))

        def once_more(entry: Entry) -> None:
            say("")
            bench.again(entry, image(), lambda error: say(said(error)))

        self._bench, self._entries = bench, list[Entry]()
        self._store = Gtk.ListStore(GdkPixbuf.Pixbuf, str)
        self._view = Gtk.IconView(model=self._store, pixbuf_column=0, tooltip_column=1, item_padding=2, columns=4)
        self._view.set_size_request(-1, 2 * SIDE)
        again = Gtk.Button(label=_("Use again"))
        again.connect("clicked", lambda _button: self._each(lambda entry: use(wish_for(entry))))
        insert = Gtk.Button(label=_("Insert again"))
        insert.connect("clicked", lambda _button: self._each(once_more))
        buttons = Gtk.Box(spacing=SPACE)
        for button in (again, insert):
            buttons.pack_start(button, True, True, 0)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        frame = Gtk.ScrolledWindow(min_content_height=2 * SIDE)
        frame.add(self._view)
        for each in (frame, buttons):
            box.pack_start(each, False, False, 0)
        self.add(box)

    def refresh(self) -> None:
        """Show what there is."""
        if self._bench.history is self._entries:
            return
        self._entries = self._bench.history
        self._store.clear()
        for entry in self._entries:
            small = sights.of_file(entry.thumbnails[0], SIDE) if entry.thumbnails else None
            self._store.append([small, _told(entry).replace("&", "&amp;").replace("<", "&lt;")])

    def _each(self, do: Callable[[Entry], object]) -> None:
        for path in self._view.get_selected_items():
            do(self._entries[path.get_indices()[0]])


def _told(entry: Entry) -> str:
    """What was asked for and its seeds, or what was done without them."""
    asked = BY_NAME.get(str(entry.parameters.get("procedure")))
    if asked and not asked.paints:
        return _(asked.label).rstrip("…")
    return f"{entry.parameters.get('prompt', '')} ({', '.join(map(str, entry.seeds))})"
