"""upscale: a picture in, a larger one out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

from typer import Argument, Option

from bottega.errors import InvalidRequest
from bottega.tasks import Seamless, Upscale
from bottega_daemon.cli.asking import check_output, extent_of
from bottega_daemon.cli.options import Axes, Placing, Reaching
from bottega_daemon.cli.reading import read_photo
from bottega_daemon.cli.spread import spread

MOST = 16
"""Times a picture's sides, in one task: the daemon's own limit."""


@spread
def upscale(
    picture: Annotated[Path, Argument(help="The picture to enlarge.", show_default=False)],
    placing: Placing,
    reaching: Reaching,
    to: Annotated[
        str | None, Option(metavar="WxH", help="The result's size. Default: the upscaler's own scale.")
    ] = None,
    times: Annotated[
        float | None, Option(metavar="FACTOR", help="1 to 16: the result's sides by the picture's.")
    ] = None,
    upscaler: Annotated[str, Option(help="An upscaler of the catalog. Default: its first.")] = "",
    seamless: Annotated[Axes, Option(help="Axes along which the picture continues into itself.")] = Axes.none,
) -> None:
    """Enlarge a picture by a network that was taught to find details again; depth, alpha and profile stay."""
    from bottega_daemon.cli.painting import paint
    from bottega_daemon.cli.reach import reached

    check_output(placing.output)
    if to and times is not None:
        raise InvalidRequest("two sizes are given.", remedy="Give --to or --times.", field="upscale.extent")
    photo = read_photo(picture, "upscale.picture")
    width, height = extent_of(to, "upscale.extent")
    if times is not None:
        if not 1 <= times <= MOST:
            raise InvalidRequest(
                f"{times:g} cannot be done.", remedy=f"Give a factor of 1 to {MOST}.", field="upscale.times"
            )
        width, height = (max(side, round(side * times)) for side in (photo.pixels.width, photo.pixels.height))
    axes = cast(Seamless, seamless.value)
    task = Upscale(photo.pixels, width, height, upscaler=upscaler, seamless=axes)
    with reached(reaching) as client:
        paint(client, task, placing, reaching, title=f"{picture.stem} upscaled", profile=photo.profile)
