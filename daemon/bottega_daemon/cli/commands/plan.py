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
    mask: Annotated[
        list[Path] | None, Option(help="White is repainted, black is kept, grey blends. Several have a plan each.")
    ] = None,
    rect: Annotated[
        list[str] | None,
        Option(metavar="X,Y,W,H", help="Instead of a mask: this rectangle, which may leave the picture."),
    ] = None,
    expand: Annotated[
        str | None, Option(metavar="L,T,R,B", help="Paint beyond the picture, so many pixels a side.")
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
    from bottega_daemon.cli.masks import expanded_by, margin_of
    from bottega_daemon.cli.plans import choices_of, model_of, selections
    from bottega_daemon.cli.reading import read_picture

    check_output(drawn)
    canvas = expanded_by(read_picture(picture, "inpaint.picture"), expand)
    selected = selections(canvas, mask or (), rect or (), beyond=expand is not None)
    model = model_of(family, native, checkpoint, reaching)
    margins = margin_of(grow, "grow"), margin_of(feather, "feather")
    found = [
        (plan(canvas.extent, selection, model, choices_of(focus, *margins, strength, selection)), white)
        for selection, white in selected
    ]
    if drawn:
        from bottega_daemon.cli.drawing import draw_plans

        draw_plans(found, canvas, drawn)
    _report([each for each, _ in found], model, drawn, reaching)


def _report(found: list[Plan], model: Native, drawn: Path | None, reaching: Reaching) -> None:
    from bottega_daemon.cli.plans import in_words
    from bottega_daemon.cli.say import note, output, put, put_json
    from bottega_daemon.cli.tables import table

    if reaching.as_json:
        plans = [each.as_dict() for each in found]
        put_json({"ok": True, "native": model.side, "picture": str(drawn) if drawn else None, "plans": plans})
        return
    for number, each in enumerate(found):
        title = f"mask {number}" if len(found) > 1 else ""
        output().print(table(title, ("", "size", "place", ""), in_words(each, model)))
    if any(each.outpaints for each in found):
        note("a host may do this; `bottega inpaint` keeps a --rect inside of the picture and goes beyond by --expand.")
    if drawn:
        put(str(drawn))
