"""The panel: a window beside the image with a form, the queue, step previews, candidates and the history.

It is a process of its own that reads images and asks the queue how its jobs stand; closing it ends nothing.
"""

from __future__ import annotations

import logging
import sys
from types import TracebackType

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gdk, Gimp, GimpUi, GLib, Gtk  # noqa: E402

from . import habits  # noqa: E402
from .arguments import BY_KIND, PROCEDURES, Procedure  # noqa: E402
from .asking import ask, call_in  # noqa: E402
from .bench import Bench  # noqa: E402
from .board import hide_panel, show_panel  # noqa: E402
from .canvas import is_scratch  # noqa: E402
from .client import BottegaError  # noqa: E402
from .connecting import ConnectionBox  # noqa: E402
from .form import SPACE, Form  # noqa: E402
from .laying import made_with  # noqa: E402
from .panel_history import HistoryBox  # noqa: E402
from .panel_jobs import JobsBox  # noqa: E402
from .styles import PresetsBox  # noqa: E402
from .wishes import Wish  # noqa: E402
from .words import _, said  # noqa: E402

log = logging.getLogger(__name__)

NEW = "new"
BEAT = 200
"""Milliseconds between looks at the queue."""


class Panel:
    """The window. `image` is the one that it paints into first."""

    def __init__(self, image: Gimp.Image | None) -> None:
        GimpUi.init("bottega_gimp")
        show_panel()
        self._bench = Bench(self._refresh)
        self._forms: dict[str, Form] = {}
        self._first, self._known = habits.known()
        """What was last asked for in a panel: of which kind, and how."""
        self._version = ""
        self._trouble = ""
        """What the last look at the queue met with."""
        self._closed = False
        self._loop, self._hook = GLib.MainLoop(), sys.excepthook
        self._window = Gtk.Window(title=_("Bottega Panel"), type_hint=Gdk.WindowTypeHint.UTILITY)
        self._window.set_default_size(380, 800)
        self._window.set_keep_above(True)
        self._window.connect("destroy", lambda _window: self._ended())
        self._window.connect("focus-in-event", lambda *_event: self._list_images())
        self._kinds, self._images, self._stack = Gtk.ComboBoxText(), Gtk.ComboBoxText(), Gtk.Stack()
        self._paint = Gtk.Button.new_with_mnemonic(_("_Paint"))
        self._paint.set_can_default(True)
        self._where = Gtk.Label()
        self._note = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=44, no_show_all=True)
        self._connection = ConnectionBox(self._bench)
        self._presets = PresetsBox(lambda: self._bench.session, self._shown, self._say)
        self._jobs = JobsBox(self._bench, self.use)
        self._history = HistoryBox(self._bench, self.use, self._image, self._say)
        self._put_together()
        self._list_images(image)

    def stay(self) -> None:
        """Show it, and return when it is closed."""
        self.show()
        self._loop.run()

    def show(self) -> None:
        """Put it on the screen; it lives by the main thread's loop, and says what goes wrong in it."""
        self._hook, sys.excepthook = sys.excepthook, self._wrong
        self._window.show_all()
        self._refresh()
        self._window.present()
        self._shown().focus()
        GLib.timeout_add(BEAT, self._beat)

    def _ended(self) -> None:
        self._closed = True
        sys.excepthook = self._hook
        hide_panel()
        try:
            self._keep()
        finally:
            self._bench.close()
            self._loop.quit()

    def use(self, wish: Wish) -> None:
        """Fill the form with what was asked for before."""
        self._kinds.set_active_id(wish.kind)
        self._say(self._form(wish.procedure).use_again(wish, self._image()))

    def _put_together(self) -> None:
        for each in PROCEDURES:
            self._kinds.append(each.kind, _(each.label).rstrip("…"))
        self._kinds.connect("changed", lambda _combo: self._show_form())
        self._paint.connect("clicked", lambda _button: self._submit())
        again = Gtk.Button.new_from_icon_name("edit-redo-symbolic", Gtk.IconSize.BUTTON)
        again.set_tooltip_text(_("Use the layer's settings again"))
        again.connect("clicked", lambda _button: self._use_layer())
        head = _line((self._kinds, True), (again, False))
        where = _line((self._where, False), (self._images, True))
        self._stack.set_vhomogeneous(False)
        box = _column(self._connection, head, self._presets, self._stack, self._jobs, self._history)
        frame = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        frame.add(box)
        whole = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        whole.pack_start(frame, True, True, 0)
        whole.pack_end(_column(self._note, where, self._paint), False, False, 0)
        self._window.add(whole)
        self._window.set_default(self._paint)
        self._kinds.set_active_id(self._first if self._first in BY_KIND else PROCEDURES[0].kind)

    def _form(self, procedure: Procedure) -> Form:
        if procedure.kind not in self._forms:
            config = Gimp.get_pdb().lookup_procedure(procedure.name).create_config()
            form = self._forms[procedure.kind] = Form(procedure, config)
            if procedure.kind in self._known:
                form.use(self._known[procedure.kind])
            form.show_all()
            form.fill_menus(self._bench.session.known_catalog)
            self._stack.add_named(form, procedure.kind)
        return self._forms[procedure.kind]

    def _shown(self) -> Form:
        (procedure,) = [each for each in PROCEDURES if each.kind == self._kinds.get_active_id()]
        return self._form(procedure)

    def _show_form(self) -> None:
        form = self._shown()
        self._paint.set_label(form.verb)
        self._where.set_text(_("Into") if form.procedure.paints else _("Of"))
        self._stack.set_visible_child_name(self._kinds.get_active_id())

    def _list_images(self, wanted: Gimp.Image | None = None) -> None:
        """Offer the images that are open; the chosen one stays while it is."""
        images = {str(each.get_id()): each.get_name() for each in Gimp.get_images() if not is_scratch(each)}
        chosen = str(wanted.get_id()) if wanted is not None else self._images.get_active_id()
        self._images.remove_all()
        for number, name in images.items():
            self._images.append(number, name)
        self._images.append(NEW, _("A new image"))
        self._images.set_active_id(chosen if chosen in images or chosen == NEW else next(iter(images), NEW))

    def _image(self) -> Gimp.Image | None:
        """The image to paint into; None for a new one."""
        chosen = self._images.get_active_id()
        if not chosen or chosen == NEW or not Gimp.Image.id_is_valid(int(chosen)):
            return None
        return Gimp.Image.get_by_id(int(chosen))

    def _submit(self) -> None:
        form, image = self._shown(), self._image()
        call = call_in(form.procedure, form.config, image, image.get_selected_drawables() if image is not None else ())
        catalog = self._bench.session.known_catalog
        try:
            if catalog is None:
                raise BottegaError(_("The daemon does not answer."), remedy=_("Start it with `bottega serve`."))
            self._say("")
            self._bench.send(call.wish, ask(call, catalog), lambda error: self._say(said(error)))
        except BottegaError as error:
            self._say(said(error))
        self._keep()  # GIMP's end is this process's, without a word

    def _keep(self) -> None:
        """Note what the forms say, for the next panel."""
        self._known |= {kind: form.wish() for kind, form in self._forms.items()}
        habits.keep(self._kinds.get_active_id() or "", self._known.values())

    def _use_layer(self) -> None:
        image = self._image()
        holders = [*image.get_selected_layers(), image] if image is not None else []
        for wish in filter(None, map(made_with, holders)):
            return self.use(wish)
        return self._say(_("The selected layer was not painted by Bottega."))

    def _say(self, text: str) -> None:
        self._note.set_text(text)
        self._note.set_visible(bool(text))

    def _beat(self) -> bool:
        if self._closed:
            return False
        try:
            self._look()
        except Exception as error:  # noqa: BLE001  # whatever it is: a timer that raises is none any more
            if _words(error) != self._trouble:
                self._trouble = _words(error)
                self._wrong(type(error), error, error.__traceback__)
        else:
            if self._trouble and self._note.get_text() == self._trouble:
                self._say("")
            self._trouble = ""
        return True

    def _look(self) -> None:
        """See how the queue stands, and whether the panel is wanted in front."""
        shown = self._bench.look()
        if shown is not None:
            image = Gimp.Image.get_by_id(shown) if shown and Gimp.Image.id_is_valid(shown) else None
            self._list_images(image)
            self._window.present()

    def _wrong(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Tell what a callback has raised: GTK has nobody but Python's last hook to tell it."""
        if not isinstance(error, BottegaError):
            log.error("the panel", exc_info=(kind, error, trace))
        self._say(_words(error))

    def _refresh(self) -> None:
        catalog = self._bench.session.known_catalog
        if catalog and catalog.version != self._version:
            self._version = catalog.version
            for form in self._forms.values():
                form.fill_menus(catalog)
        for each in (self._connection, self._jobs, self._history):
            each.refresh()


def _words(error: BaseException) -> str:
    return said(error) if isinstance(error, BottegaError) else f"{type(error).__name__}: {error}"


def _line(*widgets: tuple[Gtk.Widget, bool]) -> Gtk.Box:
    """Widgets beside each other; those that are true take what room there is."""
    box = Gtk.Box(spacing=SPACE)
    for widget, wide in widgets:
        box.pack_start(widget, wide, wide, 0)
    return box


def _column(*widgets: Gtk.Widget) -> Gtk.Box:
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE, border_width=2 * SPACE)
    for widget in widgets:
        box.pack_start(widget, False, False, 0)
    return box
