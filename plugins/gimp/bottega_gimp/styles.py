"""Presets: a form's settings kept under a name, for every procedure that has such arguments, in dialogs and panel."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import Gtk  # noqa: E402

from . import host  # noqa: E402
from .client import BottegaError, NotFound, Presets, Session  # noqa: E402
from .form import SPACE, Form  # noqa: E402
from .wishes import preset_of, styled  # noqa: E402
from .words import _, said  # noqa: E402


class PresetsBox(Gtk.Box):
    """A menu of presets, whose entry names one to keep. `say` shows what went wrong."""

    def __init__(self, session: Callable[[], Session], form: Callable[[], Form], say: Callable[[str], object]) -> None:
        super().__init__(spacing=SPACE)
        self._session, self._form, self._say = session, form, say
        self._kept = Presets(host.folder() / "presets")
        self.menu = Gtk.ComboBoxText.new_with_entry()
        self.menu.get_child().set_placeholder_text(_("Name of a preset"))
        self.menu.set_tooltip_text(_("Choose a preset, or name the settings below to keep them"))
        self.menu.connect("changed", lambda _menu: self._choose())
        self.pack_start(Gtk.Label(label=_("Preset")), False, False, 0)
        self.pack_start(self.menu, True, True, 0)
        for icon, words, do in (
            ("document-save-symbolic", _("Keep these settings under this name"), self._keep),
            ("edit-delete-symbolic", _("Remove this preset"), self._remove),
        ):
            button = Gtk.Button.new_from_icon_name(icon, Gtk.IconSize.BUTTON)
            button.set_tooltip_text(words)
            button.connect("clicked", lambda _button, do=do: do())
            self.pack_start(button, False, False, 0)
        self.refresh()

    def refresh(self) -> None:
        """List what there is, in whichever window it was kept."""
        self._session().in_background(self._kept.names, self._fill, self._wrong)

    def _fill(self, names: list[str]) -> None:
        self.menu.remove_all()
        for name in names:
            self.menu.append_text(name)

    def _choose(self) -> None:
        """Use what was chosen in the list; names that are being typed are not looked up."""
        name = self.menu.get_active_text()
        if self.menu.get_active() >= 0 and name:
            self._session().in_background(lambda: self._kept.load(name), self._use, self._wrong)

    def _use(self, preset: dict[str, object]) -> None:
        form = self._form()
        form.use(styled(form.wish(), preset))
        self._say("")

    def _keep(self) -> None:
        name, preset = self.menu.get_active_text().strip(), preset_of(self._form().wish())
        self._session().in_background(lambda: self._kept.save(name, preset), lambda _done: self._changed(), self._wrong)

    def _remove(self) -> None:
        name = self.menu.get_active_text().strip()
        self.menu.get_child().set_text("")
        self._session().in_background(lambda: self._kept.remove(name), lambda _done: self._changed(), self._wrong)

    def _changed(self) -> None:
        self._say("")
        self.refresh()

    def _wrong(self, error: Exception) -> None:
        self._say(said(error) if isinstance(error, BottegaError) else str(error))
        if isinstance(error, NotFound):  # another window has removed it
            self.refresh()
