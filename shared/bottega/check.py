"""Values that the wire format would silently wrap or drop (-1 steps, 2^64 seeds) are refused before they are sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

import betterproto2

from bottega.errors import InvalidRequest

_RANGES: dict[str, tuple[int, int]] = {
    betterproto2.TYPE_UINT32: (0, 2**32 - 1),
    betterproto2.TYPE_UINT64: (0, 2**64 - 1),
    betterproto2.TYPE_INT32: (-(2**31), 2**31 - 1),
    betterproto2.TYPE_INT64: (-(2**63), 2**63 - 1),
}
_FLOAT_MAX = 3.4028234663852886e38
_TYPES: dict[str, type | tuple[type, ...]] = {
    betterproto2.TYPE_BOOL: bool,
    betterproto2.TYPE_BYTES: bytes,
    betterproto2.TYPE_STRING: str,
    betterproto2.TYPE_FLOAT: (int, float),
    betterproto2.TYPE_DOUBLE: (int, float),
}


def check(message: betterproto2.Message, path: str = "") -> None:
    """Raise InvalidRequest, naming the field, for a value that its field cannot carry unchanged."""
    for field in dataclasses.fields(cast(Any, message)):
        meta: betterproto2.FieldMetadata = field.metadata["betterproto"]
        for where, value in _values(f"{path}{field.name}", getattr(message, field.name)):
            if isinstance(value, betterproto2.Message):
                check(value, f"{where}.")
            else:
                _check_value(where, value, meta.proto_type)


def _values(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield f"{path}[{index}]", item
    elif value is not None:
        yield path, value


def _check_value(field: str, value: object, proto_type: str) -> None:
    if limits := _RANGES.get(proto_type):
        if not isinstance(value, int) or not limits[0] <= value <= limits[1]:
            raise _wrong(field, value, f"Give a whole number of {limits[0]} to {limits[1]}.")
    elif kind := _TYPES.get(proto_type):
        if not isinstance(value, kind):
            raise _wrong(field, value, "Give a number." if isinstance(kind, tuple) else f"Give a {kind.__name__}.")
        if isinstance(value, (int, float)) and proto_type == betterproto2.TYPE_FLOAT and _overflows(value):
            raise _wrong(field, value, "Give a smaller number.")
        if isinstance(value, str) and not _encodable(value):
            raise _wrong(field, value, "Remove the broken characters.")


def _overflows(value: float) -> bool:
    return _FLOAT_MAX < abs(value) < float("inf")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong(field: str, value: object, remedy: str) -> InvalidRequest:
    shown = ascii(value)
    return InvalidRequest(f"{shown[:40]} cannot be sent.", remedy=remedy, field=field)
