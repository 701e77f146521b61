"""The inpaint task: message to spec, and back."""

from __future__ import annotations

from bottega_daemon.errors import InvalidRequest
from bottega_daemon.rpc.convert import fields
from bottega_daemon.rpc.convert.controls import Inline
from bottega_daemon.rpc.convert.images import DATA, GREY, canvas_of, image_message, image_of, same_extent
from bottega_daemon.rpc.generated.v1 import image_pb2
from bottega_daemon.rpc.generated.v1 import task_pb2 as pb
from bottega_daemon.rpc.limits import LIMITS
from bottega_daemon.spec import Bounds, Denoising, Extent, Fill, Image, Inpaint, Margin

FILLS: dict[pb.InpaintFill, Fill] = {
    pb.INPAINT_FILL_UNSPECIFIED: "auto",
    pb.INPAINT_FILL_AUTO: "auto",
    pb.INPAINT_FILL_KEEP: "keep",
    pb.INPAINT_FILL_NEUTRAL: "neutral",
    pb.INPAINT_FILL_BLUR: "blur",
    pb.INPAINT_FILL_BORDER: "border",
    pb.INPAINT_FILL_NOISE: "noise",
}
FILL_VALUES = {name: value for value, name in FILLS.items()}


def inpaint_of(message: pb.Inpaint, how: Denoising, inline: Inline) -> Inpaint:
    """What is to be repainted, checked and with every default filled in."""
    picture = image_of(message.picture, inline, "inpaint.picture")
    mask = _mask(message.mask, picture, inline, "inpaint.mask")
    more = [
        _mask(each, picture, inline, f"inpaint.more_masks[{index}]") for index, each in enumerate(message.more_masks)
    ]
    _few_enough(len(more) + 1, how.count)
    return Inpaint(
        how=how,
        picture=picture,
        mask=mask,
        strength=fields.real(message.strength, 0, 1, "inpaint.strength") if message.HasField("strength") else 1.0,
        fill=fields.choice(message.fill, FILLS, pb.InpaintFill.keys()[1:], "inpaint.fill"),
        more_masks=tuple(more),
        grow=_margin(message.grow, "inpaint.grow"),
        feather=_margin(message.feather, "inpaint.feather"),
        match_color=message.match_color if message.HasField("match_color") else True,
        outpaint=message.outpaint,
        extent=_extent(message.extent, picture),
    )


def _mask(message: image_pb2.Image, picture: Image, inline: Inline, field: str) -> Image:
    mask = image_of(message, inline, field, channels=GREY, color_spaces=DATA)
    same_extent(mask, picture, field, "the picture")
    return mask


def _few_enough(masks: int, count: int) -> None:
    if masks * count > LIMITS.max_count:
        raise InvalidRequest(
            f"{masks} masks times {count} pictures are {masks * count}.",
            remedy=f"Ask for at most {LIMITS.max_count} at once.",
            field="inpaint.more_masks",
        )


def _margin(message: pb.Margin, field: str) -> Margin:
    pixels = fields.whole(message.pixels, 0, LIMITS.max_margin, f"{field}.pixels")
    return Margin(pixels, fields.real(message.relative, 0, 1, f"{field}.relative"))


def _extent(message: image_pb2.Extent, picture: Image) -> Extent | None:
    """The size to denoise at, where it is not the picture's own."""
    if message.width or message.height:
        return canvas_of(Extent(message.width, message.height), "inpaint.extent")
    canvas_of(picture.extent, "inpaint.picture.extent")
    return None


def inpaint_message(task: Inpaint, how: pb.Denoising) -> pb.Inpaint:
    """A task with everything said."""
    extent = task.extent
    return pb.Inpaint(
        denoising=how,
        picture=image_message(task.picture),
        mask=image_message(task.mask),
        strength=task.strength,
        fill=FILL_VALUES[task.fill],
        more_masks=[image_message(mask) for mask in task.more_masks],
        grow=_margin_message(task.grow),
        feather=_margin_message(task.feather),
        match_color=task.match_color,
        outpaint=task.outpaint,
        extent=image_pb2.Extent(width=extent.width, height=extent.height) if extent else None,
    )


def _margin_message(margin: Margin) -> pb.Margin:
    return pb.Margin(pixels=margin.pixels, relative=margin.relative)


def bounds_message(bounds: Bounds | None) -> image_pb2.Bounds | None:
    """Where a layer lies."""
    if bounds is None:
        return None
    return image_pb2.Bounds(x=bounds.x, y=bounds.y, width=bounds.width, height=bounds.height)
