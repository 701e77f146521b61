"""GIMP's queue without a GIMP: results that wait, and jobs that another GIMP has, are neither lost nor doubled."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from bottega.errors import BottegaError
from bottega.geometry import Bounds
from bottega.pixels import Pixels
from bottega.works import KEPT

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "gimp"
PLACE = '{"image": 1}'


class Daemonless:
    """Stands in for a session: what is followed is there when the test says so."""

    def __init__(self) -> None:
        self.done: list[Any] = []

    def in_background(self, work: Any, on_done: Any, on_error: Any) -> None:
        try:
            on_done(work())
        except OSError as error:
            on_error(error)

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


def painted_in_passes(studio: Any, made: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """A job of several passes that are done, but for what `deliver` does; and that."""
    delivering: list[Any] = []
    monkeypatch.setattr(studio, "carry_out", lambda *given: delivering.append(given[-1]))
    job = studio.spool.new()
    studio.spool.write(job, None)
    work = made.add(str(job), {"procedure": "bottega-inpaint", "prompt": "of several passes"}, PLACE)
    pixels = Pixels.of_bytes(2, 1, bytes(range(8)))
    painted = studio.Painted((9,), (pixels,), Bounds(3, 4, 2, 1))
    return work, lambda: made.works.finish(work, lambda _work: delivering[0](painted))


@pytest.mark.parametrize("fresh", [False, True])
def test_a_full_disk_loses_no_picture_of_several_passes(
    studio: Any, monkeypatch: pytest.MonkeyPatch, fresh: bool
) -> None:
    """It waits in memory, and what it is painted from on the disk, until there is space."""
    made, inserted, write = studio.Studio(), MagicMock(return_value=7), studio.spool.write
    monkeypatch.setattr(studio, "_insert", inserted)
    work, deliver = painted_in_passes(studio, made, monkeypatch)
    (page,), (job,) = made.book._own.glob("*.json"), made.book._spool.glob("*.job")
    before = job.read_bytes()
    full = MagicMock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr(studio.spool, "write", full)
    deliver()
    assert work.state == "failed" and work.waits and not inserted.called
    assert "No space left" in work.error.message and "Free some space" in work.error.remedy
    assert page.exists() and job.read_bytes() == before
    again = made.works.find(made.insert(work.number, fresh=fresh))
    assert again.waits and page.exists() and not inserted.called, "still full"
    monkeypatch.setattr(studio.spool, "write", write)
    last = made.works.find(made.insert(again.number, fresh=fresh))
    assert last.state == "done" and last.result == 7 and last.parameters["seed"] == "9"
    assert not page.exists() and not job.exists() and not made._unwritten


def test_what_waits_for_a_full_disk_is_thrown_away(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = studio.Studio()
    work, deliver = painted_in_passes(studio, made, monkeypatch)
    monkeypatch.setattr(studio.spool, "write", MagicMock(side_effect=OSError(errno.ENOSPC, "full")))
    deliver()
    made.cancel(work.number)
    assert not made._unwritten and not [*made.book._own.glob("*.json"), *made.book._spool.glob("*.job")]


def test_a_job_that_no_page_can_be_written_for_is_refused_with_a_remedy(
    studio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = studio.Studio()
    monkeypatch.setattr(studio.host.files, "write", MagicMock(side_effect=OSError(errno.EROFS, "Read-only")))
    with pytest.raises(BottegaError, match=r"Read-only.*Free some space"):
        asked(made, "moss")


def left_by_another(made: Any, name: str, **said: Any) -> Path:
    """A page of a GIMP that ended long ago."""
    path = made.book._all / "ended" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    alive = path.parent / "alive"
    alive.touch()
    os.utime(alive, (0, 0))
    page = {"job": name, "parameters": {"procedure": "bottega-generate", "prompt": name}, "place": PLACE, "daemon": {}}
    path.write_text(json.dumps({**page, **said}))
    return path


def test_a_page_that_cannot_be_taken_up_holds_no_other_one(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of a newer plug-in stays for that; one that nobody can follow now is tried again by the next GIMP."""
    made = studio.Studio()
    monkeypatch.setattr(studio.host, "has_windows", lambda: True)
    newer = left_by_another(made, "a newer one's", parameters={"procedure": "bottega-sculpt"})
    strange = left_by_another(made, "b strange", daemon=[])
    nothing = left_by_another(made, "c nothing")
    nothing.write_text("[")
    refused = left_by_another(made, "d refused", daemon={"address": "nobody"})
    left_by_another(made, "e good")
    opened = studio.host.open_session

    def open_session(chosen: Any) -> Any:
        if chosen.address:
            raise RuntimeError("no thread can be started")
        return opened(chosen=chosen)

    monkeypatch.setattr(studio.host, "open_session", open_session)
    assert made._take_up() is True
    assert [work.title for work in made.works.list] == ["e good"]
    assert newer.exists() and strange.exists() and nothing.exists() and (made.book._own / refused.name).exists()


def test_a_disk_that_refuses_does_not_end_the_looking(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = studio.Studio()
    monkeypatch.setattr(studio.host, "has_windows", lambda: True)
    stuck, rename = left_by_another(made, "a stuck"), Path.rename
    left_by_another(made, "b good")

    def refusing(path: Path, target: Path) -> Path:
        if path == stuck:
            raise PermissionError(errno.EACCES, "no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refusing)
    assert made._take_up() is True
    assert [work.title for work in made.works.list] == ["b good"]
    monkeypatch.setattr(made.book, "sweep", MagicMock(side_effect=PermissionError(errno.EACCES, "no")))
    assert made._take_up() is True
