from bottega_daemon.rpc.generated.v1 import image_pb2 as _image_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ControlKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONTROL_KIND_UNSPECIFIED: _ClassVar[ControlKind]
    CONTROL_KIND_DEPTH: _ClassVar[ControlKind]
    CONTROL_KIND_CANNY: _ClassVar[ControlKind]
    CONTROL_KIND_POSE: _ClassVar[ControlKind]
    CONTROL_KIND_INPAINT: _ClassVar[ControlKind]
    CONTROL_KIND_NORMAL: _ClassVar[ControlKind]
CONTROL_KIND_UNSPECIFIED: ControlKind
CONTROL_KIND_DEPTH: ControlKind
CONTROL_KIND_CANNY: ControlKind
CONTROL_KIND_POSE: ControlKind
CONTROL_KIND_INPAINT: ControlKind
CONTROL_KIND_NORMAL: ControlKind

class DepthMap(_message.Message):
    __slots__ = ("z", "background")
    Z_FIELD_NUMBER: _ClassVar[int]
    BACKGROUND_FIELD_NUMBER: _ClassVar[int]
    z: _image_pb2.Image
    background: _image_pb2.Image
    def __init__(self, z: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., background: _Optional[_Union[_image_pb2.Image, _Mapping]] = ...) -> None: ...

class NormalMap(_message.Message):
    __slots__ = ("image",)
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    def __init__(self, image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ...) -> None: ...

class Keypoint(_message.Message):
    __slots__ = ("x", "y", "confidence")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    confidence: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., confidence: _Optional[float] = ...) -> None: ...

class Figure(_message.Message):
    __slots__ = ("keypoints",)
    KEYPOINTS_FIELD_NUMBER: _ClassVar[int]
    keypoints: _containers.RepeatedCompositeFieldContainer[Keypoint]
    def __init__(self, keypoints: _Optional[_Iterable[_Union[Keypoint, _Mapping]]] = ...) -> None: ...

class Pose(_message.Message):
    __slots__ = ("figures",)
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    figures: _containers.RepeatedCompositeFieldContainer[Figure]
    def __init__(self, figures: _Optional[_Iterable[_Union[Figure, _Mapping]]] = ...) -> None: ...

class Photo(_message.Message):
    __slots__ = ("image", "low_threshold", "high_threshold")
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    LOW_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    HIGH_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    image: _image_pb2.Image
    low_threshold: float
    high_threshold: float
    def __init__(self, image: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., low_threshold: _Optional[float] = ..., high_threshold: _Optional[float] = ...) -> None: ...

class Control(_message.Message):
    __slots__ = ("kind", "network", "map", "photo", "depth", "pose", "normals", "strength", "start", "end")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    PHOTO_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    POSE_FIELD_NUMBER: _ClassVar[int]
    NORMALS_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    kind: ControlKind
    network: str
    map: _image_pb2.Image
    photo: Photo
    depth: DepthMap
    pose: Pose
    normals: NormalMap
    strength: float
    start: float
    end: float
    def __init__(self, kind: _Optional[_Union[ControlKind, str]] = ..., network: _Optional[str] = ..., map: _Optional[_Union[_image_pb2.Image, _Mapping]] = ..., photo: _Optional[_Union[Photo, _Mapping]] = ..., depth: _Optional[_Union[DepthMap, _Mapping]] = ..., pose: _Optional[_Union[Pose, _Mapping]] = ..., normals: _Optional[_Union[NormalMap, _Mapping]] = ..., strength: _Optional[float] = ..., start: _Optional[float] = ..., end: _Optional[float] = ...) -> None: ...
