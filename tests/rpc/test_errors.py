"""Every error has a status, and its details survive the wire."""

from __future__ import annotations

import pytest

from bottega_daemon import errors
from bottega_daemon.errors import BottegaError
from bottega_daemon.rpc.errors import DETAILS, STATUS, status_of
from bottega_daemon.rpc.generated.v1 import jobs_pb2


def family(kind: type[BottegaError]) -> list[type[BottegaError]]:
    """A class of errors and all below it."""
    return [kind, *(below for child in kind.__subclasses__() for below in family(child))]


ALL = [kind for kind in family(BottegaError) if kind.__module__ == errors.__name__]


def test_the_table_has_each_reason_once_and_no_other() -> None:
    assert sorted(STATUS) == sorted(kind.reason for kind in ALL)


@pytest.mark.parametrize("kind", ALL)
def test_details_travel_beside_the_sentence(kind: type[BottegaError]) -> None:
    code, sentence, metadata = status_of(kind("it is wrong.", remedy="Mend it.", field="a.b"))
    assert code.value[0] != 0
    assert sentence == "a.b: it is wrong. Mend it."
    ((key, value),) = metadata
    failure = jobs_pb2.Failure.FromString(value)
    assert key == DETAILS
    assert (failure.reason, failure.message, failure.remedy, failure.field) == (
        kind.reason,
        "it is wrong.",
        "Mend it.",
        "a.b",
    )
