"""The catalog's version: another one exactly when clients get something else."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bottega_daemon.models.entries import Inventory
from bottega_daemon.rpc.convert.menus import catalog_message
from bottega_daemon.rpc.menus import Catalog, Defaults, Menus, menus_of
from tests.jobs.kit import paper_models
from tests.rpc.kit import MENUS, PAPER, PROBLEM


def version(menus: Menus) -> str:
    """The version that clients are told."""
    return catalog_message(menus).version


SAMPLER, SCHEDULE = MENUS.samplers["euler"], MENUS.schedules["karras"]
CHANGES = {
    "a checkpoint gone": {"checkpoints": {}},
    "a checkpoint's size": {"checkpoints": {**MENUS.checkpoints, "paper": replace(PAPER, nbytes=10)}},
    "a network's kind": {
        "control_networks": {"x": replace(MENUS.control_networks["paper-depth"], kind="pose")},
    },
    "a label": {"samplers": {**MENUS.samplers, "euler": replace(SAMPLER, label="Oiler")}},
    "a schedule": {"schedules": {**MENUS.schedules, "karras": replace(SCHEDULE, label="K")}},
    "the order": {"samplers": dict(reversed(MENUS.samplers.items()))},
    "defaults": {"defaults": replace(MENUS.defaults, steps=21)},
    "limits": {"limits": replace(MENUS.limits, max_steps=7)},
    "problems": {"problems": (replace(PROBLEM, remedy="Give up."),)},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_clients_see_changes_the_version(change: dict[str, object]) -> None:
    assert version(replace(MENUS, **change)) != version(MENUS)


def test_what_clients_do_not_see_leaves_it() -> None:
    moved = {name: replace(row, path=Path("elsewhere") / name) for name, row in MENUS.checkpoints.items()}
    assert version(replace(MENUS, checkpoints=moved)) == version(MENUS)
    hidden = {name: row for name, row in MENUS.control_networks.items() if row.kind != "tile"}
    assert version(replace(MENUS, control_networks=hidden)) == version(MENUS)
    empty = Inventory("1", (), (), (), (), (), (), ())
    assert version(menus_of(empty)) == version(menus_of(replace(empty, version="2")))
    assert menus_of(empty).defaults == Defaults(checkpoint="")


def test_a_touched_file_is_no_news_and_a_renamed_one_is(tmp_path: Path) -> None:
    root = paper_models(tmp_path)
    catalog = Catalog([root])
    before = version(catalog.menus())
    for path in root.rglob("*"):
        os.utime(path, (1, 1))
    assert version(catalog.menus()) == before
    (root / "loras").mkdir()
    (root / "loras" / "readme.txt").write_text("nothing that clients see")
    assert version(catalog.menus()) == before
    (root / "checkpoints" / "paper").rename(root / "checkpoints" / "card")
    assert version(catalog.menus()) != before
