"""Live painting: what is drawn is painted over as soon as it is drawn, and the newest stroke goes first.

The pen tells where the canvas may have changed, and only tiles there are read and compared; after a click or a key all
are, until Krita has finished what it does. One request is under way at a time; while one runs, later strokes become one
next request, and a request that still waits in the daemon's queue is replaced.
"""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from .canvas import Sheet, at_rest, kind_of, selected_sum, sheet
from .client import BottegaError, Bounds
from .host import WAIT, Aside, Chore
from .mosaic import SIDE, Mosaic
from .overlay import canvas_widget
from .params import Params, drawn_seed
from .pixels import BAND
from .qt import Qt, QtCore, QtWidgets, Signal, app, raw
from .words import said
from .works import Candidate, Work

if TYPE_CHECKING:
    from krita import Document

    from .studio import Studio

SLICE = 0.002
"""Seconds of reading before Krita breathes."""
PAUSE = 0.02
"""Seconds between looks."""
IDLE = 1.0
"""Seconds between looks at a band of tiles that nobody touched, so that changes by scripts are seen too."""
Type = QtCore.QEvent.Type
STROKES = (Type.TabletMove, Type.TabletPress, Type.MouseMove, Type.MouseButtonPress)
DEEDS = (Type.MouseButtonRelease, Type.TabletRelease, Type.KeyRelease, Type.Drop)


