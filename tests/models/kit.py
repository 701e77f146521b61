"""How tests of the library fill a model folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

Shapes = Mapping[str, tuple[int, ...]]


def weights(path: Path, shapes: Shapes) -> Path:
    """A file of zeros of these shapes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: np.zeros(shape, np.float16) for name, shape in shapes.items()}, path)
    return path


def write(path: Path, text: str) -> Path:
    """A file of text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def copy(tiny_root: Path, root: Path, what: str) -> Path:
    """One of the tiny models, in another root."""
    (root / what).parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copytree(tiny_root / what, root / what))
