"""Jobs and their events: wishes coming in, rows of the book going out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from bottega_daemon.errors import InvalidRequest
from bottega_daemon.jobs import events
from bottega_daemon.jobs.events import Lasting, Numbered, Passing
from bottega_daemon.jobs.states import Failure, Job, Picture, State, Submission
from bottega_daemon.rpc.convert import fields
from bottega_daemon.rpc.convert.controls import Inline
from bottega_daemon.rpc.convert.images import image_message
from bottega_daemon.rpc.convert.inpainting import bounds_message
from bottega_daemon.rpc.convert.tasks import task_message, task_of
from bottega_daemon.rpc.generated.v1 import image_pb2
from bottega_daemon.rpc.generated.v1 import jobs_pb2 as pb
from bottega_daemon.rpc.limits import LIMITS
from bottega_daemon.rpc.menus import Menus
from bottega_daemon.spec import JobSpec, Priority
from bottega_daemon.worker.protocol import Phase, Preview, Progress

PRIORITIES: dict[pb.Priority, Priority] = {
    pb.PRIORITY_UNSPECIFIED: "interactive",
    pb.PRIORITY_BATCH: "batch",
    pb.PRIORITY_INTERACTIVE: "interactive",
    pb.PRIORITY_LIVE: "live",
}
PRIORITY_VALUES: dict[Priority, pb.Priority] = {
    "batch": pb.PRIORITY_BATCH,
    "interactive": pb.PRIORITY_INTERACTIVE,
    "live": pb.PRIORITY_LIVE,
}
STATES: dict[pb.JobState, State] = {
    pb.JOB_STATE_QUEUED: "queued",
    pb.JOB_STATE_RUNNING: "running",
    pb.JOB_STATE_SUCCEEDED: "succeeded",
    pb.JOB_STATE_FAILED: "failed",
    pb.JOB_STATE_CANCELLED: "cancelled",
}
STATE_VALUES = {name: value for value, name in STATES.items()}
PHASE_VALUES: dict[Phase, pb.Phase] = {
    "loading": pb.PHASE_LOADING,
    "preparing": pb.PHASE_PREPARING,
    "denoising": pb.PHASE_DENOISING,
    "upscaling": pb.PHASE_UPSCALING,
    "finishing": pb.PHASE_FINISHING,
}
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
JOB_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Wish:
    """A submission, and the bytes of its inline images by digest."""

    submission: Submission
    inline: Inline


def wish_of(message: pb.SubmitJobRequest, menus: Menus, person: str) -> Wish:
    """What somebody wants done, checked and with every default filled in."""
    if not REQUEST_ID.fullmatch(message.request_id):
        raise InvalidRequest(
            "a request id is 8 to 64 characters of A-Z a-z 0-9 _ -.", remedy="Use a UUID.", field="request_id"
        )
    inline: Inline = {}
    top = LIMITS.max_unwatched_seconds
    spec = JobSpec(
        task=task_of(message.task, menus, inline),
        priority=fields.choice(message.priority, PRIORITIES, pb.Priority.keys()[1:], "priority"),
        replaces=fields.text(message.replaces_key, LIMITS.max_key_characters, "replaces_key"),
        cancel_when_unwatched_after=fields.real(
            message.cancel_when_unwatched_after, 0, top, "cancel_when_unwatched_after"
        ),
        previews=not message.no_previews,
    )
    title = fields.text(message.title, LIMITS.max_title_characters, "title")
    return Wish(Submission(person, message.request_id, title, spec), inline)


def job_id_of(value: str) -> str:
    """A job's id."""
    if not JOB_ID.fullmatch(value):
        raise InvalidRequest("not a job's id.", remedy="Use the job_id that SubmitJob returned.", field="job_id")
    return value


@dataclass(frozen=True)
class Page:
    """Which jobs to list: those numbered below `before`."""

    states: tuple[State, ...]
    size: int
    before: int


