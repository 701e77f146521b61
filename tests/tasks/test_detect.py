"""What is found in a picture is what a control that finds it itself would read."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bottega_daemon.diffusion.pixels import store
from bottega_daemon.spec import Detect, Extent, Image, PhotoHint
from tests.worker.kit import Bench, read_models


@pytest.fixture
def bench(tiny_root: Path, tmp_path: Path) -> Bench:
    return Bench(read_models(tiny_root), tmp_path / "bench")


def picture(bench: Bench, pixels: np.ndarray) -> Image:
    """Pixels as a task names them."""
    return store(bench.blobs, pixels, "u8", "srgb")


@pytest.mark.parametrize("thresholds", [(100.0, 200.0), (20.0, 60.0)])
def test_edges_are_opencvs(bench: Bench, thresholds: tuple[float, float]) -> None:
    """The oracle: OpenCV's detector on the same grey levels, at the picture's own size, white on black; no model is
    asked for, and nothing of the picture's alpha."""
    dice = np.random.default_rng(3)
    rough = cv2.resize(dice.integers(0, 256, (9, 11, 3), np.uint8), (77, 53), interpolation=cv2.INTER_CUBIC)
    seen = np.dstack([rough, np.zeros((53, 77), np.uint8)])
    image = picture(bench, seen)
    assert image.extent == Extent(77, 53)
    (found,) = bench.run(Detect("canny", PhotoHint(image, *thresholds)))
    edges = cv2.Canny(cv2.cvtColor(np.ascontiguousarray(rough), cv2.COLOR_RGB2GRAY), *thresholds)
    assert 0 < np.count_nonzero(edges) < edges.size
    assert found.dtype == np.uint8 and np.array_equal(found, np.repeat(edges[..., None], 3, axis=-1))
    assert bench.loader.holders == 0
