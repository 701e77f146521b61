"""Pictures and masks from files to pixels, at the depth that they have."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from bottega.errors import InvalidRequest
from bottega.pixels import MAX_SIDE, Pixels
from bottega_daemon.cli.say import note, safe

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_GREY16 = ("I;16", "I;16B", "I;16L", "I;16N", "I")


def read_picture(path: Path, field: str) -> Pixels:
    """A picture in sRGB, turned upright: grey, RGB or RGBA of 8 bits, or grey of 16.

    An embedded colour profile is converted. Raises InvalidRequest for a file that is none or cannot be read.
    """
    image = open_image(path, field)
    if image.mode in _GREY16:
        return _grey16(image, "srgb")
    if image.mode == "F":
        raise _unreadable(path, field, "holds floats, not colours", "Export it with 8 or 16 bits a channel.")
    image = _to_srgb(image.convert("L") if image.mode == "1" else image)
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return Pixels(image.width, image.height, len(image.getbands()), "u8", "srgb", image.tobytes())


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
    from PIL import Image, ImageOps, UnidentifiedImageError

    data = read_bytes(path, field)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
            _check_side(path, field, image)
            _remark_on_lost_bits(path, image)
            image.load()
            return ImageOps.exif_transpose(image)
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


def _remark_on_lost_bits(path: Path, image: ImageFile) -> None:
    """Pillow reads colours of 16 bits a channel as 8: say so."""
    layouts = " ".join(str(tile[3]) for tile in image.tile)
    if image.mode in ("RGB", "RGBA") and ";16" in layouts:
        note(f"[yellow]note:[/] {safe(str(path))} has 16 bits a channel; they are read as 8.")


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
