import datetime

from bottega_daemon.rpc.generated.v1 import image_pb2 as _image_pb2
from bottega_daemon.rpc.generated.v1 import task_pb2 as _task_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Priority(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIORITY_UNSPECIFIED: _ClassVar[Priority]
    PRIORITY_BATCH: _ClassVar[Priority]
    PRIORITY_INTERACTIVE: _ClassVar[Priority]
    PRIORITY_LIVE: _ClassVar[Priority]

class JobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_UNSPECIFIED: _ClassVar[JobState]
    JOB_STATE_QUEUED: _ClassVar[JobState]
    JOB_STATE_RUNNING: _ClassVar[JobState]
    JOB_STATE_SUCCEEDED: _ClassVar[JobState]
    JOB_STATE_FAILED: _ClassVar[JobState]
    JOB_STATE_CANCELLED: _ClassVar[JobState]

class Phase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PHASE_UNSPECIFIED: _ClassVar[Phase]
    PHASE_LOADING: _ClassVar[Phase]
    PHASE_PREPARING: _ClassVar[Phase]
    PHASE_DENOISING: _ClassVar[Phase]
    PHASE_FINISHING: _ClassVar[Phase]
    PHASE_UPSCALING: _ClassVar[Phase]
PRIORITY_UNSPECIFIED: Priority
PRIORITY_BATCH: Priority
PRIORITY_INTERACTIVE: Priority
PRIORITY_LIVE: Priority
JOB_STATE_UNSPECIFIED: JobState
JOB_STATE_QUEUED: JobState
JOB_STATE_RUNNING: JobState
JOB_STATE_SUCCEEDED: JobState
JOB_STATE_FAILED: JobState
JOB_STATE_CANCELLED: JobState
PHASE_UNSPECIFIED: Phase
PHASE_LOADING: Phase
PHASE_PREPARING: Phase
PHASE_DENOISING: Phase
PHASE_FINISHING: Phase
PHASE_UPSCALING: Phase

class Picture(_message.Message):
    __slots__ = ("index", "seed", "image", "bounds", "mask")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    BOUNDS_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    index: int
    seed: int
    image: _image_pb2.Image
    bounds: _image_pb2.Bounds
    mask: int
    def __init__(self, index: _Optional[int] = ..., seed: _Optional[int] = ..., image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., bounds: _Optional[_Union[_image_pb2.Bounds, _Mapping]] = ..., mask: _Optional[int] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("reason", "message", "remedy", "field")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    reason: str
    message: str
    remedy: str
    field: str
    def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ..., remedy: _Optional[str] = ..., field: _Optional[str] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("job_id", "request_id", "person", "title", "state", "priority", "task", "submitted", "started", "ended", "pictures", "failure", "cancel_requested", "device_seconds", "last_event", "model_calls", "shared_calls")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    PICTURES_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    DEVICE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_FIELD_NUMBER: _ClassVar[int]
    MODEL_CALLS_FIELD_NUMBER: _ClassVar[int]
    SHARED_CALLS_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    request_id: str
    person: str
    title: str
    state: JobState
    priority: Priority
    task: _task_pb2.Task
    submitted: _timestamp_pb2.Timestamp
    started: _timestamp_pb2.Timestamp
    ended: _timestamp_pb2.Timestamp
    pictures: _containers.RepeatedCompositeFieldContainer[Picture]
    failure: Failure
    cancel_requested: bool
    device_seconds: float
    last_event: int
    model_calls: int
    shared_calls: int
    def __init__(self, job_id: _Optional[str] = ..., request_id: _Optional[str] = ..., person: _Optional[str] = ..., title: _Optional[str] = ..., state: _Optional[_Union[JobState, str]] = ..., priority: _Optional[_Union[Priority, str]] = ..., task: _Optional[_Union[_task_pb2.Task, _Mapping]] = ..., submitted: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., started: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pictures: _Optional[_Iterable[_Union[Picture, _Mapping]]] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ..., cancel_requested: _Optional[bool] = ..., device_seconds: _Optional[float] = ..., last_event: _Optional[int] = ..., model_calls: _Optional[int] = ..., shared_calls: _Optional[int] = ...) -> None: ...

class QueuedEvent(_message.Message):
    __slots__ = ("position", "expected_wait")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_WAIT_FIELD_NUMBER: _ClassVar[int]
    position: int
    expected_wait: float
    def __init__(self, position: _Optional[int] = ..., expected_wait: _Optional[float] = ...) -> None: ...

class StartedEvent(_message.Message):
    __slots__ = ("attempt",)
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    def __init__(self, attempt: _Optional[int] = ...) -> None: ...

class ProgressEvent(_message.Message):
    __slots__ = ("phase", "fraction", "step", "steps")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    phase: Phase
    fraction: float
    step: int
    steps: int
    def __init__(self, phase: _Optional[_Union[Phase, str]] = ..., fraction: _Optional[float] = ..., step: _Optional[int] = ..., steps: _Optional[int] = ...) -> None: ...

class PreviewEvent(_message.Message):
    __slots__ = ("index", "step", "extent", "jpeg")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    EXTENT_FIELD_NUMBER: _ClassVar[int]
    JPEG_FIELD_NUMBER: _ClassVar[int]
    index: int
    step: int
    extent: _image_pb2.Extent
    jpeg: bytes
    def __init__(self, index: _Optional[int] = ..., step: _Optional[int] = ..., extent: _Optional[_Union[_image_pb2.Extent, _Mapping]] = ..., jpeg: _Optional[bytes] = ...) -> None: ...

class PictureEvent(_message.Message):
    __slots__ = ("picture",)
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    picture: Picture
    def __init__(self, picture: _Optional[_Union[Picture, _Mapping]] = ...) -> None: ...

class SucceededEvent(_message.Message):
    __slots__ = ("device_seconds",)
    DEVICE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    device_seconds: float
    def __init__(self, device_seconds: _Optional[float] = ...) -> None: ...

class FailedEvent(_message.Message):
    __slots__ = ("failure",)
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    failure: Failure
    def __init__(self, failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class CancelledEvent(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HeartbeatEvent(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SubmitJobRequest(_message.Message):
    __slots__ = ("request_id", "task", "priority", "title", "replaces_key", "cancel_when_unwatched_after", "no_previews")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REPLACES_KEY_FIELD_NUMBER: _ClassVar[int]
    CANCEL_WHEN_UNWATCHED_AFTER_FIELD_NUMBER: _ClassVar[int]
    NO_PREVIEWS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    task: _task_pb2.Task
    priority: Priority
    title: str
    replaces_key: str
    cancel_when_unwatched_after: float
    no_previews: bool
    def __init__(self, request_id: _Optional[str] = ..., task: _Optional[_Union[_task_pb2.Task, _Mapping]] = ..., priority: _Optional[_Union[Priority, str]] = ..., title: _Optional[str] = ..., replaces_key: _Optional[str] = ..., cancel_when_unwatched_after: _Optional[float] = ..., no_previews: _Optional[bool] = ...) -> None: ...

class SubmitJobResponse(_message.Message):
    __slots__ = ("job", "duplicate")
    JOB_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    job: Job
    duplicate: bool
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., duplicate: _Optional[bool] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("job_id", "after_event", "want_previews")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_EVENT_FIELD_NUMBER: _ClassVar[int]
    WANT_PREVIEWS_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    after_event: int
    want_previews: bool
    def __init__(self, job_id: _Optional[str] = ..., after_event: _Optional[int] = ..., want_previews: _Optional[bool] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("number", "time", "queued", "started", "progress", "preview", "picture", "succeeded", "failed", "cancelled", "heartbeat")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    number: int
    time: _timestamp_pb2.Timestamp
    queued: QueuedEvent
    started: StartedEvent
    progress: ProgressEvent
    preview: PreviewEvent
    picture: PictureEvent
    succeeded: SucceededEvent
    failed: FailedEvent
    cancelled: CancelledEvent
    heartbeat: HeartbeatEvent
    def __init__(self, number: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., queued: _Optional[_Union[QueuedEvent, _Mapping]] = ..., started: _Optional[_Union[StartedEvent, _Mapping]] = ..., progress: _Optional[_Union[ProgressEvent, _Mapping]] = ..., preview: _Optional[_Union[PreviewEvent, _Mapping]] = ..., picture: _Optional[_Union[PictureEvent, _Mapping]] = ..., succeeded: _Optional[_Union[SucceededEvent, _Mapping]] = ..., failed: _Optional[_Union[FailedEvent, _Mapping]] = ..., cancelled: _Optional[_Union[CancelledEvent, _Mapping]] = ..., heartbeat: _Optional[_Union[HeartbeatEvent, _Mapping]] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("states", "page_size", "page_token")
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    states: _containers.RepeatedScalarFieldContainer[JobState]
    page_size: int
    page_token: str
    def __init__(self, states: _Optional[_Iterable[_Union[JobState, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "next_page_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    next_page_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...
