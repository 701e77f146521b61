"""Images: extents, pixel formats, and bytes that ride inline."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from bottega_daemon.errors import InvalidRequest
from bottega_daemon.rpc.convert import fields
from bottega_daemon.rpc.generated.v1 import image_pb2 as pb
from bottega_daemon.rpc.limits import LIMITS
from bottega_daemon.spec import ChannelDepth, ColorSpace, Encoding, Extent, Image

DEPTHS: dict[pb.ChannelDepth, ChannelDepth] = {
    pb.CHANNEL_DEPTH_U8: "u8",
    pb.CHANNEL_DEPTH_U16: "u16",
    pb.CHANNEL_DEPTH_F16: "f16",
    pb.CHANNEL_DEPTH_F32: "f32",
}
COLOR_SPACES: dict[pb.ColorSpace, ColorSpace] = {
    pb.COLOR_SPACE_SRGB: "srgb",
    pb.COLOR_SPACE_LINEAR: "linear",
    pb.COLOR_SPACE_DATA: "data",
}
ENCODINGS: dict[pb.Encoding, Encoding] = {pb.ENCODING_RAW: "raw", pb.ENCODING_ZLIB: "zlib"}
DEPTH_VALUES = {name: value for value, name in DEPTHS.items()}
COLOR_SPACE_VALUES = {name: value for value, name in COLOR_SPACES.items()}
ENCODING_VALUES = {name: value for value, name in ENCODINGS.items()}

COLOUR = (1, 3, 4)
GREY = (1,)
ANY_DEPTH: tuple[ChannelDepth, ...] = ("u8", "u16", "f16", "f32")
FLOATS: tuple[ChannelDepth, ...] = ("f16", "f32")
ANY_COLOR_SPACE: tuple[ColorSpace, ...] = ("srgb", "linear", "data")
COLOR_SPACES_OF_PICTURES: tuple[ColorSpace, ...] = ("srgb", "linear")
DATA: tuple[ColorSpace, ...] = ("data",)


def digest_of(value: bytes, field: str) -> str:
    """A digest's 32 bytes as hex digits."""
    if len(value) != 32:
        raise InvalidRequest(
            f"a SHA-256 digest has 32 bytes, not {len(value)}.", remedy="Send the 32 bytes themselves.", field=field
        )
    return value.hex()


def extent_of(message: pb.Extent, field: str) -> Extent:
    """The extent of a picture that is sent."""
    width = fields.whole(message.width, 1, LIMITS.max_image_side, f"{field}.width")
    height = fields.whole(message.height, 1, LIMITS.max_image_side, f"{field}.height")
    return _bounded(Extent(width, height), LIMITS.max_image_pixels, "8192 x 8192", field)


def canvas_of(extent: Extent, field: str) -> Extent:
    """`extent`, if a picture of that size may be made."""
    fields.whole(extent.width, LIMITS.min_side, LIMITS.max_side, f"{field}.width")
    fields.whole(extent.height, LIMITS.min_side, LIMITS.max_side, f"{field}.height")
    return _bounded(extent, LIMITS.max_pixels, "2048 x 2048", field)


def _bounded(extent: Extent, most: int, example: str, field: str) -> Extent:
    pixels = extent.width * extent.height
    if pixels > most:
        raise InvalidRequest(
            f"{extent.width} x {extent.height} is {pixels} pixels.",
            remedy=f"Use at most {most}, {example} for instance.",
            field=field,
        )
    return extent


def image_of(
    message: pb.Image,
    inline: dict[str, bytes],
    field: str,
    *,
    channels: Collection[int] = COLOUR,
    depths: Collection[ChannelDepth] = ANY_DEPTH,
    color_spaces: Collection[ColorSpace] = COLOR_SPACES_OF_PICTURES,
) -> Image:
    """An image of a format that fits its use. Bytes that ride inline are added to `inline` by their digest."""
    image = Image(
        digest=_source(message, inline, field),
        extent=extent_of(message.extent, f"{field}.extent"),
        channels=message.channels,
        depth=fields.choice(message.depth, DEPTHS, pb.ChannelDepth.keys()[1:], f"{field}.depth"),
        color_space=fields.choice(message.color_space, COLOR_SPACES, pb.ColorSpace.keys()[1:], f"{field}.color_space"),
        encoding=fields.choice(message.encoding, ENCODINGS, pb.Encoding.keys()[1:], f"{field}.encoding"),
    )
    _one_of(image.channels, channels, f"{field}.channels")
    _one_of(image.depth, depths, f"{field}.depth")
    _one_of(image.color_space, color_spaces, f"{field}.color_space")
    return image


def same_extent(image: Image, other: Image, field: str, of_what: str) -> None:
    """Raises InvalidRequest unless the images have one extent."""
    if image.extent != other.extent:
        raise InvalidRequest(
            f"it has {image.extent.width} x {image.extent.height} pixels, but {of_what} has "
            f"{other.extent.width} x {other.extent.height}.",
            remedy="Send both at the same size.",
            field=f"{field}.extent",
        )


def _source(message: pb.Image, inline: dict[str, bytes], field: str) -> str:
    match message.WhichOneof("source"):
        case "digest":
            return digest_of(message.digest, f"{field}.digest")
        case "inline":
            if len(message.inline) > LIMITS.max_inline_bytes:
                raise InvalidRequest(
                    f"{len(message.inline)} bytes are too many to ride inline.",
                    remedy=f"Upload what is larger than {LIMITS.max_inline_bytes} bytes and send its digest.",
                    field=f"{field}.inline",
                )
            digest = hashlib.sha256(message.inline).hexdigest()
            inline[digest] = message.inline
            return digest
        case _:
            raise InvalidRequest("the image has no pixels.", remedy="Set digest or inline.", field=field)


def _one_of(value: object, allowed: Collection[object], field: str) -> None:
    if value not in allowed:
        remedy = f"Use {' or '.join(str(item) for item in allowed)}."
        raise InvalidRequest(f"{value} does not fit here.", remedy=remedy, field=field)


def image_message(image: Image) -> pb.Image:
    """An image by its digest."""
    return pb.Image(
        extent=pb.Extent(width=image.extent.width, height=image.extent.height),
        channels=image.channels,
        depth=DEPTH_VALUES[image.depth],
        color_space=COLOR_SPACE_VALUES[image.color_space],
        encoding=ENCODING_VALUES[image.encoding],
        digest=bytes.fromhex(image.digest),
    )
