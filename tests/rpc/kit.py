"""What tests of the wire have in common: menus, well-formed messages, and arbitrary ones."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from bottega_daemon.models.entries import Checkpoint, ControlNetwork, Inventory, Problem, Upscaler
from bottega_daemon.rpc.generated.v1 import control_pb2, image_pb2, jobs_pb2, task_pb2
from bottega_daemon.rpc.menus import menus_of

PAPER = Checkpoint("paper", Path("paper"), "sd15", "Stable Diffusion 1.x", "diffusers", 64, 9, "fits")
OTHER = Checkpoint("other", Path("other"), "sdxl", "Stable Diffusion XL", "diffusers", 1024, 9, "fits-not")
CONTROLS = tuple(
    ControlNetwork(f"paper-{kind}", Path(kind), kind, "sd15", "diffusers", 9, "fits")
    for kind in ("depth", "canny", "pose", "inpaint", "normal", "tile")
)
PROBLEM = Problem(Path("models/broken.safetensors"), "it is cut short.", "Copy it again.")
ENLARGERS = (Upscaler("fine", Path("fine"), "esrgan", 4, 9, 0), Upscaler("plain", Path("plain"), "compact", 2, 9, 0))
MENUS = menus_of(Inventory("1", (PAPER, OTHER), CONTROLS, (), (), (), ENLARGERS, (PROBLEM,)))


def image(
    width: int = 16,
    height: int = 16,
    channels: int = 3,
    depth: image_pb2.ChannelDepth = image_pb2.CHANNEL_DEPTH_U8,
    space: image_pb2.ColorSpace = image_pb2.COLOR_SPACE_SRGB,
) -> image_pb2.Image:
    """An image by digest."""
    return image_pb2.Image(
        extent=image_pb2.Extent(width=width, height=height),
        channels=channels,
        depth=depth,
        color_space=space,
        encoding=image_pb2.ENCODING_RAW,
        digest=hashlib.sha256(f"{width}x{height}x{channels}".encode()).digest(),
    )


def mask(width: int = 16, height: int = 16) -> image_pb2.Image:
    """A mask by digest."""
    return image(width, height, 1, space=image_pb2.COLOR_SPACE_DATA)


def generate(**denoising: Any) -> task_pb2.Task:
    """A task to paint 16 x 16 pixels."""
    return task_pb2.Task(
        generate=task_pb2.Generate(
            denoising=task_pb2.Denoising(**denoising), extent=image_pb2.Extent(width=16, height=16)
        )
    )


def inpaint(**fields: Any) -> task_pb2.Task:
    """A task to repaint a picture."""
    wanted: dict[str, Any] = {"picture": image(), "mask": mask(), **fields}
    return task_pb2.Task(inpaint=task_pb2.Inpaint(**wanted))


def upscale(**fields: Any) -> task_pb2.Task:
    """A task to enlarge a picture."""
    wanted: dict[str, Any] = {"picture": image(), **fields}
    return task_pb2.Task(upscale=task_pb2.Upscale(**wanted))


def canny(**fields: Any) -> control_pb2.Control:
    """A control that follows a ready picture of edges."""
    wanted: dict[str, Any] = {"kind": control_pb2.CONTROL_KIND_CANNY, "map": image(), **fields}
    return control_pb2.Control(**wanted)


def submit(task: task_pb2.Task, **fields: Any) -> jobs_pb2.SubmitJobRequest:
    """A request to do a task."""
    wanted: dict[str, Any] = {"request_id": "request-1", "task": task, **fields}
    return jobs_pb2.SubmitJobRequest(**wanted)


WORDS = st.sampled_from(
    ["", "paper", "other", "paper-depth", "paper-canny", "fine", "euler", "karras", "request-1", "x" * 9000]
)
SMALL = st.sampled_from([0, 1, 2, 3, 4, 16, 17, 64, 1000, 4096, 2**31, 2**32 - 1])
VALUES: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.CPPTYPE_STRING: WORDS | st.text(max_size=5),
    FieldDescriptor.CPPTYPE_UINT32: SMALL,
    FieldDescriptor.CPPTYPE_UINT64: SMALL | st.integers(0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_FLOAT: st.sampled_from([0.0, 0.5, 1.0, -1.0, 5.5]) | st.floats(width=32),
    FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
    FieldDescriptor.CPPTYPE_ENUM: st.integers(0, 5) | st.just(77),
}
BYTES = st.sampled_from([b"", b"\1" * 32, b"\2" * 31, bytes(256), bytes((256 << 10) + 1)])


@st.composite
def arbitrary(draw: st.DrawFn, kind: type[Message], depth: int = 0) -> Message:
    """Any message of a kind: every field set or not, values sensible or absurd."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        if not draw(st.booleans() if depth else st.integers(0, 5)):
            continue
        count = draw(st.integers(0, 3)) if field.is_repeated else 1
        for _ in range(count):
            _put(message, field, draw, depth)
    return message


def _put(message: Message, field: Any, draw: st.DrawFn, depth: int) -> None:
    held = getattr(message, field.name)
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        kind = type(held.add()) if field.is_repeated else type(held)
        if field.is_repeated:
            del held[-1]
        value = draw(arbitrary(kind, depth + 1))
        (held.append if field.is_repeated else held.CopyFrom)(value)
        return
    text = field.type == FieldDescriptor.TYPE_BYTES
    value = draw(BYTES if text else VALUES[field.cpp_type])
    if field.is_repeated:
        held.append(value)
    else:
        setattr(message, field.name, value)
