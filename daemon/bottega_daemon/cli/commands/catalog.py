"""catalog: everything that can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bottega_daemon.cli.options import Reaching
from bottega_daemon.cli.spread import spread

if TYPE_CHECKING:
    from bottega import messages as m

GUESSED = 3
"""TRIGGER_SOURCE_TRAINING; the messages are not imported before they are needed."""


@spread
def catalog(reaching: Reaching) -> None:
    """Show what can be chosen: checkpoints, control networks, LoRAs, embeddings, upscalers, samplers,
    schedules; and bad files."""
    from betterproto2 import Casing

    from bottega_daemon.cli.reach import reached
    from bottega_daemon.cli.say import put_json

    with reached(reaching) as client:
        found = client.catalog()
    if reaching.as_json:
        put_json({"ok": True, **found.to_dict(casing=Casing.SNAKE, include_default_values=True)})
    else:
        _show(found)


def _show(found: m.Catalog) -> None:
    from bottega_daemon.cli.say import note, output, safe
    from bottega_daemon.cli.tables import bytes_text, table

    kinds = {1: "depth", 2: "canny", 3: "pose", 4: "inpaint", 5: "normal"}
    default = found.defaults
    chosen = {default.checkpoint, default.sampler, default.schedule} if default else set[str]()
    screen = output()
    rows = [(c.name, c.family, _size(c.native), bytes_text(c.size), _mark(c.name, chosen)) for c in found.checkpoints]
    screen.print(table("Checkpoints", ("name", "family", "native", "on disk", ""), rows))
    rows = [(c.name, kinds.get(int(c.kind), "?"), c.family, bytes_text(c.size)) for c in found.control_networks]
    screen.print(table("Control networks", ("name", "kind", "family", "on disk"), rows))
    if found.loras:
        rows = [(row.name, _triggers(row), row.family, bytes_text(row.size)) for row in found.loras]
        screen.print(table("LoRAs", ("name", "trigger words", "family", "on disk"), rows))
    if found.embeddings:
        rows = [(row.name, str(row.vectors), row.family, bytes_text(row.size)) for row in found.embeddings]
        screen.print(table("Embeddings", ("name", "tokens", "family", "on disk"), rows))
    if found.upscalers:
        rows = [(row.name, f"{row.scale} times", bytes_text(row.size)) for row in found.upscalers]
        screen.print(table("Upscalers", ("name", "enlarges", "on disk"), rows))
    rows = [(s.name, s.label, str(s.calls_per_step), _mark(s.name, chosen)) for s in found.samplers]
    screen.print(table("Samplers", ("name", "label", "calls a step", ""), rows))
    rows = [(s.name, s.label, _mark(s.name, chosen)) for s in found.schedules]
    screen.print(table("Schedules", ("name", "label", ""), rows))
    for problem in found.problems:
        note(f"[yellow]{safe(problem.file)}:[/] {safe(problem.message)} {safe(problem.remedy)}")


def _triggers(lora: m.Lora) -> str:
    """Its trigger words; what was only guessed from training captions has a question mark."""
    words = ", ".join(lora.trigger_words)
    return f"{words} (?)" if words and int(lora.trigger_source) == GUESSED else words


def _size(extent: m.Extent | None) -> str:
    return f"{extent.width} x {extent.height}" if extent else ""


def _mark(name: str, chosen: set[str]) -> str:
    return "default" if name in chosen else ""
