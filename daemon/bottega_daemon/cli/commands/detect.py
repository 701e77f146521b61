"""detect: a picture in, its structure out."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from bottega.tasks import Detect
from bottega_daemon.cli.asking import check_output
from bottega_daemon.cli.options import Placing, Reaching
from bottega_daemon.cli.reading import read_picture
from bottega_daemon.cli.spread import spread


class Found(str, Enum):
    """What is found in pictures."""

    canny = "canny"


@spread
def detect(
    photo: Annotated[Path, Argument(help="The picture to find the structure of.", show_default=False)],
    placing: Placing,
    reaching: Reaching,
    kind: Annotated[Found, Option(help="Edges as Canny's detector draws them, white on black.")] = Found.canny,
    low: Annotated[float, Option(metavar="LEVEL", help="Weaker edges count where they touch stronger ones.")] = 100.0,
    high: Annotated[
        float, Option(metavar="LEVEL", help="Of 8-bit grey levels: edges this strong always count.")
    ] = 200.0,
) -> None:
    """Find the structure of a picture: see it, correct it, and follow it with `control --map canny=FILE`."""
    from bottega_daemon.cli.painting import paint
    from bottega_daemon.cli.reach import reached

    check_output(placing.output)
    task = Detect(read_picture(photo, "detect.photo"), kind.value, low, high)
    with reached(reaching) as client:
        paint(client, task, placing, reaching, title=f"{photo.stem} {kind.value}")
