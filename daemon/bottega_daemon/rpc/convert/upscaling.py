"""Enlargements: which network, how large, and back."""

from __future__ import annotations

from bottega_daemon.errors import InvalidRequest, NotFound
from bottega_daemon.models.entries import Upscaler
from bottega_daemon.rpc.convert import fields
from bottega_daemon.rpc.convert.images import ANY_COLOR_SPACE, extent_of, image_message, image_of
from bottega_daemon.rpc.convert.seamless import axes_of, seamless_message
from bottega_daemon.rpc.generated.v1 import image_pb2
from bottega_daemon.rpc.generated.v1 import task_pb2 as pb
from bottega_daemon.rpc.limits import LIMITS
from bottega_daemon.rpc.menus import Menus
from bottega_daemon.spec import Extent, Upscale


def upscale_of(message: pb.Upscale, menus: Menus, inline: dict[str, bytes]) -> Upscale:
    """What is to be enlarged, and to which size."""
    row = _upscaler(message.upscaler, menus)
    picture = image_of(message.picture, inline, "upscale.picture", color_spaces=ANY_COLOR_SPACE)
    extent = extent_of(_wished(message.extent, picture.extent, row.scale), "upscale.extent")
    for side in ("width", "height"):
        own, wanted = getattr(picture.extent, side), getattr(extent, side)
        most = min(own * LIMITS.max_enlarged, LIMITS.max_image_side)
        fields.whole(wanted, own, most, f"upscale.extent.{side}")
    return Upscale(row.name, picture, extent, axes_of(message.seamless))


def _upscaler(name: str, menus: Menus) -> Upscaler:
    if not menus.upscalers:
        raise NotFound(
            "there is no upscaler on the daemon.",
            remedy="Put one into the folder upscalers of a model folder.",
            field="upscale.upscaler",
        )
    return fields.named(name or next(iter(menus.upscalers)), menus.upscalers, "upscaler", "upscale.upscaler")


def _wished(message: image_pb2.Extent, own: Extent, scale: int) -> image_pb2.Extent:
    if message.width or message.height:
        return message
    most = LIMITS.max_image_side
    if max(own.width, own.height) * scale > most or own.width * own.height * scale**2 > LIMITS.max_image_pixels:
        raise InvalidRequest(
            f"{own.width} x {own.height} times {scale} is more than can be made.",
            remedy=f"Ask for a smaller extent: sides of at most {most}, {LIMITS.max_image_pixels} pixels at most.",
            field="upscale.extent",
        )
    return image_pb2.Extent(width=own.width * scale, height=own.height * scale)


def upscale_message(task: Upscale) -> pb.Upscale:
    """An enlargement with everything said."""
    return pb.Upscale(
        upscaler=task.upscaler,
        picture=image_message(task.picture),
        extent=image_pb2.Extent(width=task.extent.width, height=task.extent.height),
        seamless=seamless_message(task.seamless),
    )
