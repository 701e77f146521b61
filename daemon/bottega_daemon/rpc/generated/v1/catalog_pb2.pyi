from bottega_daemon.rpc.generated.v1 import control_pb2 as _control_pb2
from bottega_daemon.rpc.generated.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TriggerSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRIGGER_SOURCE_UNSPECIFIED: _ClassVar[TriggerSource]
    TRIGGER_SOURCE_SIDECAR: _ClassVar[TriggerSource]
    TRIGGER_SOURCE_AUTHOR: _ClassVar[TriggerSource]
    TRIGGER_SOURCE_TRAINING: _ClassVar[TriggerSource]
TRIGGER_SOURCE_UNSPECIFIED: TriggerSource
TRIGGER_SOURCE_SIDECAR: TriggerSource
TRIGGER_SOURCE_AUTHOR: TriggerSource
TRIGGER_SOURCE_TRAINING: TriggerSource

class Checkpoint(_message.Message):
    __slots__ = ("name", "family", "native", "size")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    NATIVE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    name: str
    family: str
    native: _image_pb2.Extent
    size: int
    def __init__(self, name: _Optional[str] = ..., family: _Optional[str] = ..., native: _Optional[_Union[_image_pb2.Extent, _Mapping]] = ..., size: _Optional[int] = ...) -> None: ...

class ControlNetwork(_message.Message):
    __slots__ = ("name", "family", "kind", "size")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    name: str
    family: str
    kind: _control_pb2.ControlKind
    size: int
    def __init__(self, name: _Optional[str] = ..., family: _Optional[str] = ..., kind: _Optional[_Union[_control_pb2.ControlKind, str]] = ..., size: _Optional[int] = ...) -> None: ...

class Lora(_message.Message):
    __slots__ = ("name", "family", "trigger_words", "trigger_source", "size", "tags")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_WORDS_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_SOURCE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    name: str
    family: str
    trigger_words: _containers.RepeatedScalarFieldContainer[str]
    trigger_source: TriggerSource
    size: int
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., family: _Optional[str] = ..., trigger_words: _Optional[_Iterable[str]] = ..., trigger_source: _Optional[_Union[TriggerSource, str]] = ..., size: _Optional[int] = ..., tags: _Optional[_Iterable[str]] = ...) -> None: ...

class Embedding(_message.Message):
    __slots__ = ("name", "family", "vectors", "size")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    VECTORS_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    name: str
    family: str
    vectors: int
    size: int
    def __init__(self, name: _Optional[str] = ..., family: _Optional[str] = ..., vectors: _Optional[int] = ..., size: _Optional[int] = ...) -> None: ...

class Upscaler(_message.Message):
    __slots__ = ("name", "scale", "size")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    name: str
    scale: int
    size: int
    def __init__(self, name: _Optional[str] = ..., scale: _Optional[int] = ..., size: _Optional[int] = ...) -> None: ...

class Sampler(_message.Message):
    __slots__ = ("name", "label", "stochastic", "calls_per_step")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    STOCHASTIC_FIELD_NUMBER: _ClassVar[int]
    CALLS_PER_STEP_FIELD_NUMBER: _ClassVar[int]
    name: str
    label: str
    stochastic: bool
    calls_per_step: int
    def __init__(self, name: _Optional[str] = ..., label: _Optional[str] = ..., stochastic: _Optional[bool] = ..., calls_per_step: _Optional[int] = ...) -> None: ...

class Schedule(_message.Message):
    __slots__ = ("name", "label")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    name: str
    label: str
    def __init__(self, name: _Optional[str] = ..., label: _Optional[str] = ...) -> None: ...

class CatalogProblem(_message.Message):
    __slots__ = ("file", "message", "remedy")
    FILE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    file: str
    message: str
    remedy: str
    def __init__(self, file: _Optional[str] = ..., message: _Optional[str] = ..., remedy: _Optional[str] = ...) -> None: ...

