"""The client as this plug-in knows it: the one place that says where it is imported from."""

from __future__ import annotations

from bottega import messages
from bottega.endpoint import parse as parse_address
from bottega.errors import BottegaError, InvalidRequest, JobCancelled
from bottega.events import Event, Picture
from bottega.geometry import Bounds, Extent
from bottega.history import Entry, History
from bottega.pixels import DEPTH_BYTES, ColorSpace, Depth, Pixels
from bottega.planning import Choices, Native, Plan, bounds_of, cut, cut_control, native_of, pasted, plan, relative
from bottega.planning.growing import Gathering, Grown
from bottega.planning.walking import walk
from bottega.presets import Presets, parameters
from bottega.session import Connection, Session, Ticket
from bottega.tasks import (
    Control,
    ControlKind,
    Detect,
    Fill,
    Inpaint,
    Keypoint,
    Margin,
    PhotoHint,
    PoseHint,
    map_control,
    normal_control,
    pose_control,
)
from bottega.thumbnails import png, thumbnail
from bottega.translation import found_again, sentences
from bottega.translation import messages as translations
from bottega.walks import Errand, rounds_of, seen_alone
from bottega.works import Cancellable

__all__ = [
    "DEPTH_BYTES",
    "BottegaError",
    "Bounds",
    "Cancellable",
    "Choices",
    "ColorSpace",
    "Connection",
    "Control",
    "ControlKind",
    "Depth",
    "Detect",
    "Entry",
    "Errand",
    "Event",
    "Extent",
    "Fill",
    "Gathering",
    "Grown",
    "History",
    "Inpaint",
    "InvalidRequest",
    "JobCancelled",
    "Keypoint",
    "Margin",
    "Native",
    "PhotoHint",
    "Picture",
    "Pixels",
    "Plan",
    "PoseHint",
    "Presets",
    "Session",
    "Ticket",
    "bounds_of",
    "cut",
    "cut_control",
    "found_again",
    "map_control",
    "messages",
    "native_of",
    "normal_control",
    "parameters",
    "parse_address",
    "pasted",
    "plan",
    "png",
    "pose_control",
    "relative",
    "rounds_of",
    "seen_alone",
    "sentences",
    "thumbnail",
    "translations",
    "walk",
]
