"""Control hints: MiDaS' convention for depth, white edges, and skeletons that stay where the joints are."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bottega_daemon.diffusion import hints
from bottega_daemon.spec import Extent

DEPTHS = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)


@given(z=DEPTHS)
def test_any_depth_gives_a_hint_whose_background_is_black(z: np.ndarray) -> None:
    hint = hints.depth_hint(z, None)
    valid = np.isfinite(z) & (z > 0)
    assert hint.shape == (*z.shape, 3) and hint.dtype == np.float32
    assert np.isfinite(hint).all() and hint.min() >= 0 and hint.max() <= 1
    assert (hint[~valid] == 0).all() and (hint[valid] >= 0.049).all()
    if valid.any():
        assert hint.max() == 1.0


@given(z=hnp.arrays(np.float32, (6, 7), elements=st.floats(0.125, 100, width=32)), scale=st.floats(0.25, 40))
def test_near_is_bright_and_units_do_not_matter(z: np.ndarray, scale: float) -> None:
    hint = hints.depth_hint(z, None)[..., 0]
    order = np.argsort(z, axis=None)
    assert (np.diff(hint.ravel()[order]) <= 1e-6).all()
    assert np.allclose(hint, hints.depth_hint((z * scale).astype(np.float32), None)[..., 0], atol=2e-3)


def test_a_background_mask_blackens_and_is_left_out_of_the_range() -> None:
    z = np.array([[1.0, 2.0, 50.0]], dtype=np.float32)
    hint = hints.depth_hint(z, np.array([[False, False, True]]))[0, :, 0]
    assert hint[0] == 1.0 and abs(hint[1] - hints.FARTHEST) < 1e-6 and hint[2] == 0.0


UNITS = hnp.arrays(np.float64, (5, 4, 3), elements=st.floats(-1, 1)).map(
    lambda each: (turned := each + np.array((0, 0, 2.5))) / np.linalg.norm(turned, axis=-1, keepdims=True)
)


@given(ways=UNITS, scale=st.floats(0.5, 1.1))
def test_normals_are_units_with_red_to_the_left(ways: np.ndarray, scale: float) -> None:
    """Protects normalbae's convention: "blue is front, red is left, green is top"; resampling shortens vectors."""
    seen = hints.normal_hint((ways * scale * 0.5 + 0.5).astype(np.float32))
    assert seen.dtype == np.float32 and np.abs(seen - (ways * (-1, 1, 1) * 0.5 + 0.5)).max() < 1e-5


@given(level=st.sampled_from([0.0, 0.5, 1.0]))
def test_what_is_no_normal_faces_the_viewer(level: float) -> None:
    seen = hints.normal_hint(np.full((2, 2, 3), level, np.float32))
    assert np.abs(seen - (0.5, 0.5, 1.0)).max() < 1e-6


@given(grey=hnp.arrays(np.uint8, (5, 7)))
def test_grey_pictures_are_known(grey: np.ndarray) -> None:
    grey[0, 0] = 0
    assert hints.is_grey((np.repeat(grey[..., None], 3, -1) / 255).astype(np.float32))


@given(ways=UNITS)
def test_no_normals_count_as_grey(ways: np.ndarray) -> None:
    assert not hints.is_grey((np.rint((ways * 0.5 + 0.5) * 255) / 255).astype(np.float32))


@given(rgb=hnp.arrays(np.uint8, (9, 11, 3)), low=st.floats(0, 300), high=st.floats(0, 300))
def test_edges_are_white_on_black_and_bytes_equal_floats(rgb: np.ndarray, low: float, high: float) -> None:
    edges = hints.canny_hint(rgb, low, high)
    assert set(np.unique(edges)) <= {0.0, 1.0} and edges.shape == rgb.shape
    assert np.array_equal(edges, hints.canny_hint((rgb / 255).astype(np.float32), low, high))


def test_edges_are_opencv_s_and_a_step_is_one_line() -> None:
    picture = np.zeros((32, 32, 3), dtype=np.uint8)
    picture[:, 16:] = 255
    edges = hints.canny_hint(picture)[..., 0]
    assert np.array_equal(edges > 0, cv2.Canny(picture[..., 0], 100, 200) > 0)
    assert (edges[4:-4].sum(1) == 1).all()


@given(
    people=hnp.arrays(np.float32, (2, 18, 3), elements=st.floats(width=32, allow_nan=True, allow_infinity=True)),
    width=st.integers(1, 80),
    height=st.integers(1, 80),
)
@settings(deadline=None)
def test_any_joints_can_be_drawn(people: np.ndarray, width: int, height: int) -> None:
    hint = hints.pose_hint(people, Extent(width=width, height=height))
    assert hint.shape == (height, width, 3) and hint.min() >= 0 and hint.max() <= 1


def test_a_missing_joint_takes_its_limbs_away_and_thickness_grows_with_the_picture() -> None:
    person = np.zeros((1, 18, 3), dtype=np.float32)
    person[0, 2], person[0, 3] = (10, 30, 1), (50, 30, 1)
    drawn = hints.pose_hint(person, Extent(width=64, height=64))
    assert drawn[30, 30].max() > 0.5
    person[0, 3, 2] = 0
    assert hints.pose_hint(person, Extent(width=64, height=64))[30, 30].max() == 0
    person[0, 3, 2] = 1
    large = hints.pose_hint(person * np.array([8, 8, 1], np.float32), Extent(width=512, height=512))
    assert (large[:, 240].max(-1) > 0).sum() > 2 * (drawn[:, 30].max(-1) > 0).sum()