class Defaults(_message.Message):
    __slots__ = ("checkpoint", "sampler", "schedule", "steps", "guidance", "start_sampler")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    SAMPLER_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    GUIDANCE_FIELD_NUMBER: _ClassVar[int]
    START_SAMPLER_FIELD_NUMBER: _ClassVar[int]
    checkpoint: str
    sampler: str
    schedule: str
    steps: int
    guidance: float
    start_sampler: str
    def __init__(self, checkpoint: _Optional[str] = ..., sampler: _Optional[str] = ..., schedule: _Optional[str] = ..., steps: _Optional[int] = ..., guidance: _Optional[float] = ..., start_sampler: _Optional[str] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("min_side", "max_side", "max_pixels", "max_steps", "max_count", "max_controls", "max_prompt_characters", "max_blob_bytes", "max_inline_bytes", "max_loras", "max_lora_weight")
    MIN_SIDE_FIELD_NUMBER: _ClassVar[int]
    MAX_SIDE_FIELD_NUMBER: _ClassVar[int]
    MAX_PIXELS_FIELD_NUMBER: _ClassVar[int]
    MAX_STEPS_FIELD_NUMBER: _ClassVar[int]
    MAX_COUNT_FIELD_NUMBER: _ClassVar[int]
    MAX_CONTROLS_FIELD_NUMBER: _ClassVar[int]
    MAX_PROMPT_CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    MAX_BLOB_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_INLINE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_LORAS_FIELD_NUMBER: _ClassVar[int]
    MAX_LORA_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    min_side: int
    max_side: int
    max_pixels: int
    max_steps: int
    max_count: int
    max_controls: int
    max_prompt_characters: int
    max_blob_bytes: int
    max_inline_bytes: int
    max_loras: int
    max_lora_weight: float
    def __init__(self, min_side: _Optional[int] = ..., max_side: _Optional[int] = ..., max_pixels: _Optional[int] = ..., max_steps: _Optional[int] = ..., max_count: _Optional[int] = ..., max_controls: _Optional[int] = ..., max_prompt_characters: _Optional[int] = ..., max_blob_bytes: _Optional[int] = ..., max_inline_bytes: _Optional[int] = ..., max_loras: _Optional[int] = ..., max_lora_weight: _Optional[float] = ...) -> None: ...

class Catalog(_message.Message):
    __slots__ = ("version", "checkpoints", "control_networks", "samplers", "schedules", "defaults", "limits", "problems", "loras", "embeddings", "detected_kinds", "upscalers")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    CONTROL_NETWORKS_FIELD_NUMBER: _ClassVar[int]
    SAMPLERS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    DEFAULTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    LORAS_FIELD_NUMBER: _ClassVar[int]
    EMBEDDINGS_FIELD_NUMBER: _ClassVar[int]
    DETECTED_KINDS_FIELD_NUMBER: _ClassVar[int]
    UPSCALERS_FIELD_NUMBER: _ClassVar[int]
    version: str
    checkpoints: _containers.RepeatedCompositeFieldContainer[Checkpoint]
    control_networks: _containers.RepeatedCompositeFieldContainer[ControlNetwork]
    samplers: _containers.RepeatedCompositeFieldContainer[Sampler]
    schedules: _containers.RepeatedCompositeFieldContainer[Schedule]
    defaults: Defaults
    limits: Limits
    problems: _containers.RepeatedCompositeFieldContainer[CatalogProblem]
    loras: _containers.RepeatedCompositeFieldContainer[Lora]
    embeddings: _containers.RepeatedCompositeFieldContainer[Embedding]
    detected_kinds: _containers.RepeatedScalarFieldContainer[_control_pb2.ControlKind]
    upscalers: _containers.RepeatedCompositeFieldContainer[Upscaler]
    def __init__(self, version: _Optional[str] = ..., checkpoints: _Optional[_Iterable[_Union[Checkpoint, _Mapping]]] = ..., control_networks: _Optional[_Iterable[_Union[ControlNetwork, _Mapping]]] = ..., samplers: _Optional[_Iterable[_Union[Sampler, _Mapping]]] = ..., schedules: _Optional[_Iterable[_Union[Schedule, _Mapping]]] = ..., defaults: _Optional[_Union[Defaults, _Mapping]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., problems: _Optional[_Iterable[_Union[CatalogProblem, _Mapping]]] = ..., loras: _Optional[_Iterable[_Union[Lora, _Mapping]]] = ..., embeddings: _Optional[_Iterable[_Union[Embedding, _Mapping]]] = ..., detected_kinds: _Optional[_Iterable[_Union[_control_pb2.ControlKind, str]]] = ..., upscalers: _Optional[_Iterable[_Union[Upscaler, _Mapping]]] = ...) -> None: ...

class GetCatalogRequest(_message.Message):
    __slots__ = ("known_version",)
    KNOWN_VERSION_FIELD_NUMBER: _ClassVar[int]
    known_version: str
    def __init__(self, known_version: _Optional[str] = ...) -> None: ...

class GetCatalogResponse(_message.Message):
    __slots__ = ("version", "catalog")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CATALOG_FIELD_NUMBER: _ClassVar[int]
    version: str
    catalog: Catalog
    def __init__(self, version: _Optional[str] = ..., catalog: _Optional[_Union[Catalog, _Mapping]] = ...) -> None: ...
