from bottega_daemon.rpc.generated.v1 import control_pb2 as _control_pb2
from bottega_daemon.rpc.generated.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InpaintFill(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INPAINT_FILL_UNSPECIFIED: _ClassVar[InpaintFill]
    INPAINT_FILL_KEEP: _ClassVar[InpaintFill]
    INPAINT_FILL_NEUTRAL: _ClassVar[InpaintFill]
    INPAINT_FILL_AUTO: _ClassVar[InpaintFill]
    INPAINT_FILL_BLUR: _ClassVar[InpaintFill]
    INPAINT_FILL_BORDER: _ClassVar[InpaintFill]
    INPAINT_FILL_NOISE: _ClassVar[InpaintFill]
INPAINT_FILL_UNSPECIFIED: InpaintFill
INPAINT_FILL_KEEP: InpaintFill
INPAINT_FILL_NEUTRAL: InpaintFill
INPAINT_FILL_AUTO: InpaintFill
INPAINT_FILL_BLUR: InpaintFill
INPAINT_FILL_BORDER: InpaintFill
INPAINT_FILL_NOISE: InpaintFill

class Seamless(_message.Message):
    __slots__ = ("horizontal", "vertical")
    HORIZONTAL_FIELD_NUMBER: _ClassVar[int]
    VERTICAL_FIELD_NUMBER: _ClassVar[int]
    horizontal: bool
    vertical: bool
    def __init__(self, horizontal: _Optional[bool] = ..., vertical: _Optional[bool] = ...) -> None: ...

class LoraUse(_message.Message):
    __slots__ = ("name", "weight", "text_weight")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    TEXT_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    name: str
    weight: float
    text_weight: float
    def __init__(self, name: _Optional[str] = ..., weight: _Optional[float] = ..., text_weight: _Optional[float] = ...) -> None: ...

class Denoising(_message.Message):
    __slots__ = ("checkpoint", "prompt", "negative_prompt", "sampler", "schedule", "steps", "guidance", "clip_skip", "seed", "count", "seamless", "controls", "loras")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_PROMPT_FIELD_NUMBER: _ClassVar[int]
    SAMPLER_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    GUIDANCE_FIELD_NUMBER: _ClassVar[int]
    CLIP_SKIP_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SEAMLESS_FIELD_NUMBER: _ClassVar[int]
    CONTROLS_FIELD_NUMBER: _ClassVar[int]
    LORAS_FIELD_NUMBER: _ClassVar[int]
    checkpoint: str
    prompt: str
    negative_prompt: str
    sampler: str
    schedule: str
    steps: int
    guidance: float
    clip_skip: int
    seed: int
    count: int
    seamless: Seamless
    controls: _containers.RepeatedCompositeFieldContainer[_control_pb2.Control]
    loras: _containers.RepeatedCompositeFieldContainer[LoraUse]
    def __init__(self, checkpoint: _Optional[str] = ..., prompt: _Optional[str] = ..., negative_prompt: _Optional[str] = ..., sampler: _Optional[str] = ..., schedule: _Optional[str] = ..., steps: _Optional[int] = ..., guidance: _Optional[float] = ..., clip_skip: _Optional[int] = ..., seed: _Optional[int] = ..., count: _Optional[int] = ..., seamless: _Optional[_Union[Seamless, _Mapping]] = ..., controls: _Optional[_Iterable[_Union[_control_pb2.Control, _Mapping]]] = ..., loras: _Optional[_Iterable[_Union[LoraUse, _Mapping]]] = ...) -> None: ...

class Generate(_message.Message):
    __slots__ = ("denoising", "extent", "start", "strength")
    DENOISING_FIELD_NUMBER: _ClassVar[int]
    EXTENT_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    denoising: Denoising
    extent: _image_pb2.Extent
    start: _image_pb2.Image
    strength: float
    def __init__(self, denoising: _Optional[_Union[Denoising, _Mapping]] = ..., extent: _Optional[_Union[_image_pb2.Extent, _Mapping]] = ..., start: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., strength: _Optional[float] = ...) -> None: ...

class Margin(_message.Message):
    __slots__ = ("pixels", "relative")
    PIXELS_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_FIELD_NUMBER: _ClassVar[int]
    pixels: int
    relative: float
    def __init__(self, pixels: _Optional[int] = ..., relative: _Optional[float] = ...) -> None: ...

class Inpaint(_message.Message):
    __slots__ = ("denoising", "picture", "mask", "strength", "fill", "more_masks", "grow", "feather", "match_color", "outpaint", "extent")
    DENOISING_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    MORE_MASKS_FIELD_NUMBER: _ClassVar[int]
    GROW_FIELD_NUMBER: _ClassVar[int]
    FEATHER_FIELD_NUMBER: _ClassVar[int]
    MATCH_COLOR_FIELD_NUMBER: _ClassVar[int]
    OUTPAINT_FIELD_NUMBER: _ClassVar[int]
    EXTENT_FIELD_NUMBER: _ClassVar[int]
    denoising: Denoising
    picture: _image_pb2.Image
    mask: _image_pb2.Image
    strength: float
    fill: InpaintFill
    more_masks: _containers.RepeatedCompositeFieldContainer[_image_pb2.Image]
    grow: Margin
    feather: Margin
    match_color: bool
    outpaint: bool
    extent: _image_pb2.Extent
    def __init__(self, denoising: _Optional[_Union[Denoising, _Mapping]] = ..., picture: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., mask: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., strength: _Optional[float] = ..., fill: _Optional[_Union[InpaintFill, str]] = ..., more_masks: _Optional[_Iterable[_Union[_image_pb2.Image, _Mapping]]] = ..., grow: _Optional[_Union[Margin, _Mapping]] = ..., feather: _Optional[_Union[Margin, _Mapping]] = ..., match_color: _Optional[bool] = ..., outpaint: _Optional[bool] = ..., extent: _Optional[_Union[_image_pb2.Extent, _Mapping]] = ...) -> None: ...

class Detect(_message.Message):
    __slots__ = ("kind", "photo")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PHOTO_FIELD_NUMBER: _ClassVar[int]
    kind: _control_pb2.ControlKind
    photo: _control_pb2.Photo
    def __init__(self, kind: _Optional[_Union[_control_pb2.ControlKind, str]] = ..., photo: _Optional[_Union[_control_pb2.Photo, _Mapping]] = ...) -> None: ...

class Upscale(_message.Message):
    __slots__ = ("upscaler", "picture", "extent", "seamless")
    UPSCALER_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    EXTENT_FIELD_NUMBER: _ClassVar[int]
    SEAMLESS_FIELD_NUMBER: _ClassVar[int]
    upscaler: str
    picture: _image_pb2.Image
    extent: _image_pb2.Extent
    seamless: Seamless
    def __init__(self, upscaler: _Optional[str] = ..., picture: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., extent: _Optional[_Union[_image_pb2.Extent, _Mapping]] = ..., seamless: _Optional[_Union[Seamless, _Mapping]] = ...) -> None: ...

class Task(_message.Message):
    __slots__ = ("generate", "inpaint", "detect", "upscale")
    GENERATE_FIELD_NUMBER: _ClassVar[int]
    INPAINT_FIELD_NUMBER: _ClassVar[int]
    DETECT_FIELD_NUMBER: _ClassVar[int]
    UPSCALE_FIELD_NUMBER: _ClassVar[int]
    generate: Generate
    inpaint: Inpaint
    detect: Detect
    upscale: Upscale
    def __init__(self, generate: _Optional[_Union[Generate, _Mapping]] = ..., inpaint: _Optional[_Union[Inpaint, _Mapping]] = ..., detect: _Optional[_Union[Detect, _Mapping]] = ..., upscale: _Optional[_Union[Upscale, _Mapping]] = ...) -> None: ...
