"""What Krita's menus and shortcut settings list, a row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .qt import app
from .ui.kit import main_window
from .words import say

if TYPE_CHECKING:
    from .studio import Studio

MENU = "tools/scripts"


@dataclass(frozen=True)
class Action:
    """An action of every window; its shortcut is the artist's choice (bottega_krita.action)."""

    name: str
    label: str
    do: Callable[[Any], object]
    """What it does with the window's docker."""
    menu: str = MENU

    def text(self) -> str:
        """What menus show."""
        return say(self.label)

    def run(self, studio: Studio) -> None:
        """Do it in the active window."""
        window = app().activeWindow()
        front = window.qwindow() if window else None
        for docker in studio.dockers:
            if main_window(docker) is front or len(studio.dockers) == 1:
                self.do(docker)
                return


ACTIONS = (
    Action("bottega_generate", "Bottega: Paint", lambda docker: docker.ask()),
    Action("bottega_fill", "Bottega: Fill Selection", lambda docker: docker.ask("fill")),
    Action("bottega_refine", "Bottega: Refine", lambda docker: docker.ask("refine")),
    Action("bottega_expand", "Bottega: Outpaint", lambda docker: docker.ask("expand")),
    Action("bottega_add", "Bottega: Add Content", lambda docker: docker.ask("add")),
    Action("bottega_remove", "Bottega: Remove Content", lambda docker: docker.ask("remove")),
    Action("bottega_background", "Bottega: Replace Background", lambda docker: docker.ask("background")),
    Action("bottega_apply", "Bottega: Apply Candidate", lambda docker: docker.results.apply()),
    Action("bottega_next", "Bottega: Next Candidate", lambda docker: docker.results.flip(1)),
    Action("bottega_previous", "Bottega: Previous Candidate", lambda docker: docker.results.flip(-1)),
    Action("bottega_preview", "Bottega: Show or Hide Preview", lambda docker: docker.results.toggle()),
    Action("bottega_discard", "Bottega: Discard Candidate", lambda docker: docker.results.discard()),
    Action("bottega_live", "Bottega: Paint Live", lambda docker: docker.live.switch.toggle()),
    Action("bottega_cancel", "Bottega: Cancel All", lambda docker: docker.studio.cancel_all()),
)
