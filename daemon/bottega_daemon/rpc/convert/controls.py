"""Controls: which network, what it follows, how strongly and when."""

from __future__ import annotations

from collections.abc import Callable

from bottega_daemon.errors import InvalidRequest, NotFound
from bottega_daemon.models.entries import Checkpoint, ControlNetwork
from bottega_daemon.rpc.convert import fields
from bottega_daemon.rpc.convert.images import (
    ANY_COLOR_SPACE,
    COLOUR,
    DATA,
    FLOATS,
    GREY,
    image_message,
    image_of,
    same_extent,
)
from bottega_daemon.rpc.generated.v1 import control_pb2 as pb
from bottega_daemon.rpc.generated.v1 import task_pb2
from bottega_daemon.rpc.limits import KEYPOINTS, LIMITS
from bottega_daemon.rpc.menus import Menus
from bottega_daemon.spec import (
    Control,
    DepthHint,
    Detect,
    Hint,
    Image,
    InpaintHint,
    Keypoint,
    NormalHint,
    PhotoHint,
    PoseHint,
    ReadyHint,
)

KINDS: dict[pb.ControlKind, str] = {
    pb.CONTROL_KIND_DEPTH: "depth",
    pb.CONTROL_KIND_CANNY: "canny",
    pb.CONTROL_KIND_POSE: "pose",
    pb.CONTROL_KIND_INPAINT: "inpaint",
    pb.CONTROL_KIND_NORMAL: "normal",
}
KIND_VALUES = {name: value for value, name in KINDS.items()}
KIND_OF_HINT = {"photo": "canny", "depth": "depth", "pose": "pose", "normals": "normal"}
"""The kind that a hint other than a ready map is for."""
VECTORS = (3, 4)
"""Channels of a picture of normals; the fourth is not looked at."""
MAP_CHANNELS = {pb.CONTROL_KIND_NORMAL: VECTORS}
"""What a ready map of a kind must have, where not any picture will do."""
DEFAULT_LOW, DEFAULT_HIGH = 100.0, 200.0

Inline = dict[str, bytes]


def control_of(message: pb.Control, menus: Menus, checkpoint: Checkpoint, inline: Inline, field: str) -> Control:
    """A control whose network fits the checkpoint and whose hint fits its kind."""
    kind = fields.choice(message.kind, KINDS, pb.ControlKind.keys()[1:], f"{field}.kind")
    start = fields.real(message.start, 0, 1, f"{field}.start") if message.HasField("start") else 0.0
    end = fields.real(message.end, 0, 1, f"{field}.end") if message.HasField("end") else 1.0
    if end <= start:
        raise InvalidRequest(f"{end} is not above start, {start}.", remedy="Set end above start.", field=f"{field}.end")
    top = LIMITS.max_control_strength
    return Control(
        network=_network(message.network, kind, menus, checkpoint, f"{field}.network").name,
        kind=kind,
        hint=_hint(message, kind, inline, field),
        strength=fields.real(message.strength, 0, top, f"{field}.strength") if message.HasField("strength") else 1.0,
        start=start,
        end=end,
    )


def _network(name: str, kind: str, menus: Menus, checkpoint: Checkpoint, field: str) -> ControlNetwork:
    """The network of that name, or the first that fits."""
    fitting = {
        row.name: row for row in menus.control_networks.values() if row.kind == kind and row.fits == checkpoint.fits
    }
    if not name:
        if not fitting:
            raise NotFound(
                f"there is no control network for {kind} that fits {checkpoint.name!r}.",
                remedy=f"Put one for {checkpoint.label} into the folder controlnets of a model folder.",
                field=field,
            )
        return next(iter(fitting.values()))
    if name in menus.control_networks and name not in fitting:
        found = menus.control_networks[name]
        raise InvalidRequest(
            f"{name!r} is for {found.kind} with {found.family}; this is {kind} with {checkpoint.family}.",
            remedy=f"Use {' or '.join(fitting)}." if fitting else "Install one that fits, or leave this control out.",
            field=field,
        )
    return fields.named(name, fitting, "control network", field)


def detect_of(message: task_pb2.Detect, inline: Inline) -> Detect:
    """What is to be found, and in which picture."""
    kind = fields.choice(message.kind, KINDS, pb.ControlKind.keys()[1:], "detect.kind")
    if kind != KIND_OF_HINT["photo"]:
        raise InvalidRequest(
            f"the daemon finds no {kind} in pictures.",
            remedy=f"Ask for one of the catalog's detected_kinds: {KIND_OF_HINT['photo']}.",
            field="detect.kind",
        )
    return Detect(kind, _photo(message.photo, inline, "detect.photo"))


def detect_message(task: Detect) -> task_pb2.Detect:
    """A detection with everything said."""
    return task_pb2.Detect(kind=KIND_VALUES[task.kind], photo=_photo_message(task.hint))


