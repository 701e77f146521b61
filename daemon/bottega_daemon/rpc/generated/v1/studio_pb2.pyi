from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkerState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WORKER_STATE_UNSPECIFIED: _ClassVar[WorkerState]
    WORKER_STATE_ASLEEP: _ClassVar[WorkerState]
    WORKER_STATE_STARTING: _ClassVar[WorkerState]
    WORKER_STATE_IDLE: _ClassVar[WorkerState]
    WORKER_STATE_BUSY: _ClassVar[WorkerState]
WORKER_STATE_UNSPECIFIED: WorkerState
WORKER_STATE_ASLEEP: WorkerState
WORKER_STATE_STARTING: WorkerState
WORKER_STATE_IDLE: WorkerState
WORKER_STATE_BUSY: WorkerState

class Worker(_message.Message):
    __slots__ = ("device", "device_name", "state", "memory_total", "model_bytes", "models", "jobs", "denoiser_calls", "denoiser_rows")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_TOTAL_FIELD_NUMBER: _ClassVar[int]
    MODEL_BYTES_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    JOBS_FIELD_NUMBER: _ClassVar[int]
    DENOISER_CALLS_FIELD_NUMBER: _ClassVar[int]
    DENOISER_ROWS_FIELD_NUMBER: _ClassVar[int]
    device: str
    device_name: str
    state: WorkerState
    memory_total: int
    model_bytes: int
    models: _containers.RepeatedScalarFieldContainer[str]
    jobs: int
    denoiser_calls: int
    denoiser_rows: int
    def __init__(self, device: _Optional[str] = ..., device_name: _Optional[str] = ..., state: _Optional[_Union[WorkerState, str]] = ..., memory_total: _Optional[int] = ..., model_bytes: _Optional[int] = ..., models: _Optional[_Iterable[str]] = ..., jobs: _Optional[int] = ..., denoiser_calls: _Optional[int] = ..., denoiser_rows: _Optional[int] = ...) -> None: ...

class GetServerRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetServerResponse(_message.Message):
    __slots__ = ("version", "server_id", "name", "uptime", "person")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SERVER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    UPTIME_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    version: str
    server_id: str
    name: str
    uptime: float
    person: str
    def __init__(self, version: _Optional[str] = ..., server_id: _Optional[str] = ..., name: _Optional[str] = ..., uptime: _Optional[float] = ..., person: _Optional[str] = ...) -> None: ...

class GetLoadRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetLoadResponse(_message.Message):
    __slots__ = ("queued", "running", "workers")
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    queued: int
    running: int
    workers: _containers.RepeatedCompositeFieldContainer[Worker]
    def __init__(self, queued: _Optional[int] = ..., running: _Optional[int] = ..., workers: _Optional[_Iterable[_Union[Worker, _Mapping]]] = ...) -> None: ...
