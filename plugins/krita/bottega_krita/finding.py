"""From a picture to a layer of its structure: the daemon finds it, the artist sees and corrects it, and the job follows
that."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from . import layers, pixels
from .bare import hints, read_without
from .canvas import Sheet, read_canvas, settled
from .client import Detect, JobCancelled, Picture, Pixels, Session
from .following import KINDS, detected, on_black
from .host import Aside, Chore
from .jobs import Board, heard
from .params import Follow
from .words import say
from .works import Work

if TYPE_CHECKING:
    from krita import Node

    from .client import messages
    from .studio import Studio

Found: TypeAlias = "Callable[[Follow], object]"


def find(
    studio: Studio,
    work: Work,
    session: Session,
    catalog: messages.Catalog,
    seen: Sheet,
    source: Node | None,
    follows: tuple[Follow, ...],
    kind: str,
    found: Found,
) -> Chore:
    """Read a layer, or the canvas without its hints, have its structure found, and put that above it as a layer, which
    `found` is told of: the work of a chore."""
    yield from settled(seen.document)
    where = seen.extent.bounds
    if source is None:
        gone = yield from hints(seen.document, follows, detected(catalog))
        parts = yield from (read_without(seen, gone, where) if gone else read_canvas(seen, where))
        photo = yield Aside(lambda: pixels.to_pixels(parts, where, seen.colours))
    else:
        photo = yield from on_black(seen, source, where)

    _check(work)
    failed = partial(studio.fail, work)

    def came(picture: Picture) -> None:
        studio.main.chore("layer", _lay(studio, work, seen, source, kind, picture.pixels, found), failed)

    work.state = "queued"
    work.ticket = session.submit(
        Detect(photo, kind),  # type: ignore[arg-type]
        on_event=partial(heard, Board(studio), work),
        on_picture=came,
        on_error=failed,
        title=work.title,
    )
    studio.changed.emit(work)


def _check(work: Work) -> None:
    """Raises JobCancelled if nobody waits for it any more."""
    if work.unwanted or work.ended:
        raise JobCancelled


def _lay(
    studio: Studio, work: Work, seen: Sheet, source: Node | None, kind: str, picture: Pixels, found: Found
) -> Chore:
    """The hint as a new layer; one Undo takes it back."""
    name = say("{kind} of {layer}", kind=say(KINDS[kind]), layer=source.name() if source else say("canvas"))
    stripes = yield Aside(partial(_stripes, picture, seen.colours))
    _check(work)
    above = source or seen.document.activeNode() or seen.active
    bundle = yield from layers.insert(seen.document, name, stripes, seen.colours, above, layers.Place(seen.anchor))
    assert bundle.layer
    found(Follow(bundle.layer.uniqueId().toString(), name, kind, detect=False))
    studio.finish(work)


def _stripes(picture: Pixels, colours: pixels.Colours) -> Any:
    return pixels.to_stripes(as_stored(picture, colours), 0, 0, colours, masked=False)


def as_stored(picture: Pixels, colours: pixels.Colours) -> Pixels:
    """RGB of 8 bits, sRGB, as opaque RGBA of a document's depth and colour space."""
    code, one = pixels.CODES[colours.depth]
    values = [each / 255 for each in range(256)]
    if colours.color_space == "linear":
        values = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in values]
    stored = [struct.pack(f"<{code}", round(each * one) if one > 1 else each) for each in values]
    size, count = len(stored[0]), picture.width * picture.height
    data = bytearray(stored[255] * (4 * count))
    for channel in range(3):
        plane = b"".join(map(stored.__getitem__, picture.data[channel::3]))
        for k in range(size):
            data[channel * size + k :: 4 * size] = plane[k::size]
    return Pixels(picture.width, picture.height, 4, colours.depth, colours.color_space, bytes(data))
