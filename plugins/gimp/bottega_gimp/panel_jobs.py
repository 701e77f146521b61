"""The panel's queue: each job with its progress, the newest picture of it, and candidates to flip through."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import Gimp, Gtk, Pango  # noqa: E402

from . import sights  # noqa: E402
from .bench import Bench, Job  # noqa: E402
from .form import SPACE  # noqa: E402
from .laying import made_with, one_undo_step  # noqa: E402
from .wishes import Wish, wish_of  # noqa: E402
from .words import _  # noqa: E402

SIDE = 192
LISTED = 8
"""Jobs that have ended, the newest; those under way, and results that wait, are listed all."""


class JobsBox(Gtk.Box):
    """Preview, candidates and queue."""

    def __init__(self, bench: Bench, use: Callable[[Wish], None]) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        self._bench, self._use = bench, use
        self._rows: dict[int, Row] = {}
        self._drawn = (0, 0)
        self._picture = Gtk.Image()
        self._flip = Gtk.Box(spacing=SPACE, halign=Gtk.Align.CENTER, no_show_all=True)
        self._which, self._turns = Gtk.Label(), list[Gtk.Button]()
        for icon, words, step in (
            ("go-previous-symbolic", _("The candidate before"), -1),
            ("go-next-symbolic", _("The next candidate"), 1),
        ):
            button = Gtk.Button.new_from_icon_name(icon, Gtk.IconSize.BUTTON)
            button.set_tooltip_text(words)
            button.connect("clicked", lambda _button, by: self._turn(by), step)
            self._turns.append(button)
            self._flip.pack_end(button, False, False, 0) if step > 0 else self._flip.pack_start(button, False, False, 0)
        self._which.show()
        self._flip.pack_start(self._which, False, False, 0)
        self._list = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=SPACE)
        for each in (self._list, self._picture, self._flip):
            self.pack_start(each, False, False, 0)

    def refresh(self) -> None:
        """Show the jobs as they stand."""
        jobs = _listed(self._bench.jobs)
        for number in [number for number in self._rows if number not in [job.number for job in jobs]]:
            self._list.remove(self._rows.pop(number))
        for place, job in enumerate(jobs):
            if job.number not in self._rows:
                row = self._rows[job.number] = Row(self._bench, job, self._use)
                self._list.pack_start(row, False, False, 0)
                row.show_all()
            self._list.reorder_child(self._rows[job.number], place)
            self._rows[job.number].refresh(job)
        self._show_picture()
        self._show_candidates()

    def _show_picture(self) -> None:
        """The newest picture of the job under way that began first, else of the newest one."""
        seen = [job for job in self._bench.jobs if job.preview]
        job = next((job for job in reversed(seen) if not job.ended), seen[0] if seen else None)
        if job and self._drawn != (job.number, job.preview):
            self._drawn = (job.number, job.preview)
            self._picture.set_from_pixbuf(sights.of_file(self._bench.preview(job), SIDE))

    def _made(self) -> Gimp.Layer | None:
        """The newest result that is still there."""
        made = next((job.layer for job in self._bench.jobs if job.layer), 0)
        return Gimp.Item.get_by_id(made) if made and Gimp.Item.id_is_valid(made) else None

    def _show_candidates(self) -> None:
        made = self._made()
        self._flip.set_visible(made is not None)
        if made is None:
            return
        children = _candidates(made)
        seen = _seen(children)
        wish = made_with(children[seen]) if children else None
        paints = wish is None or wish.procedure.paints
        words = _("Seed {seed}").format(seed=wish["seed"] if wish else "?") if paints else _size(made)
        which = _("Candidate {one} of {all}").format(one=seen + 1, all=len(children))
        self._which.set_text(f"{which}: {words}" if len(children) > 1 else words)
        for button in self._turns:
            button.set_visible(len(children) > 1)

    def _turn(self, by: int) -> None:
        made = self._made()
        if made is None:
            return
        children = _candidates(made)
        seen = _seen(children)
        with one_undo_step(made.get_image()):
            for index, each in enumerate(children):
                each.set_visible(index == (seen + by) % len(children))
        Gimp.displays_flush()
        self._show_candidates()


def _listed(jobs: Sequence[Job]) -> list[Job]:
    ended = [job for job in jobs if job.ended and not job.kept]
    return [job for job in jobs if job not in ended[LISTED:]]


def _candidates(made: Gimp.Layer) -> list[Gimp.Layer]:
    """A result's layers: those of its group, or itself."""
    return made.get_children() if made.is_group() else [made]


def _seen(layers: list[Gimp.Layer]) -> int:
    return next((index for index, each in enumerate(layers) if each.get_visible()), 0)


class Row(Gtk.Box):
    """One job."""

    def __init__(self, bench: Bench, job: Job, use: Callable[[Wish], None]) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL)
        self._job = job
        self._bar = Gtk.ProgressBar(show_text=True, no_show_all=True)
        self._error = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=44, no_show_all=True, selectable=True)
        title = Gtk.Label(label=job.title, xalign=0.0, ellipsize=Pango.EllipsizeMode.END)
        self._cancel = Gtk.Button.new_from_icon_name("process-stop-symbolic", Gtk.IconSize.BUTTON)
        self._cancel.set_tooltip_text(_("Cancel"))
        self._cancel.connect("clicked", lambda _button: bench.cancel(self._job))
        again = Gtk.Button.new_from_icon_name("edit-redo-symbolic", Gtk.IconSize.BUTTON)
        again.set_tooltip_text(_("Use these settings again"))
        again.connect("clicked", lambda _button: use(wish_of(json.dumps(self._job.parameters))))
        line = Gtk.Box(spacing=SPACE)
        line.pack_start(title, True, True, 0)
        line.pack_end(self._cancel, False, False, 0)
        line.pack_end(again, False, False, 0)
        self._waiting = Gtk.Box(spacing=SPACE, no_show_all=True)
        for words, fresh in ((_("Insert now"), False), (_("Into a new image"), True)):
            button = Gtk.Button(label=words, visible=True)
            button.connect("clicked", lambda _button, new: bench.insert(self._job, fresh=new), fresh)
            self._waiting.pack_start(button, True, True, 0)
        for each in (line, self._bar, self._error, self._waiting):
            self.pack_start(each, False, False, 0)

    def refresh(self, job: Job) -> None:
        """Show it as it stands."""
        self._job = job
        self._bar.set_fraction(min(job.fraction, 1.0))
        self._bar.set_text(standing(job))
        self._bar.set_visible(job.state != "done")
        self._cancel.set_sensitive(not job.ended or job.kept)
        self._waiting.set_visible(job.kept)
        self._error.set_text(job.error if job.state == "failed" else "")
        self._error.set_visible(job.state == "failed")


def _size(made: Gimp.Layer) -> str:
    return f"{made.get_width()} × {made.get_height()}"


def standing(job: Job) -> str:
    """A job's state in words."""
    if job.state == "queued" and job.position:
        return _("{number} jobs are before it").format(number=job.position)
    if job.state in ("running", "finishing"):
        return _(job.phase)
    states = {
        "queued": _("Waiting …"),
        "done": _("Done"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
    }
    return states[job.state]
