"""The published formulas are what was published: their lengths, and where their masks fall at a measured edge."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import published


@pytest.mark.parametrize(
    ("side", "feather", "grow", "pad"),
    [(1000, 141, 74, 229), (200, 32, 20, 52)],
)
def test_lengths(side: int, feather: int, grow: int, pad: int) -> None:
    """Protects the comparison: softness by the selection's diagonal, at full strength, for a model of 512 px."""
    soft = published.softness(side, side)
    assert (soft.feather, soft.grow, soft.pad) == (feather, grow, pad)


def test_the_visible_blend_lies_where_little_was_denoised() -> None:
    """What ours is to be better than: beyond a selection of 1000 px the result is wholly seen for 120 px, where the
    denoising mask has fallen to a tenth already."""
    room, soft = 200, published.softness(1000, 1000)
    selection = np.zeros((1000 + 2 * room, 1000 + 2 * room), np.float32)
    selection[room:-room, room:-room] = 1
    denoise = published.denoise_mask(selection, soft)
    alpha = published.alpha_mask(denoise, soft)
    middle, edge = selection.shape[0] // 2, room
    outwards = denoise[middle, edge - 1 :: -1], alpha[middle, edge - 1 :: -1]
    first = [int(np.argmax(outwards[0] < level)) + 1 for level in (0.99, 0.5, 1e-6)]
    assert first == pytest.approx([14, 75, 145], abs=2)
    assert [int(np.argmax(outwards[1] < level)) + 1 for level in (0.99, 1e-6)] == pytest.approx([121, 145], abs=8)
    assert outwards[0][120] < 0.1 and outwards[1][115] > 0.999
