"""Checks of single fields; each error names the field and what would do instead."""

from __future__ import annotations

import difflib
import math
import struct
from collections.abc import Iterable, Mapping
from typing import TypeVar

from bottega_daemon.errors import InvalidRequest, NotFound

T = TypeVar("T")
E = TypeVar("E", bound=int)


def whole(value: int, low: int, high: int, field: str) -> int:
    """`value` if it lies in low..high."""
    if not low <= value <= high:
        raise InvalidRequest(f"{value} is out of range.", remedy=f"Use {low} to {high}.", field=field)
    return value


def real(value: float, low: float, high: float, field: str) -> float:
    """`value` if it lies in low..high, as the shortest decimal that is the same float32: 7.3, not 7.30000019."""
    if math.isnan(value) or not low <= value <= high:
        raise InvalidRequest(f"{value} is out of range.", remedy=f"Use {low:g} to {high:g}.", field=field)
    return shortest(value)


def shortest(value: float) -> float:
    """The double with the fewest digits that rounds to the float32 `value`."""
    single = struct.pack("<f", value)
    candidates = (float(f"{value:.{digits}g}") for digits in range(6, 10))
    return next(candidate for candidate in candidates if struct.pack("<f", candidate) == single)


def text(value: str, limit: int, field: str) -> str:
    """`value` if it has at most `limit` characters."""
    if len(value) > limit:
        raise InvalidRequest(f"{len(value)} characters are too many.", remedy=f"Use at most {limit}.", field=field)
    return value


def choice(value: E, table: Mapping[E, T], names: Iterable[str], field: str) -> T:
    """What an enum's value stands for; `names` are those that would do."""
    if value not in table:
        raise InvalidRequest(f"{value} is no value to use here.", remedy=f"Use {' or '.join(names)}.", field=field)
    return table[value]


def named(value: str, table: Mapping[str, T], noun: str, field: str) -> T:
    """What a name of the catalog stands for; the error offers the closest names, or all of them."""
    if value in table:
        return table[value]
    close = difflib.get_close_matches(value[:100], table, n=3, cutoff=0.5)
    if close:
        remedy = f"Did you mean {' or '.join(close)}?"
    elif table:
        remedy = f"There are: {', '.join(list(table)[:20])}."
    else:
        remedy = f"There are no {noun}s: put one into a model folder; `bottega doctor` lists the folders."
    raise NotFound(f"there is no {noun} {value[:100]!r}.", remedy=remedy, field=field)
