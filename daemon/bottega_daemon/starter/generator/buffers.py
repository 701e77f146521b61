"""What follows from a scene's geometry: its edges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator.scene import FIRST_OBJECT_ID

Array = NDArray[np.floating[Any]]
CREASE = 0.80  # cosine between neighbours' normals under which they meet in an edge
GRAZING = 0.3  # faces turned further away than this fall off steeply without an edge
STEP = 0.06  # jump of inverse depth, as a part of the greater


def edges(ids: NDArray[np.uint8], depth: Array, normals: Array) -> NDArray[np.bool_]:
    """(S, S), true where a pixel and its right or lower neighbour belong to different things, faces or depths."""
    near = np.where(np.isfinite(depth), 1.0 / np.where(depth > 0, depth, 1.0), 0.0)
    found = np.zeros(ids.shape, dtype=np.bool_)
    for axis in (0, 1):
        last = (slice(None, -1), slice(None))[:: 1 if axis == 0 else -1]
        after = (slice(1, None), slice(None))[:: 1 if axis == 0 else -1]
        jump = np.abs(near[last] - near[after]) > STEP * np.maximum(near[last], near[after])
        jump &= (normals[last][..., 2] > GRAZING) & (ids[last] >= FIRST_OBJECT_ID)
        crease = ((normals[last] * normals[after]).sum(-1) < CREASE) & (ids[last] > 0)
        found[last] |= (ids[last] != ids[after]) | (crease & (ids[last] == ids[after])) | jump
    return found
