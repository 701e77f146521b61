"""Plain values become messages and come back, and what the wire would bend is refused."""

from __future__ import annotations

import math
import random
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottega import messages as m
from bottega.blobs import pack, shrinks
from bottega.check import check
from bottega.errors import CorruptBlob, InvalidRequest
from bottega.hints import Keypoint
from bottega.pixels import Pixels
from bottega.tasks import (
    Detect,
    Generate,
    Lora,
    Margin,
    canny_control,
    depth_control,
    generate,
    inpaint,
    inpaint_control,
    map_control,
    normal_control,
    pose_control,
    upscale,
)
from bottega.wire import image_message, pixels_in, pixels_of, task_message
from bottega_daemon.rpc.generated.v1 import task_pb2
from tests.client.test_pixels import pixels

RGB, GREY = Pixels.filled(4, 3, (1, 2, 3)), Pixels.filled(4, 3, color_space="data")


def inline(value: Pixels) -> m.Image:
    return image_message(value, m.Encoding.RAW, inline=value.data)


@given(pixels(), st.booleans())
def test_pixels_survive_the_wire(value: Pixels, packed: bool) -> None:
    encoding = m.Encoding.ZLIB if packed else m.Encoding.RAW
    data = pack(value.data) if packed else value.data
    image = m.Image.parse(bytes(image_message(value, encoding, digest=b"d" * 32)))
    assert pixels_of(image, data) == value


@given(st.binary(max_size=200))
def test_pixels_that_do_not_decode_are_refused(data: bytes) -> None:
    image = image_message(RGB, m.Encoding.ZLIB, digest=b"d" * 32)
    try:
        assert pixels_of(image, data).data == zlib.decompress(data)
    except CorruptBlob as error:
        assert error.remedy


def test_a_bomb_is_not_inflated() -> None:
    bomb = zlib.compress(bytes(1 << 28), 9)
    with pytest.raises(CorruptBlob):
        pixels_of(image_message(RGB, m.Encoding.ZLIB, digest=b"d" * 32), bomb)


def test_a_task_says_to_the_daemon_what_it_says_here() -> None:
    controls = [
        depth_control(GREY, GREY, strength=0.5, start=0.1, end=0.9, network="mine"),
        canny_control(RGB, low=50, high=150),
        pose_control([[Keypoint(1.5, 2.0), Keypoint(0, 0, 0.0)]]),
        map_control("pose", RGB),
        normal_control(RGB, strength=0.5),
    ]
    task = generate("copper", 64, 32, RGB, 0.25, seed=0, guidance=0.0, seamless="x", count=2, controls=controls)
    theirs = task_pb2.Task.FromString(bytes(task_message(task, inline))).generate
    how = theirs.denoising
    assert (how.prompt, theirs.extent.width, theirs.extent.height, theirs.strength) == ("copper", 64, 32, 0.25)
    assert how.HasField("seed")
    assert how.HasField("guidance")
    assert (how.seed, how.guidance, how.count) == (0, 0.0, 2)
    assert (how.seamless.horizontal, how.seamless.vertical) == (True, False)
    assert [hint.WhichOneof("hint") for hint in how.controls] == ["depth", "photo", "pose", "map", "normals"]
    assert [hint.kind for hint in how.controls] == [1, 2, 3, 3, 5]
    assert how.controls[0].depth.background.inline == GREY.data
    assert how.controls[2].pose.figures[0].keypoints[0].x == 1.5
    assert how.controls[4].normals.image.inline == RGB.data
    assert theirs.start.inline == RGB.data
    assert pixels_in(task) == [GREY, GREY, RGB, RGB, RGB, RGB]


def test_an_inpaint_says_to_the_daemon_what_it_says_here() -> None:
    wishes: dict[str, Any] = {"grow": Margin(3), "feather": Margin(1, 0.25), "match_color": False, "outpaint": True}
    control = inpaint_control(strength=0.5)
    task = inpaint(RGB, GREY, "door", 0.5, "blur", more_masks=[GREY], width=64, height=48, controls=[control], **wishes)
    theirs = task_pb2.Task.FromString(bytes(task_message(task, inline))).inpaint
    assert (theirs.strength, theirs.fill, theirs.match_color, theirs.outpaint) == (0.5, 4, False, True)
    assert (theirs.grow.pixels, theirs.feather.pixels, theirs.feather.relative) == (3, 1, 0.25)
    assert (theirs.extent.width, theirs.extent.height) == (64, 48)
    assert [mask.inline for mask in theirs.more_masks] == [GREY.data]
    assert (theirs.denoising.controls[0].kind, theirs.denoising.controls[0].WhichOneof("hint")) == (4, None)
    assert pixels_in(task) == [RGB, GREY, GREY]


