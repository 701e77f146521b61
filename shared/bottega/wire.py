"""Between the client's plain values and the contract's messages."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Literal, TypeAlias

from bottega import messages as m
from bottega.errors import CorruptBlob, InvalidRequest
from bottega.pixels import ColorSpace, Depth, Pixels
from bottega.tasks import (
    Control,
    DepthHint,
    Detect,
    Generate,
    Inpaint,
    MapHint,
    NormalHint,
    Painting,
    PhotoHint,
    PoseHint,
    Seamless,
    Task,
    Upscale,
)

Priority: TypeAlias = Literal["batch", "interactive", "live"]
ImageOf: TypeAlias = Callable[[Pixels], m.Image]
"""Gives the message for some pixels: inline, or by a digest that the daemon has."""

PRIORITIES: dict[Priority, m.Priority] = {
    "batch": m.Priority.BATCH,
    "interactive": m.Priority.INTERACTIVE,
    "live": m.Priority.LIVE,
}
DEPTHS: dict[Depth, m.ChannelDepth] = {
    "u8": m.ChannelDepth.U8,
    "u16": m.ChannelDepth.U16,
    "f16": m.ChannelDepth.F16,
    "f32": m.ChannelDepth.F32,
}
COLOR_SPACES: dict[ColorSpace, m.ColorSpace] = {
    "srgb": m.ColorSpace.SRGB,
    "linear": m.ColorSpace.LINEAR,
    "data": m.ColorSpace.DATA,
}
_KINDS = {
    "depth": m.ControlKind.DEPTH,
    "canny": m.ControlKind.CANNY,
    "pose": m.ControlKind.POSE,
    "inpaint": m.ControlKind.INPAINT,
    "normal": m.ControlKind.NORMAL,
}
_FILLS = {
    "auto": m.InpaintFill.AUTO,
    "keep": m.InpaintFill.KEEP,
    "neutral": m.InpaintFill.NEUTRAL,
    "blur": m.InpaintFill.BLUR,
    "border": m.InpaintFill.BORDER,
    "noise": m.InpaintFill.NOISE,
}
_DEPTH_NAMES: dict[m.ChannelDepth, Depth] = {value: name for name, value in DEPTHS.items()}
_COLOR_NAMES: dict[m.ColorSpace, ColorSpace] = {value: name for name, value in COLOR_SPACES.items()}


def image_message(
    pixels: Pixels, encoding: m.Encoding, *, digest: bytes | None = None, inline: bytes | None = None
) -> m.Image:
    """Describe pixels whose bytes travel inline or lie in the daemon under `digest`."""
    return m.Image(
        extent=m.Extent(width=pixels.width, height=pixels.height),
        channels=pixels.channels,
        depth=DEPTHS[pixels.depth],
        color_space=COLOR_SPACES[pixels.color_space],
        encoding=encoding,
        digest=digest,
        inline=inline,
    )


def raw_size(image: m.Image) -> int:
    """Bytes of an image message's pixels once decoded."""
    extent = image.extent or m.Extent()
    return extent.width * extent.height * image.channels * (1, 1, 2, 2, 4)[int(image.depth)]


def pixels_of(image: m.Image, data: bytes) -> Pixels:
    """The pixels that an image message describes and `data` encodes. Raises CorruptBlob if they do not agree."""
    if image.encoding == m.Encoding.ZLIB:
        data = _inflate(data, raw_size(image))
    extent = image.extent or m.Extent()
    try:
        depth, color = _DEPTH_NAMES[image.depth], _COLOR_NAMES[image.color_space]
        return Pixels(extent.width, extent.height, image.channels, depth, color, data)
    except (KeyError, InvalidRequest) as error:
        raise CorruptBlob("the daemon sent a picture that cannot be.", remedy="Update the client.") from error


def _inflate(data: bytes, size: int) -> bytes:
    """Decode zlib without ever holding more than the announced size."""
    decoder = zlib.decompressobj()
    try:
        raw = decoder.decompress(data, size + 1)
    except zlib.error as error:
        raise CorruptBlob(f"the pixels do not decode: {error}.", remedy="Fetch the picture again.") from error
    if len(raw) != size or not decoder.eof:
        raise CorruptBlob("the pixels have not the announced size.", remedy="Fetch the picture again.")
    return raw


