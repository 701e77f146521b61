"""Step previews as icons for the panels: the daemon's small JPEGs, decoded by Blender itself."""

from __future__ import annotations

import bpy
import bpy.utils.previews
import numpy as np

from . import pixels


class Previews:
    """The latest preview of each job; made at the first one, so that a Blender without panels has none."""

    def __init__(self) -> None:
        self._shown: bpy.utils.previews.ImagePreviewCollection | None = None

    def icon(self, number: int) -> int:
        """What `template_icon` wants; 0 if there is no preview."""
        key = str(number)
        return self._shown[key].icon_id if self._shown is not None and key in self._shown else 0

    def show(self, number: int, jpeg: bytes) -> None:
        """Put a new preview in the place of the last."""
        if self._shown is None:
            self._shown = bpy.utils.previews.new()
        image = pixels.new_image(".bottega preview", jpeg, "sRGB")
        try:
            values = np.empty(len(image.pixels), np.float32)
            image.pixels.foreach_get(values)
            size = tuple(image.size)
        finally:
            bpy.data.images.remove(image)
        key = str(number)
        icon = self._shown[key] if key in self._shown else self._shown.new(key)
        icon.image_size = size
        icon.image_pixels_float.foreach_set(values)

    def forget(self, number: int) -> None:
        """The job has ended."""
        if self._shown is not None and str(number) in self._shown:
            del self._shown[str(number)]

    def close(self) -> None:
        """Give the icons back."""
        if self._shown is not None:
            bpy.utils.previews.remove(self._shown)
            self._shown = None
