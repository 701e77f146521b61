"""A procedure's arguments as widgets, in a dialog and in the panel: GIMP's own ones, over the same table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gdk, Gimp, GimpUi, Gtk  # noqa: E402

from .arguments import Argument, Procedure  # noqa: E402
from .client import messages  # noqa: E402
from .leading import found  # noqa: E402
from .wishes import CONTROL, Wish, wish_in  # noqa: E402
from .words import _  # noqa: E402

SPACE = 6
PAIRS = {"width": "height", "left": "right", "top": "bottom", "control-start": "control-end"}
"""Arguments that stand beside each other, the second without a line of its own."""
DECIMALS = 2


class Form(Gtk.Box):
    """Rows for one procedure; what is typed goes into its config at once."""

    def __init__(self, procedure: Procedure, config: Gimp.ProcedureConfig) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        self.procedure = procedure
        self.config = config
        self._menus: dict[str, Gtk.ListStore] = {}
        self._widgets: list[Gtk.Widget] = []
        """Of the rows below the prompts."""
        self._loras = Gtk.MenuButton(label=_("Add a LoRA"), no_show_all=True)
        rows = [each for each in procedure.arguments if each.name != "in-panel"]
        self.verb = _("_Paint") if procedure.paints else _("_Enlarge")
        """What the button says that does it."""
        self._prompts([each for each in rows if each.name.endswith("prompt")])
        rows = [each for each in rows if not each.name.endswith("prompt")]
        self.pack_start(self._grid(each for each in rows if not each.advanced), False, False, 0)
        if advanced := [each for each in rows if each.advanced]:
            more = Gtk.Expander(label=_("More"))
            more.add(self._grid(advanced))
            self.pack_start(more, False, False, 0)
        self.connect("key-press-event", _paint_on_control_return)

    def wish(self) -> Wish:
        """What the form says."""
        return wish_in(self.procedure, self.config)

    def focus(self) -> None:
        """The keys go to the prompt, else to the first row."""
        first = self.prompt if self.procedure.paints else self._widgets[0]
        first.grab_focus()

    def use(self, wish: Wish) -> None:
        """Fill the form."""
        for each in wish.procedure.plain:
            self.config.set_property(each.name, wish[each.name])

    def use_again(self, wish: Wish, image: Gimp.Image | None) -> str:
        """Fill the form, with the control layer too; gives what is missing, in words."""
        self.use(wish)
        if not any(each.name == CONTROL for each in self.procedure.arguments):
            return ""
        layer = found(wish.led_by, image) if wish.led_by else None
        self.config.set_property(CONTROL, layer)
        if layer is not None or not wish.led_by:
            return ""
        return _("The control layer “{name}” is no longer there.").format(name=wish.led_by.get("name", ""))

    def fill_menus(self, catalog: messages.Catalog | None) -> None:
        """Offer what the daemon has; what was chosen stays, known or not."""
        for name, store in self._menus.items():
            chosen = self.config.get_property(name) or ""
            store.clear()
            store.append(["", _("Default")])
            entries = choices(catalog, name) if catalog else []
            for each in entries:
                store.append(list(each))
            if chosen and chosen not in [value for value, _label in entries]:
                store.append([chosen, chosen])
            self.config.set_property(name, chosen)
            self.config.notify(name)
        if self.procedure.paints:
            self._fill_loras(catalog)

    def _prompts(self, rows: Iterable[Argument]) -> None:
        for each in rows:
            label = Gtk.Label(label=_(each.label), xalign=0.0)
            head = Gtk.Box(spacing=SPACE)
            head.pack_start(label, True, True, 0)
            if each.kind == "text":
                head.pack_end(self._loras, False, False, 0)
            self.pack_start(head, False, False, 0)
            widget = self._text(each) if each.kind == "text" else GimpUi.prop_entry_new(self.config, each.name, -1)
            widget.set_tooltip_text(_(each.blurb))
            self.pack_start(widget, each.kind == "text", True, 0)

    def _text(self, each: Argument) -> Gtk.Widget:
        self.prompt = Gtk.TextView(buffer=GimpUi.prop_text_buffer_new(self.config, each.name, -1))
        self.prompt.set_wrap_mode(Gtk.WrapMode.WORD_CHAR)
        self.prompt.set_accepts_tab(False)
        self.prompt.connect("key-press-event", _paint_on_control_return)
        frame = Gtk.ScrolledWindow(shadow_type=Gtk.ShadowType.IN)
        frame.set_size_request(320, 72)
        frame.add(self.prompt)
        return frame

    def _grid(self, rows: Iterable[Argument]) -> Gtk.Grid:
        grid = Gtk.Grid(row_spacing=SPACE, column_spacing=SPACE)
        listed = {each.name: each for each in rows}
        seconds = {PAIRS[name] for name in listed if name in PAIRS}
        for line, each in enumerate(each for name, each in listed.items() if name not in seconds):
            second = listed.get(PAIRS.get(each.name, ""))
            words = f"{_(each.label)} / {_(second.label)}" if second else _(each.label)
            grid.attach(Gtk.Label(label=words, xalign=0.0), 0, line, 1, 1)
            box = Gtk.Box(spacing=SPACE)
            for one in filter(None, (each, second)):
                widget = _BUILD[one.kind](self, one)
                widget.set_tooltip_text(_(one.blurb))
                box.pack_start(widget, True, True, 0)
                self._widgets.append(widget)
            box.set_hexpand(True)
            grid.attach(box, 1, line, 1, 1)
        return grid

    def _spin(self, each: Argument) -> Gtk.Widget:
        whole = each.kind == "int"
        step = 1 if whole else 0.05 if each.most <= 2 else 0.5
        spin = GimpUi.prop_spin_button_new(self.config, each.name, step, step * 10, 0 if whole else DECIMALS)
        spin.connect("key-press-event", _paint_on_control_return)  # before GIMP's own, which only leaves the field
        return spin

    def _choice(self, each: Argument) -> Gtk.Widget:
        return GimpUi.prop_choice_combo_box_new(self.config, each.name)

    def _menu(self, each: Argument) -> Gtk.Widget:
        self._menus[each.name] = store = Gtk.ListStore(str, str)
        store.append(["", _("Default")])
        combo = GimpUi.prop_string_combo_box_new(self.config, each.name, store, 0, 1)
        combo.set_button_sensitivity(Gtk.SensitivityType.ON)  # while it is filled anew it would lose the keys
        return combo

    def _seed(self, each: Argument) -> Gtk.Widget:
        entry = GimpUi.prop_entry_new(self.config, each.name, 10)
        entry.set_placeholder_text(_("drawn"))
        entry.set_icon_from_icon_name(Gtk.EntryIconPosition.SECONDARY, "edit-clear-symbolic")
        entry.set_icon_tooltip_text(Gtk.EntryIconPosition.SECONDARY, _("Draw one"))
        entry.connect("icon-press", lambda *_press: self.config.set_property(each.name, ""))
        return entry

    def _layer(self, each: Argument) -> Gtk.Widget:
        box = Gtk.Box(spacing=SPACE)
        chooser = GimpUi.prop_drawable_chooser_new(self.config, each.name, _(each.label))
        label = chooser.get_label()  # its own, beside ours
        label.set_no_show_all(True)
        label.hide()
        none = Gtk.Button.new_from_icon_name("edit-clear-symbolic", Gtk.IconSize.BUTTON)
        none.set_tooltip_text(_("No control layer"))
        none.connect("clicked", lambda _button: self.config.set_property(each.name, None))
        box.pack_start(chooser, True, True, 0)
        box.pack_start(none, False, False, 0)
        return box

    def _fill_loras(self, catalog: messages.Catalog | None) -> None:
        loras = catalog.loras if catalog else []
        menu = Gtk.Menu()
        for each in loras:
            words = ", ".join(each.trigger_words[:3])
            item = Gtk.MenuItem(label=f"{each.name}: {words}" if words else each.name)
            item.connect("activate", lambda _item, text: self._insert(text), f" <lora:{each.name}:1> {words}")
            menu.append(item)
        menu.show_all()
        self._loras.set_popup(menu)
        self._loras.set_visible(bool(loras))

    def _insert(self, text: str) -> None:
        buffer = self.prompt.get_buffer()
        buffer.insert(buffer.get_end_iter(), text.rstrip())


def _paint_on_control_return(widget: Gtk.Widget, event: Gdk.EventKey) -> bool:
    """Ctrl+Return is the window's button, also on a menu, which GTK would open instead."""
    window = widget.get_toplevel()
    button, focused = window.get_default_widget(), window.get_focus()
    if not (event.keyval in (Gdk.KEY_Return, Gdk.KEY_KP_Enter) and event.state & Gdk.ModifierType.CONTROL_MASK):
        return False
    if isinstance(focused, Gtk.SpinButton):
        focused.update()  # what was typed counts, though nobody has left the field
    return button is not None and button.activate()


_BUILD: dict[str, Callable[[Form, Argument], Gtk.Widget]] = {
    "int": Form._spin,
    "double": Form._spin,
    "choice": Form._choice,
    "menu": Form._menu,
    "seed": Form._seed,
    "drawable": Form._layer,
}


def choices(catalog: messages.Catalog, name: str) -> list[tuple[str, str]]:
    """Value and label of each entry of a menu."""
    rows, label = _CHOICES[name]
    return [(each.name, label(each)) for each in rows(catalog)]


_CHOICES: dict[str, tuple[Callable[[messages.Catalog], Iterable[Any]], Callable[[Any], str]]] = {
    "checkpoint": (lambda catalog: catalog.checkpoints, lambda each: f"{each.name} ({each.family})"),
    "sampler": (lambda catalog: catalog.samplers, lambda each: each.label),
    "schedule": (lambda catalog: catalog.schedules, lambda each: each.label),
    "upscaler": (lambda catalog: catalog.upscalers, lambda each: f"{each.name} ({each.scale}×)"),
}
"""What each menu lists, and what it calls an entry."""
