"""What the benchmarks share: a daemon on the embedded starter model, interleaved timing, and a table."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

import bottega
from tests.daemon import Daemon, running_daemon


@contextmanager
def starter_daemon() -> Generator[Daemon]:
    """A daemon of its own on the starter model, with as many threads as torch takes by itself."""
    with (
        tempfile.TemporaryDirectory(prefix="bottega-bench-") as home,
        running_daemon(Path(home), starter=True, threads="0") as daemon,
    ):
        yield daemon


def client(daemon: Daemon, person: str | None = None) -> bottega.Client:
    """A client of that daemon."""
    return bottega.connect(daemon.address, daemon.token, person)


def interleave(sides: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each side, run in turn `rounds` times, so that a noisy machine is noisy to all of them."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in order:
            began = time.perf_counter()
            sides[name]()
            taken[name].append(time.perf_counter() - began)
    return taken


def ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """Median of the ratios within each round."""
    return statistics.median(a / b for a, b in zip(of, to, strict=True))


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; the first column is text, the rest numbers."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(width=110).print(table)
