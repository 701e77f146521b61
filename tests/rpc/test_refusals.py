"""What the converter refuses, each with the field and a remedy."""

from __future__ import annotations

from typing import Any

import pytest

from bottega_daemon.errors import BottegaError, InvalidRequest, NotFound
from bottega_daemon.rpc.convert.jobs import wish_of
from bottega_daemon.rpc.convert.tasks import task_of
from bottega_daemon.rpc.generated.v1 import control_pb2, image_pb2, task_pb2
from tests.rpc.kit import MENUS, canny, generate, image, inpaint, mask, submit, upscale

NAN, INF = float("nan"), float("inf")


def control(**wanted: Any) -> task_pb2.Task:
    """A task with one control."""
    return generate(controls=[canny(**wanted)])


def normal(**wanted: Any) -> task_pb2.Task:
    """A task that follows normals."""
    return generate(controls=[control_pb2.Control(kind=control_pb2.CONTROL_KIND_NORMAL, **wanted)])


def detected(**wanted: Any) -> task_pb2.Task:
    """A task to find edges."""
    fields: dict[str, Any] = {"kind": control_pb2.CONTROL_KIND_CANNY, "photo": control_pb2.Photo(image=image())}
    return task_pb2.Task(detect=task_pb2.Detect(**(fields | wanted)))


def sized(width: int, height: int) -> task_pb2.Task:
    """A task to paint so many pixels."""
    task = generate()
    task.generate.extent.CopyFrom(image_pb2.Extent(width=width, height=height))
    return task


def started(width: int, height: int) -> task_pb2.Task:
    """A task that begins from a picture of so many pixels."""
    task = generate()
    task.generate.start.CopyFrom(image(width, height))
    return task


DEPTH = control_pb2.CONTROL_KIND_DEPTH
F32, DATA = image_pb2.CHANNEL_DEPTH_F32, image_pb2.COLOR_SPACE_DATA
Z = image(channels=1, depth=F32, space=DATA)
LARGE_Z = image(8193, 8192, channels=1, depth=F32, space=DATA)
BAD = {
    "nothing": (task_pb2.Task(), "task"),
    "width 0": (sized(0, 16), "generate.extent.width"),
    "height huge": (sized(16, 2**32 - 1), "generate.extent.height"),
    "too many pixels": (sized(4096, 4096), "generate.extent"),
    "too small": (sized(8, 64), "generate.extent.width"),
    "steps": (generate(steps=10**6), "generate.denoising.steps"),
    "guidance nan": (generate(guidance=NAN), "generate.denoising.guidance"),
    "guidance inf": (generate(guidance=INF), "generate.denoising.guidance"),
    "guidance negative": (generate(guidance=-1), "generate.denoising.guidance"),
    "long prompt": (generate(prompt="x" * 10_240), "generate.denoising.prompt"),
    "long negative prompt": (generate(negative_prompt="x" * 8193), "generate.denoising.negative_prompt"),
    "count": (generate(count=65), "generate.denoising.count"),
    "clip skip": (generate(clip_skip=13), "generate.denoising.clip_skip"),
    "seed": (generate(seed=2**32), "generate.denoising.seed"),
    "last seed": (generate(seed=2**32 - 1, count=2), "generate.denoising.seed"),
    "many controls": (generate(controls=[canny()] * 9), "generate.denoising.controls"),
    "no kind": (control(kind=0), "generate.denoising.controls[0].kind"),
    "unknown kind": (control(kind=99), "generate.denoising.controls[0].kind"),
    "control of other kind": (control(network="paper-depth"), "generate.denoising.controls[0].network"),
    "control end": (control(start=0.5, end=0.5), "generate.denoising.controls[0].end"),
    "control strength": (control(strength=2.5), "generate.denoising.controls[0].strength"),
    "control strength nan": (control(strength=NAN), "generate.denoising.controls[0].strength"),
    "hint missing": (
        generate(controls=[control_pb2.Control(kind=DEPTH)]),
        "generate.denoising.controls[0].hint",
    ),
    "photo for depth": (
        generate(controls=[control_pb2.Control(kind=DEPTH, photo=control_pb2.Photo(image=image()))]),
        "generate.denoising.controls[0].photo",
    ),
    "depth in bytes": (
        generate(controls=[control_pb2.Control(kind=DEPTH, depth=control_pb2.DepthMap(z=mask()))]),
        "generate.denoising.controls[0].depth.z.depth",
    ),
    "background of other size": (
        generate(controls=[control_pb2.Control(kind=DEPTH, depth=control_pb2.DepthMap(z=Z, background=mask(8, 8)))]),
        "generate.denoising.controls[0].depth.background.extent",
    ),
    "mask of other size": (inpaint(mask=mask(16, 17)), "inpaint.mask.extent"),
    "coloured mask": (inpaint(mask=image(space=DATA)), "inpaint.mask.channels"),
    "mask in sRGB": (inpaint(mask=image(channels=1)), "inpaint.mask.color_space"),
    "no picture": (task_pb2.Task(inpaint=task_pb2.Inpaint(mask=mask())), "inpaint.picture"),
    "two channels": (inpaint(picture=image(channels=2)), "inpaint.picture.channels"),
    "fill": (inpaint(fill=9), "inpaint.fill"),
    "strength": (inpaint(strength=1.5), "inpaint.strength"),
    "another mask of other size": (inpaint(more_masks=[mask(), mask(16, 17)]), "inpaint.more_masks[1].extent"),
    "too many masks": (inpaint(more_masks=[mask()] * 64), "inpaint.more_masks"),
    "too many results": (
        inpaint(more_masks=[mask()], denoising=task_pb2.Denoising(count=33)),
        "inpaint.more_masks",
    ),
    "grow": (inpaint(grow=task_pb2.Margin(pixels=32769)), "inpaint.grow.pixels"),
    "feather": (inpaint(feather=task_pb2.Margin(relative=NAN)), "inpaint.feather.relative"),
    "extent": (inpaint(extent=image_pb2.Extent(width=8, height=64)), "inpaint.extent.width"),
    "inpaint control elsewhere": (
        generate(controls=[control_pb2.Control(kind=control_pb2.CONTROL_KIND_INPAINT)]),
        "generate.denoising.controls[0].kind",
    ),
    "hint for inpaint control": (
        generate(controls=[control_pb2.Control(kind=control_pb2.CONTROL_KIND_INPAINT, map=image())]),
        "generate.denoising.controls[0].map",
    ),
    "one channel of normals": (normal(map=mask()), "generate.denoising.controls[0].map.channels"),
    "normals that are colours": (
        normal(normals=control_pb2.NormalMap(image=image())),
        "generate.denoising.controls[0].normals.image.color_space",
    ),
    "normals for depth": (
        generate(controls=[control_pb2.Control(kind=DEPTH, normals=control_pb2.NormalMap(image=image()))]),
        "generate.denoising.controls[0].normals",
    ),
    "detect what is not found": (detected(kind=DEPTH), "detect.kind"),
    "detect nothing": (detected(kind=control_pb2.CONTROL_KIND_UNSPECIFIED), "detect.kind"),
    "detect in nothing": (detected(photo=control_pb2.Photo()), "detect.photo.image"),
    "detect with thresholds swapped": (
        detected(photo=control_pb2.Photo(image=image(), low_threshold=9, high_threshold=8)),
        "detect.photo.low_threshold",
    ),
    "upscale by none": (upscale(upscaler="paper"), "upscale.upscaler"),
    "upscale nothing": (task_pb2.Task(upscale=task_pb2.Upscale()), "upscale.picture"),
    "upscale to less": (upscale(extent=image_pb2.Extent(width=15, height=32)), "upscale.extent.width"),
    "upscale to far more": (upscale(extent=image_pb2.Extent(width=256, height=257)), "upscale.extent.height"),
    "upscale to one side": (upscale(extent=image_pb2.Extent(width=64)), "upscale.extent.height"),
    "upscale beyond what can be made": (upscale(picture=image(4096, 4096)), "upscale.extent"),
    "upscale to more than can be made": (
        upscale(picture=image(4096, 4096), extent=image_pb2.Extent(width=8193, height=8192)),
        "upscale.extent",
    ),
    "upscale a wide one": (upscale(picture=image(4097, 16)), "upscale.extent"),
    "upscale two channels": (upscale(picture=image(16, 16, 2)), "upscale.picture.channels"),
    "start too large": (started(8193, 8192), "generate.start.extent"),
    "start too wide": (started(16385, 1), "generate.start.extent.width"),
    "map too large": (control(map=image(16384, 4097)), "generate.denoising.controls[0].map.extent"),
    "photo too large": (
        control(photo=control_pb2.Photo(image=image(16384, 4097))),
        "generate.denoising.controls[0].photo.image.extent",
    ),
    "depth too large": (
        generate(controls=[control_pb2.Control(kind=DEPTH, depth=control_pb2.DepthMap(z=LARGE_Z))]),
        "generate.denoising.controls[0].depth.z.extent",
    ),
    "mask too large": (inpaint(mask=mask(8192, 8193)), "inpaint.mask.extent"),
    "picture too small": (inpaint(picture=image(8, 8), mask=mask(8, 8)), "inpaint.picture.extent.width"),
}


