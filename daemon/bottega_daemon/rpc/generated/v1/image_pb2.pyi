from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChannelDepth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_DEPTH_UNSPECIFIED: _ClassVar[ChannelDepth]
    CHANNEL_DEPTH_U8: _ClassVar[ChannelDepth]
    CHANNEL_DEPTH_U16: _ClassVar[ChannelDepth]
    CHANNEL_DEPTH_F16: _ClassVar[ChannelDepth]
    CHANNEL_DEPTH_F32: _ClassVar[ChannelDepth]

class ColorSpace(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COLOR_SPACE_UNSPECIFIED: _ClassVar[ColorSpace]
    COLOR_SPACE_SRGB: _ClassVar[ColorSpace]
    COLOR_SPACE_LINEAR: _ClassVar[ColorSpace]
    COLOR_SPACE_DATA: _ClassVar[ColorSpace]

class Encoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENCODING_UNSPECIFIED: _ClassVar[Encoding]
    ENCODING_RAW: _ClassVar[Encoding]
    ENCODING_ZLIB: _ClassVar[Encoding]
CHANNEL_DEPTH_UNSPECIFIED: ChannelDepth
CHANNEL_DEPTH_U8: ChannelDepth
CHANNEL_DEPTH_U16: ChannelDepth
CHANNEL_DEPTH_F16: ChannelDepth
CHANNEL_DEPTH_F32: ChannelDepth
COLOR_SPACE_UNSPECIFIED: ColorSpace
COLOR_SPACE_SRGB: ColorSpace
COLOR_SPACE_LINEAR: ColorSpace
COLOR_SPACE_DATA: ColorSpace
ENCODING_UNSPECIFIED: Encoding
ENCODING_RAW: Encoding
ENCODING_ZLIB: Encoding

class Extent(_message.Message):
    __slots__ = ("width", "height")
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    width: int
    height: int
    def __init__(self, width: _Optional[int] = ..., height: _Optional[int] = ...) -> None: ...

class Bounds(_message.Message):
    __slots__ = ("x", "y", "width", "height")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    x: int
    y: int
    width: int
    height: int
    def __init__(self, x: _Optional[int] = ..., y: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ...) -> None: ...

class Image(_message.Message):
    __slots__ = ("extent", "channels", "depth", "color_space", "encoding", "digest", "inline")
    EXTENT_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    COLOR_SPACE_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    INLINE_FIELD_NUMBER: _ClassVar[int]
    extent: Extent
    channels: int
    depth: ChannelDepth
    color_space: ColorSpace
    encoding: Encoding
    digest: bytes
    inline: bytes
    def __init__(self, extent: _Optional[_Union[Extent, _Mapping]] = ..., channels: _Optional[int] = ..., depth: _Optional[_Union[ChannelDepth, str]] = ..., color_space: _Optional[_Union[ColorSpace, str]] = ..., encoding: _Optional[_Union[Encoding, str]] = ..., digest: _Optional[bytes] = ..., inline: _Optional[bytes] = ...) -> None: ...
