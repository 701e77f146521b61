"""Colours of more than 8 bits a channel, which Pillow cannot read, and the profile that a picture's numbers are in."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bottega.pixels import MAX_SIDE, Pixels

if TYPE_CHECKING:
    import numpy as np

ORIENTATION, PROFILE = 0x0112, 0x8773
"""Tags of EXIF and TIFF."""
_TIFF = (b"II*\0", b"MM\0*")


def deep_pixels(data: bytes, orientation: int = 1) -> Pixels | None:
    """RGB or RGBA of 16 bits (sRGB) or floats (linear) of a PNG or TIFF file, upright; None if it holds no such."""
    import cv2
    import numpy as np

    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a damaged file is told by us
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    finally:
        cv2.utils.logging.setLogLevel(level)
    if values is None or values.ndim != 3 or values.shape[-1] not in (3, 4) or max(values.shape) > MAX_SIDE:
        return None
    upright = _TURNS.get(orientation, lambda found: found)(values[..., [2, 1, 0, 3][: values.shape[-1]]])
    if values.dtype == np.uint16:
        return Pixels.of(np.ascontiguousarray(upright), "srgb")
    if values.dtype in (np.float32, np.float64):
        return Pixels.of(np.ascontiguousarray(upright, np.float32), "linear")
    return None


def of_grey(profile: bytes) -> bool:
    """Whether an ICC profile is one of grey numbers (ICC.1, the header's colour space)."""
    return profile[16:20] == b"GRAY"


def tiff_tags(data: bytes) -> dict[int, Any]:
    """Orientation and profile of a TIFF file that Pillow cannot show; those that it has."""
    from PIL import TiffImagePlugin

    if data[:4] not in _TIFF:
        return {}
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
        file = io.BytesIO(data)
        file.seek(tags.next)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tags.load(file)
        return {tag: tags[tag] for tag in (ORIENTATION, PROFILE) if tag in tags}
    except (SyntaxError, ValueError, OSError, KeyError, IndexError, struct.error, UserWarning):
        return {}


def _turned(quarters: int, mirrored: bool) -> Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    """So many quarters against the clock, after mirroring left and right."""

    def turn(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        import numpy as np

        return np.rot90(values[:, ::-1] if mirrored else values, quarters)

    return turn


_TURNS = {
    2: _turned(0, mirrored=True),
    3: _turned(2, mirrored=False),
    4: _turned(2, mirrored=True),
    5: _turned(1, mirrored=True),
    6: _turned(3, mirrored=False),
    7: _turned(3, mirrored=True),
    8: _turned(1, mirrored=False),
}
"""By the EXIF orientation that a file was stored with."""
