"""Reads the header of a safetensors file, trusting nothing in it: names, types and shapes without a byte of weights."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bottega_daemon.errors import CorruptModel

MAX_HEADER = 100 * 1000 * 1000
"""Bytes; the format's own limit."""

DTYPE_BYTES: Mapping[str, int] = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"), 1),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4),
    **dict.fromkeys(("U64", "I64", "F64"), 8),
}
REMEDY = "Download or export the file again, or remove it from the model folder."


@dataclass(frozen=True)
class Tensor:
    """One tensor as the header announces it; `start` and `end` are bytes after the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Header:
    """What a safetensors file says it holds."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]

    def shape(self, *names: str) -> tuple[int, ...] | None:
        """Return the shape of the first of these tensors that the file has, or None."""
        return next((self.tensors[name].shape for name in names if name in self.tensors), None)


class _Bad(ValueError):
    """What is wrong with a header, in words that end the sentence 'the file …'."""


def read_header(path: Path) -> Header:
    """Return the header of `path`; raise CorruptModel, naming the file, where the file is not what the format demands.

    Format: https://huggingface.co/docs/safetensors (8-byte little-endian length, JSON object, tensors without gaps).
    """
    try:
        with path.open("rb") as file:
            return _read(file, os.fstat(file.fileno()).st_size)
    except _Bad as problem:
        raise CorruptModel(f"{path} is damaged or not a safetensors file: it {problem}.", remedy=REMEDY) from problem
    except OSError as problem:
        remedy = "Check that the file exists and that the daemon may read it."
        raise CorruptModel(f"{path} cannot be read: {problem.strerror}.", remedy=remedy) from problem


def _read(file: BinaryIO, file_bytes: int) -> Header:
    prefix = file.read(8)
    if len(prefix) < 8:
        raise _Bad("is shorter than 8 bytes")
    length = int.from_bytes(prefix, "little")
    if length > min(MAX_HEADER, file_bytes - 8):
        raise _Bad(f"announces a header of {length} bytes in a file of {file_bytes}")
    fields = _parse(file.read(length))
    metadata = _metadata(fields.pop("__metadata__", {}))
    tensors = {name: _tensor(name, value) for name, value in fields.items()}
    _check_layout(tensors, file_bytes - 8 - length)
    return Header(tensors, metadata)


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique)
    except _Bad:
        raise
    except (ValueError, RecursionError) as problem:
        raise _Bad("has a header that is not JSON") from problem
    if not isinstance(fields, dict):
        raise _Bad("has a header that is not a JSON object")
    return fields


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Bad("names a tensor twice")
    return fields


def _metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise _Bad("has metadata that is not text")
    return value


def _tensor(name: str, value: Any) -> Tensor:
    if not isinstance(value, dict):
        raise _Bad(f"does not describe tensor {name!r}")
    dtype, shape, offsets = value.get("dtype"), _counts(value.get("shape")), _counts(value.get("data_offsets"))
    if not isinstance(dtype, str) or dtype not in DTYPE_BYTES:
        raise _Bad(f"has tensor {name!r} of unknown type {dtype!r}")
    if shape is None or len(shape) > 8:
        raise _Bad(f"has tensor {name!r} of impossible shape")
    if offsets is None or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise _Bad(f"has tensor {name!r} at impossible offsets")
    if offsets[1] - offsets[0] != math.prod(shape) * DTYPE_BYTES[dtype]:
        raise _Bad(f"has tensor {name!r} whose shape and bytes disagree")
    return Tensor(dtype, shape, offsets[0], offsets[1])


def _counts(value: Any) -> tuple[int, ...] | None:
    """Return a list of numbers that can count something in a file, or None where this is not one."""
    if isinstance(value, list) and all(type(item) is int and 0 <= item < 1 << 48 for item in value):
        return tuple(value)
    return None


def _check_layout(tensors: Mapping[str, Tensor], data_bytes: int) -> None:
    """Tensors must follow each other without gap or overlap and end where the file ends."""
    position = 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end)):
        if tensor.start != position:
            raise _Bad(f"has a gap or an overlap before tensor {name!r}")
        position = tensor.end
    if position != data_bytes:
        raise _Bad(f"holds {data_bytes} bytes of weights where its header announces {position}; it may be cut short")
