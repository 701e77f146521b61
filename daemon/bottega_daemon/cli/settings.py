"""A job's settings and figures in plain values, for `--json`, lists and the text inside pictures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bottega import messages as m

STATES: dict[m.JobState, str] = {
    m.JobState.QUEUED: "queued",
    m.JobState.RUNNING: "running",
    m.JobState.SUCCEEDED: "succeeded",
    m.JobState.FAILED: "failed",
    m.JobState.CANCELLED: "cancelled",
}
FINAL = ("succeeded", "failed", "cancelled")
_KINDS = {
    m.ControlKind.DEPTH: "depth",
    m.ControlKind.CANNY: "canny",
    m.ControlKind.POSE: "pose",
    m.ControlKind.INPAINT: "inpaint",
    m.ControlKind.NORMAL: "normal",
}
_FILLS = {value: value.name.lower() for value in m.InpaintFill}
_AXES = {(False, False): "none", (True, False): "x", (False, True): "y", (True, True): "xy"}


def settings_of(job: m.Job) -> dict[str, Any]:
    """What was asked, every default filled in."""
    task = job.task or m.Task()
    if task.detect:
        return _detecting(task.detect)
    if task.upscale:
        return _upscaling(task.upscale)
    asked = task.generate or task.inpaint
    if asked is None:
        return {}
    how = asked.denoising or m.Denoising()
    seamless = how.seamless or m.Seamless()
    extent = _extent(asked)
    return {
        "task": "generate" if task.generate else "inpaint",
        "prompt": how.prompt,
        "negative_prompt": how.negative_prompt,
        "checkpoint": how.checkpoint,
        "sampler": how.sampler,
        "schedule": how.schedule,
        "steps": how.steps,
        "guidance": short(how.guidance),
        "clip_skip": how.clip_skip or 1,
        "seed": how.seed,
        "count": how.count or 1,
        "seamless": _AXES[seamless.horizontal, seamless.vertical],
        "size": f"{extent.width}x{extent.height}",
        **({"strength": short(asked.strength)} if _repaints(asked) else {}),
        **(_repainting(asked) if isinstance(asked, m.Inpaint) else {}),
        "controls": [_control(control) for control in how.controls],
        "loras": [
            {"name": use.name, "weight": short(use.weight), "text_weight": short(use.text_weight)} for use in how.loras
        ],
    }


def masks_of(job: m.Job) -> int:
    """Layers that make up one of its pictures."""
    asked = job.task.inpaint if job.task else None
    return 1 + len(asked.more_masks) if asked else 1


def figures_of(job: m.Job) -> dict[str, Any]:
    """How a job stands and what it took, times in seconds."""
    figures: dict[str, Any] = {
        "job_id": job.job_id,
        "state": state_of(job),
        "title": job.title,
        "submitted": job.submitted.isoformat() if job.submitted else None,
        "waited": _between(job.submitted, job.started),
        "worked": _between(job.started, job.ended),
        "device_seconds": short(job.device_seconds),
        "model_calls": job.model_calls,
        "shared_calls": job.shared_calls,
    }
    if job.failure:
        failure = job.failure
        figures["failure"] = {name: getattr(failure, name) for name in ("reason", "message", "remedy", "field")}
    return figures


def described(job: m.Job) -> dict[str, Any]:
    """Everything about a job."""
    pictures = [{"index": picture.index, "seed": picture.seed} for picture in job.pictures]
    return {**figures_of(job), "pictures": pictures, "settings": settings_of(job)}


def state_of(job: m.Job) -> str:
    """A job's state as a word."""
    return STATES.get(job.state, "unknown")


def local_time(moment: datetime | None) -> str:
    """A moment as people here write it."""
    return moment.astimezone().strftime("%d %b %H:%M") if moment else ""


def short(value: float | None) -> float | None:
    """A float32 without the digits that it does not have."""
    return None if value is None else float(f"{value:.6g}")


def _repaints(asked: m.Generate | m.Inpaint) -> bool:
    return isinstance(asked, m.Inpaint) or asked.start is not None


def _repainting(asked: m.Inpaint) -> dict[str, Any]:
    grow, feather = asked.grow or m.Margin(), asked.feather or m.Margin()
    return {
        "fill": _FILLS.get(asked.fill, "unknown"),
        "grow": {"pixels": grow.pixels, "relative": short(grow.relative)},
        "feather": {"pixels": feather.pixels, "relative": short(feather.relative)},
        "match_color": asked.match_color is not False,
        "outpaint": asked.outpaint,
        "masks": 1 + len(asked.more_masks),
    }


def _detecting(asked: m.Detect) -> dict[str, Any]:
    photo = asked.photo or m.Photo()
    extent = (photo.image.extent if photo.image else None) or m.Extent()
    return {
        "task": "detect",
        "kind": _KINDS.get(asked.kind, "unknown"),
        "low": short(photo.low_threshold),
        "high": short(photo.high_threshold),
        "size": f"{extent.width}x{extent.height}",
    }


def _upscaling(asked: m.Upscale) -> dict[str, Any]:
    extent, seamless = asked.extent or m.Extent(), asked.seamless or m.Seamless()
    return {
        "task": "upscale",
        "upscaler": asked.upscaler,
        "seamless": _AXES[seamless.horizontal, seamless.vertical],
        "size": f"{extent.width}x{extent.height}",
    }


def _extent(asked: m.Generate | m.Inpaint) -> m.Extent:
    image = asked.picture if isinstance(asked, m.Inpaint) else None
    extent = image.extent if image else getattr(asked, "extent", None)
    return extent or m.Extent()


def _control(control: m.Control) -> dict[str, Any]:
    numbers = {name: short(getattr(control, name)) for name in ("strength", "start", "end")}
    return {"kind": _KINDS.get(control.kind, "unknown"), "network": control.network, **numbers}


def _between(begin: Any, end: Any) -> float | None:
    return round((end - begin).total_seconds(), 3) if begin and end else None