def task_message(task: Task, image_of: ImageOf) -> m.Task:
    """The message for a task; `image_of` is asked once for each picture in it, in a fixed order."""
    if isinstance(task, Generate):
        return m.Task(generate=_generate(task, image_of))
    if isinstance(task, Detect):
        return m.Task(detect=m.Detect(kind=_KINDS[task.kind], photo=_photo(task.photo, task.low, task.high, image_of)))
    if isinstance(task, Upscale):
        return m.Task(upscale=_upscale(task, image_of))
    return m.Task(inpaint=_inpaint(task, image_of))


def pixels_in(task: Task) -> list[Pixels]:
    """Every picture that a task holds."""
    found: list[Pixels] = []

    def collect(pixels: Pixels) -> m.Image:
        found.append(pixels)
        return m.Image()

    task_message(task, collect)
    return found


def _generate(task: Generate, image_of: ImageOf) -> m.Generate:
    return m.Generate(
        denoising=_denoising(task, task.prompt, image_of),
        extent=_extent(task.width, task.height),
        start=image_of(task.start) if task.start else None,
        strength=task.strength,
    )


def _inpaint(task: Inpaint, image_of: ImageOf) -> m.Inpaint:
    return m.Inpaint(
        denoising=_denoising(task, task.prompt, image_of),
        picture=image_of(task.picture),
        mask=image_of(task.mask),
        strength=task.strength,
        fill=_FILLS[task.fill],
        more_masks=[image_of(mask) for mask in task.more_masks],
        grow=m.Margin(pixels=task.grow.pixels, relative=task.grow.relative),
        feather=m.Margin(pixels=task.feather.pixels, relative=task.feather.relative),
        match_color=task.match_color,
        outpaint=task.outpaint,
        extent=_extent(task.width, task.height),
    )


def _upscale(task: Upscale, image_of: ImageOf) -> m.Upscale:
    return m.Upscale(
        upscaler=task.upscaler,
        picture=image_of(task.picture),
        extent=_extent(task.width, task.height),
        seamless=_seamless(task.seamless),
    )


def _extent(width: int, height: int) -> m.Extent | None:
    return m.Extent(width=width, height=height) if width or height else None


def _seamless(axes: Seamless) -> m.Seamless:
    return m.Seamless(horizontal="x" in axes, vertical="y" in axes)


def _denoising(task: Painting, prompt: str, image_of: ImageOf) -> m.Denoising:
    return m.Denoising(
        checkpoint=task.checkpoint,
        prompt=prompt,
        negative_prompt=task.negative_prompt,
        sampler=task.sampler,
        schedule=task.schedule,
        steps=task.steps,
        guidance=task.guidance,
        clip_skip=task.clip_skip,
        seed=task.seed,
        count=task.count,
        seamless=_seamless(task.seamless),
        controls=[_control(control, image_of) for control in task.controls],
        loras=[m.LoraUse(name=use.name, weight=use.weight, text_weight=use.text_weight) for use in task.loras],
    )


def _control(control: Control, image_of: ImageOf) -> m.Control:
    message = m.Control(
        kind=_KINDS[control.kind],
        network=control.network,
        strength=control.strength,
        start=control.start,
        end=control.end,
    )
    hint = control.hint
    if isinstance(hint, MapHint):
        message.map = image_of(hint.map)
    elif isinstance(hint, PhotoHint):
        message.photo = _photo(hint.photo, hint.low, hint.high, image_of)
    elif isinstance(hint, DepthHint):
        message.depth = m.DepthMap(
            z=image_of(hint.z), background=image_of(hint.background) if hint.background else None
        )
    elif isinstance(hint, NormalHint):
        message.normals = m.NormalMap(image=image_of(hint.normals))
    elif isinstance(hint, PoseHint):
        message.pose = _pose(hint)
    return message


def _photo(photo: Pixels, low: float, high: float, image_of: ImageOf) -> m.Photo:
    return m.Photo(image=image_of(photo), low_threshold=low, high_threshold=high)


def _pose(hint: PoseHint) -> m.Pose:
    return m.Pose(
        figures=[
            m.Figure(keypoints=[m.Keypoint(x=joint.x, y=joint.y, confidence=joint.confidence) for joint in figure])
            for figure in hint.figures
        ]
    )
