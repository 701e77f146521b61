"""Large results are copied into hidden images in slices, before all of a job's come into Blender at once.

A step of the user's that is made between two slices has such images in it. Once the job is undone they are there again,
hidden and unused, until the file is closed: Blender does not save them.
"""

from __future__ import annotations

import time

import bpy

from . import pixels, targets
from .work import Work

SPACES = {
    "color": "sRGB",
    "height": "Non-Color",
    "normal": "Non-Color",
    "roughness": "Non-Color",
}
"""Colour spaces by role."""
LUMP = 8 << 20
"""Bytes of results that come without; Blender copies one or two in a nanosecond."""
SLICE = 0.004
"""Seconds of copying in one slice."""
HIDDEN = ".bottega"
"""Blender hides names that begin so."""


def copying(work: Work) -> bool:
    """Whether a job's results have still to be copied."""
    files = [data for made in work.made for data in made.files.values()]
    return sum(map(len, files)) > LUMP and any(id(data) not in work.copies for data in files)


def copy(work: Work) -> None:
    """Copy files for the time of a slice; at least one, which is one call of Blender."""
    until = time.perf_counter() + SLICE
    for made in work.made:
        for role, data in made.files.items():
            if id(data) not in work.copies:
                work.copies[id(data)] = targets.key(pixels.new_image(HIDDEN, data, SPACES[role]))
                if time.perf_counter() > until:
                    return


def image_of(work: Work, name: str, data: bytes, space: str) -> bpy.types.Image:
    """The image of a result, copied before or now, with its own name and colour space."""
    image = targets.found(bpy.data.images, work.copies.pop(id(data), -1))
    if image is None:  # an undo may have taken it
        return pixels.new_image(name, data, space)
    image.name = name[:60]
    if image.colorspace_settings.name != space:
        image.colorspace_settings.name = space
    return image


def drop(work: Work) -> None:
    """Forget the copies that no result has become."""
    for key in work.copies.values():
        if image := targets.found(bpy.data.images, key):
            bpy.data.images.remove(image)
    work.copies.clear()
