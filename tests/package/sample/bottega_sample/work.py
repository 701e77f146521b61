"""What the sample plug-in does with a daemon: everything that crosses the wire, in the words of any plug-in."""

from __future__ import annotations

import hashlib

import bottega
import bottega.client
from bottega.errors import BottegaError, InvalidRequest

from . import wishes


def talk() -> dict[str, object]:
    """Ask, send and fetch; a megabyte each way, so that streams and windows are in play."""
    pixels = bottega.Pixels.of_bytes(640, 512, bytes(range(256)) * 5120)
    with bottega.connect() as client:
        digest = client.upload(pixels)
        data = client.download(digest)
        refused = False
        try:
            client.job("none")
        except InvalidRequest as error:
            refused = isinstance(error, BottegaError) and bool(error.remedy)
        return {
            "samplers": len(client.catalog().samplers),
            "same": hashlib.sha256(data).digest() == digest == pixels.digest,
            "refused": refused,
            "client": bottega.client.__name__,
        }


def paint() -> dict[str, object]:
    """A whole job from a start picture to its result."""
    kinds: list[str] = []
    with bottega.connect() as client:
        task = bottega.generate(wishes.PROMPT, start=wishes.start(), strength=0.5, steps=2, seed=5)
        (picture,) = client.run(task, lambda event: kinds.append(event.kind))
    return {"size": [picture.pixels.width, picture.pixels.height], "seed": picture.seed, "last": kinds[-1]}
