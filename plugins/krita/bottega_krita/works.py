"""A job of this Krita, from the click to its layers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .anchors import Anchor
from .client import BottegaError, Bounds, Cancellable, Picture, Ticket
from .geometry import Margins
from .params import Params
from .settings import setting
from .words import say

if TYPE_CHECKING:
    from .asking import Request
    from .qt import QtGui

log = logging.getLogger(__name__)
State = Literal["reading", "queued", "running", "done", "failed", "cancelled"]
KEPT, KEPT_LIVE = 24, 2
"""Ended works that stay, if there is room for their pictures."""
MEGABYTES = 1000
"""Of memory for pictures, unless the artist says otherwise."""
ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(eq=False)
class Candidate:
    """A finished picture, ready to be looked at and applied."""

    picture: Picture
    bounds: Bounds
    """Where it lay on the image when it was asked for."""
    image: QtGui.QImage
    """For the screen: smaller than a large picture."""
    small: QtGui.QImage
    """For lists."""
    index: int = 0
    """Its place among the work's."""
    applied: int = 0
    """How many times it was put into the image."""
    anchor: Anchor = field(default=Anchor())
    """Where the image was then: it may have been enlarged or cropped since."""
    margins: Margins = field(default=Margins())
    """How far beyond it was painted."""


@dataclass(eq=False)
class Work:
    """What was asked for, and how it stands."""

    number: int
    params: Params
    document_id: str
    live: bool = False
    state: State = "reading"
    fraction: float = 0.0
    note: str = ""
    error: BottegaError | None = None
    request: Request | None = None
    ticket: Cancellable | None = None
    """What cancels it: its job in the daemon, or the walk from job to job."""
    came: int = 0
    """Candidates that have arrived, of which some may be discarded."""
    candidates: list[Candidate] = field(default_factory=list)
    preview: tuple[Any, Bounds] | None = None
    """The newest step's picture, and where it lies."""
    unwanted: bool = False
    arrived: Callable[[Candidate], object] | None = None
    """Hears of each candidate."""
    begun: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    """From the click to the end."""

    @property
    def title(self) -> str:
        """What lists show."""
        return " ".join(self.params.prompt.split()) or self.params.mode

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        return self.state in ENDED

    @property
    def job_id(self) -> str:
        """The daemon's name for it, "" before it has one, and for a walk, which has many."""
        return self.ticket.job_id if isinstance(self.ticket, Ticket) else ""


def room() -> int:
    """Bytes that pictures may take in memory."""
    text = setting("memory_megabytes", str(MEGABYTES))
    return (int(text) if text.isdecimal() else MEGABYTES) << 20


def weight(work: Work) -> int:
    """Bytes that a work keeps in memory: what came of it, and what was sent for it."""
    sent = (work.request.whole.picture, work.request.whole.mask) if work.request else ()
    shown = sum(4 * each.image.width() * each.image.height() for each in work.candidates)
    return shown + sum(len(each.data) for each in (*sent, *(each.picture.pixels for each in work.candidates)))


def kept(works: list[Work], limit: int) -> tuple[list[Work], list[Work]]:
    """The works, the newest first, without ended ones that are too many, or whose pictures take more memory than this
    together with those of newer ones; and those that go for that. The newest pictures stay, however large."""
    old = [work for live, most in ((False, KEPT), (True, KEPT_LIVE)) for work in _ended(works, live)[most:]]
    total, newest = 0, True
    for work in works:
        total += weight(work)
        heavy = work.ended and not work.live and bool(work.candidates)
        if heavy and not newest and total > limit:
            old.append(work)
        newest = newest and not heavy
    return [work for work in works if work not in old], [work for work in works if work in old]


def empty(works: list[Work]) -> None:
    """Let go of all that is large in works that nobody lists any more. For the helper thread: it takes long."""
    for work in works:
        work.candidates.clear()
        work.request = work.ticket = work.preview = work.arrived = None
    works.clear()


def _ended(works: list[Work], live: bool) -> list[Work]:
    return [work for work in works if work.ended and work.live == live]


def as_ours(error: Exception) -> BottegaError:
    """An error as docker and panels show it: what nobody thought of is written down."""
    if isinstance(error, BottegaError):
        return error
    log.error("something went wrong", exc_info=error)
    return BottegaError(f"{type(error).__name__}: {error}", remedy=say("This is a mistake: report it."))


def layer_name(work: Work, candidate: Candidate) -> str:
    """What the layer of a result is called: its words and its seed, by which it can be made again."""
    return f"{work.title[:60]} ({candidate.picture.seed})"
