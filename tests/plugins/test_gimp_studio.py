"""GIMP's queue without a GIMP: results that wait, and jobs that another GIMP has, are neither lost nor doubled."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from bottega.errors import BottegaError
from bottega.works import KEPT

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "gimp"
PLACE = '{"image": 1}'


class Daemonless:
    """Stands in for a session: what is followed is there when the test says so."""

    def __init__(self) -> None:
        self.done: list[Any] = []

    def follow(self, _job: str, on_done: Any, **_more: Any) -> MagicMock:
        self.done.append(on_done)
        return MagicMock()


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The module, with a GIMP that does and says nothing."""
    ours = {name: module for name, module in sys.modules.items() if name.startswith("bottega_gimp")}
    for name in ours:
        del sys.modules[name]
    with monkeypatch.context() as changed:
        repository = MagicMock()
        for name in ("gi", "gi.repository"):
            changed.setitem(sys.modules, name, repository)
        changed.syspath_prepend(str(PLUGIN))
        module, host = import_module("bottega_gimp.studio"), import_module("bottega_gimp.host")
        changed.setattr(host, "folder", lambda: tmp_path)
        changed.setattr(host, "open_session", lambda **_chosen: Daemonless())
        yield module
    for name in [name for name in sys.modules if name.startswith("bottega_gimp")]:
        del sys.modules[name]
    sys.modules.update(ours)


def asked(studio: Any, prompt: str) -> Any:
    """A job, given to the queue."""
    return studio.add(prompt, {"procedure": "bottega-generate", "prompt": prompt}, PLACE)


def session_of(made: Any) -> Daemonless:
    (session,) = made._sessions.values()
    return session


def test_a_result_that_waits_is_never_pushed_off_the_list(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made, inserted = studio.Studio(), MagicMock(side_effect=BottegaError("indexed.", remedy="Convert it."))
    monkeypatch.setattr(studio, "_insert", inserted)
    waiting = asked(made, "waits")
    session_of(made).done[-1]([])
    inserted.side_effect, inserted.return_value = None, 7
    for number in range(KEPT + 3):
        asked(made, f"later {number}")
        session_of(made).done[-1]([])
    assert made.works.find(waiting.number) is waiting and waiting.state == "failed"
    assert len(list(made.book._own.glob("*.json"))) == 1
    number = made.insert(waiting.number, fresh=False)
    session_of(made).done[-1]([])
    assert made.works.find(number).result == 7 and not list(made.book._own.glob("*.json"))


def test_a_result_that_is_thrown_away_waits_no_more(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = studio.Studio()
    monkeypatch.setattr(studio, "_insert", MagicMock(side_effect=BottegaError("indexed.", remedy="Convert it.")))
    waiting = asked(made, "waits")
    session_of(made).done[-1]([])
    assert waiting.waits
    made.cancel(waiting.number)
    assert not waiting.waits and not list(made.book._own.glob("*.json"))


def test_a_job_that_another_gimp_has_taken_over_is_not_inserted_twice(
    studio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, inserted = studio.Studio(), MagicMock(return_value=7)
    monkeypatch.setattr(studio, "_insert", inserted)
    work = asked(made, "of both")
    (page,) = made.book._own.glob("*.json")
    other = page.parent.parent / "other" / page.name
    other.parent.mkdir()
    page.rename(other)
    session_of(made).done[-1]([])
    assert work.state == "failed" and not work.waits and not inserted.called and other.exists()
