"""Pictures and masks from files to pixels, at the depth that they have."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bottega.errors import InvalidRequest
from bottega.pixels import MAX_SIDE, Pixels
from bottega_daemon.cli.deep import ORIENTATION, PROFILE, deep_pixels, of_grey, tiff_tags
from bottega_daemon.cli.say import note, safe

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_DEEP = "bottega deep"
"""Where an opened image keeps its orientation if it has 16 bits a channel."""
_GREY16 = ("I;16", "I;16B", "I;16L", "I;16N", "I")


@dataclass(frozen=True)
class Photo:
    """A picture in its own numbers, and the ICC profile that says what they mean; b"" for sRGB."""

    pixels: Pixels
    profile: bytes = b""


def read_picture(path: Path, field: str) -> Pixels:
    """A picture in sRGB, turned upright: of 8 bits a channel, 16, or floats (linear).

    An embedded colour profile of 8 bits is converted, of others it is not. Raises InvalidRequest for a file that is
    none or cannot be read.
    """
    found = _colours(path, field)
    if not isinstance(found, Photo):
        return _shallow(_to_srgb(found))
    if found.profile:
        note(f"[yellow]note:[/] {safe(str(path))} has more than 8 bits a channel; its numbers are taken for sRGB's.")
    return found.pixels


def read_photo(path: Path, field: str, coloured: bool = False) -> Photo:
    """The same in its own numbers: for a picture that comes back, and must not change where it is not painted.

    Greys of a profile are converted where what comes back will be `coloured`: it fits no colours.
    """
    found = _colours(path, field)
    profile = found.profile if isinstance(found, Photo) else found.info.get("icc_profile") or b""
    if of_grey(profile) and coloured:
        return Photo(read_picture(path, field))
    if isinstance(found, Photo):
        return found
    if found.mode not in ("RGB", "RGBA") and not (found.mode == "L" and of_grey(profile)):
        return Photo(_shallow(_to_srgb(found)))  # numbers of ours are of grey or of red, green and blue
    return Photo(_shallow(found), profile)


def _colours(path: Path, field: str) -> Photo | Image:
    """Colours of more than 8 bits in their own numbers, or an image of 8 bits a channel."""
    data = read_bytes(path, field)
    try:
        image = _decoded(path, field, data)
    except InvalidRequest:  # Pillow knows no TIFF of coloured floats
        tags = tiff_tags(data)
        pixels = deep_pixels(data, tags.get(ORIENTATION, 1))
        if pixels is None:
            raise
        return Photo(pixels, tags.get(PROFILE, b""))
    profile = image.info.get("icc_profile") or b""
    if image.mode in _GREY16:
        return Photo(_tagged(_grey16(image, "srgb"), image), profile)
    if image.mode == "F":
        raise _unreadable(path, field, "holds floats of one channel", "Export it in colour, or with 8 or 16 bits.")
    pixels = deep_pixels(data, image.info[_DEEP]) if image.info.get(_DEEP) else None
    if pixels:
        return Photo(_tagged(pixels, image), profile)
    return image.convert("L") if image.mode == "1" else image


def _shallow(image: Image) -> Pixels:
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return _tagged(Pixels(image.width, image.height, len(image.getbands()), "u8", "srgb", image.tobytes()), image)


def _tagged(pixels: Pixels, image: Image) -> Pixels:
    """As the numbers of a PNG that says that they are of linear light and has no better word for them."""
    linear = image.info.get("gamma") == 1.0 and not {"srgb", "icc_profile"} & set(image.info)
    return replace(pixels, color_space="linear") if linear and pixels.color_space == "srgb" else pixels


def read_mask(path: Path, field: str, of: Pixels) -> Pixels:
    """A mask for a picture: white is repainted. Colours count by their brightness, transparent pixels as black.

    Raises InvalidRequest for a file that cannot be read, or whose size is not the picture's.
    """
    image = open_image(path, field)
    if image.size != (of.width, of.height):
        raise InvalidRequest(
            f"the mask is {image.width} x {image.height}, the picture {of.width} x {of.height}.",
            remedy="Give a mask of the picture's size.",
            field=field,
        )
    return _grey16(image, "data") if image.mode in _GREY16 else _grey8(image)


def open_image(path: Path, field: str) -> Image:
    """A decoded picture file, turned as its EXIF says. Raises InvalidRequest."""
    return _decoded(path, field, read_bytes(path, field))


def _decoded(path: Path, field: str, data: bytes) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
            _check_side(path, field, image)
            deep = _orientation_of_deep(image)
            image.load()
            image = ImageOps.exif_transpose(image)
            image.info[_DEEP] = deep
            return image
    except UnidentifiedImageError:
        raise _unreadable(
            path, field, "is no picture that can be read", "Give a PNG, JPEG, TIFF or WebP file."
        ) from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large(path, field) from None
    except (OSError, SyntaxError, ValueError, IndexError, EOFError) as error:
        raise _unreadable(path, field, f"is damaged ({error})", "Export it again.") from error


def read_bytes(path: Path, field: str) -> bytes:
    """A file's bytes. Raises InvalidRequest."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _unreadable(path, field, "does not exist", "Check the path.") from None
    except IsADirectoryError:
        raise _unreadable(path, field, "is a folder", "Give a file.") from None
    except OSError as error:
        raise _unreadable(path, field, f"cannot be read ({error.strerror})", "Check its permissions.") from error


def _check_side(path: Path, field: str, image: Image) -> None:
    if max(image.size) > MAX_SIDE:
        raise _too_large(path, field)


def _orientation_of_deep(image: ImageFile) -> int:
    """How colours of 16 bits a channel lie, as EXIF says; Pillow reads them as 8. 0 for others."""
    layouts = " ".join(str(tile[3]) for tile in image.tile)
    if image.mode not in ("RGB", "RGBA") or ";16" not in layouts:
        return 0
    return image.getexif().get(ORIENTATION, 1)


def _to_srgb(image: Image) -> Image:
    """The picture with its embedded profile converted; a profile that is broken is ignored, as browsers do."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        return image
    mode = image.mode if image.mode in ("RGB", "RGBA") else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def _grey16(image: Image, space: str) -> Pixels:
    """One channel of 16 bits. Pillow opens some 16-bit files as 32-bit integers ("I")."""
    import numpy as np

    values = np.clip(np.asarray(image), 0, 65535).astype("<u2")
    return Pixels(image.width, image.height, 1, "u16", "data" if space == "data" else "srgb", values.tobytes())


def _grey8(image: Image) -> Pixels:
    from PIL import Image, ImageChops

    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        grey = ImageChops.multiply(rgba.convert("L"), rgba.getchannel("A"))
    elif image.mode == "F":
        grey = image.point(lambda value: value * 255.0).convert("L")
    else:
        grey = image if image.mode == "L" else image.convert("L")
    assert isinstance(grey, Image.Image)
    return Pixels(grey.width, grey.height, 1, "u8", "data", grey.tobytes())


def _too_large(path: Path, field: str) -> InvalidRequest:
    return _unreadable(path, field, "is too large", f"Scale it down: {MAX_SIDE} pixels a side is the most.")


def _unreadable(path: Path, field: str, what: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(f"{path} {what}.", remedy=remedy, field=field)
