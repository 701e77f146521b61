"""Tasks: messages to specs with every default filled in, and back."""

from __future__ import annotations

import random
from dataclasses import replace

from bottega_daemon.errors import InvalidRequest
from bottega_daemon.models.entries import Checkpoint
from bottega_daemon.rpc.convert import fields, inpainting
from bottega_daemon.rpc.convert.controls import Inline, control_message, control_of, detect_message, detect_of
from bottega_daemon.rpc.convert.images import canvas_of, image_message, image_of
from bottega_daemon.rpc.convert.loras import lora_messages, words_of
from bottega_daemon.rpc.convert.seamless import axes_of, seamless_message
from bottega_daemon.rpc.convert.upscaling import upscale_message, upscale_of
from bottega_daemon.rpc.generated.v1 import image_pb2
from bottega_daemon.rpc.generated.v1 import task_pb2 as pb
from bottega_daemon.rpc.limits import LIMITS
from bottega_daemon.rpc.menus import Menus
from bottega_daemon.spec import Denoising, Detect, Extent, Generate, Image, Inpaint, InpaintHint, Task, Upscale


def task_of(message: pb.Task, menus: Menus, inline: Inline) -> Task:
    """What is asked. Bytes of inline images are added to `inline` by digest."""
    match message.WhichOneof("task"):
        case "generate":
            return _generate(message.generate, menus, inline)
        case "inpaint":
            return _inpaint(message.inpaint, menus, inline)
        case "detect":
            return detect_of(message.detect, inline)
        case "upscale":
            return upscale_of(message.upscale, menus, inline)
        case _:
            raise InvalidRequest(
                "there is nothing to do.", remedy="Set generate, inpaint, detect or upscale.", field="task"
            )


def _generate(message: pb.Generate, menus: Menus, inline: Inline) -> Generate:
    checkpoint = _checkpoint(message.denoising, menus, "generate.denoising")
    fitting = _started(menus) if message.HasField("start") else menus
    how = _denoising(message.denoising, checkpoint, fitting, inline, "generate.denoising")
    for index, control in enumerate(how.controls):
        if isinstance(control.hint, InpaintHint):
            raise InvalidRequest(
                "there is nothing to inpaint.",
                remedy="Ask for it in an inpaint task, or leave it out.",
                field=f"generate.denoising.controls[{index}].kind",
            )
    start = image_of(message.start, inline, "generate.start") if message.HasField("start") else None
    strength = menus.defaults.strength
    if message.HasField("strength"):
        strength = fields.real(message.strength, 0, 1, "generate.strength")
    return Generate(
        how=how,
        extent=canvas_of(_wished_extent(message.extent, start, checkpoint), "generate.extent"),
        start=start,
        strength=strength if start else 1.0,
    )


def _wished_extent(message: image_pb2.Extent, start: Image | None, checkpoint: Checkpoint) -> Extent:
    if message.width or message.height:
        return Extent(message.width, message.height)
    return start.extent if start else Extent(checkpoint.native_extent, checkpoint.native_extent)


def _inpaint(message: pb.Inpaint, menus: Menus, inline: Inline) -> Inpaint:
    checkpoint = _checkpoint(message.denoising, menus, "inpaint.denoising")
    how = _denoising(message.denoising, checkpoint, _started(menus), inline, "inpaint.denoising")
    return inpainting.inpaint_of(message, how, inline)


def _started(menus: Menus) -> Menus:
    """The same for what begins with a picture: another sampler where none is named."""
    return replace(menus, defaults=replace(menus.defaults, sampler=menus.defaults.start_sampler))


def _checkpoint(message: pb.Denoising, menus: Menus, field: str) -> Checkpoint:
    name = message.checkpoint or menus.defaults.checkpoint
    return fields.named(name, menus.checkpoints, "checkpoint", f"{field}.checkpoint")


def _denoising(message: pb.Denoising, checkpoint: Checkpoint, menus: Menus, inline: Inline, field: str) -> Denoising:
    defaults = menus.defaults
    count = fields.whole(message.count or 1, 1, LIMITS.max_count, f"{field}.count")
    fields.whole(len(message.controls), 0, LIMITS.max_controls, f"{field}.controls")
    sampler, schedule = message.sampler or defaults.sampler, message.schedule or defaults.schedule
    top = LIMITS.max_guidance
    words = words_of(message, menus, checkpoint, field)
    return Denoising(
        checkpoint=checkpoint.name,
        prompt=words.prompt,
        negative_prompt=words.negative_prompt,
        sampler=fields.named(sampler, menus.samplers, "sampler", f"{field}.sampler").name,
        schedule=fields.named(schedule, menus.schedules, "schedule", f"{field}.schedule").name,
        steps=fields.whole(message.steps or defaults.steps, 1, LIMITS.max_steps, f"{field}.steps"),
        guidance=(
            fields.real(message.guidance, 0, top, f"{field}.guidance")
            if message.HasField("guidance")
            else defaults.guidance
        ),
        clip_skip=fields.whole(message.clip_skip or 1, 1, LIMITS.max_clip_skip, f"{field}.clip_skip"),
        seed=_seed(message, count, f"{field}.seed"),
        count=count,
        seamless=axes_of(message.seamless),
        controls=tuple(
            control_of(control, menus, checkpoint, inline, f"{field}.controls[{index}]")
            for index, control in enumerate(message.controls)
        ),
        loras=words.loras,
        embeddings=words.embeddings,
    )


def _seed(message: pb.Denoising, count: int, field: str) -> int:
    """The seed asked for, or one drawn; that of the last picture must fit too."""
    top = LIMITS.max_seed - count + 1
    if not message.HasField("seed"):
        return random.SystemRandom().randint(0, top)
    return fields.whole(message.seed, 0, top, field)


def task_message(task: Task) -> pb.Task:
    """A task with everything said; converted again it is the same task."""
    if isinstance(task, Generate):
        generate = pb.Generate(
            denoising=_denoising_message(task.how),
            extent=image_pb2.Extent(width=task.extent.width, height=task.extent.height),
            start=image_message(task.start) if task.start else None,
            strength=task.strength if task.start else None,
        )
        return pb.Task(generate=generate)
    if isinstance(task, Detect):
        return pb.Task(detect=detect_message(task))
    if isinstance(task, Upscale):
        return pb.Task(upscale=upscale_message(task))
    return pb.Task(inpaint=inpainting.inpaint_message(task, _denoising_message(task.how)))


def _denoising_message(how: Denoising) -> pb.Denoising:
    return pb.Denoising(
        checkpoint=how.checkpoint,
        prompt=how.prompt,
        negative_prompt=how.negative_prompt,
        sampler=how.sampler,
        schedule=how.schedule,
        steps=how.steps,
        guidance=how.guidance,
        clip_skip=how.clip_skip,
        seed=how.seed,
        count=how.count,
        seamless=seamless_message(how.seamless),
        controls=[control_message(control) for control in how.controls],
        loras=lora_messages(how.loras),
    )
