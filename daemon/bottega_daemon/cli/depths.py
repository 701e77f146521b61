"""Depth maps from files to metres."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bottega.errors import InvalidRequest
from bottega.pixels import Pixels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIELD = "depth"
_NAMES = ("z", "depth", "metres", "meters", "arr_0")
"""Which array of a .npz file is meant, where it holds several: the first of these that is there."""


def read_depth(path: Path, near: float | None, far: float | None) -> Pixels:
    """The camera's planar Z in metres, float32. Raises InvalidRequest for a file that does not hold that.

    In pictures of 16-bit integers, 0 stands for `near` and 65535 for `far` metres.
    """
    import numpy as np

    suffix = path.suffix.lower()
    values = _array(path) if suffix in (".npy", ".npz") else _picture(path, near, far)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    if values.ndim != 2 or 0 in values.shape:
        raise _wrong(path, f"has the shape {values.shape}", "Give one channel: (height, width).")
    if not np.issubdtype(values.dtype, np.floating):
        raise _wrong(path, f"holds {values.dtype} values", "Give metres as float32.")
    if not np.isfinite(values).any():
        raise _wrong(path, "holds no distance at all", "Give metres; infinite and NaN count as background.")
    return Pixels.of(np.ascontiguousarray(values, dtype="<f4"), "data")


def _array(path: Path) -> NDArray[Any]:
    """The array of a NumPy file. Pickled objects are refused, not loaded."""
    import numpy as np

    from bottega_daemon.cli.reading import read_bytes

    data = io.BytesIO(read_bytes(path, FIELD))
    try:
        loaded = np.load(data, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            names = [name for name in _NAMES if name in loaded.files] or list(loaded.files)
            if not names:
                raise _wrong(path, "holds no array", "Save one with numpy.savez(file, z=...).")
            return loaded[names[0]]
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise _wrong(
            path, f"is no NumPy file that can be read ({error})", "Save it with numpy.save or savez."
        ) from error


def _picture(path: Path, near: float | None, far: float | None) -> NDArray[np.floating[Any]]:
    """Metres from a picture of one channel."""
    import numpy as np

    from bottega_daemon.cli.reading import open_image

    image = open_image(path, FIELD)
    values = np.asarray(image)
    if image.mode == "F":
        return values.astype(np.float32)
    if not image.mode.startswith("I"):
        remedy = "Give float metres or 16-bit grey; for a map that is ready for the network use --map depth=FILE."
        raise _wrong(path, f"has the pixel format {image.mode}, which is no depth", remedy)
    if near is None or far is None or not far > near >= 0:
        raise _wrong(path, "holds 16-bit steps, not metres", "Give --near and --far in metres, with far above near.")
    return (near + values.astype(np.float32) / 65535.0 * (far - near)).astype(np.float32)


def _wrong(path: Path, what: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(f"{path} {what}.", remedy=remedy, field=FIELD)
