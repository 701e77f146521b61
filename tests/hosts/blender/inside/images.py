"""Images of every kind that Blender has, for scripts that read and write them."""

import bpy
import numpy as np
from bl_ext.user_default.bottega import pixels

random = np.random.default_rng(5)


def blobs(width: int, height: int, channels: int) -> np.ndarray:
    """Soft colours, so that an upscaler has something to see."""
    y, x = np.mgrid[:height, :width] / 7.0
    waves = [np.sin(x * (1 + k)) * np.cos(y * (2 - k / 3)) * 0.5 + 0.5 for k in range(channels)]
    return np.clip(np.stack(waves, -1) + random.normal(0, 0.02, (height, width, channels)), 0, 1).astype(np.float32)


def filed(name: str, data: bytes, space: str, mode: str = "STRAIGHT") -> bpy.types.Image:
    """An image of a file."""
    made = pixels.new_image(name, data, space)
    made.alpha_mode = mode
    made.use_fake_user = True
    return made


def painted(name: str, values: np.ndarray, **kind) -> bpy.types.Image:
    """An image that Blender has made and somebody painted."""
    made = bpy.data.images.new(name, values.shape[1], values.shape[0], **kind)
    full = np.ones((*values.shape[:2], 4), np.float32)
    full[..., : values.shape[2]] = values
    made.pixels.foreach_set(full[::-1].ravel())
    made.use_fake_user = True
    return made


def stored(shown: bpy.types.Image) -> dict:
    """What an image is to Blender."""
    return {
        "space": shown.colorspace_settings.name,
        "alpha": shown.alpha_mode,
        "depth": shown.depth,
        "float": shown.is_float,
        "size": list(shown.size),
        "file": shown.file_format,
        "packed": bool(shown.packed_file),
    }
