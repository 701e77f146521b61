"""What was made, kept with the place that it was made for: to use its settings again, or to have it once more."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gi.repository import Gimp

from . import canvas, host, spool
from .client import BottegaError, Bounds, Entry, History, Picture
from .laying import Laid, Place
from .passes import Painted
from .places import packed, unpacked
from .wishes import Wish, wish_of
from .words import _

log = logging.getLogger(__name__)

MOST_BYTES = 512 << 20
"""Of it all: pictures of several passes lie in it, since no daemon has them."""
PLACE = "place"


def history() -> History:
    """This user's."""
    return History(host.folder() / "history", most_bytes=MOST_BYTES)


def remember(wish: Wish, pictures: Sequence[Picture], place: Place, laid: Laid | None = None) -> None:
    """Note what has been laid, or could not be. A disk that refuses is not the artist's trouble: he has his layer."""
    where = Place(laid.image, was=place.was) if laid and laid.fresh else place
    said = {**json.loads(wish.said()), PLACE: packed(where)}
    try:
        entry = history().add(said, pictures)
        if not entry.job_id:
            spool.write(_pixels(entry), Painted.of(pictures))
    except OSError:
        log.exception("the history cannot be written")


def job_of(entry: Entry) -> str:
    """What the queue is to insert: the daemon's job, or a copy of the pixels of several passes. Raises BottegaError if
    they are not kept, or the disk takes no copy. Blocks: for the background."""
    if entry.job_id:
        return entry.job_id
    if not _pixels(entry).exists():
        raise BottegaError(_("Its pixels are no longer kept."), remedy=_("Paint it again: use its settings again."))
    copy = spool.new()
    with host.disk():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_pixels(entry), copy)
    return str(copy)


def wish_for(entry: Entry) -> Wish:
    """What it was made with, its seed included. Raises ValueError for a strange entry."""
    return wish_of(json.dumps({**entry.parameters, "seed": str(entry.seeds[0]) if entry.seeds else ""}))


def place_for(entry: Entry, image: Gimp.Image | None) -> Place:
    """Where it goes in an image: where it was made for, or as near to that as lies in another one; None is a new one of
    the same sort. Raises ValueError for a strange entry."""
    known = unpacked(str(entry.parameters.get(PLACE) or "{}"))
    if image is None:
        return Place(was=known.was, kept=True)
    if known.image is not None and known.image.get_id() == image.get_id():
        return replace(known, kept=True, anyway=True)
    bounds = _moved_into(image, known.bounds) if known.bounds else None
    return replace(known, image=image, above=None, bounds=bounds, room=None, was=None, kept=True)


def _moved_into(image: Gimp.Image, bounds: Bounds) -> Bounds:
    corner = bounds.inside(canvas.extent_of(image).bounds)
    return replace(bounds, x=corner.x, y=corner.y)


def _pixels(entry: Entry) -> Path:
    """Beside the entry's own files: they go when it does."""
    return host.folder() / "history" / f"{entry.name}-pixels{spool.ENDING}"