def test_a_detection_says_to_the_daemon_what_it_says_here() -> None:
    theirs = task_pb2.Task.FromString(bytes(task_message(Detect(RGB, low=20, high=60), inline))).detect
    assert (theirs.kind, theirs.photo.low_threshold, theirs.photo.high_threshold) == (2, 20, 60)
    assert theirs.photo.image.inline == RGB.data
    assert pixels_in(Detect(RGB)) == [RGB]


def test_an_enlargement_says_to_the_daemon_what_it_says_here() -> None:
    task = upscale(RGB, 40, 30, upscaler="fine", seamless="x")
    theirs = task_pb2.Task.FromString(bytes(task_message(task, inline))).upscale
    assert (theirs.upscaler, theirs.extent.width, theirs.extent.height) == ("fine", 40, 30)
    assert (theirs.seamless.horizontal, theirs.seamless.vertical) == (True, False)
    assert theirs.picture.inline == RGB.data and pixels_in(task) == [RGB]
    silent = task_pb2.Task.FromString(bytes(task_message(upscale(RGB), inline))).upscale
    assert not silent.HasField("extent") and silent.upscaler == ""


def test_loras_say_what_was_said_and_no_more() -> None:
    task = generate("copper", loras=[Lora("ink"), Lora("oil", 0.0), Lora("xl", -1.5, 0.25)])
    uses = task_pb2.Task.FromString(bytes(task_message(task, inline))).generate.denoising.loras
    assert [use.name for use in uses] == ["ink", "oil", "xl"]
    assert [use.HasField("weight") for use in uses] == [False, True, True]
    assert [use.HasField("text_weight") for use in uses] == [False, False, True]
    assert [(use.weight, use.text_weight) for use in uses[1:]] == [(0.0, 0.0), (-1.5, 0.25)]


def test_silence_is_left_to_the_daemon() -> None:
    theirs = task_pb2.Task.FromString(bytes(task_message(inpaint(RGB, GREY, "door"), inline))).inpaint
    assert not theirs.HasField("strength") and not theirs.HasField("match_color") and not theirs.HasField("extent")
    assert not theirs.denoising.HasField("seed")
    assert not theirs.denoising.HasField("guidance")
    bare = task_pb2.Task.FromString(bytes(task_message(generate("x"), inline))).generate
    assert not bare.HasField("extent")
    assert not bare.HasField("start")


BENT: list[tuple[dict[str, Any], str]] = [
    ({"steps": -1}, "steps"),
    ({"steps": 2**32}, "steps"),
    ({"steps": 20.0}, "steps"),
    ({"seed": 2**64}, "seed"),
    ({"seed": -1}, "seed"),
    ({"guidance": 1e300}, "guidance"),
    ({"guidance": "7"}, "guidance"),
    ({"negative_prompt": "\ud800"}, "negative_prompt"),
    ({"checkpoint": b"bytes"}, "checkpoint"),
]


@pytest.mark.parametrize(("wishes", "field"), BENT)
def test_values_that_the_wire_would_bend_are_refused(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check(task_message(replace(Generate("x"), **wishes), inline))
    assert caught.value.field == f"generate.denoising.{field}"
    assert caught.value.remedy


@given(st.integers(0, 2**64 - 1), st.floats(width=32), st.text())
def test_values_that_fit_pass(seed: int, guidance: float, prompt: str) -> None:
    message = task_message(Generate(prompt, seed=seed, guidance=guidance), inline)
    check(message)
    how = (m.Task.parse(bytes(message)).generate or m.Generate()).denoising or m.Denoising()
    assert (how.seed, how.prompt) == (seed, prompt)
    assert how.guidance == guidance or (math.isnan(guidance) and how.guidance and math.isnan(how.guidance))


def test_masks_are_worth_packing_and_noise_is_not() -> None:
    assert shrinks(bytes(1 << 20))
    assert not shrinks(random.Random(0).randbytes(1 << 20))
