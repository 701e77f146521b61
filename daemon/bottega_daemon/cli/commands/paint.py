"""generate, texture, inpaint, control: words and pictures in, pictures out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from bottega.errors import InvalidRequest
from bottega.tasks import Generate, Inpaint, Paints
from bottega_daemon.cli.asking import check_output, extent_of, fitted, look_of
from bottega_daemon.cli.masks import any_selected, expanded_by, filling_of, masks_of
from bottega_daemon.cli.options import Axes, Focus, Look, Placing, Reaching, Selecting, Size, Structure
from bottega_daemon.cli.reading import read_photo, read_picture
from bottega_daemon.cli.spread import spread
from bottega_daemon.cli.structure import Guide, read_guides

if TYPE_CHECKING:
    from bottega.client import Client
    from bottega_daemon.cli.painting import Painted

Prompt = Annotated[str, Argument(help="What to paint, in words.", show_default=False)]
Seamless = Annotated[Axes, Option(help="Axes along which the picture continues into itself.")]
Strength = Annotated[float | None, Option(help="How far to leave what is there: 0 keeps it, 1 forgets it.")]


@spread
def generate(
    prompt: Prompt,
    look: Look,
    size: Size,
    structure: Structure,
    placing: Placing,
    reaching: Reaching,
    start: Annotated[Path | None, Option(help="Begin from this picture.")] = None,
    strength: Strength = None,
    seamless: Seamless = Axes.none,
) -> None:
    """Make pictures from words, or from words and a picture."""
    wanted, fields = extent_of(size.size), look_of(look, seamless, "generate")
    picture = read_picture(start, "generate.start") if start else None
    if picture and not any(wanted):
        wanted = (picture.width, picture.height)
    guides = read_guides(structure)

    def task(client: Client) -> Paints:
        guided = _guided(client, guides, wanted, look.checkpoint)
        return Generate(prompt, start=picture, strength=strength, **fields, **guided)

    _paint(task, placing, reaching)


@spread
def texture(
    prompt: Prompt,
    look: Look,
    size: Size,
    structure: Structure,
    placing: Placing,
    reaching: Reaching,
    seamless: Seamless = Axes.xy,
    preview_tiled: Annotated[
        bool, Option("--preview-tiled", help="Also write NAME-tiled.png, which shows it 2 x 2.")
    ] = False,
) -> None:
    """Make pictures that continue into themselves, for use as materials."""
    wanted, fields = extent_of(size.size), look_of(look, seamless, "generate")
    guides = read_guides(structure)

    def task(client: Client) -> Paints:
        return Generate(prompt, **fields, **_guided(client, guides, wanted, look.checkpoint))

    painted = _paint(task, placing, reaching)
    if preview_tiled and painted:
        painted.save_tiled()


@spread
def inpaint(
    picture: Annotated[Path, Argument(help="The picture to repaint a part of.", show_default=False)],
    prompt: Prompt,
    look: Look,
    structure: Structure,
    placing: Placing,
    reaching: Reaching,
    selecting: Selecting,
    focus: Focus,
    strength: Strength = None,
    seamless: Seamless = Axes.none,
) -> None:
    """Repaint the masked part of a picture; the rest stays as it is.

    Only the surroundings of the selection are sent, and small selections painted enlarged: `inspect-plan` shows how.
    The whole picture is sent, and painted at once, with --detach, --at and --seamless.

    A prompt that is empty or names the background, with --fill border, takes something away.
    """
    fields = look_of(look, seamless, "inpaint") | filling_of(selecting)
    beyond = selecting.expand is not None
    photo = read_photo(picture, "inpaint.picture", coloured=beyond or selecting.layers)
    before = expanded_by(photo.pixels, selecting.expand)
    first, *more = masks_of(before, selecting.mask or (), selecting.rect or (), beyond=beyond)
    controls = [guide.control(before.width, before.height) for guide in read_guides(structure)]
    fields |= {"more_masks": more, "outpaint": beyond, "controls": controls}
    task = Inpaint(before, first, prompt, strength, **fields)
    if placing.detach or selecting.at or seamless is not Axes.none or not any_selected(task):
        _paint(lambda _: task, placing, reaching, as_layers=selecting.layers, profile=photo.profile)
        return
    _paint_planned(task, focus, placing, reaching, selecting.layers, photo.profile)


@spread
def control(
    prompt: Prompt,
    look: Look,
    size: Size,
    structure: Structure,
    placing: Placing,
    reaching: Reaching,
    seamless: Seamless = Axes.none,
) -> None:
    """Make pictures that follow a structure: depth, edges, normals, poses, or several at once.

    Each file may be followed by a strength (0 to 2) and the part of the steps in which it acts: room.npz@0.8:0:0.6
    """
    wanted, fields = extent_of(size.size), look_of(look, seamless, "generate")
    guides = read_guides(structure)
    if not guides:
        remedy = "Give --depth, --canny, --normal, --pose or --map; without, it is `bottega generate`."
        raise InvalidRequest("there is nothing to follow.", remedy=remedy, field="generate.denoising.controls")

    def task(client: Client) -> Paints:
        return Generate(prompt, **fields, **_guided(client, guides, wanted, look.checkpoint))

    _paint(task, placing, reaching)


def _paint(
    make: Callable[[Client], Paints],
    placing: Placing,
    reaching: Reaching,
    *,
    as_layers: bool = False,
    profile: bytes = b"",
) -> Painted | None:
    """Reach the daemon, have the task done, keep what comes."""
    from bottega_daemon.cli.painting import paint
    from bottega_daemon.cli.reach import reached

    check_output(placing.output)
    with reached(reaching) as client:
        return paint(client, make(client), placing, reaching, as_layers=as_layers, profile=profile)


def _paint_planned(
    task: Inpaint, focus: Focus, placing: Placing, reaching: Reaching, as_layers: bool, profile: bytes
) -> None:
    from bottega_daemon.cli.planned import paint_planned
    from bottega_daemon.cli.reach import reached

    check_output(placing.output)
    with reached(reaching) as client:
        paint_planned(client, task, focus, placing, reaching, as_layers=as_layers, profile=profile)


def _guided(client: Client, guides: Sequence[Guide], wanted: tuple[int, int], checkpoint: str) -> dict[str, Any]:
    """The size to paint at and the controls for it. Without a wish it has the proportions of what is followed."""
    followed = next((guide.extent for guide in guides if guide.extent), None)
    if followed and not any(wanted):
        catalog = client.catalog()
        name = checkpoint or (catalog.defaults.checkpoint if catalog.defaults else "")
        native = next((entry.native for entry in catalog.checkpoints if entry.name == name), None)
        wanted = fitted(followed, (native.width, native.height)) if native else wanted
    width, height = wanted
    return {"width": width, "height": height, "controls": [guide.control(width, height) for guide in guides]}
