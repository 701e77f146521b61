"""Other plug-ins of the same process, as bad as they have been seen; stdlib only, for Python 3.10 and newer.

A neighbour is loaded (it gives what it will look at later) and looked after: is everything still as it was for it?
"""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

OURS = ("betterproto2", "dateutil", "grpclib", "h2", "hpack", "hyperframe", "multidict", "typing_extensions")
BROKEN = (*OURS, "bottega", "certifi", "google", "pydantic", "pydantic_core", "six")


def load_protobuf() -> dict[str, Any]:
    """google.protobuf, with a message of our contract's names in everybody's pool: a second one there is refused."""
    from google.protobuf import descriptor_pb2, descriptor_pool, symbol_database

    file = descriptor_pb2.FileDescriptorProto(name="bottega/v1/jobs.proto", package="bottega.v1", syntax="proto3")
    message = file.message_type.add(name="SubmitJobRequest")
    message.field.add(name="title", number=1, type=9, label=1)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    descriptor = pool.FindMessageTypeByName("bottega.v1.SubmitJobRequest")
    factory = importlib.import_module("google.protobuf.message_factory")
    make = getattr(factory, "GetMessageClass", None) or getattr(symbol_database.Default(), "GetPrototype", None)
    assert make
    return {"kind": make(descriptor), "modules": modules("google")}


def look_at_protobuf(state: dict[str, Any]) -> None:
    """Its messages go there and back."""
    kind = state["kind"]
    assert kind.FromString(kind(title="theirs").SerializeToString()).title == "theirs"
    same(state["modules"])


def load_other_versions() -> dict[str, Any]:
    """All that we bring, in other versions, under its own names and with its own metadata."""
    for name in (*OURS, "grpclib.client", "h2.connection", "dateutil.parser"):
        importlib.import_module(name)
    return {"modules": modules(*OURS)}


def look_at_other_versions(state: dict[str, Any]) -> None:
    """Two ends of its h2 greet each other, its generic classes can be made, its version is its own."""
    import h2.config
    import h2.connection
    import multidict
    import typing_extensions as te

    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    client.initiate_connection()
    server.initiate_connection()
    assert server.receive_data(client.data_to_send() or b"")
    assert multidict.MultiDict([("a", 1), ("a", 2)]).getall("a") == [1, 2]
    first, second = te.TypeVar("first"), te.TypeVar("second", default=str)
    assert te.Protocol[first, second]  # pyright: ignore[reportInvalidTypeForm]
    assert importlib.import_module("betterproto2").__version__ == "0.6.0"
    same(state["modules"])


def load_broken() -> dict[str, Any]:
    """Packages that raise when they are imported, and not ImportError: half installed, or for another Python."""
    return {}


def look_at_broken(state: dict[str, Any]) -> None:
    """They are found, and they are broken."""
    for name in BROKEN:
        try:
            importlib.import_module(name)
        except SystemError:
            continue
        raise AssertionError(f"{name} works")


class Strict(asyncio.DefaultEventLoopPolicy):
    """A policy that gives no loop to anybody: its own runs somewhere."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        raise RuntimeError("only one loop")

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        raise RuntimeError("only one loop")


def load_meddler() -> dict[str, Any]:
    """asyncio's policy and tasks replaced, as those do that drive a loop from the host's; sockets that give up at once;
    warnings as errors."""
    policy = Strict()
    asyncio.set_event_loop_policy(policy)
    tasks: Any = asyncio.tasks
    futures: Any = asyncio.futures
    asyncio.Task = tasks.Task = tasks._PyTask
    asyncio.Future = futures.Future = futures._PyFuture
    socket.setdefaulttimeout(0.0005)
    warnings.simplefilter("error")
    return {"policy": policy, "task": tasks.Task}


def look_at_meddler(state: dict[str, Any]) -> None:
    """All of that still holds."""
    assert asyncio.get_event_loop_policy() is state["policy"]
    assert asyncio.Task is state["task"]
    assert socket.getdefaulttimeout() == 0.0005
    assert warnings.filters[0][0] == "error"


Load = Callable[[], dict[str, Any]]
Look = Callable[[dict[str, Any]], None]

NEIGHBOURS: dict[str, tuple[Load, Look]] = {
    "old_protobuf": (load_protobuf, look_at_protobuf),
    "new_protobuf": (load_protobuf, look_at_protobuf),
    "other_versions": (load_other_versions, look_at_other_versions),
    "broken": (load_broken, look_at_broken),
    "meddler": (load_meddler, look_at_meddler),
}


def move_in(name: str, folder: str) -> None:
    """Its packages are found before anybody else's."""
    sys.path.insert(0, folder)
    if name == "old_protobuf":
        os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"


def modules(*tops: str) -> dict[str, ModuleType]:
    """What is loaded of some packages."""
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in tops}


def same(known: dict[str, ModuleType]) -> None:
    """They are what they were, and none has come."""
    assert known
    assert all(sys.modules[name] is module for name, module in known.items())
