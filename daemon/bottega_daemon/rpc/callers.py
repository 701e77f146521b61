"""Whom a call comes from."""

from __future__ import annotations

import getpass
from typing import Any
from urllib.parse import unquote

from grpc import aio

from bottega_daemon.errors import InvalidRequest

PERSON = "bottega-person"
LONGEST_NAME = 64


def person_of(context: aio.ServicerContext[Any, Any]) -> str:
    """The name in the metadata `bottega-person` (percent-encoded UTF-8), or the user whom the daemon runs as."""
    named = [value for key, value in context.invocation_metadata() or () if key == PERSON]
    if not named:
        return this_user()
    value = named[0] if isinstance(named[0], str) else named[0].decode("ascii", "replace")
    name = unquote(value).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(
            "not a person's name.", remedy=f"Use 1 to {LONGEST_NAME} printable characters.", field=PERSON
        )
    return name


def this_user() -> str:
    """The name of the user whom the daemon runs as."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user need not have a name
        return "somebody"
