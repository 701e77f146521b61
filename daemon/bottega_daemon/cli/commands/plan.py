"""inspect-plan: what an inpaint would send and make, as text and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from bottega_daemon.cli.options import Focus, Reaching
from bottega_daemon.cli.spread import spread

if TYPE_CHECKING:
    from bottega.planning import Native, Plan


@spread
def inspect_plan(
    picture: Annotated[Path, Argument(help="The picture to repaint a part of.", show_default=False)],
    focus: Focus,
    reaching: Reaching,
    mask: Annotated[Path | None, Option(help="White is repainted, black is kept, grey blends.")] = None,
    rect: Annotated[
        str | None, Option(metavar="X,Y,W,H", help="Instead of a mask: this rectangle, which may leave the picture.")
    ] = None,
    grow: Annotated[str, Option(metavar="PIXELS|%", help="How far the selection reaches beyond itself: 4, 5%.")] = "0",
    feather: Annotated[str, Option(metavar="PIXELS|%", help="Over how much more the result fades out: 16, 5%.")] = "0",
    strength: Annotated[float, Option(help="How far to leave what is there: 0 keeps it, 1 forgets it.")] = 1.0,
    checkpoint: Annotated[str, Option(help="A model of the catalog. Default: the catalog's.")] = "",
    family: Annotated[str, Option(help="Instead: a model of this family; needs no daemon.")] = "",
    native: Annotated[int, Option(metavar="PIXELS", help="The family's model has this native side.")] = 0,
    drawn: Annotated[Path | None, Option("--picture", help="Draw the plan into this PNG file.")] = None,
) -> None:
    """Show what an inpaint would send of a picture, and at which sizes it would be worked on. Nothing is sent."""
    from bottega.planning import plan
    from bottega_daemon.cli.asking import check_output
    from bottega_daemon.cli.masks import margin_of
    from bottega_daemon.cli.plans import choices_of, model_of, selected
    from bottega_daemon.cli.reading import read_picture

    check_output(drawn)
    canvas = read_picture(picture, "inpaint.picture")
    selection, white = selected(canvas, mask, rect)
    model = model_of(family, native, checkpoint, reaching)
    choices = choices_of(focus, margin_of(grow, "grow"), margin_of(feather, "feather"), strength, selection)
    found = plan(canvas.extent, selection, model, choices)
    if drawn:
        from bottega_daemon.cli.drawing import draw_plan

        draw_plan(found, canvas, white, drawn)
    _report(found, model, drawn, reaching)


def _report(found: Plan, model: Native, drawn: Path | None, reaching: Reaching) -> None:
    from bottega_daemon.cli.plans import in_words
    from bottega_daemon.cli.say import output, put, put_json
    from bottega_daemon.cli.tables import table

    if reaching.as_json:
        put_json({"ok": True, "native": model.side, "picture": str(drawn) if drawn else None, "plan": found.as_dict()})
        return
    output().print(table("", ("", "size", "place", ""), in_words(found, model)))
    if drawn:
        put(str(drawn))
