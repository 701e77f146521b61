"""The converter: out comes an error that names a field, or a task within the limits that says the same again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bottega_daemon.errors import BottegaError
from bottega_daemon.rpc.convert import fields, tasks
from bottega_daemon.rpc.convert.jobs import page_of, wish_of
from bottega_daemon.rpc.convert.tasks import task_message, task_of
from bottega_daemon.rpc.generated.v1 import control_pb2, image_pb2, jobs_pb2, task_pb2
from bottega_daemon.rpc.limits import KEYPOINTS, LIMITS
from bottega_daemon.spec import (
    Denoising,
    DepthHint,
    Detect,
    Extent,
    Generate,
    Inpaint,
    NormalHint,
    PhotoHint,
    PoseHint,
    Task,
    Upscale,
    images_of,
)
from tests.rpc.kit import MENUS, arbitrary, generate, image, mask, upscale

T = TypeVar("T")
DEPTH = control_pb2.CONTROL_KIND_DEPTH
F32, DATA = image_pb2.CHANNEL_DEPTH_F32, image_pb2.COLOR_SPACE_DATA
Z = image(channels=1, depth=F32, space=DATA)


def refused_or(convert: Callable[[], T]) -> T | BottegaError:
    """What a conversion returns, or the one kind of error that it may raise."""
    try:
        return convert()
    except BottegaError as error:
        return error


def how_of(message: task_pb2.Task) -> Denoising:
    """How a painting task is denoised."""
    task = task_of(message, MENUS, {})
    assert isinstance(task, Generate | Inpaint)
    return task.how


def within_limits(task: Task) -> bool:
    """Whether a task is one that the layers below may trust blindly."""
    if isinstance(task, Detect):
        hint, extent = task.hint, task.hint.image.extent
        return task.kind == "canny" and 0 <= hint.low <= hint.high and extent.width * extent.height <= 64 << 20
    if isinstance(task, Upscale):
        own, made = task.picture.extent, task.extent
        return (
            task.upscaler in MENUS.upscalers
            and own.width <= made.width <= min(16 * own.width, 16384)
            and own.height <= made.height <= min(16 * own.height, 16384)
            and made.width * made.height <= 64 << 20
            and task.picture.channels in (1, 3, 4)
        )
    how = task.how
    extent = task.extent if isinstance(task, Generate) else task.canvas
    numbers = [how.guidance, task.strength, *(value for c in how.controls for value in (c.strength, c.start, c.end))]
    return (
        16 <= min(extent.width, extent.height) <= max(extent.width, extent.height) <= 4096
        and extent.width * extent.height <= LIMITS.max_pixels
        and 1 <= how.steps <= 1000
        and 1 <= how.count <= 64
        and 0 <= how.seed <= how.seed + how.count - 1 < 2**32
        and 1 <= how.clip_skip <= 12
        and len(how.controls) <= 8
        and max(len(how.prompt), len(how.negative_prompt)) <= 8192
        and how.checkpoint in MENUS.checkpoints
        and how.sampler in MENUS.samplers
        and how.schedule in MENUS.schedules
        and all(math.isfinite(number) and 0 <= number <= 100 for number in numbers)
        and all(control.start < control.end for control in how.controls)
        and all(picture.raw_bytes <= LIMITS.max_blob_bytes for _, picture in images_of(task))
        and all(picture.extent.width * picture.extent.height <= 64 << 20 for _, picture in images_of(task))
        and (not isinstance(task, Inpaint) or inpaint_within_limits(task))
    )


def inpaint_within_limits(task: Inpaint) -> bool:
    margins = (task.grow, task.feather)
    return (
        all(mask.extent == task.picture.extent for mask in task.masks)
        and len(task.masks) * task.how.count <= 64
        and all(0 <= margin.pixels <= 32768 and 0 <= margin.relative <= 1 for margin in margins)
    )


@settings(max_examples=300)
@given(arbitrary(jobs_pb2.SubmitJobRequest))
def test_any_message_is_refused_by_name_or_safe(message: jobs_pb2.SubmitJobRequest) -> None:
    wish = refused_or(lambda: wish_of(message, MENUS, "ada"))
    if isinstance(wish, BottegaError):
        assert wish.message
        assert wish.remedy
        assert wish.field
        return
    task = wish.submission.spec.task
    assert within_limits(task)
    assert task_of(task_message(task), MENUS, {}) == task


@settings(max_examples=200)
@given(arbitrary(task_pb2.Upscale), st.integers(1, 5000), st.integers(1, 5000))
def test_any_enlargement_is_refused_by_name_or_safe(body: task_pb2.Upscale, width: int, height: int) -> None:
    body.picture.CopyFrom(image(width, height, 4))
    task = refused_or(lambda: task_of(task_pb2.Task(upscale=body), MENUS, {}))
    event(type(task).__name__)
    if isinstance(task, BottegaError):
        assert task.field.startswith("upscale.") and task.remedy
        return
    assert within_limits(task) and [name for name, _ in images_of(task)] == ["upscale.picture"]
    assert task_of(task_message(task), MENUS, {}) == task


def test_an_enlargement_that_says_nothing_is_the_first_upscalers_own() -> None:
    task = task_of(upscale(picture=image(30, 20)), MENUS, {})
    assert isinstance(task, Upscale)
    assert (task.upscaler, task.extent, task.seamless) == ("fine", Extent(120, 80), "none")


@settings(max_examples=200)
@given(arbitrary(task_pb2.Denoising), arbitrary(task_pb2.Generate) | arbitrary(task_pb2.Inpaint))
def test_messages_that_are_nearly_right_are_refused_or_come_back_the_same(
    denoising: task_pb2.Denoising, body: task_pb2.Generate | task_pb2.Inpaint
) -> None:
    denoising.checkpoint, denoising.sampler, denoising.schedule = "paper", "euler", ""
    denoising.steps, denoising.count, denoising.prompt = denoising.steps % 1001, denoising.count % 65, "brick"
    denoising.negative_prompt, denoising.clip_skip, denoising.guidance = "", denoising.clip_skip % 13, 7.3
    del denoising.controls[2:]
    body.denoising.CopyFrom(denoising)
    message = task_pb2.Task()
    if isinstance(body, task_pb2.Generate):
        body.extent.CopyFrom(image_pb2.Extent(width=50, height=33))
        body.ClearField("start")
        message.generate.CopyFrom(body)
    else:
        body.picture.CopyFrom(image(50, 33))
        body.mask.CopyFrom(mask(50, 33))
        for more in body.more_masks:
            more.CopyFrom(mask(50, 33))
        body.grow.pixels, body.feather.relative = body.grow.pixels % 2049, 0.25
        body.extent.CopyFrom(image_pb2.Extent(width=64, height=40))
        message.inpaint.CopyFrom(body)
    task = refused_or(lambda: task_of(message, MENUS, {}))
    event(type(task).__name__)
    if isinstance(task, BottegaError):
        assert task.field.startswith(("generate.", "inpaint."))
        return
    assert within_limits(task)
    assert task_of(task_message(task), MENUS, {}) == task


def test_what_a_request_leaves_out_takes_the_catalogs_defaults() -> None:
    task = task_of(task_pb2.Task(generate=task_pb2.Generate()), MENUS, {})
    assert isinstance(task, Generate)
    how = task.how
    assert (how.checkpoint, how.sampler, how.schedule, how.steps, how.guidance) == (
        "paper",
        "dpmpp_2m",
        "karras",
        20,
        5,
    )
    assert (how.count, how.clip_skip, how.seamless, task.extent) == (1, 1, "none", Extent(64, 64))
    assert 0 <= how.seed < 2**32


def test_what_begins_with_a_picture_takes_the_catalogs_sampler_for_it() -> None:
    inpaint = task_pb2.Inpaint(picture=image(64, 64), mask=mask(64, 64))
    silent = task_pb2.Task(inpaint=inpaint), task_pb2.Task(generate=task_pb2.Generate(start=image(64, 64)))
    for message in silent:
        assert how_of(message).sampler == MENUS.defaults.start_sampler == "dpmpp_2m_sde"
        (message.inpaint if message.HasField("inpaint") else message.generate).denoising.sampler = "euler"
        assert how_of(message).sampler == "euler"


def test_a_seed_is_drawn_so_that_the_last_pictures_fits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int]] = []
    monkeypatch.setattr(tasks.random.SystemRandom, "randint", lambda _, low, high: drawn.append((low, high)) or high)
    assert how_of(generate(count=64)).seed == 2**32 - 64
    assert drawn == [(0, 2**32 - 64)]


def test_a_picture_of_the_largest_size_passes() -> None:
    message = task_pb2.Task(generate=task_pb2.Generate(start=image(16384, 4096)))
    message.generate.extent.CopyFrom(image_pb2.Extent(width=16, height=16))
    task = task_of(message, MENUS, {})
    assert isinstance(task, Generate)
    assert task.start is not None and task.start.extent == Extent(16384, 4096)


@pytest.mark.parametrize("count", [1, 64])
def test_the_last_seed_passes(count: int) -> None:
    assert how_of(generate(seed=2**32 - count, count=count)).seed == 2**32 - count


def test_an_extent_is_taken_from_the_start_picture() -> None:
    message = task_pb2.Task(generate=task_pb2.Generate(start=image(50, 33)))
    task = task_of(message, MENUS, {})
    assert isinstance(task, Generate)
    assert (task.extent, task.strength) == (Extent(50, 33), 0.6)


def test_floats_are_read_as_the_decimals_that_people_wrote() -> None:
    assert how_of(generate(guidance=7.3)).guidance == 7.3


@given(st.floats(-1e6, 1e6, width=32))
def test_shortest_is_the_same_float32(value: float) -> None:
    assert control_pb2.Keypoint(x=fields.shortest(value)).x == value


@given(arbitrary(task_pb2.Detect))
def test_detections_are_refused_by_name_or_come_back_the_same(body: task_pb2.Detect) -> None:
    body.photo.image.CopyFrom(image(50, 33))
    if body.kind % 2:
        body.kind = control_pb2.CONTROL_KIND_CANNY
    task = refused_or(lambda: task_of(task_pb2.Task(detect=body), MENUS, {}))
    event(type(task).__name__)
    if isinstance(task, BottegaError):
        assert task.field.startswith("detect.") and task.remedy
        return
    assert within_limits(task)
    assert task_of(task_message(task), MENUS, {}) == task


def test_hints_arrive_as_what_they_are() -> None:
    vectors = image(space=image_pb2.COLOR_SPACE_DATA)
    figure = control_pb2.Figure(keypoints=[control_pb2.Keypoint(x=1, y=2, confidence=1)] * KEYPOINTS)
    controls = [
        control_pb2.Control(kind=DEPTH, depth=control_pb2.DepthMap(z=Z, background=mask())),
        control_pb2.Control(kind=control_pb2.CONTROL_KIND_CANNY, photo=control_pb2.Photo(image=image())),
        control_pb2.Control(kind=control_pb2.CONTROL_KIND_POSE, pose=control_pb2.Pose(figures=[figure])),
        control_pb2.Control(kind=control_pb2.CONTROL_KIND_NORMAL, normals=control_pb2.NormalMap(image=vectors)),
    ]
    depth, edges, pose, normals = how_of(generate(controls=controls)).controls
    assert isinstance(depth.hint, DepthHint) and depth.hint.background
    assert isinstance(edges.hint, PhotoHint) and (edges.hint.low, edges.hint.high) == (100, 200)
    assert isinstance(pose.hint, PoseHint) and len(pose.hint.people[0]) == KEYPOINTS
    assert isinstance(normals.hint, NormalHint) and normals.hint.image.extent == Extent(16, 16)
    networks = [part.network for part in (depth, edges, pose, normals)]
    assert networks == ["paper-depth", "paper-canny", "paper-pose", "paper-normal"]


def test_inline_pixels_are_handed_on_by_digest() -> None:
    small = image()
    small.inline = b"pixels"
    inline: dict[str, bytes] = {}
    task = task_of(task_pb2.Task(generate=task_pb2.Generate(start=small)), MENUS, inline)
    assert isinstance(task, Generate)
    assert task.start is not None
    assert inline == {task.start.digest: b"pixels"}


@given(arbitrary(jobs_pb2.ListJobsRequest))
def test_any_list_request_is_refused_or_bounded(message: jobs_pb2.ListJobsRequest) -> None:
    page = refused_or(lambda: page_of(message))
    if isinstance(page, BottegaError):
        assert page.field
        return
    assert 1 <= page.size <= 500
    assert 0 <= page.before < 2**63
