"""A safetensors header is read right, and whatever lies in it ends as a clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from bottega_daemon.errors import CorruptModel
from bottega_daemon.models.header import read_header

DTYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "U8": np.uint8, "BOOL": np.bool_}


def write(path: Path, header: Any, data: bytes = b"", length: int | None = None) -> Path:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(raw) if length is None else length).to_bytes(8, "little") + raw + data)
    return path


def one(**changes: Any) -> dict[str, Any]:
    return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changes}


@given(
    shapes=st.dictionaries(st.text(min_size=1, max_size=8), st.lists(st.integers(0, 4), max_size=4), max_size=5),
    dtype=st.sampled_from(sorted(DTYPES)),
    metadata=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)
def test_what_safetensors_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, shapes: dict[str, list[int]], dtype: str, metadata: dict[str, str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.safetensors"
    shapes.pop("__metadata__", None)
    save_file({name: np.zeros(shape, DTYPES[dtype]) for name, shape in shapes.items()}, path, metadata or None)
    header = read_header(path)
    assert {name: (tensor.dtype, list(tensor.shape)) for name, tensor in header.tensors.items()} == {
        name: (dtype, shape) for name, shape in shapes.items()
    }
    assert header.metadata == metadata


LIES: dict[str, tuple[Any, bytes, int | None]] = {
    "longer than the file": ({}, b"", 1 << 20),
    "longer than memory": ({}, b"", (1 << 64) - 1),
    "not JSON": (b"{", b"", None),
    "not UTF-8": (b'{"\xff":1}', b"", None),
    "nested beyond reason": (b"[" * 100_000, b"", None),
    "a list": ([], b"", None),
    "a number too long": (b'{"a":' + b"9" * 5000 + b"}", b"", None),
    "a tensor that is no object": ({"a": 3}, b"", None),
    "a tensor twice": (b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":1}', b"", None),
    "metadata that is no text": ({"__metadata__": {"a": 1}}, b"", None),
    "metadata that is a list": ({"__metadata__": []}, b"", None),
    "unknown type": (one(dtype="F12"), bytes(8), None),
    "a type that is no text": (one(dtype=["F32"]), bytes(8), None),
    "no shape": (one(shape=None), bytes(8), None),
    "negative shape": (one(shape=[-2]), bytes(8), None),
    "fractional shape": (one(shape=[2.0]), bytes(8), None),
    "true as a size": (one(shape=[True, 2]), bytes(8), None),
    "huge shape": (one(shape=[1 << 60, 1 << 60]), bytes(8), None),
    "too many axes": (one(shape=[1] * 9 + [2]), bytes(8), None),
    "shape of another size": (one(shape=[3]), bytes(8), None),
    "offsets backwards": (one(data_offsets=[8, 0]), bytes(8), None),
    "one offset": (one(data_offsets=[8]), bytes(8), None),
    "offsets beyond the file": (one(), bytes(7), None),
    "bytes left over": (one(), bytes(9), None),
    "a gap": (one(data_offsets=[1, 9]), bytes(9), None),
    "an overlap": (one() | {"b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}, bytes(12), None),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused_with_the_file_and_a_remedy(tmp_path: Path, lie: str) -> None:
    path = write(tmp_path / "liar.safetensors", *LIES[lie])
    with pytest.raises(CorruptModel) as caught:
        read_header(path)
    assert str(path) in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"1234567", bytes(8)])
def test_a_stub_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "stub.safetensors").write_bytes(content)
    with pytest.raises(CorruptModel):
        read_header(tmp_path / "stub.safetensors")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.safetensors", tmp_path):
        with pytest.raises(CorruptModel, match="cannot be read"):
            read_header(path)


@given(data=st.data())
def test_damage_is_an_error_or_harmless(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """After any cut or changed byte we either refuse, or read just what the reference reader reads."""
    path = tmp_path_factory.getbasetemp() / "damaged.safetensors"
    save_file({"a": np.zeros((2, 3), np.float32), "b": np.ones(4, np.float16)}, path, {"k": "v"})
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    try:
        header = read_header(path)
    except CorruptModel:
        return
    try:
        known = load_file(path)
    except (SafetensorError, KeyError):  # a type that numpy lacks, a rule that is younger than ours
        return
    assert {name: tensor.shape for name, tensor in header.tensors.items()} == {
        name: value.shape for name, value in known.items()
    }