def page_of(message: pb.ListJobsRequest) -> Page:
    """What part of the list is asked for; a page token is the number of the last job shown."""
    states: list[State] = [
        fields.choice(state, STATES, pb.JobState.keys()[1:], f"states[{index}]")
        for index, state in enumerate(message.states)
    ]
    token = message.page_token or str(LIMITS.max_job_number)
    if not (token.isascii() and token.isdigit() and len(token) <= 19):
        raise InvalidRequest(
            "not a page token.", remedy="Use the next_page_token of the previous answer.", field="page_token"
        )
    size = fields.whole(message.page_size or LIMITS.default_page, 1, LIMITS.max_page, "page_size")
    return Page(tuple(dict.fromkeys(states)), size, min(int(token), LIMITS.max_job_number))


def page_message(jobs: list[Job], page: Page) -> pb.ListJobsResponse:
    """A page of the list; a full page may have another after it."""
    token = str(jobs[-1].number) if len(jobs) == page.size else ""
    return pb.ListJobsResponse(jobs=[job_message(job) for job in jobs], next_page_token=token)


def job_message(job: Job) -> pb.Job:
    """A job as it stands."""
    return pb.Job(
        job_id=job.job_id,
        request_id=job.request_id,
        person=job.person,
        title=job.title,
        state=STATE_VALUES[job.state],
        priority=PRIORITY_VALUES[job.spec.priority],
        task=task_message(job.spec.task),
        submitted=time_message(job.submitted),
        started=time_message(job.started),
        ended=time_message(job.ended),
        pictures=[picture_message(picture) for picture in job.pictures],
        failure=failure_message(job.failure) if job.failure else None,
        cancel_requested=job.cancel_requested,
        device_seconds=job.device_seconds,
        last_event=job.last_event,
        model_calls=job.model_calls,
        shared_calls=job.shared_calls,
    )


def picture_message(picture: Picture) -> pb.Picture:
    """A finished picture."""
    return pb.Picture(
        index=picture.index,
        seed=picture.seed,
        image=image_message(picture.image),
        bounds=bounds_message(picture.bounds),
        mask=picture.mask,
    )


def failure_message(failure: Failure) -> pb.Failure:
    """Why a job failed."""
    return pb.Failure(reason=failure.reason, message=failure.message, remedy=failure.remedy, field=failure.field)


def time_message(seconds: float) -> Timestamp | None:
    """A moment; None for 0, which means that it has not come."""
    if not seconds:
        return None
    whole = int(seconds)
    return Timestamp(seconds=whole, nanos=int((seconds - whole) * 1e9))


def event_message(numbered: Numbered) -> pb.WatchJobResponse:
    """An event as a watcher gets it."""
    return pb.WatchJobResponse(number=numbered.number, time=time_message(numbered.time), **_event_field(numbered.event))


def _event_field(event: Lasting | Passing) -> dict[str, Any]:
    """The one field of the event's oneof that is set, by name."""
    match event:
        case events.Queued(position, wait):
            return {"queued": pb.QueuedEvent(position=position, expected_wait=wait)}
        case events.Started(attempt):
            return {"started": pb.StartedEvent(attempt=attempt)}
        case Progress(_, phase, fraction, step, steps):
            return {"progress": pb.ProgressEvent(phase=PHASE_VALUES[phase], fraction=fraction, step=step, steps=steps)}
        case Preview(_, index, step, extent, jpeg):
            size = image_pb2.Extent(width=extent.width, height=extent.height)
            return {"preview": pb.PreviewEvent(index=index, step=step, extent=size, jpeg=jpeg)}
        case events.PictureDone(picture):
            return {"picture": pb.PictureEvent(picture=picture_message(picture))}
        case events.Succeeded(seconds):
            return {"succeeded": pb.SucceededEvent(device_seconds=seconds)}
        case events.Failed(failure):
            return {"failed": pb.FailedEvent(failure=failure_message(failure))}
        case events.Cancelled():
            return {"cancelled": pb.CancelledEvent()}
        case events.Heartbeat():
            return {"heartbeat": pb.HeartbeatEvent()}
