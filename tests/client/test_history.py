"""History and presets: what was kept is found again, whoever else writes, and never grows without bound."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bottega.errors import InvalidRequest, NotFound
from bottega.events import Picture
from bottega.history import History
from bottega.pixels import Pixels
from bottega.presets import LONGEST_NAME, Presets, parameters
from bottega.tasks import depth_control, generate, inpaint, pose_control

RED = Pixels.filled(48, 32, (250, 20, 20))
JSON = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()))


def pictures(count: int, job_id: str = "job") -> list[Picture]:
    return [Picture(job_id, index, 7 + index, RED) for index in range(count)]


def test_parameters_are_everything_but_pixels() -> None:
    controls = [depth_control(Pixels(8, 8, 1, "f32", "data", bytes(256)), strength=0.5), pose_control([])]
    mask = Pixels.filled(48, 32, color_space="data")
    task = inpaint(RED, mask, "a door", steps=9, seed=5, fill="keep", controls=controls, more_masks=[mask])
    said = parameters(task)
    assert said["task"] == "inpaint"
    assert (said["prompt"], said["steps"], said["seed"], said["fill"]) == ("a door", 9, 5, "keep")
    assert "picture" not in said and "mask" not in said
    assert json.loads(json.dumps(said)) == said
    assert [(control["kind"], control["strength"]) for control in said["controls"]] == [("depth", 0.5), ("pose", None)]


def test_the_newest_entry_comes_first_with_its_pictures(tmp_path: Path) -> None:
    history = History(tmp_path)
    for number in range(3):
        history.add(parameters(generate("x", count=2)) | {"object": f"Cube.{number}"}, pictures(2, f"job{number}"))
    entries = History(tmp_path).entries()
    assert [entry.job_id for entry in entries] == ["job2", "job1", "job0"]
    assert entries[0].seeds == (7, 8)
    assert entries[0].parameters["object"] == "Cube.2"
    assert [path.read_bytes()[:4] for path in entries[0].thumbnails] == [b"\x89PNG"] * 2
    assert [entry.job_id for entry in History(tmp_path).entries(most=1)] == ["job2"]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(most=st.integers(1, 4), room=st.integers(1, 4), count=st.integers(1, 6))
def test_the_oldest_make_way(tmp_path_factory: pytest.TempPathFactory, most: int, room: int, count: int) -> None:
    folder = tmp_path_factory.mktemp("history")
    one = History(folder / "one").add({"prompt": "x"}, pictures(1))
    size = sum(path.stat().st_size for path in (folder / "one").iterdir())
    history = History(folder / "many", most, most_bytes=room * size + size // 2)
    names = [history.add(one.parameters, pictures(1)).name for _ in range(count)]
    kept = max(1, min(most, room, count))
    assert {entry.name for entry in history.entries()} <= set(names)
    assert len(history.entries()) == kept
    assert len(list((folder / "many").iterdir())) == 2 * kept


def test_what_a_host_lays_beside_an_entry_goes_with_it(tmp_path: Path) -> None:
    history = History(tmp_path, most=1)
    first = history.add({"prompt": "x"}, pictures(1))
    (tmp_path / f"{first.name}-pixels.job").write_bytes(b"x")
    second = history.add({"prompt": "y"}, pictures(1))
    assert {path.name[: len(second.name)] for path in tmp_path.iterdir()} == {second.name}


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    history = History(tmp_path)
    good = history.add({}, pictures(1))
    for number, text in enumerate(["", "[]", "{}", '{"seeds": 1, "time": 2}', "\x00"]):
        (tmp_path / f"9999999999999{number}-x.json").write_text(text)
    assert [entry.name for entry in history.entries()] == [good.name]
    history.remove(good)
    assert history.entries() == []
    history.clear()
    assert list(tmp_path.iterdir()) == []


def test_several_hosts_may_write_at_once(tmp_path: Path) -> None:
    def write() -> None:
        for _ in range(5):
            History(tmp_path, most=30).add({}, pictures(1))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(History(tmp_path).entries()) == 20


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kept=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip), JSON, max_size=5
    )
)
def test_presets_come_back_by_their_names(tmp_path_factory: pytest.TempPathFactory, kept: dict[str, Any]) -> None:
    presets = Presets(tmp_path_factory.mktemp("presets"))
    for name, values in kept.items():
        presets.save(name, {"old": 1})
        presets.save(name, values)
    assert set(presets.names()) == set(kept)
    assert {name: presets.load(name) for name in kept} == kept
    for name in kept:
        presets.remove(name)
        with pytest.raises(NotFound):
            presets.load(name)
    assert presets.names() == []


@pytest.mark.parametrize(
    ("name", "values"), [("", {}), ("  ", {}), ("x" * (LONGEST_NAME + 1), {}), ("x", {"a": "b" * 70000})]
)
def test_presets_that_are_none_are_refused(name: str, values: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        Presets(tmp_path).save(name, values)
    assert Presets(tmp_path).names() == []
