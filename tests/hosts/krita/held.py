"""What a step on Krita's main thread may do, as `inside/slices.py` counts it."""

from __future__ import annotations

import runpy
from collections.abc import Mapping, Sequence
from typing import Any

from tests.daemon import ROOT

SINGLE: Mapping[str, Sequence[str]] = runpy.run_path(
    str(ROOT / "plugins" / "krita" / "bottega_krita" / "single.py"),
)["SINGLE"]
"""The plug-in's own table of calls that nobody can split."""
MOST = (1 << 20) + 8192 * 16
"""Bytes of pixels: what the plug-in calls a band, and a row of the largest canvas in floating point."""


def unbounded(seen: Mapping[str, tuple[int, Sequence[str]]]) -> dict[str, Any]:
    """The steps that move more than that, or call something of Krita's that works on a whole image without having a
    name for it in the table."""
    assert seen
    return {
        name: [moved, calls]
        for name, (moved, calls) in seen.items()
        if moved > MOST or set(calls) - set(SINGLE.get(name, ()))
    }