def _hint(message: pb.Control, kind: str, inline: Inline, field: str) -> Hint:
    which = message.WhichOneof("hint")
    if kind == "inpaint":
        if which:
            remedy = "Leave the hint away: it is made of the picture and its mask."
            raise InvalidRequest("inpaint takes no hint.", remedy=remedy, field=f"{field}.{which}")
        return InpaintHint()
    if which is None:
        raise InvalidRequest(
            "there is nothing to follow.", remedy=f"Set map, or what goes with {kind}.", field=f"{field}.hint"
        )
    if KIND_OF_HINT.get(which, kind) != kind:
        fitting = [name for name, fit in KIND_OF_HINT.items() if fit == kind]
        raise InvalidRequest(
            f"a {which} hint is for {KIND_OF_HINT[which]}, not for {kind}.",
            remedy=f"Set map{''.join(f' or {name}' for name in fitting)}.",
            field=f"{field}.{which}",
        )
    return HINTS[which](message, inline, f"{field}.{which}")


def _map(message: pb.Control, inline: Inline, field: str) -> Hint:
    channels = MAP_CHANNELS.get(message.kind, COLOUR)
    return ReadyHint(image_of(message.map, inline, field, channels=channels, color_spaces=ANY_COLOR_SPACE))


def _photo(photo: pb.Photo, inline: Inline, field: str) -> PhotoHint:
    low = fields.real(photo.low_threshold, 0, LIMITS.max_canny_threshold, f"{field}.low_threshold")
    high = fields.real(photo.high_threshold, 0, LIMITS.max_canny_threshold, f"{field}.high_threshold")
    if low == 0 and high == 0:
        low, high = DEFAULT_LOW, DEFAULT_HIGH
    if low > high:
        raise InvalidRequest(
            f"{low:g} is above high_threshold, {high:g}.", remedy="Swap them.", field=f"{field}.low_threshold"
        )
    return PhotoHint(image_of(photo.image, inline, f"{field}.image"), low, high)


def _depth(message: pb.Control, inline: Inline, field: str) -> Hint:
    depth = message.depth
    z = image_of(depth.z, inline, f"{field}.z", channels=GREY, depths=FLOATS, color_spaces=DATA)
    background: Image | None = None
    if depth.HasField("background"):
        where = f"{field}.background"
        background = image_of(depth.background, inline, where, channels=GREY, color_spaces=DATA)
        same_extent(background, z, where, "z")
    return DepthHint(z, background)


def _normals(message: pb.Control, inline: Inline, field: str) -> Hint:
    image = image_of(message.normals.image, inline, f"{field}.image", channels=VECTORS, color_spaces=DATA)
    return NormalHint(image)


def _pose(message: pb.Control, inline: Inline, field: str) -> Hint:
    fields.whole(len(message.pose.figures), 1, LIMITS.max_figures, f"{field}.figures")
    return PoseHint(
        tuple(_figure(figure, f"{field}.figures[{index}]") for index, figure in enumerate(message.pose.figures))
    )


def _figure(message: pb.Figure, field: str) -> tuple[Keypoint, ...]:
    fields.whole(len(message.keypoints), KEYPOINTS, KEYPOINTS, f"{field}.keypoints")
    return tuple(_keypoint(point, f"{field}.keypoints[{index}]") for index, point in enumerate(message.keypoints))


def _keypoint(message: pb.Keypoint, field: str) -> Keypoint:
    far = LIMITS.max_coordinate
    return Keypoint(
        fields.real(message.x, -far, far, f"{field}.x"),
        fields.real(message.y, -far, far, f"{field}.y"),
        fields.real(message.confidence, 0, 1, f"{field}.confidence"),
    )


HINTS: dict[str, Callable[[pb.Control, Inline, str], Hint]] = {
    "map": _map,
    "photo": lambda message, inline, field: _photo(message.photo, inline, field),
    "depth": _depth,
    "pose": _pose,
    "normals": _normals,
}


def control_message(control: Control) -> pb.Control:
    """A control with everything said."""
    message = pb.Control(
        kind=KIND_VALUES[control.kind],
        network=control.network,
        strength=control.strength,
        start=control.start,
        end=control.end,
    )
    match control.hint:
        case ReadyHint(image):
            message.map.CopyFrom(image_message(image))
        case PhotoHint():
            message.photo.CopyFrom(_photo_message(control.hint))
        case DepthHint(z, background):
            far = image_message(background) if background else None
            message.depth.CopyFrom(pb.DepthMap(z=image_message(z), background=far))
        case NormalHint(image):
            message.normals.CopyFrom(pb.NormalMap(image=image_message(image)))
        case PoseHint(people):
            message.pose.CopyFrom(pb.Pose(figures=[_figure_message(points) for points in people]))
        case InpaintHint():
            pass
    return message


def _photo_message(hint: PhotoHint) -> pb.Photo:
    return pb.Photo(image=image_message(hint.image), low_threshold=hint.low, high_threshold=hint.high)


def _figure_message(points: tuple[Keypoint, ...]) -> pb.Figure:
    return pb.Figure(keypoints=[pb.Keypoint(x=point.x, y=point.y, confidence=point.confidence) for point in points])
