"""A job of this Krita, from the click to its layers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .client import BottegaError, Bounds, Cancellable, Picture, Ticket
from .params import Params

if TYPE_CHECKING:
    from .asking import Request
    from .qt import QtGui

State = Literal["reading", "queued", "running", "done", "failed", "cancelled"]
KEPT, KEPT_LIVE = 24, 2
"""Ended works whose pictures stay in memory."""
ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(eq=False)
class Candidate:
    """A finished picture, ready to be looked at and applied."""

    picture: Picture
    bounds: Bounds
    """Where it lies on the image."""
    image: QtGui.QImage
    """For the screen: smaller than a large picture."""
    small: QtGui.QImage
    """For lists."""
    index: int = 0
    """Its place among the work's."""
    applied: int = 0
    """How many times it was put into the image."""


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


def kept(works: list[Work]) -> list[Work]:
    """The works without ended ones that are too old: their pictures take memory."""
    for live, most in ((False, KEPT), (True, KEPT_LIVE)):
        gone = [each for each in works if each.ended and each.live == live][most:]
        works = [each for each in works if each not in gone]
    return works


def layer_name(work: Work, candidate: Candidate) -> str:
    """What the layer of a result is called: its words and its seed, by which it can be made again."""
    return f"{work.title[:60]} ({candidate.picture.seed})"