class Live(QtCore.QObject):
    """Live painting on one document at a time."""

    shown = Signal(object, float)
    """A candidate, and the seconds to it from the first stroke that no picture showed before."""
    stopped = Signal(str)
    """It has ended, and why ("" by the artist's wish)."""

    def __init__(self, studio: Studio, wishes: Callable[[], Params]) -> None:
        super().__init__()
        self._studio, self._wishes = studio, wishes
        self._window: Any = None
        self._document: Document | None = None
        self._mosaic: Mosaic | None = None
        self._kind: tuple[object, ...] = ()
        """The image's size and kind of colours, as far as the tiles depend on them."""
        self._asked: Params | None = None
        self._selected: tuple[Bounds, int] | None = None
        """What is selected: its bounds, and a sum of its rows."""
        self._work: Work | None = None
        self._seed = -1
        self._dirty = False
        self._touched_at = 0.0
        self._stroked_at: float | None = None
        """When the pen began to draw what has not been asked for yet."""
        self._begun = 0.0
        """When that was drawn which the newest request is the first to show."""
        self._key = f"live-{uuid.uuid4().hex[:8]}"
        self.painted: tuple[Params, str] = Params(), ""
        """What the newest picture was asked for with, and its image."""
        self.latencies: list[float] = []
        self.requests = 0

    @property
    def running(self) -> bool:
        """Whether it is on."""
        return self._document is not None

    def start(self, window: Any) -> None:
        """Begin with the image that is open in this window."""
        document = app().activeDocument()
        try:
            seen = sheet(document)
        except BottegaError as error:
            self.stopped.emit(said(error))
            return
        self._window, self._document, self._dirty = window, document, True
        self._mosaic, self._kind = Mosaic(seen.extent, seen.colours), kind_of(seen.document)
        self._asked, self._selected, self._work, self._stroked_at = None, None, None, None
        self._seed, self._touched_at = drawn_seed(1), time.monotonic()
        application = QtWidgets.QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        self._studio.main.chore("live", self._watch(self._mosaic), self._failed)

    def _begin_anew(self) -> None:
        """Go on with the image as it has become."""
        window, self._document, self._mosaic = self._window, None, None
        if self._work and not self._work.ended:
            self._studio.cancel(self._work)
        self.start(window)
        if self._document is None:
            self._end()

    def stop(self, why: str = "") -> None:
        """End; what is under way is cancelled."""
        if self._document is None:
            return
        self._document, self._mosaic = None, None
        self._end()
        if self._work and not self._work.ended:
            self._studio.cancel(self._work)
        self.stopped.emit(why)

    def _end(self) -> None:
        application = QtWidgets.QApplication.instance()
        if application:
            application.removeEventFilter(self)

    def new_seed(self) -> None:
        """Another picture of the same strokes."""
        self._seed, self._dirty, self._touched_at = drawn_seed(1), True, time.monotonic()

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        """Hear where the artist works; nothing is kept from anybody."""
        kind = event.type()
        if kind in STROKES and event.buttons() != Qt.MouseButton.NoButton and self._mosaic:
            if watched is canvas_widget(self._window):
                self._stroke(event)
        elif kind in DEEDS and self._mosaic:
            self._mosaic.deed()
        return False

    def _stroke(self, event: Any) -> None:
        """The tiles under the pen, and as far around as the brush reaches."""
        active = app().activeWindow()
        view = active.activeView() if active else None
        if view is None or self._mosaic is None:
            return
        place = event.position() if hasattr(event, "position") else event.posF() if hasattr(event, "posF") else None
        point = place if place is not None else QtCore.QPointF(event.localPos())
        to_flake, possible = view.flakeToCanvasTransform().inverted()
        if possible:
            at = view.flakeToImageTransform().map(to_flake.map(point))
            reach = int(view.brushSize()) + 8
            self._mosaic.touch(Bounds(int(at.x()) - reach, int(at.y()) - reach, 2 * reach, 2 * reach))
            self._stroked_at = self._stroked_at or time.monotonic()

    def _watch(self, mosaic: Mosaic) -> Chore:
        """Read what is due, ask when something is new; ends when live painting does."""
        looked, document = time.monotonic(), self._document
        while self._mosaic is mosaic and document is not None:
            if app().activeDocument() != document:
                self.stop("")
                return
            if kind_of(document) != self._kind:  # enlarged or converted meanwhile: its tiles are others now
                self._begin_anew()
                return
            round_begins = mosaic.doubt(partial(at_rest, document))
            yield from self._look(mosaic, document)
            reselected = self._mosaic is mosaic and (yield from self._reselected(document, round_begins))
            if self._mosaic is not mosaic:
                return
            if self._work and self._work.state == "failed":
                self.stop(said(self._work.error) if self._work.error else "")
                return
            if self._wanted() != self._asked or reselected:
                self._dirty, self._touched_at = True, self._touched_at if self._dirty else time.monotonic()
            if self._dirty and self._free() and (mosaic.touched or not mosaic.doubted):  # no half of an undo
                self._ask(mosaic)
            until = time.monotonic() + PAUSE
            while time.monotonic() < until:
                yield WAIT
            if time.monotonic() - looked > IDLE:
                looked = time.monotonic()
                mosaic.idle(max(1, BAND // (SIDE * SIDE * mosaic.colours.pixel_bytes)))

    def _look(self, mosaic: Mosaic, document: Document) -> Generator[Any, None, None]:
        """Compare the tiles that may have changed."""
        end = time.perf_counter() + SLICE
        for tile in mosaic.due():
            if self._mosaic is not mosaic:
                return
            if mosaic.put(tile, raw(document.pixelData(tile.x, tile.y, tile.width, tile.height))):
                if not self._dirty:
                    self._touched_at = self._stroked_at or time.monotonic()
                self._dirty = True
            if time.perf_counter() > end:
                yield WAIT
                end = time.perf_counter() + SLICE
        if not mosaic.touched and not self._dirty:
            self._stroked_at = None  # it has drawn nothing that shows
        yield WAIT

    def _reselected(self, document: Document, whole: bool) -> Generator[Any, Any, bool]:
        """Whether something else is selected than before. Its bounds are looked at again and again; all of it when they
        are new, or something was done (`whole`)."""
        selection = document.selection()
        if selection is None:
            now = None
        else:
            at = Bounds(selection.x(), selection.y(), selection.width(), selection.height())
            if self._selected is not None and self._selected[0] == at and not whole:
                return False
            now = (at, (yield from selected_sum(selection, at)))
        changed = now != self._selected
        self._selected = now
        return changed

    def _wanted(self) -> Params:
        wishes = self._wishes()
        return dataclasses.replace(wishes, count=1, seed=wishes.seed if wishes.seed >= 0 else self._seed)

    def _free(self) -> bool:
        """Whether a request may leave: none is under way, or the last one still waits for its turn."""
        return self._work is None or self._work.ended or (self._work.state == "queued" and bool(self._work.job_id))

    def _ask(self, mosaic: Mosaic) -> None:
        self._dirty, self._asked = False, self._wanted()
        replaced = self._work is not None and not self._work.ended  # what it was to show, this one shows
        begun = self._begun = min(self._begun, self._touched_at) if replaced else self._touched_at
        self._stroked_at = None
        self.requests += 1
        self._work = self._studio.ask(
            self._asked,
            self._document,
            replaces=self._key,
            reader=partial(read, mosaic),
            arrived=lambda candidate: self._came(begun, candidate),
        )

    def _came(self, begun: float, candidate: Candidate) -> None:
        seconds = time.monotonic() - begun
        if self._work:
            self.painted = self._work.params, self._work.document_id
        self.latencies = [*self.latencies[-19:], seconds]
        self.shown.emit(candidate, seconds)

    def _failed(self, error: Exception) -> None:
        self.stop(said(error) if isinstance(error, BottegaError) else str(error))


def read(mosaic: Mosaic, seen: Sheet, part: Bounds) -> Generator[Any, Any, list[bytes]]:
    """The canvas of these bounds: only tiles that are not known yet are read."""
    end = time.perf_counter() + SLICE
    for tile in mosaic.tiles(part):
        if tile not in mosaic.known:
            mosaic.put(tile, raw(seen.document.pixelData(tile.x, tile.y, tile.width, tile.height)))
            if time.perf_counter() > end:
                yield None
                end = time.perf_counter() + SLICE
    now = mosaic.copy()
    return (yield Aside(lambda: now.parts(part)))
