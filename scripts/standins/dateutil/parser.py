"""Times as protobuf's JSON writes them."""

import datetime as dt
import re

_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)


def isoparse(text: str) -> dt.datetime:
    """The moment that an RFC 3339 text names, cut to microseconds. Raises ValueError for any other text."""
    match = _FORM.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no RFC 3339 time")
    moment, fraction, zone = match.groups()
    digits = (fraction or "").ljust(6, "0")[:6]
    return dt.datetime.fromisoformat(f"{moment}.{digits}{'+00:00' if zone == 'Z' else zone}")
