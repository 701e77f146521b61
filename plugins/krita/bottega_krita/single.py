"""The calls of Krita's that nobody can split: only these may hold its main thread longer than a slice does. How long,
docs/krita.md tells."""

from __future__ import annotations

MAKES, COMPOSES, ENDS = "copy", "composition", "end of the copy"
INSERTS = "insert"

SINGLE = {
    MAKES: ("clone",),
    COMPOSES: ("waitForDone", "refreshProjection"),
    ENDS: (),
    INSERTS: ("resizeImage", "addChildNode"),
}
"""What a step is measured as, and the calls of libkis that it makes: a copy ends when nobody holds it any more."""
