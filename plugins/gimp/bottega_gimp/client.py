"""The client as this plug-in knows it: the one place that says where it is imported from."""

from __future__ import annotations

from bottega import files, messages
from bottega.client import connect
from bottega.errors import BottegaError, ConnectionLost, JobCancelled, NotFound
from bottega.events import Picture
from bottega.geometry import Bounds, Extent
from bottega.history import Entry, History
from bottega.pixels import MAX_PIXELS, MAX_SIDE, ColorSpace, Depth, Pixels
from bottega.planning import Choices, Native, Pass, Plan, bounds_of, native_of, plan
from bottega.planning.growing import Gathering, Grown
from bottega.planning.walking import Walk, walk
from bottega.presets import Presets
from bottega.session import Connection, Session
from bottega.tasks import (
    Control,
    Generate,
    Inpaint,
    MapHint,
    Margin,
    NormalHint,
    PhotoHint,
    Task,
    Upscale,
    canny_control,
    map_control,
    normal_control,
)
from bottega.translation import found_again, sentences
from bottega.translation import messages as translations
from bottega.walks import Errand, rounds_of, seen_alone
from bottega.works import Work, Works

__all__ = [
    "MAX_PIXELS",
    "MAX_SIDE",
    "BottegaError",
    "Bounds",
    "Choices",
    "ColorSpace",
    "Connection",
    "ConnectionLost",
    "Control",
    "Depth",
    "Entry",
    "Errand",
    "Extent",
    "Gathering",
    "Generate",
    "Grown",
    "History",
    "Inpaint",
    "JobCancelled",
    "MapHint",
    "Margin",
    "Native",
    "NormalHint",
    "NotFound",
    "Pass",
    "PhotoHint",
    "Picture",
    "Pixels",
    "Plan",
    "Presets",
    "Session",
    "Task",
    "Upscale",
    "Walk",
    "Work",
    "Works",
    "bounds_of",
    "canny_control",
    "connect",
    "files",
    "found_again",
    "map_control",
    "messages",
    "native_of",
    "normal_control",
    "plan",
    "rounds_of",
    "seen_alone",
    "sentences",
    "translations",
    "walk",
]