@pytest.mark.parametrize(("task", "field"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_named(task: task_pb2.Task, field: str) -> None:
    with pytest.raises(BottegaError) as refused:
        task_of(task, MENUS, {})
    assert refused.value.field == field
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("task", "field", "hint"),
    [
        (generate(checkpoint="papr"), "generate.denoising.checkpoint", "paper"),
        (generate(sampler="dpm++_2m"), "generate.denoising.sampler", "dpmpp_2m"),
        (generate(schedule="kara"), "generate.denoising.schedule", "karras"),
        (generate(schedule="zzz"), "generate.denoising.schedule", "There are: "),
        (control(network="papercanny"), "generate.denoising.controls[0].network", "paper-canny"),
        (generate(checkpoint="other", controls=[canny()]), "generate.denoising.controls[0].network", "XL"),
    ],
)
def test_unknown_names_are_answered_with_those_that_exist(task: task_pb2.Task, field: str, hint: str) -> None:
    with pytest.raises(NotFound) as refused:
        task_of(task, MENUS, {})
    assert refused.value.field == field
    assert hint in refused.value.remedy


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"request_id": "short"}, "request_id"),
        ({"request_id": "../../etc/passwd"}, "request_id"),
        ({"title": "x" * 201}, "title"),
        ({"replaces_key": "x" * 65}, "replaces_key"),
        ({"priority": 9}, "priority"),
        ({"cancel_when_unwatched_after": NAN}, "cancel_when_unwatched_after"),
        ({"cancel_when_unwatched_after": -1}, "cancel_when_unwatched_after"),
    ],
)
def test_bad_requests_are_named(wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        wish_of(submit(generate(), **wanted), MENUS, "ada")
    assert refused.value.field == field
