"""Every message of the contract through both codecs: the client's dataclasses and the daemon's protobuf agree."""

from __future__ import annotations

import functools
import importlib
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st

from bottega import messages

PROTOS = sorted(path.stem for path in Path(__file__).parent.parent.glob("protos/bottega/v1/*.proto"))
FILES = [importlib.import_module(f"bottega_daemon.rpc.generated.v1.{name}_pb2").DESCRIPTOR for name in PROTOS]
MESSAGES: list[Descriptor] = [message for file in FILES for message in file.message_types_by_name.values()]
SERVICES = [service for file in FILES for service in file.services_by_name.values()]

F = FieldDescriptor
SCALARS: dict[int, st.SearchStrategy[Any]] = {
    F.TYPE_BOOL: st.booleans(),
    F.TYPE_BYTES: st.binary(max_size=64),
    F.TYPE_DOUBLE: st.floats(allow_nan=False).map(lambda x: x + 0.0),  # betterproto2 sends -0.0 as 0.0
    F.TYPE_FLOAT: st.floats(width=32, allow_nan=False).map(lambda x: x + 0.0),
    F.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    F.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    F.TYPE_STRING: st.text(max_size=32),
    F.TYPE_UINT32: st.integers(0, 2**32 - 1),
    F.TYPE_UINT64: st.integers(0, 2**64 - 1),
}
TIMES = st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 (bounds are naive)


def values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    """What one element of a field may hold."""
    if field.enum_type:
        return st.sampled_from([value.number for value in field.enum_type.values])
    if not field.message_type:
        return SCALARS[field.type]
    if field.message_type.full_name == "google.protobuf.Timestamp":
        return TIMES
    return filled(field.message_type, depth - 1)


@functools.cache
def filled(kind: Descriptor, depth: int = 3) -> st.SearchStrategy[Message]:
    """Messages of a kind with any subset of their fields set; a oneof keeps what was set last."""
    fields = [field for field in kind.fields if depth or field.type != F.TYPE_MESSAGE]
    chosen = st.fixed_dictionaries(
        {},
        optional={
            field.name: st.lists(values(field, depth), max_size=2) if field.is_repeated else values(field, depth)
            for field in fields
        },
    )
    return chosen.map(lambda content: GetMessageClass(kind)(**content))


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.name)
@settings(max_examples=10)
@given(data=st.data())
def test_the_client_reads_and_writes_what_the_daemon_does(kind: Descriptor, data: st.DataObject) -> None:
    sent = data.draw(filled(kind))
    received = getattr(messages, kind.name).parse(sent.SerializeToString())
    assert GetMessageClass(kind).FromString(bytes(received)) == sent


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.name)
def test_both_codecs_have_the_same_fields(kind: Descriptor) -> None:
    assert set(getattr(messages, kind.name).__dataclass_fields__) == {field.name for field in kind.fields}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_client_has_a_stub_for_every_rpc(service: Any) -> None:
    stub = getattr(messages, f"{service.name}Stub")
    named = {"".join(part.capitalize() for part in name.split("_")) for name in vars(stub) if not name.startswith("_")}
    assert named == {method.name for method in service.methods}


def test_the_client_brings_no_protobuf_into_the_host() -> None:
    code = (
        "import sys, bottega, bottega.messages, bottega.transport;"
        "print([name for name in sys.modules if name.split('.')[0] == 'google'])"
    )
    root = Path(__file__).parent.parent / "shared"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
